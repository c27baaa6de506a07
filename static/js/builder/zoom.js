// Near and far: 40 to 150 %. From below 80 % on, cards say less.

import { canvas, isPhone, recall, remember, tree } from "./page.js";

const NEAREST = 1.5;
const FARTHEST = 0.4;
const FAR = 0.8;
let now = 1;
// A sheet of our own: styles written on the tree itself would be copied when it is swapped, which the page's policy forbids.
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

export const zoom = () => now;

export function setZoom(wanted) {
  now = isPhone() ? 1 : Math.min(NEAREST, Math.max(FARTHEST, Math.round(wanted * 20) / 20));
  remember("zoom", now);
  showZoom();
}

export function showZoom() {
  sheet.replaceSync(`.canvas > .tree { zoom: ${now}; --z: ${now}; }`);
  canvas.classList.toggle("lod1", now < FAR);
  const said = document.querySelector("[data-zoom='100']");
  if (said) said.textContent = `${Math.round(now * 100)}%`;
  canvas.dispatchEvent(new Event("zoomed")); // the lines ask for the zoom, so this script cannot call them
}

// The cards' own width does not depend on the zoom, so the whole of it is known at any.
export function fitWidth() {
  setZoom(Math.floor(((canvas.clientWidth - 48) / tree().scrollWidth) * 20) / 20);
}

export function zoomBy(step) {
  setZoom(now + step);
}

document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-zoom]")?.dataset.zoom;
  if (wanted === "in") zoomBy(0.1);
  else if (wanted === "out") zoomBy(-0.1);
  else if (wanted === "fit") fitWidth();
  else if (wanted) setZoom(1);
});

canvas.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? 0.1 : -0.1);
  },
  { passive: false },
);

export function recallZoom() {
  now = isPhone() ? 1 : (recall("zoom") ?? 1);
  showZoom();
}
