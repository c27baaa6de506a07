// The switch for single-key shortcuts, kept on this device (static/js/keys.js reads it).

function show() {
  let keys = "on";
  try {
    keys = localStorage.getItem("keys") ?? "on";
  } catch {
    // storage is closed to this site: the shortcuts stay on
  }
  for (const button of document.querySelectorAll("[data-keys-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.keysChoice === keys));
  }
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-keys-choice]");
  if (!choice) return;
  localStorage.setItem("keys", choice.dataset.keysChoice);
  show();
});

show();
