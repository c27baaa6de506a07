// Values that leads really have, offered while one types: the list comes from the server, free text goes too. Where a
// condition takes several values they become tokens: Enter, comma or leaving the field makes one, a pasted list many.

import { save } from "./inspector.js";

const PAUSE = 200;
let timer = 0;
let asked = 0; // the newest question: answers to older ones are dropped

const inputOf = (event) => event.target.closest?.("#inspector input[data-values]");
const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const tokensOf = (input) => input.closest("[data-tokens]");
const options = (list) => [...list.querySelectorAll("[role=option]")];

async function offer(input) {
  const question = ++asked;
  const chosen = [...(tokensOf(input)?.querySelectorAll("input[type=hidden]") ?? [])].map((one) => one.value);
  const query = new URLSearchParams({ q: tokensOf(input) || input.dataset.typed ? input.value : "", list: listOf(input).id });
  const answer = await fetch(`${input.dataset.values}?${query}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok || question !== asked || document.activeElement !== input) return;
  const list = listOf(input);
  list.innerHTML = await answer.text();
  for (const option of options(list)) if (chosen.includes(option.dataset.value)) option.remove();
  open(input, options(list).length > 0);
}

function open(input, isOpen) {
  const list = listOf(input);
  list.hidden = !isOpen;
  input.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) input.removeAttribute("aria-activedescendant");
}

function choose(input, option) {
  mark(input, null);
  if (tokensOf(input)) add(input, [[option.dataset.value, option.dataset.label]]);
  else input.value = option.dataset.value;
  open(input, false);
  if (!tokensOf(input)) save(input.form);
}

function mark(input, option) {
  for (const one of options(listOf(input))) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

const marked = (input) => listOf(input).querySelector("[aria-selected=true]");

function step(input, by) {
  const all = options(listOf(input));
  if (!all.length) return;
  const at = all.indexOf(marked(input));
  mark(input, all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
}

// "DE, AT; CH" or one to a line, also a column out of a spreadsheet.
const parted = (text) => text.split(/[,;\t\r\n]+/).map((one) => one.trim()).filter(Boolean);

function add(input, pairs) {
  const box = tokensOf(input);
  const present = new Set([...box.querySelectorAll("input[type=hidden]")].map((one) => one.value.toLowerCase()));
  const fresh = pairs.filter(([value]) => value && !present.has(value.toLowerCase()));
  for (const [value, label] of fresh) {
    const token = document.createElement("span");
    token.className = "tok";
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: box.dataset.tokens, value });
    token.append(hidden, label ?? value);
    input.before(token);
  }
  input.value = "";
  if (fresh.length) save(input.form);
}

function commit(input) {
  if (tokensOf(input) && input.value.trim()) add(input, parted(input.value).map((one) => [one]));
}

document.addEventListener("focusin", (event) => {
  const input = inputOf(event);
  if (!input) return;
  delete input.dataset.typed;
  offer(input);
});

document.addEventListener("focusout", (event) => {
  const input = inputOf(event);
  if (!input) return;
  open(input, false);
  commit(input);
});

document.addEventListener("input", (event) => {
  const input = inputOf(event);
  if (!input) return;
  input.dataset.typed = "yes";
  if (tokensOf(input) && /[,;\n]/.test(input.value)) commit(input);
  clearTimeout(timer);
  timer = setTimeout(() => offer(input), PAUSE);
});

document.addEventListener("paste", (event) => {
  const input = inputOf(event);
  const text = event.clipboardData?.getData("text") ?? "";
  if (!input || !tokensOf(input) || parted(text).length < 2) return;
  event.preventDefault();
  asked += 1; // whoever brings a list is not looking for values
  open(input, false);
  add(input, parted(text).map((one) => [one]));
});

document.addEventListener("keydown", (event) => {
  const input = inputOf(event);
  if (!input || event.altKey || event.ctrlKey || event.metaKey) return;
  const isOpen = !listOf(input).hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (isOpen) step(input, event.key === "ArrowDown" ? 1 : -1);
    else offer(input);
  } else if (event.key === "Enter") {
    if (isOpen && marked(input)) choose(input, marked(input));
    else if (tokensOf(input)) commit(input);
    else save(input.form);
    open(input, false);
  } else if (event.key === "Escape" && isOpen) {
    open(input, false);
    event.stopPropagation();
  } else if (event.key === "Backspace" && tokensOf(input) && !input.value) {
    const last = [...tokensOf(input).querySelectorAll(".tok")].pop();
    if (!last) return;
    last.remove();
    save(input.form);
  } else return;
  event.preventDefault();
}, true);

// With the mouse: before the field would lose the focus.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.("#inspector .options [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(document.querySelector(`[aria-controls="${option.parentElement.id}"]`), option);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#inspector [data-untoken]");
  if (!button) {
    const box = event.target.closest?.("#inspector [data-tokens]");
    if (box && event.target === box) box.querySelector(".add-token")?.focus();
    return;
  }
  const box = button.closest("[data-tokens]");
  const form = box.closest("form");
  button.closest(".tok").remove();
  box.querySelector(".add-token")?.focus();
  save(form);
});
