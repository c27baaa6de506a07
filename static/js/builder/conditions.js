// Putting conditions in another order: with the menu of the grip, Alt+↑ and Alt+↓ anywhere in a condition, or by drag.

const conditionOf = (element) => element.closest?.("#inspector [data-condition]");
const listOf = (condition) => condition.parentElement.closest(".asks");
const places = (at) => at.split(".").map(Number);

function move(condition, to, source) {
  const { op, node, rev } = context();
  const at = condition.dataset.condition;
  if (to === null || to === at) return;
  window.htmx
    .ajax("POST", op, { source: condition, swap: "none", values: { op: "move_condition", node, at, to, rev } })
    .then(() => focusGrip(landed(at, to)));
}

function context() {
  const { op, rule } = document.querySelector("#inspector [data-rule]").dataset;
  return { op, node: rule, rev: document.getElementById("rev")?.value ?? "" };
}

// Where a condition then stands: taking it out closes the gap in its own group, and in what goes on below that.
function landed(at, to) {
  const from = places(at);
  const goal = places(to);
  const depth = from.length - 1;
  const through = goal.length > from.length && from.slice(0, depth).every((one, index) => one === goal[index]);
  if (through && goal[depth] > from[depth]) goal[depth] -= 1;
  return goal.join(".");
}

function focusGrip(at) {
  document.querySelector(`#inspector [data-grip="${at}"]`)?.focus();
}

function siblings(condition) {
  return [...condition.parentElement.children].filter((one) => one.dataset.condition !== undefined);
}

function shifted(condition, direction) {
  const path = places(condition.dataset.condition);
  const last = path.pop();
  const count = siblings(condition).length;
  if (direction === "out") {
    if (!path.length) return null;
    const place = path.pop() + 1;
    return [...path, place].join(".");
  }
  const next = direction === "up" ? last - 1 : last + 1;
  return next < 0 || next >= count ? null : [...path, next].join(".");
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const condition = conditionOf(event.target);
  if (!condition) return;
  event.preventDefault();
  event.stopPropagation();
  move(condition, shifted(condition, event.key === "ArrowUp" ? "up" : "down"));
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#inspector [data-shift]");
  if (!button) return;
  const condition = conditionOf(button);
  button.closest("details").open = false;
  move(condition, shifted(condition, button.dataset.shift));
});

// One menu at a time, and none after a click elsewhere or Escape.
function closeMenus(but) {
  for (const menu of document.querySelectorAll("#inspector details.moves-menu[open], #inspector details.more-acts[open]")) {
    if (menu !== but) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details")));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("#inspector details[open]");
  if (!menu) return;
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary").focus();
}, true);

let held = null;

document.addEventListener("dragstart", (event) => {
  const grip = event.target.closest?.("#inspector [data-grip]");
  if (!grip) return;
  held = conditionOf(grip);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("application/x-condition", held.dataset.condition);
  event.dataTransfer.setDragImage(held, 8, 12);
  held.classList.add("dragged");
});

// Above or below the middle of a condition: before or after it.
function target(event) {
  const over = held && conditionOf(event.target);
  if (!over || held.contains(over)) return null;
  const box = over.getBoundingClientRect();
  return { over, after: event.clientY > box.top + box.height / 2 };
}

function unmark() {
  for (const one of document.querySelectorAll("#inspector .drop-before, #inspector .drop-after")) {
    one.classList.remove("drop-before", "drop-after");
  }
}

document.addEventListener("dragover", (event) => {
  if (!held) return;
  const place = target(event);
  unmark();
  if (!place) return;
  event.preventDefault();
  place.over.classList.add(place.after ? "drop-after" : "drop-before");
});

document.addEventListener("drop", (event) => {
  const place = target(event);
  if (!place) return;
  event.preventDefault();
  const from = places(held.dataset.condition);
  const to = places(place.over.dataset.condition);
  if (place.after) to[to.length - 1] += 1;
  // In its own group it leaves a gap above where it goes.
  const depth = from.length - 1;
  const same = to.length === from.length && from.slice(0, depth).every((one, index) => one === to[index]);
  if (same && to[depth] > from[depth]) to[depth] -= 1;
  move(held, to.join("."));
});

document.addEventListener("dragend", () => {
  unmark();
  held?.classList.remove("dragged");
  held = null;
});
