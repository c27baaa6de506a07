// My queue changes by itself while somebody works in it: focus stays where the work is, a click never lands on what has
// just moved under it, and a new lead is told.

const SETTLING_MS = 400;
const said = document.getElementById("said");
const narrow = matchMedia("(max-width: 1180px)");

const list = () => [...document.querySelectorAll("[data-row]")];
const inQueue = (event) => event.detail.target?.id === "queue";

// How many leads wait, beside the name of the page; and where it is wanted also in the title and the icon of its tab,
// and on the application where it is installed.
const icon = document.querySelector("link[rel=icon]");
const icons = { none: icon?.href, some: document.querySelector("meta[name=icon-waiting]")?.content };

function count() {
  const { waiting, badge } = document.getElementById("queue").dataset;
  const told = badge === "on" && waiting !== "0";
  document.title = (told ? `(${waiting}) ` : "") + "My queue · Switchyard";
  const shown = told ? icons.some : icons.none;
  if (icon && shown && icon.getAttribute("href") !== shown) icon.setAttribute("href", shown);
  navigator.setAppBadge?.(told ? Number(waiting) : 0).catch(() => {});
  for (const place of document.querySelectorAll("[data-waiting-count]")) place.textContent = waiting === "0" ? "" : waiting;
}

let known = new Set(list().map((row) => row.id));
let place = null; // where the focus was: the row and how far down, or the panel beside the list
let movedAt = -Infinity;

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!inQueue(event)) return;
  const row = document.activeElement?.closest("[data-row]");
  if (row) place = { id: row.id, index: list().indexOf(row) };
  else place = document.activeElement?.closest("#detail") && { id: "detail" };
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (!inQueue(event)) return;
  keepFocus();
  count();
  const rows = list();
  if (rows.map((row) => row.id).join() !== [...known].join()) movedAt = performance.now();
  const fresh = rows.filter((row) => !known.has(row.id));
  known = new Set(rows.map((row) => row.id));
  if (fresh.some((row) => row.closest("#section-new"))) document.body.dispatchEvent(new CustomEvent("lead-arrived"));
  if (fresh.length) said.textContent = `New in your queue: ${fresh.map((row) => row.querySelector("[data-open]").textContent).join(", ")}`;
});

function keepFocus() {
  if (!place || (document.activeElement && document.activeElement !== document.body)) return;
  if (place.id === "detail") {
    document.querySelector("#detail .name a")?.focus({ preventScroll: true });
    return;
  }
  const rows = list();
  const row = document.getElementById(place.id) ?? rows[Math.min(place.index, rows.length - 1)];
  (row?.querySelector("[data-open]") ?? document.getElementById("queue-title"))?.focus({ preventScroll: Boolean(row) });
}

count();

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("[data-open]");
    // A new tab is a new tab, and where there is no room beside the list the lead has its own page.
    if (link && (narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey)) event.stopImmediatePropagation();
    // Two quick clicks on Accept must not accept two leads: the second would land on the one that moved up.
    const moved = performance.now() - movedAt < SETTLING_MS;
    if (moved && event.isTrusted && event.target.closest(".lead .acts")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  true,
);
