"""Tables that are wider than a phone's screen: the keyboard gets to them, and scrolls them with the arrows."""

import streamlit as st

# Streamlit lets them scroll, but gives them no place among what Tab visits; not every browser does by itself.
_SCRIPT = """<script>
if (!window.travelbotTables) {
  window.travelbotTables = true;
  const mark = () => document.querySelectorAll('[data-testid="stTable"] div').forEach(box => {
    if (box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === "auto") box.tabIndex = 0;
  });
  let due = 0;
  new MutationObserver(() => { due ||= setTimeout(() => { due = 0; mark(); }, 300); })
    .observe(document.body, {childList: true, subtree: true});
  addEventListener("resize", mark);
  mark();
}
</script>"""


def make_wide_tables_scroll() -> None:
    """Let the keyboard reach every table of this page that is wider than its place; draws nothing."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)
