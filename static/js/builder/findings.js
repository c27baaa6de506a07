// From the panel of findings to a piece: the dialog closes first, so that it does not take the focus back afterwards.

document.addEventListener(
  "click",
  (event) => {
    const go = event.target.closest("#dialog [data-go]");
    if (go && !event.ctrlKey && !event.metaKey && !event.shiftKey) document.getElementById("dialog").close();
  },
  { capture: true },
);
