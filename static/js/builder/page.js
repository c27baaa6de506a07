// What every part of the builder asks of the page. The tree is swapped as a whole now and then, so nothing keeps it.

export const builder = document.getElementById("builder");
export const canvas = document.getElementById("canvas");
export const work = document.getElementById("work");

const narrow = matchMedia("(max-width: 760px)");
export const isPhone = () => narrow.matches;
export const mayEdit = () => "mayEdit" in builder.dataset;

export const tree = () => document.getElementById("tree");
export const pieces = () => [...tree().querySelectorAll("li.n")];
export const cardOf = (piece) => piece.querySelector(":scope > .card");
export const keyOf = (piece) => piece.dataset.key;
export const pieceOf = (key) => document.getElementById(`n-${key}`);
export const parentOf = (piece) => piece.parentElement.closest("li.n");
export const isRule = (piece) => piece?.dataset.kind === "rule";
export const isBranch = (piece) => piece.hasAttribute("aria-expanded");
export const rulesBeside = (piece) => [...piece.parentElement.children].filter(isRule);

// A piece in a folded branch cannot be seen or walked to.
export const isShown = (piece) => !piece.parentElement.closest("li.folded");
export const shown = () => pieces().filter(isShown);

export const nameOf = (piece) => cardOf(piece).querySelector(".nm").textContent;

// What a browser remembers for its user; nowhere, where storage is off.
export function recall(what) {
  try {
    return JSON.parse(localStorage.getItem(`builder.${what}.${builder.dataset.user}.${builder.dataset.slug}`));
  } catch {
    return null;
  }
}

export function remember(what, value) {
  try {
    localStorage.setItem(`builder.${what}.${builder.dataset.user}.${builder.dataset.slug}`, JSON.stringify(value));
  } catch {
    /* then it is forgotten */
  }
}

export function say(words) {
  document.getElementById("said").textContent = words;
}
