// The lines between the cards: a ribbon as wide as the branch's share of all leads, with a thin core, each in its own
// lane of the trunk. All places are read first and everything is written at once, so that the browser lays out once.

import { canvas, isPhone, tree } from "./page.js";
import { zoom } from "./zoom.js";
import { drawMinimap, moveView } from "./minimap.js";

const PORT = 21; // below a card's upper edge
const PORT_FAR = 20;
const WIDEST = 26;
const NARROWEST = 1.6;
const CURVE = 9;

let asked = 0;

export function redraw() {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(draw);
}

export function draw() {
  const root = tree();
  if (!root) return;
  if (!isPhone()) document.getElementById("edges").replaceChildren(...lines(root));
  drawMinimap();
}

function lines(root) {
  const total = Number(root.dataset.total);
  const origin = root.getBoundingClientRect();
  const at = (element) => {
    const box = element.getBoundingClientRect();
    return { left: (box.left - origin.left) / zoom(), right: (box.right - origin.left) / zoom(), top: (box.top - origin.top) / zoom(), bottom: (box.bottom - origin.top) / zoom() };
  };
  const width = (count) => (total ? Math.max(NARROWEST, (WIDEST * count) / total) : NARROWEST);
  const flows = new Map(); // width → lines: one path for all ribbons of a width
  const cores = [];
  const lit = [];
  for (const list of root.querySelectorAll("ul.kids")) {
    if (list.closest("li.folded") || !list.childElementCount) continue;
    for (const [line, wide, isLit] of trunk(list, at, width)) {
      const rounded = Math.round(wide * 5) / 5;
      flows.set(rounded, `${flows.get(rounded) ?? ""}${line}`);
      cores.push(line);
      if (isLit) lit.push([line, wide]);
    }
  }
  return [
    ...[...flows].map(([wide, line]) => path("flow", line, wide)),
    path("core", cores.join("")),
    ...lit.map(([line, wide]) => path("halo", line, Math.max(wide, 7))),
    ...lit.map(([line]) => path("lit", line)),
  ];
}

// The lines from one card (or the strip before the rules) to each of its own.
function* trunk(list, at, width) {
  const port = zoom() < 0.8 ? PORT_FAR : PORT;
  const isRoot = list.classList.contains("root");
  const from = at(isRoot ? document.getElementById("intake") : list.parentElement.querySelector(":scope > .card"));
  const middle = isRoot ? at(list).left + 34 : from.right + 20;
  const pieces = [...list.children];
  const widths = pieces.map((piece) => width(leadsOf(piece)));
  let lane = -widths.reduce((sum, wide) => sum + wide, 0) / 2;
  let lanes = widths.map((wide) => (lane += wide) - wide / 2);
  // Below a card the first line goes straight on, so that the trunk hangs on its middle.
  if (!isRoot) lanes = lanes.map((one) => one - lanes[0]);
  const last = lanes.at(-1);
  for (const [index, piece] of pieces.entries()) {
    const to = at(piece.querySelector(":scope > .card"));
    const y = to.top + port;
    const x = middle - lanes[index];
    let line;
    if (isRoot) line = `M${x},${from.bottom - 2}V${y - CURVE}Q${x},${y} ${x + CURVE},${y}H${to.left}`;
    else {
      const start = from.top + port + lanes[index];
      const turn = 7 + (last - lanes[index]);
      const isLevel = Math.abs(y - from.top - port) < 1;
      if (isLevel) line = Math.abs(start - y) < 0.5 ? `M${from.right},${y}H${to.left}` : `M${from.right},${start}H${middle}C${middle + 16},${start} ${middle + 8},${y} ${middle + 28},${y}H${to.left}`;
      else line = `M${from.right},${start}H${x - turn}Q${x},${start} ${x},${start + turn}V${y - CURVE}Q${x},${y} ${x + CURVE},${y}H${to.left}`;
    }
    yield [line, widths[index], piece.classList.contains("lit")];
  }
}

// As its label says; an outcome has none, and gets what comes to the card before it.
function leadsOf(piece) {
  const label = piece.querySelector(":scope > .card > .lbl-edge") ?? piece.parentElement.parentElement.querySelector(":scope > .card > .lbl-edge");
  return Number(label?.dataset.n);
}

function path(name, line, wide) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawn.setAttribute("class", name);
  drawn.setAttribute("d", line);
  if (wide) drawn.setAttribute("stroke-width", wide);
  return drawn;
}

// Outcomes stick to the right edge: their lines change when the canvas is scrolled sideways.
let left = 0;
canvas.addEventListener("scroll", () => {
  if (canvas.scrollLeft === left) return requestAnimationFrame(moveView);
  left = canvas.scrollLeft;
  redraw();
});
canvas.addEventListener("zoomed", redraw);
// The labels were counted anew: the lines become as wide as they say, and the outline says the same.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || event.target.id !== "counting") return;
  for (const label of tree().querySelectorAll(".lbl-edge[data-n]:not([data-n=''])")) {
    const count = document.getElementById(`o-${label.id.slice(2)}`)?.querySelector(".c");
    if (count) count.firstChild.textContent = label.querySelector("b").textContent;
  }
  redraw();
});
new ResizeObserver(redraw).observe(canvas);
document.fonts?.ready.then(redraw);
