// The builder's page: puts its parts together, and puts back what a browser knows whenever the tree was swapped.

import { draw } from "./edges.js";
import { refold } from "./fold.js";
import { rechoose, showChosen } from "./choose.js";
import { recallZoom, showZoom } from "./zoom.js";
import "./walk.js";

function settle() {
  refold();
  rechoose();
  showZoom();
}

document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target?.id === "tree") settle();
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "tree") settle();
});

refold();
rechoose();
recallZoom();
draw();
showChosen();
