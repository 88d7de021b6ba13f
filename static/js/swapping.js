// Everything that knows htmx's event names. What is swapped says so itself (hx-target, hx-select, hx-swap).

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (sourceElement.matches("[data-filter]")) leaveOutEmpty(request.body);
});

// An answer that lacks the part we asked for is another page (signed out, an error): show that page as a whole.
document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement, request, response, text } = event.detail.ctx;
  const wanted = sourceElement.getAttribute("hx-select");
  if (!wanted?.startsWith("#")) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  if (response.status < 400 && page.querySelector(wanted)) return;
  event.preventDefault();
  window.location.assign(sourceElement.matches("form, a") ? request.action : window.location.href);
});

document.addEventListener("htmx:after:swap", () => {
  document.dispatchEvent(new CustomEvent("page:changed"));
});

function leaveOutEmpty(values) {
  for (const [name, value] of [...values.entries()]) {
    if (value === "") values.delete(name);
  }
}
