// Writes the subdomain on the house beside the sign-up form while it is typed.
const plate = document.querySelector("[data-front-door]");
const subdomain = document.querySelector("[data-suggest-to] input");
const unnamed = plate.textContent;

const show = () => {
  plate.textContent = subdomain.value.trim().toLowerCase() || unnamed;
};
subdomain.addEventListener("input", show);
show();
