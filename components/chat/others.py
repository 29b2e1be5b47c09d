"""What others do in a session that several people see, on a page that is open.

In `st.session_state`: `chat_shared` is {"session_id", "title", "owner": a name, "in_trip"} of the session of somebody
else that this tab showed last; `chat_gone` is the same where it was just taken off.
"""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from components.chat.message_actions import show_version
from components.labels import escape_label
from components.problems import unless_away
from components.resources import get_services, get_waker
from components.sidebar.following import run_again_if_others
from components.sidebar.marks import refresh_marks
from components.state import new_chat, reads_only
from services.sessions.live import SessionNow
from services.sessions.records import SessionSummary


def begin_to_watch(session: SessionSummary, *, user_id: int) -> SessionNow | None:
    """Return what is shown of a session, to be compared with what it is later. Before its messages are read."""
    if not session.is_shared:
        return None
    now = get_services().session_watch.look(session.id, user_id=user_id)
    if now is None:
        return None
    return replace(now, access=session.access, title=session.title, model=session.model, people=session.people)


@st.fragment
def watch_others(session_id: int, drawn: SessionNow | None, *, user_id: int) -> None:
    """Run the page again as soon as others did anything that it does not show. Draws nothing."""

    def has_come() -> bool:
        return is_another(session_id, drawn, user_id=user_id)

    if has_come():
        st.rerun()
    get_waker().wake_here(has_come)


def is_another(session_id: int, drawn: SessionNow | None, *, user_id: int) -> bool:
    """Return whether a session that several people see is not as it is *drawn* any more. Safe in any thread."""
    now = get_services().session_watch.now(session_id, user_id=user_id)
    return now is None or now != drawn


def beside_stream(session_id: int, drawn: SessionNow | None, *, user_id: int) -> Callable[[float], None]:
    """Return what a stream does meanwhile: draw the marks that changed, and run the page again as `watch_others`."""

    def meanwhile(every_s: float) -> None:
        refresh_marks(every_s)
        run_again_if_others()
        if drawn and is_another(session_id, drawn, user_id=user_id):
            st.rerun()

    return meanwhile


def remember_shared(session: SessionSummary) -> None:
    """Remember whose session is shown, to say so where it is taken off."""
    st.session_state.pop("chat_gone", None)
    if session.is_own:
        st.session_state.pop("chat_shared", None)
    else:
        st.session_state.chat_shared = {
            "session_id": session.id,
            "title": session.title,
            "owner": session.owner_name,
            "in_trip": session.trip_id is not None,
        }


def leave_gone(session_id: int) -> bool:
    """Go to a new chat where a session that this tab showed is shared with its planner no more; return whether."""
    shown = st.session_state.pop("chat_shared", None)
    if not shown or shown["session_id"] != session_id:
        return False
    new_chat()
    st.session_state.chat_gone = shown
    return True


def gone_id() -> int | None:
    """Return the id of the session that was taken off, whose draft belongs to the new chat, or None."""
    gone = st.session_state.get("chat_gone")
    return gone["session_id"] if gone else None


def gone_notice() -> None:
    """Say that a session was taken off, and what can be done; else leave an empty place."""
    gone = st.session_state.get("chat_gone")
    if not gone:
        st.empty()
        return
    owner = escape_label(gone["owner"] or "Its owner")
    again = (
        "It is part of a trip that you may no longer work on: the owner of the trip can add you again."
        if gone["in_trip"]
        else f"{owner} can share it again."
    )
    or_go_on = ", or go on here with a new chat: what you had begun to write is in the box below"
    st.warning(
        f"This session is no longer shared with you: **{escape_label(gone['title'])}**  \n"
        f"{again} Open another session in the sidebar{'' if reads_only() else or_go_on}.",
        icon=":material/group_off:",
    )


def elsewhere_line(session: SessionSummary | None, *, user_id: int) -> None:
    """Say that somebody went on in another version than the one shown, and offer to go there; else an empty place."""
    found = None
    if session is not None and session.is_shared:
        with unless_away():
            found = get_services().sessions.elsewhere(session.id, user_id=user_id)
    if session is None or found is None:
        st.empty()
        return
    with st.container(key="chat_elsewhere", horizontal=True, vertical_alignment="center", gap="small"):
        name = escape_label(found.name)
        st.markdown(f":material/alt_route: {name} wrote in another version of this session.", width="content")
        st.button(
            "Show",
            key=f"chat_elsewhere_{found.message_id}",
            help="Show the version that they wrote in",
            on_click=show_version,
            args=(session.id, found.message_id),
        )
