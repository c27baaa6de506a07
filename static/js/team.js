// The team board: a card is dragged to a rep, or onto a queue, and the same dialog opens as behind "Move to…": nothing
// has happened yet. What is chosen, and a card in the hand, outlive the board's changing by itself.

const TYPE = "application/x-lead";
const chosen = new Set();
let held = null; // the card in the hand

const columnOf = (event) => event.target.closest?.("[data-rep], [data-queue]");
const unmark = () => document.querySelectorAll(".column.over").forEach((column) => column.classList.remove("over"));

function target(event) {
  const column = columnOf(event);
  if (!held || !column || column.contains(held)) return null;
  // What waits in a queue already is not put into one.
  return "queue" in column.dataset && held.closest("[data-queue]") ? null : column;
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card) return;
  held = card;
  event.dataTransfer.setData(TYPE, card.dataset.card);
  event.dataTransfer.effectAllowed = "move";
  card.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const column = target(event);
  unmark();
  if (!column) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  column.classList.add("over");
});

document.addEventListener("drop", (event) => {
  const column = target(event);
  if (!column) return;
  event.preventDefault();
  const { give, here } = document.getElementById("team").dataset;
  const address = give.replace("/0/", `/${held.dataset.card}/`);
  const to = column.dataset.rep ?? "queue";
  const source = document.getElementById(`move-${held.dataset.card}`);
  source?.focus(); // where the focus is when the dialog closes
  window.htmx.ajax("GET", `${address}?to=${to}&next=${encodeURIComponent(here)}`, { source, target: "#dialog" });
});

document.addEventListener("dragend", () => {
  unmark();
  held?.classList.remove("dragged");
  held = null;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-which]")) event.target.form.submit();
  if (!event.target.matches(".pick input")) return;
  if (event.target.checked) chosen.add(event.target.value);
  else chosen.delete(event.target.value);
});

document.addEventListener("reset", (event) => {
  if (event.target.id === "several") chosen.clear();
});

// What was chosen has been moved together.
document.body.addEventListener("dialog-done", () => {
  const several = document.getElementById("several");
  if (document.querySelector("#dialog form")?.getAttribute("action") === several?.getAttribute("action")) several.reset();
});

// A board that changes under the hand would take the card out of it: it changes at the next look.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "team" && held) event.detail.shouldSwap = false;
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "team") return;
  for (const box of document.querySelectorAll(".pick input")) box.checked = chosen.has(box.value);
  const there = new Set([...document.querySelectorAll(".pick input")].map((box) => box.value));
  for (const lead of chosen) if (!there.has(lead)) chosen.delete(lead);
});
