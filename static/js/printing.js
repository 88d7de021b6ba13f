// Buttons that print the page. Without the script there is the hint beside them.
function show() {
  if (typeof window.print !== "function") return;
  for (const button of document.querySelectorAll("[data-print][hidden]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});

document.addEventListener("page:changed", show);
show();
