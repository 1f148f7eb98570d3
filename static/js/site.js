// What every page gains from a script; each page works without it.

document.documentElement.classList.replace("no-js", "js");

sendFormsOnce();
closeMenus();
showPrinters();

// An error summary is read first, wherever the page was.
document.querySelector("[data-focus-first]")?.focus();

// A second tap while the first is on its way would only confuse: the browser would drop the answer to the first.
function sendFormsOnce() {
  const onTheirWay = new Set();
  document.addEventListener("submit", (event) => {
    if (onTheirWay.has(event.target)) {
      event.preventDefault();
      return;
    }
    onTheirWay.add(event.target);
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // Coming back with the browser's arrow restores the page as it was left: its forms may be sent again.
  window.addEventListener("pageshow", () => {
    onTheirWay.clear();
    for (const button of document.querySelectorAll("[aria-busy=true]")) {
      button.removeAttribute("aria-busy");
    }
  });
}

// A menu closes when attention moves elsewhere.
function closeMenus() {
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
}

// Without a script nothing could print: the button is hidden until there is one.
function showPrinters() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
