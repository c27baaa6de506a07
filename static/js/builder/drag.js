// A rule is dragged by its card, with a mouse or a pen; fingers scroll. Lines on the trunks show where it may go, a
// folded branch opens under it, the canvas scrolls at its edges, Escape lets it be. Nothing moves before it is dropped.

import { canvas, cardOf, isBranch, isPhone, isRule, keyOf, mayEdit, nameOf, say, tree } from "./page.js";
import { deed } from "./deeds.js";
import { fold, isFolded } from "./fold.js";
import { zoom } from "./zoom.js";

const FAR_ENOUGH = 4; // px, before it is a drag and no click
const SPRING = 600; // ms
const EDGE = 48; // px
const SPEED = 14; // px a frame, at the very edge

let held = null; // {piece, x, y, ghost, place, spring}

canvas.addEventListener("pointerdown", (event) => {
  const piece = event.target.closest(".card")?.parentElement;
  if (event.button !== 0 || event.pointerType === "touch" || isPhone() || !mayEdit()) return;
  if (!isRule(piece) || event.target.closest("button")) return;
  held = { piece, x: event.clientX, y: event.clientY };
});

document.addEventListener("pointermove", (event) => {
  if (!held) return;
  if (!held.ghost) {
    if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR_ENOUGH) return;
    lift();
  }
  Object.assign(held, { x: event.clientX, y: event.clientY });
  held.ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 8}px)`;
  aim();
});

document.addEventListener("pointerup", () => {
  if (!held) return;
  const { piece, ghost, place } = held;
  const go = ghost && place;
  letGo();
  if (!ghost) return;
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
  if (go) deed("move", { node: keyOf(piece), ...place.values });
});

document.addEventListener("pointercancel", letGo);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !held?.ghost) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  say(`${nameOf(held.piece)} stays where it was`);
  letGo();
}, true);

// The release over a card is no click on it.
function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

function lift() {
  held.ghost = document.createElement("div");
  held.ghost.className = "carried";
  held.ghost.textContent = nameOf(held.piece);
  held.line = document.createElement("div");
  held.line.className = "drop";
  held.line.hidden = true;
  document.body.append(held.ghost);
  tree().append(held.line);
  held.piece.classList.add("dragged");
  document.documentElement.classList.add("is-dragging");
  held.scrolling = requestAnimationFrame(scroll);
}

function letGo() {
  if (!held) return;
  clearTimeout(held.spring);
  cancelAnimationFrame(held.scrolling);
  held.ghost?.remove();
  held.line?.remove();
  held.piece.classList.remove("dragged");
  held.over?.classList.remove("into");
  document.documentElement.classList.remove("is-dragging");
  held = null;
}

// Where it would go: above or below the card under the pointer, or into it, at its right end.
function aim() {
  const card = document.elementFromPoint(held.x, held.y)?.closest?.("#tree .card");
  const piece = card?.parentElement;
  const near = piece && !held.piece.contains(piece) && piece.dataset.kind !== "outcome" ? piece : null;
  springOpen(near);
  held.over?.classList.remove("into");
  held.place = near ? placeAt(near) : placeBetween();
  held.over = held.place?.into ?? null;
  held.over?.classList.add("into");
  showLine(held.place);
}

function placeAt(piece) {
  const box = cardOf(piece).getBoundingClientRect();
  if (piece.dataset.kind === "otherwise") return { values: { before: keyOf(piece) }, at: box.top, box };
  if (held.x > box.left + box.width * 0.72) return { values: { parent: keyOf(piece) }, into: piece };
  const above = held.y < box.top + box.height / 2;
  return { values: { [above ? "before" : "after"]: keyOf(piece) }, at: above ? box.top : bottomOf(piece), box };
}

// In the gap between two siblings there is no card under the pointer.
function placeBetween() {
  const inside = canvas.getBoundingClientRect();
  if (held.x < inside.left || held.x > inside.right || held.y < inside.top || held.y > inside.bottom) return null;
  const columns = [...tree().querySelectorAll('li.n[data-kind="rule"] > .card, li.n[data-kind="otherwise"] > .card')];
  const after = columns.find((card) => {
    const box = card.getBoundingClientRect();
    return box.width && held.x >= box.left - 60 && held.x <= box.right && held.y <= box.top && held.y > box.top - 60;
  });
  const piece = after?.parentElement;
  if (!piece || held.piece.contains(piece)) return null;
  const box = after.getBoundingClientRect();
  return { values: { before: keyOf(piece) }, at: box.top, box };
}

const bottomOf = (piece) => (isFolded(piece) || !isBranch(piece) ? cardOf(piece) : piece).getBoundingClientRect().bottom;

function showLine(place) {
  held.line.hidden = !place || Boolean(place.into);
  if (held.line.hidden) return;
  const origin = tree().getBoundingClientRect();
  const above = place.values.after ? 3 : -8;
  held.line.style.left = `${(place.box.left - origin.left) / zoom()}px`;
  held.line.style.top = `${(place.at - origin.top) / zoom() + above}px`;
  held.line.style.width = `${place.box.width / zoom()}px`;
}

function springOpen(piece) {
  if (held.waiting === piece) return;
  clearTimeout(held.spring);
  held.waiting = piece;
  if (piece && isFolded(piece)) held.spring = setTimeout(() => fold(piece, false), SPRING);
}

function scroll() {
  if (!held?.ghost) return;
  const box = canvas.getBoundingClientRect();
  const push = (at, low, high) => (at < low + EDGE ? -(low + EDGE - at) : at > high - EDGE ? at - high + EDGE : 0);
  const speed = (by) => (Math.max(-EDGE, Math.min(EDGE, by)) / EDGE) * SPEED;
  const x = speed(push(held.x, box.left, box.right));
  const y = speed(push(held.y, box.top, box.bottom));
  if (x || y) {
    canvas.scrollBy(x, y);
    aim();
  }
  held.scrolling = requestAnimationFrame(scroll);
}
