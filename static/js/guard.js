// Ask before what was typed is lost. The browser words the question.
const snapshot = (form) => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();
const before = new Map();
let leaving = false;

for (const form of document.querySelectorAll("form[data-guard]")) before.set(form, snapshot(form));

document.addEventListener("submit", (event) => {
  if (before.has(event.target)) leaving = true;
});

window.addEventListener("beforeunload", (event) => {
  if (leaving) return;
  const changed = [...before].some(([form, then]) => form.isConnected && snapshot(form) !== then);
  if (changed) event.preventDefault();
});
