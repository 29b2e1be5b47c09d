"""What a planner thinks of a reply: two thumbs, and room for a reason once one of them is chosen."""

import streamlit as st

from components.chat_actions import rate, rate_with_reason
from services.ratings import MAX_REASON_CHARS
from services.records import MessageStatus, MessageView

_THUMB_OF = {1: 1, -1: 0}  # of a rating, as `st.feedback` counts


def rating(message: MessageView) -> None:
    """Draw the thumbs of a reply that is whole; any other leaves the place empty."""
    if message.status is not MessageStatus.COMPLETE or message.duration_s is None:
        st.empty()
        return
    key = f"chat_rating_{message.id}"
    st.session_state[key] = _THUMB_OF.get(message.rating or 0)  # as it was saved, perhaps elsewhere
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.feedback("thumbs", key=key, on_change=rate, args=(message.session_id, message.id, key))
        if message.rating:
            _reason(message)


def _reason(message: MessageView) -> None:
    key = f"chat_reason_{message.id}"
    given = message.rating_reason or ""
    menu = st.popover(
        "Your reason" if given else "Say why",
        icon=":material/edit_note:",
        type="tertiary",
        key=key,
        on_change="rerun",
    )
    if not menu.open:
        return
    text_key = f"chat_reason_text_{message.id}"
    with menu, st.form(f"chat_reason_form_{message.id}", border=False):
        st.text_area(  # low, with its label inside: below the last reply there is little room
            "What was good about this reply?" if message.rating == 1 else "What was wrong with this reply?",
            value=given,
            placeholder="What was good?" if message.rating == 1 else "What was wrong?",
            label_visibility="collapsed",
            height=68,
            max_chars=MAX_REASON_CHARS,
            key=text_key,
        )
        st.form_submit_button(
            "Save",
            key=f"chat_reason_save_{message.id}",
            on_click=rate_with_reason,
            args=(message.session_id, message.id, message.rating, text_key, key),
        )
