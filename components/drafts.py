"""What is typed and not yet sent: kept in this browser, for each planner and session."""

import streamlit as st

# Streamlit tells nobody what is typed before it is sent. The box is looked at, as its text also changes by itself:
# it is emptied when a message goes off, and filled again when one is refused.
_SCRIPT = """<script>
window.travelbotDraftsOf = "USER";
if (!window.travelbotDrafts) {
  window.travelbotDrafts = true;
  let shown = null, kept = "";
  const box = () => document.querySelector('[data-testid="stChatInputTextArea"]');
  const name = () => `travelbot-draft-${window.travelbotDraftsOf}-${
    new URLSearchParams(location.search).get("session") || "new"}`;
  const keep = (key, text) => text ? localStorage.setItem(key, text) : localStorage.removeItem(key);
  const look = () => {
    const area = box(), key = name();
    if (!area) { shown = null; return; }
    if (key !== shown) {
      const draft = localStorage.getItem(key) || "", left = shown === null ? "" : kept;
      if (area.value === left || !area.value) {
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, draft);
        area.dispatchEvent(new Event("input", {bubbles: true}));
      }
      shown = key;
    } else if (area.value !== kept) keep(key, area.value);
    kept = area.value;
  };
  const sent = () => { if (shown) keep(shown, kept = ""); };
  addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && event.target === box()) sent();
  }, true);
  addEventListener("click", event => {
    if (event.target.closest('[data-testid="stChatInputSubmitButton"]')) sent();
  }, true);
  addEventListener("pagehide", look);
  setInterval(look, 300);
}
</script>"""


def keep_drafts(*, user_id: int) -> None:
    """Keep what this planner types in the box, and put it back when the session is opened again."""
    st.html(_SCRIPT.replace("USER", str(user_id)), unsafe_allow_javascript=True)
