"""What was said about a thing that is shared, for both sides: comments and their answers."""

from collections.abc import Callable

import streamlit as st

from components.labels import escape_label
from components.reviews.words import instant
from services.reviews.records import Comment, Thread, Version


def draw_thread(
    thread: Thread,
    *,
    versions: dict[int, Version],
    below: Callable[[Thread], None],
    beside: Callable[[Thread, Comment], None] | None = None,
) -> None:
    """Draw a thread. *below* draws what can be done with it, *beside* what can be done with each comment.

    *versions* are those of the link, by number: a resolved thread names the one in which it is done.
    """
    with st.container(key=f"review_thread_{thread.id}", border=True, gap="xsmall"):
        if thread.passage:
            before = f":gray[… {escape_label(thread.before)}] " if thread.before else ""
            st.markdown(f":small[:material/format_quote: {before}*{escape_label(thread.passage)}*]")
        for comment in (thread.first, *thread.answers):
            _draw_comment(comment)
            if beside and not comment.removed:
                beside(thread, comment)
        if thread.resolved:
            version = versions.get(thread.resolved.version or 0)
            where = f" in the version of {escape_label(instant(version.created_at))}" if version else ""
            st.caption(f":material/check: Resolved by {escape_label(thread.resolved.by)}{where}.")
        below(thread)


def _draw_comment(comment: Comment) -> None:
    marks = [
        ":orange-badge[:material/lock: Internal]" if comment.internal else "",
        ":blue-badge[Planner]" if comment.by_planner and not comment.internal else "",
        ":green-badge[New]" if comment.new else "",
    ]
    edited = " · edited" if comment.edited and not comment.removed else ""
    details = f":small[:gray[{escape_label(instant(comment.created_at))}{edited}]]"
    kind = "internal" if comment.internal else "comment"
    with st.container(key=f"review_{kind}_{comment.id}", gap=None):
        st.markdown(" ".join(filter(None, (f"**{escape_label(comment.name)}**", *marks, details))))
        if comment.removed:
            st.caption("This comment was deleted.")
        else:
            st.text(comment.text)
