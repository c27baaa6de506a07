// The whole tree in a corner, with what of it is in view. A click goes there, dragging takes the view along.

import { canvas, isShown, pieces, tree } from "./page.js";
import { zoom } from "./zoom.js";

const SVG = "http://www.w3.org/2000/svg";
const map = () => document.querySelector("#minimap svg");
let held = false;

export function drawMinimap() {
  const into = map();
  if (!into?.getClientRects().length) return;
  const origin = tree().getBoundingClientRect();
  const scale = zoom();
  const width = origin.width / scale;
  into.setAttribute("viewBox", `0 0 ${width} ${origin.height / scale}`);
  const drawn = new Map(); // one path for all cards that look alike
  for (const piece of pieces()) {
    if (!isShown(piece)) continue;
    const at = piece.querySelector(":scope > .card").getBoundingClientRect();
    const left = Math.round((at.left - origin.left) / scale);
    const top = Math.round((at.top - origin.top) / scale);
    const name = looks(piece);
    drawn.set(name, `${drawn.get(name) ?? ""}M${left},${top}h${Math.round(at.width / scale)}v${Math.round(at.height / scale)}H${left}z`);
  }
  into.replaceChildren(...[...drawn].map(([name, line]) => shape("path", name, { d: line })), view(origin, scale, width));
}

// Scrolling moves what is in view, and nothing else.
export function moveView() {
  const old = map()?.querySelector(".view");
  if (!old || !map().getClientRects().length) return;
  const origin = tree().getBoundingClientRect();
  old.replaceWith(view(origin, zoom(), origin.width / zoom()));
}

function view(origin, scale, width) {
  const at = canvas.getBoundingClientRect();
  const places = { x: (at.left - origin.left) / scale, y: (at.top - origin.top) / scale, width: at.width / scale, height: at.height / scale };
  return shape("rect", "view", { ...places, rx: 14, "stroke-width": Math.max(6, width / 160) });
}

function looks(piece) {
  if (piece.classList.contains("sel")) return "sel";
  if (piece.classList.contains("lit")) return "lit";
  if (piece.querySelector(":scope > .has-bad")) return "bad";
  return piece.dataset.kind === "outcome" ? "who" : "box";
}

function shape(kind, name, attributes) {
  const drawn = document.createElementNS(SVG, kind);
  for (const [attribute, value] of Object.entries(attributes)) drawn.setAttribute(attribute, value);
  drawn.setAttribute("class", name);
  return drawn;
}

function go(event) {
  const into = map();
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(into.getScreenCTM().inverse());
  const scale = zoom();
  canvas.scrollTo(at.x * scale - canvas.clientWidth / 2, at.y * scale - canvas.clientHeight / 2);
}

document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest("#minimap")) return;
  held = true;
  go(event);
});
document.addEventListener("pointermove", (event) => held && go(event));
document.addEventListener("pointerup", () => (held = false));
