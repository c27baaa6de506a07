// A click on a value puts it where the cursor was.

let last = document.getElementById("body");

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-takes]")) last = event.target;
});

document.addEventListener("click", (event) => {
  const value = event.target.closest("[data-insert]");
  if (!value) return;
  last.focus();
  last.setRangeText(value.dataset.insert, last.selectionStart, last.selectionEnd, "end");
  last.dispatchEvent(new Event("input", { bubbles: true }));
});
