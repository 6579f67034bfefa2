// Suggests a subdomain from the company's name for as long as nobody has typed one.
const name = document.querySelector("[data-suggest-from] input");
const subdomain = document.querySelector("[data-suggest-to] input");
let typed = subdomain.value !== "";

const suggestion = (text) =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 30)
    .replace(/^-+|-+$/g, "");

subdomain.addEventListener("input", (event) => {
  if (event.isTrusted) typed = subdomain.value !== "";
});

name.addEventListener("input", () => {
  if (typed) return;
  subdomain.value = suggestion(name.value);
  // Tells those who listen (availability, front door) as if it had been typed.
  subdomain.dispatchEvent(new Event("input", { bubbles: true }));
});
