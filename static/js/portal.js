/* Quicker forms; the server does all of it too. */
(() => {
  let typed = false;
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const rowsOf = (list) => all(list, ":scope > [data-row]");
  const named = (form, name) => all(form, `[name="${CSS.escape(name)}"]`);

  /* Answers a condition looks at; null when asked on an earlier page. */
  function answers(element, name) {
    const form = element.closest("form") || document;
    const row = element.closest("[data-row]");
    const own = row ? named(form, `${row.closest("[data-repeat]").dataset.repeat}-${row.dataset.row}-${name}`) : [];
    const inputs = own.length ? own : named(form, name);
    if (!inputs.length) return null;
    const given = inputs.filter((i) => !i.closest("[data-show-when][hidden]"));
    if (given[0]?.type === "checkbox" && given[0].value === "on") return [String(given[0].checked)];
    const values = given.filter((i) => !/^(radio|checkbox)$/.test(i.type) || i.checked).map((i) => i.value);
    return values.filter(Boolean);
  }

  function reveal(root) {
    all(root, "[data-show-when]").forEach((element) => {
      const rule = JSON.parse(element.dataset.showWhen);
      const given = answers(element, rule.field);
      if (given) element.hidden = !(given.length ? given : [rule.absent]).some((value) => rule.values.includes(value));
      /* What is hidden is not sent. */
      for (const input of all(element, "input, select, textarea"))
        input.disabled = !!input.closest("[data-show-when][hidden]");
    });
  }

  function renumber(list, row, from, to) {
    const prefix = (index) => `${list.dataset.repeat}-${index}-`;
    all(row, "*").forEach((element) => {
      for (const attribute of element.attributes) attribute.value = attribute.value.replaceAll(prefix(from), prefix(to));
      if (element.dataset.rowTitle) element.textContent = `${element.dataset.rowTitle} ${to + 1}`;
      if (element.name?.startsWith("remove-")) element.value = to;
    });
    row.dataset.row = to;
  }

  function changeRows(button) {
    const list = button.closest("[data-repeat]");
    const [total] = named(list, `${list.dataset.repeat}-TOTAL_FORMS`);
    const [add] = named(list, `add-${list.dataset.repeat}`);
    const status = list.querySelector("[data-row-status]");
    const count = rowsOf(list).length;
    if (button === add) {
      const model = list.querySelector(":scope > template");
      const html = model.innerHTML.replaceAll("__prefix__", count).replaceAll("__number__", count + 1);
      model.insertAdjacentHTML("beforebegin", html);
      model.previousElementSibling.querySelector("input, select, textarea")?.focus();
      status.textContent = status.dataset.added;
    } else {
      const row = button.closest("[data-row]");
      const index = Number(row.dataset.row);
      rowsOf(list).slice(index + 1).forEach((later, i) => renumber(list, later, index + i + 1, index + i));
      row.remove();
      status.textContent = status.dataset.removed;
    }
    total.value = rowsOf(list).length;
    add.hidden = total.value >= Number(list.dataset.max);
    if (button !== add) (add.hidden ? list : add).focus();
    reveal(list);
    typed = true;
  }

  /* Picked files */
  const MB = 1048576;
  const size = (n) => (n < MB ? `${Math.ceil(n / 1024)} KB` : `${(n / MB).toFixed(1).replace(".", ",")} MB`);

  function listFiles(input) {
    const list = document.createElement("ul");
    list.dataset.picked = "";
    if (input.nextElementSibling?.matches("[data-picked]")) input.nextElementSibling.remove();
    input.after(list);
    for (const file of input.files)
      list.appendChild(document.createElement("li")).textContent = `${file.name} (${size(file.size)})`;
  }

  function send(form, button, meter) {
    const data = new FormData(form);
    if (button?.name) data.append(button.name, button.value);
    const request = new XMLHttpRequest();
    meter.hidden = false;
    request.upload.onprogress = ({ loaded, total }) => {
      meter.querySelector("span").textContent = Math.round((100 * loaded) / total);
    };
    request.onload = () => {
      const main = new DOMParser().parseFromString(request.response, "text/html").querySelector("main");
      if (!main || request.responseURL !== location.href.split("#")[0]) return location.assign(request.responseURL);
      document.querySelector("main").replaceWith(main);
      scrollTo(0, 0);
      start();
    };
    request.onerror = () => {
      delete form.dataset.sent;
      form.dataset.plain = "1";
      form.requestSubmit(button);
    };
    request.open("POST", form.getAttribute("action") || location.href);
    request.send(data);
  }

  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-guard]")) typed = true;
  });
  document.addEventListener("change", (event) => {
    reveal(event.target.form || document);
    if (event.target.matches("input[type=file]")) listFiles(event.target);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print], [data-rows]");
    if (button?.matches("[data-print]")) print();
    else if (button) {
      event.preventDefault();
      changeRows(button);
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post") return;
    /* A second press sends nothing. */
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
    typed = false;
    const meter = form.querySelector("[data-upload]");
    const isBig = all(form, "input[type=file]").some((input) => [...input.files].some((file) => file.size > MB));
    if (isBig && meter && !form.dataset.plain) {
      event.preventDefault();
      send(form, event.submitter, meter);
    }
  });
  addEventListener("beforeunload", (event) => typed && event.preventDefault());

  function start() {
    reveal(document);
    all(document, "[data-print]").forEach((button) => (button.hidden = false));
    document.querySelector("[data-error-summary]")?.focus();
  }
  start();
})();
