// Walking through the tree by keys, as in any tree: arrows, Home, End, Enter, Escape.

import { isBranch, parentOf, shown, tree } from "./page.js";
import { choose, chosen, closeInspector, focus } from "./choose.js";
import { fold, isFolded } from "./fold.js";

const first = (piece) => piece.querySelector(":scope > ul > li.n");

const steps = {
  ArrowDown: (piece, all) => all[all.indexOf(piece) + 1],
  ArrowUp: (piece, all) => all[all.indexOf(piece) - 1],
  Home: (piece, all) => all[0],
  End: (piece, all) => all.at(-1),
  ArrowRight: (piece) => (isFolded(piece) ? fold(piece, false) : first(piece)),
  ArrowLeft: (piece) => (isBranch(piece) && !isFolded(piece) ? fold(piece, true) : parentOf(piece)),
};

document.addEventListener("keydown", (event) => {
  const piece = event.target.closest?.("#tree li.n");
  if (!piece || event.target !== piece || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter") choose(piece, { into: true });
  else if (event.key in steps) {
    const to = steps[event.key](piece, shown());
    if (to) focus(to);
  } else return;
  event.preventDefault();
});

// From the inspector back to the card it speaks of; from the card out of it altogether.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("#inspector")) focus(chosen() ?? tree().querySelector("li.n"));
  else if (event.target.closest?.("#tree") && chosen()) closeInspector();
});
