// The list of keys, in the page's dialog.

const dialog = document.getElementById("dialog");

export function openKeys() {
  dialog.replaceChildren(document.getElementById("keys").content.cloneNode(true));
  dialog.showModal();
}

document.addEventListener("click", (event) => event.target.closest("[data-keys]") && openKeys());
