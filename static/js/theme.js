// The chosen theme, before anything is painted: this small file stands in the head and holds the page up for it.
// "system" follows the machine and is what nobody has to choose.
(() => {
  const root = document.documentElement;
  const choices = ["system", "light", "dark"];

  const chosen = () => {
    try {
      const theme = localStorage.getItem("theme");
      return choices.includes(theme) ? theme : "system";
    } catch {
      return "system"; // storage is closed to this site: the machine's own theme then
    }
  };

  const keep = (theme) => {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // it holds for this page only
    }
  };

  const show = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
    for (const label of document.querySelectorAll("[data-theme-switch] span")) {
      label.textContent = `Theme: ${theme}`;
    }
  };

  const choose = (theme) => {
    keep(theme);
    show(theme);
  };

  show(chosen());
  document.addEventListener("DOMContentLoaded", () => show(chosen()));
  addEventListener("storage", () => show(chosen()));
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) choose(choice.dataset.themeChoice);
    if (event.target.closest("[data-theme-switch]")) {
      choose(choices[(choices.indexOf(root.dataset.theme ?? "system") + 1) % choices.length]);
    }
  });
})();
