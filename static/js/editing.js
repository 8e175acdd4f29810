/* Editing a procedure: the server does all of it too. */
(() => {
  document.documentElement.classList.add("scripted");
  let touched = false;

  /* A select that decides what else is asked shows it at once. */
  document.addEventListener("change", (event) => {
    const select = event.target.closest("select[data-show]");
    if (!select) return;
    const button = document.createElement("button");
    button.name = "action";
    button.value = "show";
    button.formNoValidate = true;
    button.setAttribute("formaction", `#${select.id}`);
    button.hidden = true;
    select.form.append(button);
    touched = false;
    select.form.requestSubmit(button);
  });

  document.addEventListener("input", (event) => {
    touched ||= !!event.target.closest("form[data-guard]");
  });
  document.addEventListener("submit", () => {
    touched = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (touched) event.preventDefault();
  });

  /* After a reload, go on where the change was made. */
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) (target.matches("input, select, textarea") ? target : target.querySelector("a, input, select, textarea, button"))?.focus();
  else document.querySelector("[role=alert][tabindex]")?.focus();
})();
