// What is done to rules, from keys, from buttons with data-do, from the + on a trunk. The server answers with what
// looks different now, and with where to look.

import { builder, isBranch, isRule, keyOf, mayEdit, nameOf, parentOf, pieceOf, rulesBeside, say, tree, work } from "./page.js";
import { choose, chosen, focus, focusInspector, mark } from "./choose.js";
import { unfoldTo } from "./fold.js";
import { post } from "./saving.js";

export function deed(op, values) {
  if (!builder.dataset.op || !mayEdit()) return undefined;
  return post(builder.dataset.op, { op, ...values });
}

export function addBelow(piece) {
  if (isRule(piece)) deed("add_rule", { after: keyOf(piece), focus: "name" });
  else if (piece.dataset.kind === "outcome") addBelow(parentOf(piece));
  else deed("add_rule", { before: keyOf(piece), focus: "name" });
}

export function step(piece, by) {
  const beside = rulesBeside(piece);
  const other = beside[beside.indexOf(piece) + by];
  if (!other) return say(by < 0 ? "It is the first already" : "Only Otherwise comes after it");
  return deed("move", { node: keyOf(piece), [by < 0 ? "before" : "after"]: keyOf(other) });
}

export function remove(piece) {
  if (isBranch(piece)) return ask("delete", piece);
  return deed("delete", { node: keyOf(piece) });
}

// A dialog of its own for what should be seen before it is done.
export function ask(what, piece) {
  const address = builder.dataset[`${what}At`].replace("NODE", encodeURIComponent(keyOf(piece)));
  return window.htmx.ajax("GET", address, { source: piece, target: "#dialog", swap: "innerHTML" });
}

export const deeds = {
  add: addBelow,
  branch: (piece) => (isRule(piece) && !isBranch(piece) ? deed("add_branch", { node: keyOf(piece) }) : say(`${nameOf(piece)} is a branch already`)),
  inside: (piece) => isBranch(piece) && deed("add_rule", { before: `${keyOf(piece)}_otherwise`, focus: "name" }),
  duplicate: (piece) => isRule(piece) && deed("duplicate", { node: keyOf(piece) }),
  moveto: (piece) => isRule(piece) && ask("move", piece),
  toggle: (piece) => isRule(piece) && deed("toggle", { node: keyOf(piece) }),
  delete: (piece) => isRule(piece) && remove(piece),
  up: (piece) => isRule(piece) && step(piece, -1),
  down: (piece) => isRule(piece) && step(piece, 1),
  revert: (piece) => deed("revert", { node: keyOf(piece) }),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  const plus = event.target.closest("[data-add]");
  if (button && chosen()) deeds[button.dataset.do]?.(chosen());
  else if (plus) deed("add_rule", { before: plus.dataset.add, focus: "name" });
  else return;
  event.preventDefault();
});

// After an edit: look where it says. Whoever was in the inspector stays there, as far as what he was at is still there.
document.body.addEventListener("builder-focus", (event) => {
  const { node, focus: wanted, structural } = event.detail;
  if (!structural && !wanted) return;
  const piece = pieceOf(node);
  if (!piece) return;
  if (structural) {
    unfoldTo(piece);
    mark(piece);
  }
  if (wanted === "name") {
    work.classList.remove("noinsp");
    document.getElementById("inspector").classList.remove("closed");
    piece.scrollIntoView({ block: "nearest" });
    const name = document.querySelector("#inspector [data-name]");
    name?.focus();
    name?.select?.();
    if (!name) focusInspector();
  } else if (!document.activeElement || document.activeElement === document.body || tree().contains(document.activeElement)) focus(piece);
});

// The inspector speaks of another piece than before: where it leads, say.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open-node]");
  const piece = link && pieceOf(link.dataset.openNode);
  if (!piece) return;
  event.preventDefault();
  event.stopPropagation();
  choose(piece);
}, true);

// A dialog that asked is done with when its deed is; what it asks for can be narrowed by typing.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.matches?.("[data-closes]")) document.getElementById("dialog").close();
});
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-narrow]")) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const label of event.target.form.querySelectorAll(".places label")) label.hidden = !label.textContent.toLowerCase().includes(wanted);
});
