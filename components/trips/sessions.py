"""The sessions of a trip on its page.

In `st.session_state`: `trips_sessions` is {"of": the id of the trip, "shown": how many rows are asked for}.
"""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from components.labels import counted, escape_label, relative_time
from components.resources import get_services
from components.state import show_session
from components.trips.places import new_chat_in
from components.trips.trip_list import gathered
from services.sessions.records import SessionSummary
from services.trips.records import Trip

ROWS_AT_FIRST = 10


def draw_sessions(trip: Trip, *, user_id: int, now: datetime) -> list[SessionSummary]:
    """Draw the sessions of a trip, last used first, and return those drawn."""
    with st.container(key="trips_sessions_header", horizontal=True, vertical_alignment="center"):
        st.header("Sessions", anchor=False, width="stretch")
        if trip.access.may_change:
            st.button(
                "New chat in this trip",
                key="trips_new_chat",
                icon=":material/edit_square:",
                on_click=new_chat_in,
                args=(trip.id,),
            )
    sessions = get_services().sessions

    def page(limit: int, cursor: str | None) -> tuple[Sequence[SessionSummary], str | None]:
        found = sessions.latest(user_id=user_id, limit=limit, cursor=cursor, trip_id=trip.id)
        return found.sessions, found.next_cursor

    wanted = _wanted(trip.id)
    rows, has_more = gathered(page, wanted)
    with st.container(key="trips_sessions", gap="xsmall"):
        for session in rows:
            _row(session, now=now)
    if not rows:
        st.caption(
            "No sessions yet. Start a chat here: the assistant knows the brief and the files of this trip."
            if trip.access.may_change
            else "No sessions yet."
        )
    if has_more and st.button("Show more", key="trips_sessions_more", icon=":material/expand_more:"):
        st.session_state.trips_sessions["shown"] = wanted + ROWS_AT_FIRST
        st.rerun()
    return rows


def _wanted(trip_id: int) -> int:
    shown = st.session_state.get("trips_sessions", {})
    if shown.get("of") != trip_id:
        shown = st.session_state.trips_sessions = {"of": trip_id, "shown": ROWS_AT_FIRST}
    return int(shown["shown"])


def _row(session: SessionSummary, *, now: datetime) -> None:
    used = relative_time(session.last_message_at, now=now)
    details = f"{used} · {counted(session.message_count, 'message')}"
    with st.container(
        key=f"trips_row_session_{session.id}",
        horizontal=True,
        wrap=False,
        gap="small",
        vertical_alignment="center",
        border=True,
    ):
        st.button(
            f"**{escape_label(session.title)}** :small[{details}]",
            key=f"trips_open_session_{session.id}",
            type="tertiary",
            width="stretch",
            on_click=show_session,
            args=(session.id,),
        )
        if session.answering:
            st.badge("Answering", icon=":material/hourglass_top:", color="blue")
        elif session.unseen:
            st.badge("New", color="green")
