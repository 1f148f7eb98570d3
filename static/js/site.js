// What every page gains from a script; each page works without it.

document.documentElement.classList.replace("no-js", "js");

// A form is sent once: a second tap while the first is on its way would only confuse.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending === "yes") {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back with the browser's arrow restores the page as it was left: let its forms be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sending;
  }
  for (const busy of document.querySelectorAll("[aria-busy=true]")) {
    busy.removeAttribute("aria-busy");
  }
});

// An error summary is read first, wherever the page was.
document.querySelector("[data-focus-first]")?.focus();

// A menu closes when attention moves elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.account[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.account[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const printer of document.querySelectorAll("[data-print]")) {
  printer.hidden = false;
  printer.addEventListener("click", () => window.print());
}
