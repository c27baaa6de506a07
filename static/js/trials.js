// What only a canary needs is shown only when one is to be begun. Without this script all of it is there.

function suit(form) {
  const canary = form.querySelector('input[name="kind"][value="canary"]');
  const fields = form.querySelector(".of-canary");
  if (canary && fields) fields.hidden = !canary.checked;
}

function all() {
  for (const form of document.querySelectorAll("form.begin")) suit(form);
}

document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form.begin") : null;
  if (form) suit(form);
});
document.addEventListener("htmx:afterSettle", all);
all();
