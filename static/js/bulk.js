// Ticked rows: count them in the bar that belongs to them, tick all at once, a range with Shift.

const boxesOf = (form) => [...document.querySelectorAll(`[data-select="${form}"]`)];
let last = null;

document.addEventListener("change", (event) => {
  const { selectAll, select } = event.target.dataset ?? {};
  if (selectAll) {
    for (const box of boxesOf(selectAll)) box.checked = event.target.checked;
    count(selectAll);
  } else if (select) {
    count(select);
  }
});

document.addEventListener("click", (event) => {
  const form = event.target.dataset?.select;
  if (!form) return;
  const boxes = boxesOf(form);
  if (event.shiftKey && last && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((one, other) => one - other);
    for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    count(form);
  }
  last = event.target;
});

function count(form) {
  const boxes = boxesOf(form);
  const ticked = boxes.filter((box) => box.checked).length;
  const bar = document.getElementById(form);
  const words = bar?.querySelector("[data-count]");
  if (!words) return;
  const { none, one, many } = words.dataset;
  words.textContent = ticked === 0 ? none : ticked === 1 ? one : many.replace("{n}", ticked.toLocaleString("de-DE"));
  bar.classList.toggle("bulk--some", ticked > 0);
  bar.classList.toggle("bulk--none", ticked === 0);
  for (const button of bar.querySelectorAll("button")) button.disabled = ticked === 0;
  for (const all of document.querySelectorAll(`[data-select-all="${form}"]`)) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
}

function countAll() {
  for (const bar of document.querySelectorAll("[data-bulk]")) count(bar.id);
}

document.addEventListener("page:changed", countAll);
window.addEventListener("pageshow", countAll);
countAll();
