"""What a planner thinks of a reply: two thumbs, and room for a reason once one of them is chosen."""

import streamlit as st

from components.accounts.identity import current_user
from components.problems import telling
from components.resources import get_services
from components.state import reads_only
from services.message_status import MessageStatus
from services.messages.ratings import MAX_REASON_CHARS
from services.sessions.records import MessageView

_THUMB_OF = {1: 1, -1: 0}  # of a rating, as `st.feedback` counts


def rating(message: MessageView) -> None:
    """Draw the thumbs of a reply that is whole, among what else can be done with it."""
    if message.status is not MessageStatus.COMPLETE or message.duration_s is None or reads_only():
        return
    key = f"chat_rating_{message.id}"
    st.session_state[key] = _THUMB_OF.get(message.rating or 0)  # as it was saved, perhaps elsewhere
    st.feedback("thumbs", key=key, on_change=_rate_by_thumb, args=(message.session_id, message.id, key))
    if message.rating:
        _reason(message)


def _reason(message: MessageView) -> None:
    key = f"chat_reason_{message.id}"
    given = message.rating_reason or ""
    label = "Your reason" if given else "Say why"
    menu = st.popover(
        label,
        icon=":material/edit_note:",
        type="tertiary",
        help=label,
        key=key,
        on_change="rerun",
    )
    if not menu.open:
        return
    text_key = f"chat_reason_text_{message.id}"
    with (  # side by side, and the label inside: below the last reply there is little room
        menu,
        st.form(f"chat_reason_form_{message.id}", border=False),
        st.container(horizontal=True, wrap=False, vertical_alignment="bottom"),
    ):
        st.text_area(
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
            on_click=_rate_with_reason,
            args=(message.session_id, message.id, message.rating, text_key, key),
        )


def _rate_by_thumb(session_id: int, reply_id: int, key: str) -> None:
    thumb = st.session_state[key]
    with telling("chat", of=session_id):
        _rate(reply_id, None if thumb is None else (1 if thumb else -1), None)


def _rate_with_reason(session_id: int, reply_id: int, value: int, text_key: str, menu_key: str) -> None:
    st.session_state[menu_key] = False
    with telling("chat", of=session_id):
        _rate(reply_id, value, st.session_state[text_key])
        st.session_state.session_news = "Saved. Thank you."


def _rate(reply_id: int, value: int | None, reason: str | None) -> None:
    if user := current_user():
        get_services().ratings.rate(reply_id, value, user_id=user.id, reason=reason)
