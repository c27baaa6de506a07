// Find a rule: names, fields, values, reps, pools, reasons; whatever a card and its outline say. What does not match is dimmed,
// Enter goes from one match to the next, Escape ends it.

import { canvas, cardOf, nameOf, pieceOf, pieces, say, work } from "./page.js";
import { choose, chosen, focus, tabbed } from "./choose.js";
import { redraw } from "./edges.js";
import { unfoldTo } from "./fold.js";

const field = () => document.getElementById("find");
let hits = [];
let at = -1;

export function startSearch() {
  work.classList.add("searching"); // the outline is seen now, however narrow the page is
  field().focus();
  field().select();
}

const textOf = (piece) => `${cardOf(piece).textContent} ${cardOf(piece).dataset.also ?? ""}`.toLowerCase();

export function search() {
  const wanted = field().value.trim().toLowerCase();
  hits = wanted ? pieces().filter((piece) => textOf(piece).includes(wanted)) : [];
  at = -1;
  canvas.classList.toggle("finding", Boolean(wanted));
  for (const piece of pieces()) piece.classList.toggle("hit", hits.includes(piece));
  for (const row of document.querySelectorAll("#outline-rows > li")) markRow(row, wanted);
  for (const piece of hits) unfoldTo(piece);
  document.getElementById("found").textContent = wanted ? (hits.length ? `${hits.length} found. Enter goes to the next.` : "Nothing found") : "";
  redraw();
}

function markRow(row, wanted) {
  const key = row.firstElementChild.dataset.go;
  const own = [pieceOf(key), pieceOf(`${key}_target`)].filter(Boolean);
  row.hidden = Boolean(wanted) && !own.some((piece) => hits.includes(piece));
  const name = row.querySelector(".x");
  const text = name.textContent;
  const from = wanted ? text.toLowerCase().indexOf(wanted) : -1;
  if (from < 0) return name.replaceChildren(text);
  const found = document.createElement("mark");
  found.textContent = text.slice(from, from + wanted.length);
  return name.replaceChildren(text.slice(0, from), found, text.slice(from + wanted.length));
}

export function nextHit() {
  if (!hits.length) return;
  at = (at + 1) % hits.length;
  const piece = hits[at];
  unfoldTo(piece);
  cardOf(piece).scrollIntoView({ block: "center", inline: "nearest" });
  choose(piece, { keepFocus: true });
  say(`${at + 1} of ${hits.length}: ${nameOf(piece)}`);
}

// After the tree was swapped.
export function searchAgain() {
  if (field()?.value.trim()) search();
}

document.addEventListener("input", (event) => event.target.id === "find" && search());
document.addEventListener("click", (event) => event.target.closest("[data-search]") && startSearch());
document.addEventListener("focusin", (event) => {
  if (event.target.id === "find") work.classList.add("searching");
  else if (!field()?.value && !event.target.closest("#outline")) work.classList.remove("searching");
});
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "find" || event.key !== "Escape") return;
  event.preventDefault();
  field().value = "";
  search();
  work.classList.remove("searching");
  focus(chosen() ?? tabbed() ?? pieces()[0]);
});
