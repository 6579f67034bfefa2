// Adds rows to a formset and takes them away: <fieldset data-formset="prefix"> with a <template data-formset-row>.
const reveal = (root) => {
  for (const button of root.querySelectorAll("[data-formset-add], [data-formset-remove]")) button.hidden = false;
};

const add = (formset) => {
  const template = formset.querySelector("[data-formset-row]");
  const total = formset.querySelector(`[name="${formset.dataset.formset}-TOTAL_FORMS"]`);
  template.insertAdjacentHTML("beforebegin", template.innerHTML.replaceAll("__prefix__", total.value));
  total.value = Number(total.value) + 1;
  const row = template.previousElementSibling;
  reveal(row);
  row.querySelector("input:not([type=hidden]), select, textarea").focus();
};

// An empty row is no row to the server, so the others need not be numbered anew.
const remove = (row) => {
  for (const field of row.querySelectorAll("input, textarea")) field.value = "";
  row.hidden = true;
  row.parentElement.querySelector("[data-formset-add]").focus();
};

for (const formset of document.querySelectorAll("[data-formset]")) {
  reveal(formset);
  formset.addEventListener("click", ({ target }) => {
    if (target.closest("[data-formset-add]")) add(formset);
    const remover = target.closest("[data-formset-remove]");
    if (remover) remove(remover.closest(".formset-row"));
  });
}
