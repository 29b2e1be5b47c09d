"""The trips of the sidebar, above its sessions: those used last, one of them open.

In `st.session_state`: `sidebar_trip` is the id of the trip that is open.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from components.labels import escape_label
from components.problems import telling
from components.resources import get_services
from components.sidebar.marks import SidebarMarks
from components.sidebar.session_row import session_row
from components.state import TRIPS_PAGE, new_chats_trip_id, show_new_chat, show_session
from services.sessions.records import SessionPage
from services.trips.records import ListedTrip

TRIPS_SHOWN = 5
SESSIONS_SHOWN = 5  # of the open trip


def in_open_trip(trips: Sequence[ListedTrip], *, user_id: int) -> SessionPage | None:
    """Return the sessions used last in the trip that is open, if it is one of these."""
    opened: int = st.session_state.get("sidebar_trip", 0)
    if not any(trip.id == opened for trip in trips):
        return None
    return get_services().sessions.in_trip(opened, user_id=user_id, limit=SESSIONS_SHOWN)


def sidebar_trips(
    trips: Sequence[ListedTrip],
    found: SessionPage | None,
    marks: SidebarMarks,
    *,
    user_id: int,
    active_id: int | None,
    now: datetime,
    ends: Mapping[int, datetime],
) -> None:
    """Draw the trips, and the sessions *found* in the one that is open; nothing where there is none."""
    if not trips:
        return
    opened = st.session_state.get("sidebar_trip") if found else None
    with st.container(key="sidebar_trips", gap=None):
        with st.container(key="sidebar_trips_head", horizontal=True, wrap=False, vertical_alignment="center"):
            st.caption("Trips", width="stretch")
            st.page_link(TRIPS_PAGE, label="All trips")
        for trip in trips:
            _trip_row(trip, marks, opened=trip.id == opened, user_id=user_id)
            if found and trip.id == opened:
                with st.container(key="sidebar_trip_open", gap=None):
                    for session in found.sessions:
                        session_row(
                            session,
                            user_id=user_id,
                            active=session.id == active_id,
                            now=now,
                            marks=marks,
                            in_trip=True,
                            ends_at=ends.get(session.id),
                        )
                    _below_sessions(trip, found)


def _trip_row(trip: ListedTrip, marks: SidebarMarks, *, opened: bool, user_id: int) -> None:
    customer = f" :small[:gray[{escape_label(trip.customer_name)}]]" if trip.customer_name else ""
    with st.container(
        key=f"sidebar_trip_row_{trip.id}", horizontal=True, wrap=False, gap=None, vertical_alignment="center"
    ):
        st.button(
            f"**{escape_label(trip.title)}**{customer}",
            key=f"sidebar_trip_{trip.id}",
            icon=":material/keyboard_arrow_down:" if opened else ":material/keyboard_arrow_right:",
            type="secondary" if trip.looked_at and not opened else "tertiary",  # open, the session itself is marked
            width="stretch",
            help="Close this trip" if opened else "Open this trip and the session used last in it",
            on_click=_close if opened else _open,
            args=() if opened else (trip.id, trip.access.may_change, user_id),
        )
        marks.add_trip(trip, st.empty())


def _below_sessions(trip: ListedTrip, found: SessionPage) -> None:
    if trip.access.may_change:
        st.button(
            "New chat in this trip",
            key=f"sidebar_trip_new_{trip.id}",
            icon=":material/edit_square:",
            type="secondary" if new_chats_trip_id() == trip.id and _on_chat() else "tertiary",
            width="stretch",
            on_click=show_new_chat,
            args=(trip.id,),
        )
    elif not found.sessions:
        st.caption("No sessions yet.")
    more = "All its sessions" if found.next_cursor else "Brief, files and members"
    st.page_link(
        TRIPS_PAGE, label=more, icon=":material/luggage:", query_params={"trip": str(trip.id)}, width="stretch"
    )


def _on_chat() -> bool:
    return bool(st.session_state.get("chat_on_page"))


def _open(trip_id: int, may_change: bool, user_id: int) -> None:
    st.session_state.sidebar_trip = trip_id
    with telling("session", task="open this trip"):
        latest = get_services().sessions.in_trip(trip_id, user_id=user_id, limit=1).sessions
        if latest:
            show_session(latest[0].id)
        elif may_change:
            show_new_chat(trip_id)


def _close() -> None:
    st.session_state.pop("sidebar_trip", None)
