"""The messages of a session."""

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.chat.message_actions import ask_again, editing, note_actions, planner_actions, reply_actions
from components.labels import escape_label
from components.memory.used import used_memories
from components.replies.blocks import REPLY_MS, STRETCH_MS, affordable
from components.replies.model_text import safe_markdown
from components.replies.plain_text import PlainText
from components.replies.source_links import source_links
from components.replies.steps import ReplySteps
from components.sessions.files import message_files
from components.usage.money import spent
from services.message_status import MessageStatus
from services.model_names import who_answered
from services.parts import ReasoningPart
from services.sessions.records import MessageView, SessionSummary
from settings import is_demo

Below = Callable[[MessageView], None]
STOPPED = "Stopped. The text so far is kept."
_NOT_FINISHED = "This reply could not be finished."


def message_place(message_id: int, *, marked: bool = False) -> DeltaGenerator:
    """Return the place of a message; the page can be scrolled to it. *marked*: the session was opened at it."""
    place = st.container(key=f"chat_message_{message_id}", gap="xsmall")
    if marked:
        place.badge("Opened here", icon=":material/my_location:")
    return place


def planner_message(message: MessageView, session: SessionSummary, *, author: str | None = None) -> None:
    """Draw what a planner wrote, exactly as it was typed, and what can be done with it; *author* is somebody else."""
    if session.may_write and editing(message):
        return
    if author is not None:
        with st.container(key=f"chat_author_{message.id}", horizontal=True, horizontal_alignment="right"):
            st.markdown(f":small[:material/person: {escape_label(author)}]", width="content")
    with (
        st.container(key=f"chat_planner_{message.id}", horizontal=True, horizontal_alignment="right"),
        st.chat_message("user", width="content"),
    ):
        st.text(message.text)
        message_files(message.files)
    planner_actions(message, session)


def note(message: MessageView, session: SessionSummary) -> None:
    """Draw what a program put beside the conversation, for the assistant to know."""
    with st.container(border=True, key=f"chat_note_{message.id}", gap="xsmall"):
        st.caption(":material/sticky_note_2: Note")
        st.text(message.text)
    note_actions(message, session)


def reply_place() -> DeltaGenerator:
    """Return the place of a reply."""
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


def reply(
    message: MessageView, session: SessionSummary, *, budget_ms: float = REPLY_MS, below: Below | None = None
) -> None:
    """Draw a reply that has ended, as its stream drew it; a browser may be busy with it for *budget_ms*.

    *below* draws what else stands below it.
    """
    place = reply_place()
    with place:
        steps = ReplySteps(place, budget_ms=budget_ms)
        steps.draw(message.parts, thinking=False, seconds=message.first_text_s)
        _draw_text(message.text, st.container(key=f"chat_text_{message.id}"), budget_ms)
        with st.container():
            reply_end(message, session, below=below)


def reply_so_far(message: MessageView) -> None:
    """Draw what there is of a reply that is being written, without following it."""
    place = reply_place()
    with place:
        ReplySteps(place).draw(message.parts, thinking=not message.text, seconds=message.first_text_s)
        _draw_text(message.text, st.container(), REPLY_MS)
        st.markdown(":shimmer[:small[Still writing. The text continues when the dialog is closed.]]")


def reply_end(message: MessageView, session: SessionSummary, *, below: Below | None = None) -> None:
    """Draw what stands below the text of a reply that has ended.

    What is not there leaves its place empty: what follows would else be seen twice while the page is redrawn.
    """
    _draw_ending(message)
    source_links(message.parts)
    if session.may_write and message.status.can_retry and message.id == (message.versions or (message.id,))[-1]:
        st.button(
            "Retry",
            key=f"chat_retry_{message.id}",
            icon=":material/refresh:",
            on_click=ask_again,
            args=(message.session_id, message.id),
        )
    else:
        st.empty()
    used_memories(message)
    reply_actions(message, session, told=_numbers(message))
    if below:
        below(message)
    else:
        st.empty()


def unanswered(message: MessageView) -> None:
    """Offer a reply to the last message, where a planner's message has none."""
    st.button(
        "Ask for a reply",
        key=f"chat_ask_{message.id}",
        icon=":material/flight_takeoff:",
        on_click=ask_again,
        args=(message.session_id, message.id),
    )


def budgets_ms(messages: Sequence[MessageView]) -> dict[int, float]:
    """Return what a browser may spend on each reply, by id: the latest ones first, until all of it is spent."""
    left, budgets = STRETCH_MS, {}
    for message in reversed(messages):
        if message.role == "assistant":
            budget = budgets[message.id] = min(REPLY_MS, left)
            reasoning = "\n\n".join(part.text for part in message.parts if isinstance(part, ReasoningPart))
            spent = sum(affordable(text, budget).spent_ms for text in (message.text, reasoning) if text)
            left = max(0.0, left - spent)
    return budgets


def _draw_text(text: str, place: DeltaGenerator, budget_ms: float) -> None:
    drawn, plain, _ = affordable(text, budget_ms)
    for block in drawn:
        if safe := safe_markdown(block):
            place.markdown(safe)
    if plain:
        PlainText(place).draw(plain)


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
    """Return the model, the tokens, the price and the time of a reply, on one line.

    Of the demo assistant there is only the time; of what no model wrote there is nothing.
    """
    if not message.model:
        return ""
    tokens = 0 if is_demo(message.model) else (message.input_tokens or 0) + (message.output_tokens or 0)
    return " · ".join(
        [
            escape_label(who_answered(message.model)),
            *([f"{tokens:,} tokens", _price(message)] if tokens else []),
            *([_seconds(message.duration_s)] if message.duration_s is not None else []),
        ]
    )


def _seconds(duration_s: float) -> str:
    return "under 0.1 s" if duration_s < 0.1 else f"{duration_s:.1f} s"


def _price(message: MessageView) -> str:
    return escape_label(spent(message.cost_micros or 0, int(message.cost_micros is None)))
