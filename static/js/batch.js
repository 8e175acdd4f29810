// The progress of a batch comes by itself; without this the page has a link. The status line is read out when it changes.
const WAIT = 3000;

async function look() {
  const here = document.getElementById("batch");
  try {
    const answer = await fetch(location.pathname, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("batch");
    if (fresh && answer.ok) show(here, fresh);
  } catch {
    // No network just now: the next look tells.
  }
  if (here.hasAttribute("data-running")) setTimeout(look, WAIT);
}

// The status line stays the same element, else screen readers do not hear that its words have changed.
function show(here, fresh) {
  const status = here.querySelector("[role=status]");
  const next = fresh.querySelector("[role=status]");
  if (status.textContent.trim() !== next.textContent.trim()) status.replaceChildren(...next.childNodes);
  if (fresh.hasAttribute("data-running")) {
    here.querySelector("progress").value = fresh.querySelector("progress").value;
    return;
  }
  here.removeAttribute("data-running");
  while (here.lastElementChild !== status) here.lastElementChild.remove();
  next.remove();
  here.append(...fresh.childNodes);
}

setTimeout(look, WAIT);
