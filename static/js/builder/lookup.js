// A lookup table as a grid: arrows and Enter go from row to row, what is pasted from a spreadsheet becomes rows.

const cellOf = (event) => event.target.closest?.("#i-grid .cell");

function go(cell, by) {
  const cells = [...document.querySelectorAll("#i-grid .cell")];
  const next = cells[cells.indexOf(cell) + by];
  if (next) {
    next.focus();
    next.select();
  } else if (by > 0) document.getElementById("i-add-row")?.click();
}

document.addEventListener("keydown", (event) => {
  const cell = cellOf(event);
  if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const by = { ArrowDown: 1, ArrowUp: -1, Enter: event.shiftKey ? -1 : 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  if (by > 0 && event.key === "ArrowDown" && cell.closest("tr").nextElementSibling?.matches(".all-others")) return;
  go(cell, by);
});

// Alt+↑ and Alt+↓ move the row, as they move everything here.
document.addEventListener("keydown", (event) => {
  const row = event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key) && event.target.closest?.("#i-grid tbody tr");
  if (!row) return;
  event.preventDefault();
  event.stopPropagation();
  row.querySelector(event.key === "ArrowUp" ? "[id$=-up]" : "[id$=-down]")?.click();
}, true);

function addRows(text) {
  const { op, node } = document.getElementById("i-grid").dataset;
  return window.htmx.ajax("POST", op, {
    source: document.getElementById("i-paste-form"),
    swap: "none",
    values: { op: "paste_rows", node, text },
  });
}

document.addEventListener("paste", (event) => {
  const cell = cellOf(event);
  const text = event.clipboardData?.getData("text") ?? "";
  if (!cell || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  addRows(text);
});

document.addEventListener("change", async (event) => {
  if (!event.target.matches?.("#inspector [data-upload]")) return;
  const [file] = event.target.files;
  if (!file) return;
  await addRows(await file.text());
  event.target.value = "";
});
