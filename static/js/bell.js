// The bell asks every ten seconds while somebody looks. What is new is said once in a while, not with every notice.

const QUIET_MS = 60_000;
const live = document.getElementById("bell-live");
const said = document.getElementById("said");
const unseen = () => Number(document.getElementById("bell-side").dataset.unseen);

let before = unseen();
let saidAt = -Infinity;

live.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== live) return;
  const now = unseen();
  if (now > before && performance.now() - saidAt > QUIET_MS) {
    saidAt = performance.now();
    said.textContent = now === 1 ? "1 unseen notice" : `${now} unseen notices`;
  }
  before = now;
});
