// After a refused form the list of faults has the focus, so that it is read and its links are at hand.
document.querySelector("[data-focus]")?.focus();

// A link of that list leads into the field, not only to it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-focus] a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
});
