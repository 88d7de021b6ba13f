// Say a sentence to those who listen to the page.
export function say(sentence) {
  const place = document.getElementById("said");
  if (place) place.textContent = sentence;
}
