// What is copied of a page brings no colours along: it is Markdown, and plain HTML. A browser would copy the theme's.
// Streamlit's own buttons copy code only: the one that copies a message is here.
const { copied, copiedRange } = await import(`./copied.js${new URL(import.meta.url).search}`);

let wanted = null; // what a button copies, while it does

addEventListener("copy", (event) => {
  const selection = getSelection();
  const selected = selection.rangeCount && !selection.isCollapsed && !event.target.closest?.("input, textarea");
  const copy = wanted ?? (selected ? copiedRange(selection.getRangeAt(0)) : null);
  if (!copy) return;
  event.clipboardData.setData("text/plain", copy.text);
  event.clipboardData.setData("text/html", copy.html);
  event.preventDefault();
});

addEventListener(
  "click",
  (event) => {
    const message = event.target.closest('[class*="st-key-chat_message_"]');
    if (!message) return;
    if (event.target.closest('[class*="st-key-chat_copy_"] button')) copy(message, copied(message.querySelectorAll('[class*="st-key-chat_text_"]')));
  },
  true,
);

/** Copy something at once, as a browser allows it in a click alone; Safari wants that something is selected. */
function copy(message, content) {
  const selection = getSelection();
  selection.selectAllChildren(message);
  wanted = content;
  document.execCommand("copy");
  wanted = null;
  selection.removeAllRanges();
}
