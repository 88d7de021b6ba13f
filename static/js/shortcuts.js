// Keys for those who live in the lists. Off while typing, and for everybody who switched them off (WCAG 2.1.4).
// "/" search, "?" this list, "n" new, "e" edit, "j" and "k" through the rows, "x" tick the row, Ctrl+S save.

const KEYS = {
  "/": () => focus(document.querySelector("[data-search]")),
  "?": () => document.querySelector("[data-key='?']")?.click(),
  n: () => document.querySelector("[data-key='n']")?.click(),
  e: () => document.querySelector("[data-key='e']")?.click(),
  j: () => move(1),
  k: () => move(-1),
  x: () => rowOf(document.activeElement)?.querySelector("[data-select]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || !("shortcuts" in document.body.dataset)) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "s") save(event);
    return;
  }
  if (!(event.key in KEYS) || isTyping(event.target)) return;
  event.preventDefault();
  KEYS[event.key]();
});

function isTyping(element) {
  return element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), select, textarea");
}

function save(event) {
  const form = document.activeElement.closest("form[data-guard]") ?? document.querySelector("form[data-guard]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

function focus(field) {
  field?.focus();
  field?.select?.();
}

const rowOf = (element) => element?.closest?.("tbody tr");

function move(step) {
  const rows = [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a"));
  const here = rows.indexOf(rowOf(document.activeElement));
  const next = rows[here === -1 ? (step > 0 ? 0 : rows.length - 1) : here + step];
  next?.querySelector("a").focus();
}
