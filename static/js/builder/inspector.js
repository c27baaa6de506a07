// The panel beside the tree. A form saves itself half a second after the last key, or when its field is left. Nothing
// that is typed is ever overwritten: what comes from the server goes around the field that has the focus, around what
// has not been sent yet, and around what was refused.

const PAUSE = 500;
const unsent = new Set(); // controls, and whole forms, of which the server does not know yet
const timers = new WeakMap();
const sent = new WeakMap(); // of each form what was sent last, so that leaving a field does not send it once more
const next = new WeakMap(); // where to go on when what was asked for is done; the answer may say otherwise of the one after

const panel = () => document.getElementById("inspector");
const within = (element) => element?.closest?.("#inspector");
const formOf = (element) => element.closest("form[data-autosave]");
const isText = (element) => element.matches("textarea, input:not([type]), input[type=text], input[type=date]");

// A form's own text, without what changes by itself or is sent alone.
function said(form) {
  const fields = [...new FormData(form)].filter(([name]) => !["rev", "csrfmiddlewaretoken"].includes(name));
  return JSON.stringify(fields);
}

export function save(form) {
  clearTimeout(timers.get(form));
  const now = said(form);
  if (sent.get(form) === now) return;
  // A new fact, say, is one only when all of it is there.
  if (form.dataset.autosave === "whole" && [...form.elements].some((one) => one.name === "value" && !one.value.trim())) return;
  sent.set(form, now);
  unsent.add(form); // until its turn comes: what was asked for before may be answered first
  window.htmx.trigger(form, "save");
}

document.addEventListener("focusin", (event) => {
  const form = within(event.target) && formOf(event.target);
  if (form && !sent.has(form)) sent.set(form, said(form));
});

document.addEventListener("input", (event) => {
  const control = event.target;
  const form = within(control) && control.name && formOf(control);
  if (!form || !isText(control)) return;
  unsent.add(control);
  clearTimeout(timers.get(form));
  if (form.dataset.autosave !== "whole") timers.set(form, setTimeout(() => save(form), PAUSE));
});

// A choice that is sent by itself may have to wait for its turn too.
document.addEventListener("change", (event) => {
  if (within(event.target) && event.target.hasAttribute("hx-post")) unsent.add(event.target);
}, true);

document.addEventListener("change", (event) => {
  const control = event.target;
  const form = within(control) && control.name && formOf(control);
  if (form && !control.hasAttribute("hx-post")) save(form);
});

document.addEventListener("submit", (event) => {
  if (!within(event.target) || !event.target.matches("[data-autosave]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  save(event.target);
}, true);

// What leaves now is known to the server as soon as it answers.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, verb } = event.detail;
  if (!within(elt)) return;
  if (verb === "post") {
    const tab = panel().dataset.tab;
    if (tab && tab !== "condition") event.detail.path += `?tab=${tab}`;
  }
  for (const one of unsent) if (elt.contains(one)) unsent.delete(one);
  next.delete(elt);
  if (elt.dataset.then) next.set(elt, elt.dataset.then);
  if (elt.matches("[data-goal]")) spellOut(event.detail.parameters);
});

// A place chosen from the one list of all: pool:emea is the kind and which of it.
function spellOut(parameters) {
  const [kind, ...rest] = parameters.goal.split(":");
  delete parameters.goal;
  parameters.kind = kind;
  if (rest.join(":")) parameters[kind] = rest.join(":");
}

// A long table has the list of all places once; a row's own choice takes it over when it is about to be opened.
function fill(select) {
  const own = select.options[0];
  if (select.options.length > 1) return;
  for (const group of document.getElementById(select.dataset.fill).content.children) select.append(group.cloneNode(true));
  for (const option of [...select.options].slice(1)) if (option.value === own.value) option.remove();
}
document.addEventListener("focusin", (event) => within(event.target) && event.target.matches("[data-fill]") && fill(event.target));

// A list that is typed into changes with every letter. It is saved when the typing pauses, or when the list is left.
const TYPED_PAUSE = 250; // ms
let typedAt = 0;
let held = null;

