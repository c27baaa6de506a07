// What happens when a request of htmx does not end well. The answers 401 carry HX-Redirect and need nothing here.

const said = document.getElementById("said");
let silent = false;

// Signing in again, in another tab too, changes the form's token; the page is then simply too old.
document.body.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 403) location.reload();
  else if (status >= 500) lost();
  else if (status === 404 && !isPoll(event)) location.reload();
});

document.body.addEventListener("htmx:sendError", lost);
document.body.addEventListener("htmx:timeout", lost);
document.body.addEventListener("htmx:afterOnLoad", found);

function isPoll(event) {
  return event.detail.elt.hasAttribute("data-live");
}

function lost() {
  if (silent) return;
  silent = true;
  document.documentElement.dataset.offline = "yes";
  said.textContent = "The server does not answer. This page tries again by itself.";
}

function found() {
  if (!silent) return;
  silent = false;
  delete document.documentElement.dataset.offline;
  said.textContent = "The server answers again.";
}
