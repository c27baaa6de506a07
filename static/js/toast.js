// Messages: each can be put away; what only confirms goes by itself, what warns stays until it is read.

const SECONDS = 6;

function welcome(toast) {
  if (toast.dataset.seen) return;
  toast.dataset.seen = "yes";
  if (toast.matches(".success, .info")) setTimeout(() => toast.remove(), SECONDS * 1000);
}

const toasts = document.getElementById("toasts");
toasts.querySelectorAll(".toast").forEach(welcome);
new MutationObserver(() => toasts.querySelectorAll(".toast").forEach(welcome)).observe(toasts, { childList: true });
toasts.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
});
