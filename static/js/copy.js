// Streamlit can copy code only. What is drawn is copied, so that headings and tables stay what they are in a letter.
addEventListener(
  "click",
  (event) => {
    const button = event.target.closest('[class*="st-key-chat_copy_"] button');
    const message = button?.closest('[class*="st-key-chat_message_"]');
    const texts = [...(message?.querySelectorAll('[class*="st-key-chat_text_"]') ?? [])];
    if (!texts.length) return;
    const range = document.createRange();
    range.setStartBefore(texts[0]);
    range.setEndAfter(texts.at(-1));
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    document.execCommand("copy");
    selection.removeAllRanges();
  },
  true,
);
