// Every change is one request, sent one after the other, with the revision the page has when it leaves. What the server
// did not get is kept and tried again, three times by itself, then at a button; nobody leaves the page over it unasked.

import { builder, say } from "./page.js";

const WAITS = [2000, 4000, 8000]; // ms before each try

const kept = []; // what could not be sent, in its order
let under_way = 0;
let tries = 0;

const status = () => document.getElementById("saved");
export const isWrite = (event) => event.detail.requestConfig?.verb === "post" && event.detail.requestConfig.path.startsWith(builder.dataset.page);

export function post(path, values) {
  return window.htmx.ajax("POST", path, { source: builder, values, swap: "none" });
}

function show(words, isBad = false) {
  status().classList.toggle("bad", isBad);
  status().textContent = words;
}

document.body.addEventListener("htmx:configRequest", (event) => {
  const { verb, path, parameters } = event.detail;
  if (verb === "post" && path.startsWith(builder.dataset.page)) parameters.rev = document.getElementById("rev").value;
});

// While something waits to be tried again, what comes after it waits too: changes arrive in the order they were made.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (!isWrite(event)) return;
  if (kept.length && !event.detail.requestConfig.headers["X-Again"]) {
    event.preventDefault();
    kept.push(event.detail.requestConfig);
    return;
  }
  under_way += 1;
  if (!kept.length) show("Saving…");
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!isWrite(event)) return;
  under_way = Math.max(0, under_way - 1);
  const { xhr, requestConfig } = event.detail;
  const isAgain = Boolean(requestConfig.headers["X-Again"]);
  if (xhr.status === 0 || xhr.status >= 500) failed(requestConfig, isAgain);
  else {
    if (isAgain) kept.shift();
    tries = 0;
    if (kept.length) again();
    else if (xhr.status >= 400) show(xhr.status === 409 ? "Not saved" : "", xhr.status === 409);
  }
});

function failed(request, isAgain) {
  if (!isAgain) kept.push(request);
  if (tries < WAITS.length) {
    show("Not saved. Retrying…", true);
    if (!tries) say("Not saved. Trying again.");
    setTimeout(again, WAITS[tries]);
    tries += 1;
    return;
  }
  show("Not saved. ", true);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn sm";
  button.textContent = "Retry";
  button.dataset.retry = "";
  status().append(button);
}

function again() {
  const first = kept[0];
  if (!first || under_way) return;
  window.htmx.ajax("POST", first.path, { source: builder, values: first.formData, swap: "none", headers: { "X-Again": "yes" } });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-retry]")) return;
  tries = 0;
  again();
});
window.addEventListener("online", again);
window.addEventListener("offline", () => show("Offline. Editing pauses", true));

window.addEventListener("beforeunload", (event) => {
  if (kept.length || under_way) event.preventDefault();
});

// Somebody was quicker: the banner says who and what. It is no error of the script's.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 409 || !isWrite(event)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

// Refused: the problem stands beside the control it came from; where there is none, in a message.
document.body.addEventListener("builder-refused", (event) => {
  const { field, problem } = event.detail;
  const form = event.target.closest("form") ?? document.activeElement?.closest?.("form");
  const control = form?.elements?.namedItem(field);
  const place = form?.querySelector("[data-refusal]");
  if (control instanceof Element) control.setAttribute("aria-invalid", "true");
  if (place) {
    place.textContent = problem;
    const folded = place.closest("details:not([open])");
    if (folded) folded.open = true;
  }
  if (!place) message(problem);
  say(problem);
});

function message(words) {
  const toast = document.createElement("div");
  toast.className = "toast error info";
  toast.textContent = words;
  document.getElementById("toasts").append(toast);
}

// What was done stays until it is read, but there is only one such message: the last.
new MutationObserver(() => {
  const all = [...document.querySelectorAll("#toasts [data-done]")];
  for (const toast of all.slice(0, -1)) toast.remove();
}).observe(document.getElementById("toasts"), { childList: true, subtree: true });
