// "Why?" in the list of decisions (and "Tries" in that of deliveries) opens the answer in the row below; a second click closes it without asking again.

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("[data-why]");
    if (!link) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      event.stopImmediatePropagation(); // a new tab is a new tab
      return;
    }
    if (link.getAttribute("aria-expanded") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.getElementById(link.getAttribute("aria-controls")).replaceChildren();
    show(link, false);
  },
  true,
);

document.body.addEventListener("htmx:afterSwap", (event) => {
  const link = document.querySelector(`[data-why][aria-controls="${CSS.escape(event.detail.target.id)}"]`);
  if (link) show(link, true);
});

function show(link, open) {
  link.setAttribute("aria-expanded", String(open));
  link.firstElementChild.textContent = open ? "Hide" : (link.dataset.closed ?? "Why?");
}
