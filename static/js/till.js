// The till works without this. With it, the box is ready for the next customer at once, a wrong text is selected, so
// that the next scan replaces it, and the answer above the box stays in view. That a form is sent once, however often a
// scanner's Enter is pressed, is what site.js does for every page.

const box = document.querySelector("[data-till] [name=voucher]");

box?.focus({ preventScroll: true });
box?.select();
