"""The place at the bottom of the chat: what went wrong, the Stop button, the box to write in."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.chat.follow_ups import waiting_messages
from components.chat.message_actions import offered_undo
from components.chat.others import elsewhere_line
from components.chat.window import follow_end, latest_button
from components.labels import escape_label
from components.memory.offer import memory_offer
from components.problems import problem
from components.replies.actions import message_id, send
from components.sessions.actions import forget_undo
from components.sessions.files import room_notice
from components.state import reads_only
from services.sessions.file_types import EXTENSIONS, MAX_FILE_MB
from services.sessions.records import SessionSummary
from services.texts import MAX_MESSAGE_CHARS

INPUT_KEY = "chat_input"
_TAKEN = "chat_input_taken"  # what was submitted was dealt with, before this run


def composer(
    session: SessionSummary | None, *, user_id: int, model: str, memory: bool, follows: bool = True
) -> DeltaGenerator:
    """Draw the box to write in, or why there is none; return the place above it, for a Stop button.

    *follows*: the page goes to its end whenever something comes: Streamlit does, where the box is not in st.bottom.
    """
    session_id = session.id if session else None
    with st.bottom:
        latest_button()
        elsewhere_line(session, user_id=user_id)
        if sentence := problem("chat", of=session_id):
            st.warning(escape_label(sentence), icon=":material/error:")
        else:
            st.empty()
        offered_undo(session_id)
        memory_offer(session_id)
        waiting_messages(session_id, user_id=user_id, may_write=session is None or session.may_write)
        if session and not session.may_write:
            _why_there_is_no_box(session)
            return st.empty()
        room_notice(user_id=user_id)
        stop_place = st.empty()
    if "chat_unsent" in st.session_state:
        st.session_state[INPUT_KEY] = st.session_state.pop("chat_unsent")
    typed = (st if follows else st.bottom).chat_input(
        "Ask about a trip" if session_id is None else "Reply",
        key=INPUT_KEY,
        max_chars=MAX_MESSAGE_CHARS,
        accept_file="multiple",
        file_type=EXTENSIONS,
        max_upload_size=MAX_FILE_MB,
        on_submit=_send_typed,
        args=(session_id, message_id(), model, memory),
    )
    if not st.session_state.pop(_TAKEN, False) and typed is not None:
        # The server had forgotten this tab, and with it what is to be done at a submit.
        _send_typed(session_id, message_id(), model, memory)
        st.session_state.pop(_TAKEN)
        st.rerun()
    return stop_place


def _why_there_is_no_box(session: SessionSummary) -> None:
    owner = escape_label(session.owner_name or "its owner")
    whom = "an admin to make you a planner" if reads_only() else f"{owner} to let you write"
    you = "You are a viewer: you" if reads_only() else "You"
    with st.container(key="chat_reader", border=True):
        st.markdown(f":material/visibility: {you} can read this session. Ask {whom}.")


def _send_typed(session_id: int | None, client_message_id: str, model: str, memory: bool) -> None:
    st.session_state[_TAKEN] = True
    forget_undo()  # a session that is written to is archived no more
    typed = st.session_state[INPUT_KEY]
    if send(typed.text, session_id, client_message_id, model, memory, uploads=typed.files):
        follow_end()
