// One piece is chosen: its card is marked, its address is in the bar, the inspector shows it. One piece takes the tab.

import { builder, canvas, cardOf, isPhone, keyOf, pieceOf, pieces, tree, work } from "./page.js";
import { unfoldTo } from "./fold.js";
import { redraw } from "./edges.js";

const address = (key) => (key ? `${builder.dataset.page}?node=${key}` : builder.dataset.page);
const inspector = () => document.getElementById("inspector");

export const chosen = () => tree().querySelector("li.n.sel");
export const tabbed = () => tree().querySelector('li.n[tabindex="0"]');

// The one piece of the tree that Tab reaches.
export function takeTab(piece) {
  tabbed()?.setAttribute("tabindex", "-1");
  piece.tabIndex = 0;
}

export function focus(piece) {
  unfoldTo(piece);
  takeTab(piece);
  piece.focus({ preventScroll: true });
  cardOf(piece).scrollIntoView({ block: "nearest", inline: "nearest" });
}

export function mark(piece) {
  for (const one of tree().querySelectorAll("li.n.sel")) {
    one.classList.remove("sel");
    one.setAttribute("aria-selected", "false");
  }
  for (const link of document.querySelectorAll("#outline [aria-current]")) link.removeAttribute("aria-current");
  if (!piece) return;
  piece.classList.add("sel");
  piece.setAttribute("aria-selected", "true");
  const link = document.querySelector(`#outline [data-go="${CSS.escape(keyOf(piece))}"]`);
  link?.setAttribute("aria-current", "true");
  link?.scrollIntoView({ block: "nearest" });
}

export async function choose(piece, { into = false, push = true, keepFocus = false } = {}) {
  mark(piece);
  if (keepFocus) takeTab(piece);
  else focus(piece);
  if (push) history.pushState({ node: keyOf(piece) }, "", address(keyOf(piece)));
  work.classList.remove("noinsp");
  redraw();
  if (builder.dataset.node) {
    const address = builder.dataset.node.replace("NODE", encodeURIComponent(keyOf(piece)));
    await window.htmx.ajax("GET", address, { source: "#inspector", target: "#inspector", swap: "morph:outerHTML" });
  }
  inspector().classList.remove("closed");
  if (isPhone() && !keepFocus) cardOf(piece).scrollIntoView({ block: "nearest" });
  if (into) focusInspector();
}

export function focusInspector() {
  const within = inspector();
  (within.querySelector("input[data-name]") ?? within.querySelector(".bd :is(input:not([type=hidden]), select, textarea, button, a)") ?? within.querySelector("a, button"))?.focus();
}

export function closeInspector() {
  const piece = chosen();
  mark(null);
  work.classList.add("noinsp");
  inspector().classList.add("closed");
  history.pushState({}, "", address(""));
  if (piece) focus(piece);
  redraw();
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const shut = event.target.closest("[data-close-inspector]");
  if (shut) {
    event.preventDefault();
    return closeInspector();
  }
  const go = event.target.closest("[data-go]");
  const card = event.target.closest("#tree .card");
  const piece = go ? pieceOf(go.dataset.go) : card && !event.target.closest("button") ? card.parentElement : null;
  if (!piece) return;
  event.preventDefault();
  choose(piece);
});

window.addEventListener("popstate", () => {
  const piece = pieceOf(new URLSearchParams(location.search).get("node") ?? "");
  if (piece) choose(piece, { push: false });
  else {
    mark(null);
    work.classList.add("noinsp");
    redraw();
  }
});

// After the tree was swapped: the chosen piece is the one in the address, and one piece takes the tab.
export function rechoose() {
  const piece = pieceOf(new URLSearchParams(location.search).get("node") ?? "");
  mark(piece);
  const focused = document.activeElement?.closest?.("#tree li.n");
  if (focused) takeTab(focused);
  else if (!tabbed()) takeTab(piece ?? pieces()[0]);
}

export function showChosen() {
  const piece = chosen();
  if (!piece) return;
  if (isPhone()) return cardOf(piece).scrollIntoView({ block: "nearest" });
  const card = cardOf(piece).getBoundingClientRect();
  const view = canvas.getBoundingClientRect();
  canvas.scrollBy(Math.max(0, card.right - view.right + 80), Math.max(0, card.bottom - view.bottom + 80));
}
