// Branches that somebody does not want to see just now. Kept in his browser, and put back whenever the tree is swapped.

import { isBranch, keyOf, nameOf, pieceOf, recall, remember, say, tree } from "./page.js";
import { redraw } from "./edges.js";

const folded = new Set(recall("folded") ?? []);

export const isFolded = (piece) => piece.classList.contains("folded");

export function fold(piece, shut) {
  if (!isBranch(piece)) return;
  show(piece, shut);
  if (shut) folded.add(keyOf(piece));
  else folded.delete(keyOf(piece));
  remember("folded", [...folded]);
  redraw();
}

// So that a piece can be seen, everything it is in is opened.
export function unfoldTo(piece) {
  for (let branch = piece.parentElement.closest("li.folded"); branch; branch = branch.parentElement.closest("li.folded")) fold(branch, false);
}

export function refold() {
  for (const key of folded) {
    const piece = pieceOf(key);
    if (piece && isBranch(piece)) show(piece, true);
  }
}

function show(piece, shut) {
  piece.classList.toggle("folded", shut);
  piece.setAttribute("aria-expanded", String(!shut));
  piece.querySelector(":scope > .card [data-fold]")?.setAttribute("aria-label", `${shut ? "Unfold" : "Fold"} ${nameOf(piece)}`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (!button || !tree().contains(button)) return;
  const piece = button.closest("li.n");
  fold(piece, !isFolded(piece));
  say(`${nameOf(piece)} ${isFolded(piece) ? "folded" : "unfolded"}`);
});
