"""The messages that wait for the reply that is being written, above the box.

In `st.session_state`: `chat_waiting_edit` is the id of the one that is being edited; `chat_waiting_drawn` {"drawn":
what was drawn last, "turn": counts how often that was something else}.
"""

import streamlit as st

from components.accounts.identity import current_user
from components.chat.message_actions import offer_undo, waiting_label
from components.chat.messages import place_in_turn
from components.labels import escape_label
from components.problems import telling
from components.replies.actions import text_kept
from components.resources import get_services
from components.sessions.files import message_files
from services.messages.records import Waiting
from services.texts import MAX_MESSAGE_CHARS


def waiting_messages(session_id: int | None, *, user_id: int, may_write: bool = True) -> None:
    """Draw what waits in a session, to be changed, taken back, or sent where nothing is being written.

    What others wrote is theirs to change.
    """
    waiting = get_services().follow_ups.all(session_id, user_id=user_id) if session_id else ()
    editing = st.session_state.get("chat_waiting_edit")
    with (
        place_in_turn(_turn([*(one.id for one in waiting), editing])),
        st.container(key="chat_waiting", gap="xsmall"),
    ):
        for one in waiting:
            if one.id == editing:
                _edit(one)
            else:
                _row(one)
        at_rest = waiting and session_id and get_services().replies.unfinished(session_id, user_id=user_id) is None
        if at_rest and may_write:
            st.button(
                "Send now", key="chat_waiting_send", icon=":material/send:", on_click=_send_next, args=(session_id,)
            )


def _turn(drawn: list[int | None]) -> int:
    """Return a number that changes with what is drawn: what went away would stay while a reply is written."""
    before = st.session_state.get("chat_waiting_drawn", {"turn": 0, "drawn": drawn})
    turn = before["turn"] + (before["drawn"] != drawn)
    st.session_state.chat_waiting_drawn = {"turn": turn, "drawn": drawn}
    return int(turn)


def _row(one: Waiting) -> None:
    key = f"chat_waiting_row_{one.id}"
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall", key=key):
        with st.container(gap=None):
            whose = f"{escape_label(one.author)} is waiting:" if one.author else "Waiting:"
            st.markdown(f":material/schedule_send: :small[{whose}] {waiting_label(one.text)}")
            message_files(one.files)
        if one.author:
            return
        st.button(
            "Edit",
            key=f"chat_waiting_edit_{one.id}",
            icon=":material/edit:",
            type="tertiary",
            help="Edit this message",
            on_click=_begin_edit,
            args=(one.id,),
        )
        st.button(
            "Remove",
            key=f"chat_waiting_remove_{one.id}",
            icon=":material/close:",
            type="tertiary",
            help="Remove this message",
            on_click=_remove,
            args=(one.session_id, one.id),
        )


def _edit(one: Waiting) -> None:
    key = f"chat_waiting_text_{one.id}"
    with st.form(f"chat_waiting_form_{one.id}"):
        st.text_area("Edit your message", value=one.text, key=key, max_chars=MAX_MESSAGE_CHARS, height="content")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.form_submit_button(  # the first one: Ctrl+Enter presses that
                "Save", key="chat_waiting_save", type="primary", on_click=_save, args=(one.session_id, one.id, key)
            )
            st.form_submit_button("Cancel", key="chat_waiting_cancel", on_click=_end_edit)


def _begin_edit(follow_up_id: int) -> None:
    st.session_state.chat_waiting_edit = follow_up_id


def _end_edit() -> None:
    st.session_state.pop("chat_waiting_edit", None)


def _save(session_id: int, follow_up_id: int, key: str) -> None:
    with telling("chat", of=session_id):
        if user := current_user():
            text = st.session_state[key] or ""
            with text_kept(text, _end_edit):
                get_services().follow_ups.change(follow_up_id, text, user_id=user.id)
            _end_edit()


def _remove(session_id: int, follow_up_id: int) -> None:
    with telling("chat", of=session_id):
        if user := current_user():
            removed = get_services().follow_ups.remove(follow_up_id, user_id=user.id)
            offer_undo(session_id, "Removed the message that was waiting.", waiting_id=removed.id)


def _send_next(session_id: int) -> None:
    with telling("chat", of=session_id):
        if user := current_user():
            get_services().follow_ups.send_next(session_id, user_id=user.id)
