// Puts a template's text into an answer at once. Without this file its button sends the form, and the page comes back
// with the text behind what was typed.
//
//   <select name="template"> <option data-text="…">   <button name="fill" data-fill="id of the textarea">

for (const button of document.querySelectorAll("button[data-fill]")) {
  button.type = "button"; // nothing is sent any more, and Enter in a field is the form's own button
  button.addEventListener("click", (event) => {
    const area = document.getElementById(button.dataset.fill);
    const text = button.form?.elements.template?.selectedOptions[0]?.dataset.text;
    if (!area) return;
    event.preventDefault();
    if (!text) { button.form.elements.template.focus(); return; }
    const typed = area.value.trimEnd();
    area.value = typed ? `${typed}\n\n${text}` : text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    // What nobody could fill in is chosen, so that typing replaces it.
    const open = /\{[^{}\n]{1,20}\}/.exec(area.value);
    area.focus();
    if (open) area.setSelectionRange(open.index, open.index + open[0].length);
  });
}
