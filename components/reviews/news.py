"""What is new for somebody who comes back: threads in which others said something.

In `st.session_state`: `review_news_shown` is True while they are listed, `review_latest` the id of the latest comment
in the run before.
"""

import streamlit as st

from components.labels import counted, escape_label
from components.reviews.talk import go_to_thread
from services.reviews.records import Comment, Thread, Visit

_SHORT = 140  # characters of a comment


def draw_news(visit: Visit) -> None:
    """Draw a bar that says how much is new, and the list of it; nothing where nothing is."""
    _tell(visit)
    with st.container(key="review_news", gap="xsmall"):
        new = [(thread, _new(thread)) for thread in visit.news]
        if not new:
            return
        shown = st.session_state.setdefault("review_news_shown", True)
        with st.container(key="review_news_bar", border=True, horizontal=True, vertical_alignment="center"):
            number = sum(len(comments) for _, comments in new)
            st.markdown(f":material/mark_chat_unread: **{counted(number, 'new comment')} for you**", width="stretch")
            st.button("Hide" if shown else "Show", key="review_news_toggle", on_click=_toggle)
        if shown:
            for thread, comments in new:
                _draw(thread, comments, visit)


def _tell(visit: Visit) -> None:
    """Say wherever the page is scrolled to who said something since the run before."""
    latest = st.session_state.get("review_latest", visit.latest_comment_id)
    st.session_state.review_latest = visit.latest_comment_id
    if came := [comment for thread in visit.news for comment in _new(thread) if comment.id > latest]:
        names = ", ".join(dict.fromkeys(escape_label(comment.name) for comment in came))
        what = "New comment" if len(came) == 1 else counted(len(came), "new comment")
        st.toast(f"{what} by {names}", icon=":material/mark_chat_unread:", duration="long")


def _new(thread: Thread) -> list[Comment]:
    return [comment for comment in (thread.first, *thread.answers) if comment.new]


def _draw(thread: Thread, new: list[Comment], visit: Visit) -> None:
    comment = new[-1] if new else thread.first
    before = f" :small[:gray[and {len(new) - 1} before it]]" if len(new) > 1 else ""
    text = comment.text if len(comment.text) <= _SHORT else f"{comment.text[:_SHORT]}…"
    with st.container(key=f"review_new_{thread.id}", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape_label(comment.name)}:** {escape_label(text)}{before}", width="stretch")
        st.button(
            "Go there",
            key=f"review_new_go_{thread.id}",
            type="tertiary",
            icon=":material/arrow_downward:",
            on_click=go_to_thread,
            args=(thread, visit),
        )


def _toggle() -> None:
    st.session_state.review_news_shown = not st.session_state.review_news_shown
