// Figures of a backtest lie over the tree. They are of the tree as it was: with the first edit they go.

import { builder } from "./page.js";

const EDITS = ["ops", "undo", "redo", "discard"].map((name) => `${builder.dataset.page}${name}/`);

document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, successful } = event.detail;
  if (successful && EDITS.includes(requestConfig.path)) window.location.assign(builder.dataset.page);
});
