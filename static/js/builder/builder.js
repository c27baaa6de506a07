// The builder's page: puts its parts together, and puts back what a browser knows whenever part of the tree was swapped.

import { keyOf, parentOf, pieceOf, tree } from "./page.js";
import { draw } from "./edges.js";
import { refold } from "./fold.js";
import { focus, rechoose, showChosen } from "./choose.js";
import { searchAgain } from "./search.js";
import { recallZoom, showZoom } from "./zoom.js";
import { renumber } from "./numbers.js";
import "./deeds.js";
import "./drag.js";
import "./findings.js";
import "./saving.js";
import "./walk.js";

let asked = 0;
let before = []; // the keys of the pieces around the focus: where it goes if its own piece is gone afterwards

document.body.addEventListener("htmx:beforeSwap", () => {
  const piece = document.activeElement?.closest?.("#tree li.n");
  const beside = piece ? [...piece.parentElement.children] : [];
  const at = beside.indexOf(piece);
  before = piece ? [piece, ...beside.slice(at + 1), ...beside.slice(0, at).reverse(), parentOf(piece)].filter(Boolean).map(keyOf) : [];
});

function keepFocus() {
  if (document.activeElement !== document.body || !before.length) return;
  const piece = before.map(pieceOf).find(Boolean);
  if (piece) focus(piece);
}

// Of what is sent again, these say: it is as it was, leave it where you are.
const { defaults } = window.Idiomorph;
defaults.callbacks.beforeNodeMorphed = (old, fresh) => !fresh.dataset || !("same" in fresh.dataset);

function settle() {
  renumber();
  refold();
  rechoose();
  searchAgain();
  showZoom();
  keepFocus();
}

// Several parts come with one answer, and are put right together, before the browser paints.
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const { target } = event.detail;
  if (!target || !(target.id === "tree" || tree().contains(target) || target.id === "outline-rows")) return;
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(settle);
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "tree") settle();
});

refold();
rechoose();
recallZoom();
draw();
showChosen();
