// Rules are numbered by where they stand (2.1 is the first within the second), in the tree and in its outline.

import { isRule, keyOf, tree } from "./page.js";

export function renumber() {
  number(tree().querySelector("ul.kids.root"), "");
}

function number(list, prefix) {
  const pieces = [...list.children];
  for (const [index, piece] of pieces.entries()) {
    set(piece, "aria-posinset", String(index + 1));
    set(piece, "aria-setsize", String(pieces.length));
    if (!isRule(piece)) continue;
    const said = `${prefix}${index + 1}`;
    const row = document.getElementById(`o-${keyOf(piece)}`)?.querySelector("[data-number]");
    for (const one of [...piece.querySelectorAll(":scope > .card [data-number]"), row]) if (one && one.textContent !== said) one.textContent = said;
    const inner = piece.querySelector(":scope > ul.kids:not(.then)");
    if (inner) number(inner, `${said}.`);
  }
}

function set(piece, name, value) {
  if (piece.getAttribute(name) !== value) piece.setAttribute(name, value);
}
