"""Where on the page a reader is: which messages are drawn, and what the page is scrolled to.

In `st.session_state`: `review_shown` is how many messages are drawn, `review_scroll` what the script that scrolls is
told last.
"""

import re
import time
from collections.abc import Sequence

import streamlit as st

from components.scripts import tell
from exports.reviews.records import Block

_NO_CLASS = re.compile(r"[^a-zA-Z0-9_-]")
PAGE = 30  # messages drawn at first, and with each "Show more"


def shown_blocks(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return the messages to draw."""
    return blocks[: st.session_state.get("review_shown", PAGE)]


def more_button(blocks: Sequence[Block]) -> None:
    """Draw the way to the messages that are not drawn yet."""
    left = len(blocks) - len(shown_blocks(blocks))
    if left <= 0:
        st.empty()
        return
    st.button(
        f"Show {min(left, PAGE)} more of {left:,}",
        key="review_more",
        icon=":material/expand_more:",
        width="stretch",
        on_click=_show_more,
    )


def go_to_message(anchor: str, blocks: Sequence[Block]) -> None:
    """Bring a message into view, drawn if it is not yet. A callback."""
    if show_message(anchor, blocks):
        go_to(f"review_block_{anchor}")


def show_message(anchor: str, blocks: Sequence[Block]) -> bool:
    """Draw a message from the next run on; return whether there is one. For callbacks."""
    number = next((number for number, block in enumerate(blocks, 1) if block.anchor == anchor), 0)
    st.session_state.review_shown = max(number, st.session_state.get("review_shown", PAGE))
    return number > 0


def go_to(key: str) -> None:
    """Bring what has this key into view, in the run that follows. A callback."""
    css = _NO_CLASS.sub("-", key)  # as Streamlit makes a class of it
    st.session_state.review_scroll = {"once": str(time.time_ns()), "key": css, "to": "start"}


def draw_scroll() -> None:
    """Tell the script where to scroll to, which does it once."""
    if told := st.session_state.get("review_scroll"):
        tell("scroll", told)
    else:
        st.empty()


def _show_more() -> None:
    st.session_state.review_shown = st.session_state.get("review_shown", PAGE) + PAGE
