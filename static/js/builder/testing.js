// The bar of a test: one fact is open at a time, Escape and a click elsewhere close it, and after a change the focus
// stands where it was. A problem with what was typed is put beside it.

import { isPhone } from "./page.js";

const bar = () => document.getElementById("testbar");
let back = "";

function close(fact, focus) {
  fact.open = false;
  if (focus) fact.querySelector("summary").focus();
}

document.addEventListener("toggle", (event) => {
  const fact = event.target;
  if (!fact.matches?.("#testbar .fact") || !fact.open) return;
  fact.querySelector(":scope > form :is(input:not([type=hidden]), select)")?.focus();
  fact.querySelector(":scope > form input:not([type=hidden])")?.select?.();
}, true);

document.addEventListener("click", (event) => {
  for (const fact of document.querySelectorAll("#testbar .fact[open]")) if (!fact.contains(event.target)) close(fact);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const fact = event.target.closest?.("#testbar .fact[open]");
  if (!fact) return;
  event.stopPropagation();
  close(fact, true);
}, true);

document.body.addEventListener("htmx:beforeRequest", (event) => {
  back = event.target.closest?.("#testbar .fact")?.querySelector("summary").id ?? "";
});

// The server says so when the lead has gone through the tree anew.
document.body.addEventListener("tested", () => {
  for (const fact of document.querySelectorAll("#testbar .fact[open]")) fact.open = false;
  const to = (back && document.getElementById(back)) || document.getElementById("sum-why") || document.getElementById("test");
  to?.focus();
  if (!isPhone()) [...document.querySelectorAll("#tree .n.lit > .card")].at(-1)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const result = document.getElementById("test-result");
  document.getElementById("said").textContent = result ? result.textContent.trim() : "The test has ended";
});

document.body.addEventListener("builder-refused", (event) => {
  const place = bar()?.querySelector(`[id="fact-${CSS.escape(event.detail.field)}"] [data-problem]`);
  if (place) place.textContent = event.detail.problem;
});
