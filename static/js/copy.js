// What is copied of a page brings no colours along: it is Markdown, and plain HTML. A browser would copy the theme's.
// Streamlit's own buttons copy code only: those that copy a message, the link to it, and that of a review, are here.
const { copied, copiedRange, copiedText } = await import(`./copied.js${new URL(import.meta.url).search}`);

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
    if (event.target.closest(".st-key-review_address_copy button")) {
      const address = document.querySelector('.st-key-review_address_text [data-testid="stText"]');
      copy(address, copiedText(address.textContent));
    }
    const message = event.target.closest('[class*="st-key-chat_message_"]');
    if (!message) return;
    if (event.target.closest('[class*="st-key-chat_copy_"] button')) copy(message, messageCopied(message));
    if (event.target.closest('[class*="st-key-chat_link_"] button')) copy(message, copiedText(linkTo(message)));
  },
  true,
);

function messageCopied(message) {
  const typed = message.querySelector('[class*="st-key-chat_planner_"] [data-testid="stText"]');
  return typed ? copiedText(typed.textContent) : copied(message.querySelectorAll('[class*="st-key-chat_text_"]'));
}

function linkTo(message) {
  const link = new URL(location.href);
  link.searchParams.set("message", message.className.match(/st-key-chat_message_(\d+)/)[1]);
  return link.href;
}

/** Copy something at once, as a browser allows it in a click alone; Safari wants that something is selected. */
function copy(message, content) {
  const selection = getSelection();
  selection.selectAllChildren(message);
  wanted = content;
  document.execCommand("copy");
  wanted = null;
  selection.removeAllRanges();
}
