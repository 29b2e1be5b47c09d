"""Tells those who listen to the page that a reply has begun, and reads it out when it is whole."""

import streamlit as st

# A region that a screen reader watches has to be there before its text changes; Streamlit has none. The text is read
# once, at the end: each piece of it as it comes would be a stutter.
_SCRIPT = """<script>
if (!window.travelbotAnnouncer) {
  const region = window.travelbotAnnouncer = document.createElement("div");
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  region.style.cssText = "position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)";
  document.body.append(region);
  let writing = false;
  setInterval(() => {
    const now = Boolean(document.querySelector('[class*="st-key-chat_stop_"] button'));
    if (now && !writing) region.textContent = "The assistant is answering.";
    if (!now && writing) {
      const replies = document.querySelectorAll('[class*="st-key-chat_text_"]');
      region.textContent = replies.length ? `Reply: ${replies[replies.length - 1].innerText}` : "";
    }
    writing = now;
  }, 500);
}
</script>"""


def announce_replies() -> None:
    """Let screen readers hear of replies."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)
