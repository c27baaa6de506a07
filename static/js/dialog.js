// One dialog for the page. A link with hx-target="#dialog" fills it from the page it would open without JavaScript;
// it opens when it has content and empties when it closes. The browser keeps the focus inside and gives it back.

const dialog = document.getElementById("dialog");

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && dialog.childElementCount && !dialog.open) dialog.showModal();
});

dialog.addEventListener("close", () => dialog.replaceChildren());

dialog.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (!close && event.target !== dialog) return; // a click on the dialog itself is one on its backdrop
  event.preventDefault();
  dialog.close();
});

// The server says so when the act in the dialog is done.
document.body.addEventListener("dialog-done", () => dialog.close());
