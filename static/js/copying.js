// Copy buttons. Without HTTPS browsers refuse the clipboard; then there is no button.
import { say } from "./say.js";

function show() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return;
  }
  say(button.dataset.copied);
  button.classList.add("copy--done");
  setTimeout(() => button.classList.remove("copy--done"), 2000);
});

document.addEventListener("page:changed", show);
show();
