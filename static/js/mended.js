// What was wrong with a form is hidden as soon as something in it is another, till it is sent again: the page of a form
// does not run before that.
const FORM = '[data-testid="stForm"]';
const CHOICE = '[data-testid="stRadioGroup"]'; // it tells nobody of its changes

function set(target, mended) {
  target.closest(FORM)?.toggleAttribute("data-mended", mended);
}

addEventListener("input", ({ target }) => set(target, true), true);
addEventListener(
  "click",
  ({ target }) => {
    if (target.closest('[data-testid="stFormSubmitButton"]')) set(target, false);
    else if (target.closest(CHOICE)) set(target, true);
  },
  true,
);
addEventListener(
  "keydown",
  ({ key, target }) => {
    // Where Enter is a new line, it is input, too.
    if (key === "Enter") set(target, false);
    else if (key.startsWith("Arrow") && target.closest(CHOICE)) set(target, true);
  },
  true,
);
