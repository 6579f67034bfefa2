// A link marked data-confirm leads to a page that asks before something is undone for good.
// Here its question comes to the reader: the form of that page, in a dialog above this one.
const ask = (form, link) => {
  if (!form.getAttribute("action")) form.action = link.href;
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "question");
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-cancel]")) return;
    event.preventDefault();
    dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
};

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const response = await fetch(link.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    ask(page.querySelector("form.confirm"), link);
  } catch {
    location.assign(link.href);
  }
});
