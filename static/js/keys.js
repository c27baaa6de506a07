// Single keys in My queue: J and K move, A accepts, C says "contacted", R declines, N takes the next one of the team's
// queues. Only where nobody is typing, never with a modifier, and each user can turn them off on this device (the page Account; WCAG 2.1.4).

const rows = () => [...document.querySelectorAll("[data-row]")];
const chosen = () => document.querySelector("[data-row].sel");

const isOff = () => {
  try {
    return localStorage.getItem("keys") === "off";
  } catch {
    return false;
  }
};

function move(step) {
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(chosen()) + step))];
  const link = next?.querySelector("[data-open]");
  if (!link) return;
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  // At the end of the list it is open already: asking again would take the next key's form away under it.
  if (next !== chosen()) link.click();
}

const press = (key) => chosen()?.querySelector(`[data-key="${key}"]`)?.click();

const acts = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("accept"),
  c: () => press("contact"),
  r: () => press("decline"),
  n: () => document.querySelector("[data-next]")?.click(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isOff()) return;
  const act = acts[event.key.toLowerCase()];
  if (!act || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
});

if (isOff()) document.documentElement.dataset.keys = "off"; // the hint goes too
