// A message or a comment that is being written: its box has the focus from the start, and Escape gives it up. So has a
// new title's.
const RENAMED = '[class*="st-key-session_rename_title_"] input';
const EDITED = `[class*="st-key-chat_edit_text_"], [class*="st-key-chat_waiting_text_"],
  [class*="st-key-reviews_answer_text_"], [class*="st-key-reviews_edit_text_"], .st-key-reviews_comment_text`;
const CANCEL = `[class*="st-key-chat_edit_cancel_"] button, .st-key-chat_waiting_cancel button,
  [class*="st-key-reviews_answer_cancel_"] button, [class*="st-key-reviews_edit_cancel_"] button,
  .st-key-reviews_comment_cancel button`;

const areas = document.getElementsByTagName("textarea");
let box = null;
let title = null;

new MutationObserver(() => {
  const now = [...areas].find((area) => area.closest(EDITED)) ?? null;
  if (now && now !== box) {
    now.focus();
    now.setSelectionRange(now.value.length, now.value.length);
  }
  box = now;
  const named = document.querySelector(RENAMED);
  if (named && named !== title) named.select();
  title = named;
}).observe(document.body, { childList: true, subtree: true });

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !event.target.closest?.(EDITED)) return;
  event.target.closest('[data-testid="stForm"]')?.querySelector(CANCEL)?.click();
});
