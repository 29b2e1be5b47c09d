"""Where on the page *Trips* somebody is: its address names the trip, and whether it is being made or changed.

In `st.session_state`: `trips_top` names the last time that something else was opened there.
"""

import time

import streamlit as st

from components.scripts import for_scripts, tell
from components.state import parsed_id, show_new_chat

_TRIP, _FORM, _NEW = "trip", "form", "new"


def opened_id() -> int | None:
    """Return the id of the trip in the address, which need not be one of this planner's."""
    return parsed_id(st.query_params.get(_TRIP))


def form_is_open() -> bool:
    """Return whether the address asks for the form, of the trip in it or of a new one."""
    return _FORM in st.query_params


def open_trip(trip_id: int) -> None:
    """Show a trip. A callback on *Trips*, or the end of its form."""
    _go({_TRIP: str(trip_id)})


def close_trip() -> None:
    """Show the list. A callback on *Trips*."""
    _go({})


def open_form(trip_id: int | None = None) -> None:
    """Show the form of a trip, or of a new one. A callback on *Trips*."""
    _go({_TRIP: str(trip_id), _FORM: "change"} if trip_id else {_FORM: _NEW})


def close_form() -> None:
    """Show what was there before the form. A callback on *Trips*."""
    _go({name: value for name, value in st.query_params.items() if name != _FORM})


def _go(address: dict[str, str]) -> None:
    st.query_params.from_dict(address)
    st.session_state.trips_top = str(time.time_ns())


def draw_top() -> None:
    """Draw the top of the page, and bring it into view once something else was opened."""
    with for_scripts("trips"):
        tell("scroll", {"once": st.session_state.get("trips_top", ""), "key": "for_scripts_trips", "to": "top"})


def trip_address(trip_id: int) -> dict[str, str]:
    """Return what the address of *Trips* says of a trip, for a link."""
    return {_TRIP: str(trip_id)}


def new_chat_in(trip_id: int) -> None:
    """Begin a chat in a trip, on the chat page. A callback."""
    show_new_chat(trip_id)
