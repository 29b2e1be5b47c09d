"""The messages of a session."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.model_text import safe_markdown
from components.reply_blocks import blocks
from components.reply_steps import ReplySteps
from components.session_labels import escape_label
from services.records import MessageStatus, MessageView

STOPPED = "Stopped. The text so far is kept."
_NOT_FINISHED = "This reply could not be finished."

Retry = Callable[[int, int], None]  # a callback: the session's id, the reply's


def message_place(message_id: int, *, marked: bool = False) -> DeltaGenerator:
    """Return the place of a message; the page can be scrolled to it. *marked*: it is what was searched for."""
    place = st.container(key=f"chat_message_{message_id}", gap="xsmall")
    if marked:
        place.badge("Found here", icon=":material/search:")
    return place


def planner_message(message: MessageView) -> None:
    """Draw what a planner wrote, exactly as it was typed."""
    with (
        st.container(horizontal=True, horizontal_alignment="right"),
        st.container(key=f"chat_planner_{message.id}", border=True, width="content"),
    ):
        st.text(message.text)


def note(message: MessageView) -> None:
    """Draw what a program put beside the conversation, for the assistant to know."""
    with st.container(border=True, key=f"chat_note_{message.id}", gap="xsmall"):
        st.caption(":material/sticky_note_2: Note")
        st.text(message.text)


def reply_place(message: MessageView) -> DeltaGenerator:
    """Return the place of a reply; another one than that of the attempt before it."""
    with place_in_turn(len(message.earlier)):
        return st.chat_message("assistant", avatar=":material/flight_takeoff:")


def place_in_turn(turn: int) -> DeltaGenerator:
    """Return one of two places and clear the other.

    What was drawn in a place stays there until the run of the script ends, if nothing is drawn over it; while a reply
    is written that may take minutes.
    """
    if turn % 2 == 0:
        place = st.container()
        st.empty()
    else:
        st.empty()
        place = st.container()
    return place


def reply(message: MessageView, *, on_retry: Retry | None = None) -> None:
    """Draw a reply that has ended, as its stream drew it; *on_retry* only where it can be tried again."""
    place = reply_place(message)
    with place:
        steps = ReplySteps(place)
        steps.draw(message.parts, thinking=False, seconds=message.first_text_s)
        _draw_text(message.text, st.container())
        with st.container():
            reply_end(message, on_retry=on_retry)


def reply_end(message: MessageView, *, on_retry: Retry | None = None) -> None:
    """Draw what stands below the text of a reply that has ended.

    What is not there leaves its place empty: what follows would else be seen twice while the page is redrawn.
    """
    _draw_ending(message)
    if on_retry is not None and message.status.can_retry:
        st.button(
            "Retry",
            key=f"chat_retry_{message.id}",
            icon=":material/refresh:",
            on_click=on_retry,
            args=(message.session_id, message.id),
        )
    else:
        st.empty()
    if line := _numbers(message):
        st.caption(line)
    else:
        st.empty()
    for number, earlier in enumerate(reversed(message.earlier)):
        with st.expander(
            "Earlier attempt" if number == 0 else f"Earlier attempt ({number + 1})",
            type="compact",
            key=f"chat_earlier_{earlier.id}",
        ):
            _draw_text(earlier.text, st.container())
            _draw_ending(earlier)


def _draw_text(text: str, place: DeltaGenerator) -> None:
    for block in blocks(text):
        if safe := safe_markdown(block):
            place.markdown(safe)


def _draw_ending(message: MessageView) -> None:
    """Say why a reply is not whole."""
    if message.status is MessageStatus.STOPPED:
        st.caption(f":material/stop_circle: {STOPPED}")
    elif message.status is MessageStatus.INTERRUPTED:
        st.warning(escape_label(message.error_text or _NOT_FINISHED), icon=":material/link_off:")
    elif message.status is MessageStatus.FAILED:
        st.error(escape_label(message.error_text or _NOT_FINISHED), icon=":material/error:")
    else:
        st.empty()


def _numbers(message: MessageView) -> str:
    """Return the model, the tokens and the time of a reply, on one line."""
    tokens = (message.input_tokens or 0) + (message.output_tokens or 0)
    return " · ".join(
        [
            *([message.model.partition("/")[2]] if message.model else []),
            *([f"{tokens:,} tokens"] if tokens else []),
            *([f"{message.duration_s:.1f} s"] if message.duration_s is not None else []),
        ]
    )
