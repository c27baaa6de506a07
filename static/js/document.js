// A tree's document on paper: the browser's own dialog, with what document.css says of paper.

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
});
