// The inbox changes while somebody reads in it: whose button is gone after a click is put on the line itself.

let line = "";

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "list") line = document.activeElement?.closest(".notices li")?.id ?? "";
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "list" || !line || document.activeElement !== document.body) return;
  const place = document.getElementById(line)?.querySelector("a") ?? document.getElementById("inbox-title");
  place.focus({ preventScroll: true });
  line = "";
});
