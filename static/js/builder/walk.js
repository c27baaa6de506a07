// Keys. In the tree: arrows, Home, End, Enter, Escape as in any tree; letters do deeds, unless they are switched off on
// the page Account: then they find names. Everywhere: undo and redo, outside of fields.

import { builder, canvas, isBranch, isPhone, mayEdit, nameOf, parentOf, shown, tree } from "./page.js";
import { choose, chosen, closeInspector, focus, tabbed } from "./choose.js";
import { deeds } from "./deeds.js";
import { fold, isFolded } from "./fold.js";
import { nextHit, startSearch } from "./search.js";
import { fitWidth, setZoom, zoomBy } from "./zoom.js";
import { openKeys } from "./keys.js";

const TYPED_TOGETHER = 700; // ms within which letters make one word

const first = (piece) => piece.querySelector(":scope > ul > li.n");
const press = (id) => document.getElementById(id)?.click();

const steps = {
  ArrowDown: (piece, all) => all[all.indexOf(piece) + 1],
  ArrowUp: (piece, all) => all[all.indexOf(piece) - 1],
  Home: (piece, all) => all[0],
  End: (piece, all) => all.at(-1),
  ArrowRight: (piece) => (isFolded(piece) ? fold(piece, false) : first(piece)),
  ArrowLeft: (piece) => (isBranch(piece) && !isFolded(piece) ? fold(piece, true) : parentOf(piece)),
};

const letters = { a: "add", b: "branch", d: "duplicate", m: "moveto", e: "toggle", Delete: "delete", Backspace: "delete" };

const views = {
  "/": () => startSearch(),
  t: () => press("test"),
  F8: () => nextFinding(),
  "?": () => openKeys(),
  "+": () => zoomBy(0.1),
  "=": () => zoomBy(0.1),
  "-": () => zoomBy(-0.1),
  0: () => setZoom(1),
  1: () => fitWidth(),
};

export const keysAreOff = () => {
  try {
    return localStorage.getItem("keys") === "off";
  } catch {
    return false;
  }
};

let typed = "";
let typedAt = 0;

function jump(key, piece) {
  if (Date.now() - typedAt > TYPED_TOGETHER) typed = "";
  typed += key.toLowerCase();
  typedAt = Date.now();
  const all = shown();
  const from = all.indexOf(piece) + (typed.length === 1 ? 1 : 0);
  const found = [...all.slice(from), ...all.slice(0, from)].find((one) => nameOf(one).toLowerCase().startsWith(typed));
  if (found) focus(found);
}

function nextFinding() {
  const all = shown();
  const from = all.indexOf(document.activeElement.closest?.("li.n") ?? chosen()) + 1;
  const found = [...all.slice(from), ...all.slice(0, from)].find((one) => one.querySelector(":scope > .card > .prob"));
  if (found) focus(found);
}

document.addEventListener("keydown", (event) => {
  const piece = event.target.closest?.("#tree li.n");
  if (!piece || event.target !== piece || event.ctrlKey || event.metaKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey) {
    if (key !== "ArrowUp" && key !== "ArrowDown") return;
    deeds[key === "ArrowUp" ? "up" : "down"](piece);
  } else if (key === "Enter") choose(piece, { into: true });
  else if (key in steps) {
    const to = steps[key](piece, shown());
    if (to) focus(to);
  } else if (key === "Delete" || key === "F8") (views[key] ?? (() => mayEdit() && deeds.delete(piece)))();
  else if (keysAreOff()) {
    if (event.key.length !== 1) return;
    jump(event.key, piece);
  } else if (key in views) views[key]();
  else if (key in letters && mayEdit()) deeds[letters[key]](piece);
  else return;
  event.preventDefault();
});

// From the inspector back to the card it speaks of; from the card out of it altogether.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("#inspector")) {
    if (isPhone()) closeInspector();
    else focus(chosen() ?? tabbed() ?? tree().querySelector("li.n"));
  } else if (event.target.closest?.("#tree") && chosen()) closeInspector();
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog") || !builder.contains(event.target) && event.target !== document.body) return;
  event.preventDefault();
  press(event.shiftKey ? "redo" : "undo");
});

// The canvas itself takes these too: whoever has just clicked into the empty part of it.
canvas.addEventListener("keydown", (event) => {
  if (event.target !== canvas || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown" && tabbed()) focus(tabbed());
  else if (event.key in views && !keysAreOff()) views[event.key]();
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id === "find" && event.key === "Enter") {
    event.preventDefault();
    nextHit();
  }
});
