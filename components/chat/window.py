"""Which stretch of a long conversation the tab shows.

In `st.session_state`: `chat_window` is {"session_id", "hit_id": what they were set up for, "limit": messages at most,
"before_id", "at_id": as `SessionService.history` takes them, "scroll_to": the message to bring into view once, or
"end", "scroll_part": "actions" for what stands below that, "scroll": what the script that does it is told, "turn":
counts what was shown before it, "box": whether there is one to write in}.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from components.problems import unless_away
from components.resources import get_services, get_waker
from components.scripts import tell
from components.waking import once_in
from services.errors import NotFoundError, ReplyInProgressError
from services.process.clock import utc_now
from services.sessions.records import History, MessageView, SessionSummary

PAGE = 30
LOOK_EVERY_S = 2.0
LOOK_SELDOM_S = 8.0
BUSY = timedelta(minutes=1)
MOST = 120  # messages at once; beyond it those at the other end make room
_END = "end"


def open_window(session_id: int | None, *, user_id: int) -> dict[str, Any]:
    """Return the stretch to show: the latest messages, or those around a search hit; of a new chat there is none."""
    state = st.session_state
    hit_id = state.get("chat_message_id")
    window: dict[str, Any] | None = state.get("chat_window")
    if window is None or (window["session_id"], window["hit_id"]) != (session_id, hit_id):
        turn = window["turn"] + 1 if window else 0
        window = {"session_id": session_id, "hit_id": hit_id, "limit": PAGE, "before_id": None, "at_id": hit_id}
        window |= {"scroll_to": _END if hit_id is None else hit_id, "turn": turn}
        state.chat_window = window
        if hit_id is not None and session_id is not None:
            _show_path(hit_id, session_id, user_id=user_id)
    return window


def note_box(window: dict[str, Any], *, is_there: bool) -> None:
    """Show the end again where the box to write in came or went: Streamlit draws another page then, from its top."""
    if window.setdefault("box", is_there) != is_there:
        window["box"] = is_there
        if (window["hit_id"], window["before_id"], window["at_id"]) == (None, None, None):
            window["scroll_to"] = _END


def _show_path(message_id: int, session_id: int, *, user_id: int) -> None:
    """Let the session show the version that a message is in; where that cannot be, say so and stay at its end."""
    services = get_services()
    with unless_away():
        try:
            if services.replies.get(message_id, user_id=user_id).session_id != session_id:
                raise NotFoundError("There is no such message.")
            with suppress(ReplyInProgressError):  # it may be in the version that is shown
                services.versions.choose(message_id, user_id=user_id)
        except NotFoundError:
            st.toast("There is no such message here any more.", icon=":material/search_off:", duration="long")


def earlier_button(history: History) -> None:
    """Offer the messages before those shown."""
    if history.has_earlier:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button(
                "Show earlier",
                key="chat_show_earlier",
                icon=":material/expand_less:",
                type="tertiary",
                on_click=_show_earlier,
                args=([message.id for message in history.messages], history.has_later),
            )
    else:
        st.empty()


def later_buttons(history: History) -> None:
    """Offer the messages after those shown."""
    if history.has_later:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.button(
                "Show later",
                key="chat_show_later",
                icon=":material/expand_more:",
                type="tertiary",
                on_click=_show_later,
                args=(history.messages[-1].id,),
            )
            st.button(
                "Back to the latest",
                key="chat_show_latest",
                icon=":material/keyboard_double_arrow_down:",
                type="tertiary",
                on_click=show_latest,
            )


def latest_button() -> None:
    """Draw what leads to the latest message; seen where the end of the page is not.

    Where the page is all of the end, latest.js goes there by itself, and no run of the script is needed.
    """
    window = st.session_state.get("chat_window")
    elsewhere = window is not None and (window["hit_id"], window["before_id"], window["at_id"]) != (None, None, None)
    with st.container(key="chat_latest", horizontal=True, horizontal_alignment="center"):
        st.button(
            "Latest",
            key="chat_latest_load" if elsewhere else "chat_latest_here",
            icon=":material/arrow_downward:",
            help="Go to the latest message",
            on_click=show_latest if elsewhere else None,
        )


def show_latest() -> None:
    """Go back to the end of the conversation. A callback."""
    st.session_state.chat_message_id = None
    window = st.session_state.chat_window
    window |= {"hit_id": None, "limit": PAGE, "before_id": None, "at_id": None, "turn": window["turn"] + 1}
    window["scroll_to"] = _END


def turn_over(*, at_id: int | None = None) -> None:
    """Draw the messages in a place of their own: another path through the conversation is shown. For callbacks.

    The end of it is shown, or what can be done with the message *at_id*, to page on there.
    """
    if window := st.session_state.get("chat_window"):
        window |= {"limit": PAGE, "before_id": None, "at_id": at_id, "turn": window["turn"] + 1}
        window |= {"scroll_to": at_id, "scroll_part": "actions"}


def follow_end() -> None:
    """Show the end of the conversation, which a message was just added to. For callbacks."""
    if window := st.session_state.get("chat_window"):
        if window["hit_id"] is not None:
            show_latest()
        window |= {"before_id": None, "at_id": None, "scroll_to": _END}


def scroll_to_message(window: dict[str, Any], messages: Sequence[MessageView]) -> None:
    """Bring a message into view, once, where the window asks for it. Before any is drawn: the page then waits there.

    The script is told again in every run, and does nothing then: the first run may be cut short unseen.
    """
    message_id = window["scroll_to"]
    part = window.pop("scroll_part", "message")
    window["scroll_to"] = None
    if message_id == _END and messages:  # it stays there by itself while the reply comes
        window["scroll"] = _scroll(f"chat_message_{messages[-1].id}", "end")
    elif any(message.id == message_id for message in messages):
        window["scroll"] = _scroll(f"chat_{part}_{message_id}", "start" if part == "message" else "center")
    if scroll := window.get("scroll"):
        tell("scroll", scroll)
    else:
        st.empty()


def scroll_to_top() -> None:
    """Bring the greeting of a new chat into view, once; Streamlit opens the page at its end."""
    tell("scroll", {"once": "welcome", "key": "chat_welcome", "to": "top"})


def _scroll(key: str, to: str) -> dict[str, str]:
    """Return what the script is told to bring *key* into view, unless it did this very thing last."""
    return {"once": str(time.time_ns()), "key": key, "to": to}


def watch_session(session: SessionSummary, *, last_id: int | None, user_id: int, busy: bool) -> None:
    """Run the app again when the session goes on or loses messages elsewhere, or gets a title. Draws nothing.

    Looks often while something was said a moment ago, or *busy* says so, and seldom in a tab that is only open.
    """
    busy = busy or "chat_undo" in st.session_state or utc_now() - session.last_message_at < BUSY
    seen = session.title, last_id, session.message_count
    _look(session.id, seen, user_id=user_id, busy_until=utc_now() + BUSY if busy else None)


@st.fragment
def _look(session_id: int, seen: tuple[str, int | None, int], *, user_id: int, busy_until: datetime | None) -> None:
    now, undo = get_services().sessions.now, st.session_state.get("chat_undo")

    def has_come() -> bool:
        if (undo and time.time() > undo["until"]) or (busy_until is not None and utc_now() > busy_until):
            return True  # no undo any more; and nothing came, so from now on it is looked for seldom
        is_another = False
        with unless_away():
            is_another = now(session_id, user_id=user_id) != seen
        return is_another

    if has_come():
        st.rerun()
    get_waker().wake_here(once_in(LOOK_EVERY_S if busy_until else LOOK_SELDOM_S, has_come))


@st.fragment
def wait_for_dialog(reply_id: int, *, user_id: int) -> None:
    """Run the app again when a reply has ended that is not followed while a dialog is open. Draws nothing."""
    snapshot = get_services().replies.snapshot

    def has_ended() -> bool:
        ended = False
        with unless_away():
            try:
                ended = not snapshot(reply_id, user_id=user_id).status.unfinished
            except NotFoundError:  # it is not for this planner any more
                ended = True
        return ended

    if has_ended():
        st.rerun()
    get_waker().wake_here(once_in(LOOK_EVERY_S, has_ended))


def _show_earlier(shown_ids: list[int], has_later: bool) -> None:
    window = st.session_state.chat_window
    window["limit"] = len(shown_ids) + PAGE
    if window["limit"] > MOST:
        window["limit"] = MOST
        window["before_id"] = shown_ids[MOST - PAGE]
    elif has_later:
        window["before_id"] = shown_ids[-1]
    window["at_id"] = None
    window["scroll_to"] = shown_ids[0]


def _show_later(last_id: int) -> None:
    window = st.session_state.chat_window
    window |= {"limit": PAGE, "before_id": None, "at_id": last_id, "scroll_to": last_id}
