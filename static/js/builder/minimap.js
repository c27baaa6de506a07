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
  const boxes = pieces().filter(isShown).map((piece) => box(piece.querySelector(":scope > .card"), origin, scale, looks(piece)));
  const view = box(canvas, origin, scale, "view");
  view.setAttribute("stroke-width", Math.max(6, width / 160));
  into.replaceChildren(...boxes, view);
}

function looks(piece) {
  if (piece.classList.contains("sel")) return "sel";
  if (piece.classList.contains("lit")) return "lit";
  if (piece.querySelector(":scope > .has-bad")) return "bad";
  return piece.dataset.kind === "outcome" ? "who" : "box";
}

function box(element, origin, scale, name) {
  const at = element.getBoundingClientRect();
  const drawn = document.createElementNS(SVG, "rect");
  const places = { x: at.left - origin.left, y: at.top - origin.top, width: at.width, height: at.height };
  for (const [name, value] of Object.entries(places)) drawn.setAttribute(name, value / scale);
  drawn.setAttribute("rx", 10);
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
