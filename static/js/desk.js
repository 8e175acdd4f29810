/* Single keys on the desk, the list and the record, and a box for the whole page. Everything works without it. */
(() => {
  const OFF = "desk-keys-off";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const help = document.querySelector("[data-keys]");
  const links = () => all("#result_list tbody tr th a, [data-row] > a:first-child");
  let kept = "";
  try {
    kept = localStorage.getItem(OFF) || "";
  } catch {
    /* Without storage the choice holds for this page. */
  }

  function show() {
    if (!help) return;
    const button = help.querySelector("[data-keys-switch]");
    help.hidden = false;
    help.querySelector("[data-keys-words]").hidden = !!kept;
    button.textContent = kept ? button.dataset.on : button.dataset.off;
  }

  function change() {
    kept = kept ? "" : "1";
    try {
      localStorage.setItem(OFF, kept);
    } catch {
      /* As above. */
    }
    show();
  }

  const row = () => document.activeElement?.closest("#result_list tbody tr, [data-row]");

  function move(step) {
    const found = links();
    const here = found.findIndex((link) => row()?.contains(link));
    found[here < 0 ? (step > 0 ? 0 : found.length - 1) : Math.min(Math.max(here + step, 0), found.length - 1)]?.focus();
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    x: () => row()?.querySelector("[name=_selected_action]")?.click(),
    "/": () => document.querySelector("[data-key-search]")?.select(),
    n: () => (document.querySelector("[data-key-next]") || links()[0])?.click(),
  };

  /* Off while somebody types, with Ctrl, Alt or the like, and when switched off (WCAG 2.1.4). */
  document.addEventListener("keydown", (event) => {
    if (!help || kept || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    const verb = /^[1-9]$/.test(event.key) && all("[data-key-verb]")[event.key - 1];
    const act = verb ? () => location.assign(`${verb.href}#lam`) : Object.hasOwn(keys, event.key) && keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  help?.querySelector("[data-keys-switch]").addEventListener("click", change);

  const page = document.querySelector("[data-pick-page]");
  if (page) {
    const boxes = () => all("#result_list [name=_selected_action]");
    page.closest("label").hidden = false;
    page.addEventListener("change", () => boxes().forEach((box) => (box.checked = page.checked)));
    document.getElementById("result_list").addEventListener("change", () => {
      page.checked = boxes().every((box) => box.checked);
    });
  }

  /* Opened by its key: on with what must be answered, or with the button when nothing must. No element is called so,
     for a browser would take the focus there. */
  const form = location.hash === "#lam" && document.querySelector(".verb-form");
  if (form) {
    const asked = form.querySelector(":is([data-needed], .ticks, .counter-form) :is(input:not([type=hidden]), select, textarea)");
    (asked || form.querySelector("[data-key-go]") || form.querySelector(".submit-line button")).focus();
  }

  /* Chosen filters stay open where there is room for them; on a phone the chips say what is chosen. */
  if (matchMedia("(min-width: 1024px)").matches) all("details[data-wide-open]").forEach((part) => (part.open = true));
  show();
})();
