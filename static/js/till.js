// The till works without this. With it, the box is ready for the next customer at once, a scanner's Enter sends one
// request however often it is pressed, a wrong text is selected, so that the next scan replaces it, and the answer
// above the box stays in view.

const form = document.querySelector("[data-till]");
const box = form?.querySelector("[name=voucher]");

if (box) {
  box.focus({ preventScroll: true });
  box.select();
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}