document.addEventListener("keydown", (event) => {
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (within(event.target) && event.target.matches("select")) typedAt = event.timeStamp;
}, true);

document.addEventListener("change", (event) => {
  if (!within(event.target) || !event.target.matches("select") || !typedAt || event.timeStamp - typedAt > TYPED_PAUSE) return;
  event.stopImmediatePropagation();
  unsent.add(event.target);
  clearTimeout(held?.timer);
  held = { list: event.target, timer: setTimeout(release, TYPED_PAUSE) };
}, true);

document.addEventListener("focusout", (event) => held?.list === event.target && release(), true);

function release() {
  const { list, timer } = held;
  clearTimeout(timer);
  held = null;
  typedAt = 0;
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

// A skill or a field is taken out of its list.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#inspector [data-drop]");
  if (!button) return;
  const form = button.closest("form");
  button.closest(".tok, .skill").remove();
  form.querySelector("select.f")?.focus();
  save(form);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, requestConfig } = event.detail;
  const { elt, verb } = requestConfig; // the event's own is another where it took itself away
  const isDone = xhr.status >= 200 && xhr.status < 400;
  if (isDone && next.has(elt)) goOnAt(next.get(elt));
  if (!within(elt) || verb !== "post") return;
  const form = elt.closest("form");
  if (isDone) {
    if (form) forgive(form);
  } else if (form) {
    // Refused or lost: what was typed stays as it is, whatever else is drawn anew.
    sent.delete(form);
    for (const control of form.elements) if (control.name && control.type !== "hidden") unsent.add(control);
  }
});

// What was added is there only after the answer was put into the page.
function goOnAt(id) {
  setTimeout(() => {
    const wanted = document.getElementById(id);
    const instead = wanted?.disabled ? wanted.parentElement.querySelector("button:not([disabled])") : wanted;
    instead?.focus();
    instead?.closest("details")?.removeAttribute("open");
  });
}

// The reason is put beside the control by whoever shows all refusals; here it is kept there until the next try.
document.addEventListener("builder-refused", (event) => {
  const form = within(event.target) && event.target.closest("form");
  const slot = form?.querySelector("[data-refusal]");
  if (!slot) return;
  slot.dataset.refusal = "kept";
  const named = [...form.elements].filter((one) => one.name === event.detail.field && one.type !== "hidden");
  for (const control of named.length ? named : [...form.elements].filter(isText)) control.setAttribute("aria-invalid", "true");
}, true);

function forgive(form) {
  const slot = form.querySelector("[data-refusal=kept]");
  if (!slot) return;
  slot.dataset.refusal = "";
  slot.textContent = "";
  for (const control of form.elements) control.removeAttribute("aria-invalid");
}

// The server's answer goes around what somebody is typing, and around open lists of values.
function guard() {
  const { defaults } = window.Idiomorph;
  // Not `ignoreActiveValue`: that also leaves alone all that is inside of what has the focus, such as a piece of the tree.
  defaults.callbacks.beforeAttributeUpdated = (name, element) => !(name === "value" && element === document.activeElement);
  const before = defaults.callbacks.beforeNodeMorphed;
  defaults.callbacks.beforeNodeMorphed = (old, fresh) => {
    if (old.nodeType === Node.ELEMENT_NODE && keeps(old)) return false;
    return before?.(old, fresh);
  };
}

function keeps(element) {
  if (!within(element)) return false;
  if (element.dataset.refusal === "kept" || unsent.has(element)) return true;
  return element.matches(".options:not([hidden]), .add-token") && element.parentElement.contains(document.activeElement);
}

document.addEventListener("DOMContentLoaded", guard);
if (document.readyState !== "loading") guard();

// A page is not left while something is on its way.
window.addEventListener("beforeunload", (event) => {
  for (const control of unsent) {
    if (!control.isConnected) unsent.delete(control);
    else if (formOf(control)) save(formOf(control));
  }
  if (unsent.size) event.preventDefault();
});
