// What is typed on the page that a link opens, kept in this tab while its form is not drawn: another one was opened, or
// a passcode is asked for. And where one writes next: in the form that was opened; Escape closes it if it is empty.
const TALK = '[class*="st-key-review_form_"]:not([class*="st-key-review_form_edit_"])';
const FORM = `${TALK}, [class*="st-key-review_decision_form_"]`;
const BOX = 'textarea, input[type="text"]';
const CANCEL =
  '[class*="st-key-review_cancel_"], [class*="st-key-review_answer_cancel_"], .st-key-review_decide_cancel';
const DRAWN_MS = 50; // till then Streamlit may write into a box itself, and on a slow computer later

const setValue = Object.fromEntries(
  [HTMLInputElement, HTMLTextAreaElement].map(({ name, prototype }) => [
    name,
    Object.getOwnPropertyDescriptor(prototype, "value").set,
  ]),
);
const kept = new Map(); // what was typed, by the name of its form and then of its box
const known = new WeakSet(); // boxes that are drawn
let opening = null; // how the name of the form begins that was asked for
let back = null; // the name of the button that has the focus next

/** Write into a box as a person would. */
export function write(box, text) {
  setValue[box.constructor.name].call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Let the first box of a form have the focus that is to be filled in, unless one writes in it already. */
export function focusIn(form) {
  if (form.contains(document.activeElement)) return;
  const name = form.querySelector('[class*="st-key-review_name_"] input');
  (name && !name.value ? name : form.querySelector("textarea")).focus();
}

function nameOf(element) {
  return element.closest('[class*="st-key-review_"]')?.className.match(/st-key-(review_[\w-]+)/)[1] ?? "";
}

/** Let a box have what was typed for as long as it is drawn: Streamlit may write over it at any time. */
function keep(box) {
  known.add(box);
  setTimeout(() => {
    const form = box.isConnected && box.closest(FORM);
    if (!form) {
      known.delete(box);
      return;
    }
    const text = kept.get(nameOf(form))?.get(nameOf(box));
    if (text !== undefined && text !== box.value) write(box, text);
    keep(box);
  }, DRAWN_MS);
}

function look() {
  for (const form of document.querySelectorAll(FORM)) {
    for (const box of form.querySelectorAll(BOX)) if (!known.has(box)) keep(box);
  }
  const opened = opening && document.querySelector(`[class*="st-key-${opening}"]`);
  if (opened?.querySelector("textarea")) {
    opening = null;
    setTimeout(() => focusIn(opened), DRAWN_MS);
  }
  const button = back && document.querySelector(`.st-key-${back} button`);
  if (button) {
    back = null;
    button.focus();
  }
}

new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
look();

// After React, which takes out again what is too long.
addEventListener("input", ({ target }) => {
  const form = target.closest(FORM);
  if (!form || !target.matches(BOX)) return;
  const texts = kept.get(nameOf(form)) ?? new Map();
  kept.set(nameOf(form), texts.set(nameOf(target), target.value));
});

addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  const name = button ? nameOf(button) : "";
  const comment = name.match(/^review_comment_([\w-]+)$/);
  const answer = name.match(/^review_answer_(\d+)$/);
  const edit = name.match(/^review_editing_(\d+)$/);
  if (comment) opening = `review_form_${comment[1]}_`;
  if (answer) opening = `review_form_answer_${answer[1]}_`;
  if (edit) opening = `review_edited_${edit[1]}`;
  if (button?.closest(CANCEL)) kept.delete(nameOf(button.closest(FORM)));
  look();
});

addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && !event.isComposing && event.target.closest?.(TALK);
  if (!form) return;
  const written = [...form.querySelectorAll('textarea, [class*="st-key-review_passage_"] input')];
  if (written.some((box) => box.value)) return;
  back = nameOf(form).replace(/^review_form_(answer_\d+|[\w-]+)_\d+$/, (_, place) =>
    place.startsWith("answer_") ? `review_${place}` : `review_comment_${place}`,
  );
  form.querySelector(CANCEL).querySelector("button").click();
});
