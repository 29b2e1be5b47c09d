"""Where on the page *Trips* somebody is: its address names the trip, and whether it is being made or changed.

In `st.session_state`: `trips_top` names the last time that something else was opened there, `trips_part` is
{"key": of what is to be seen of it, "to": where in the window} where that is not its top.
"""

import time

import streamlit as st

from components.scripts import for_scripts, tell
from components.state import parsed_id, show_new_chat

_TRIP, _FORM, _FIELD, _NEW = "trip", "form", "field", "new"
# What of the form stands for a field of the brief.
_IN_FORM = {"start": "when", "travellers": "adults", "budget": "low"}


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


def open_form(trip_id: int | None = None, field: str | None = None) -> None:
    """Show the form of a trip, or of a new one, where a field of the brief is written. A callback on *Trips*."""
    _go({_TRIP: str(trip_id), _FORM: "change"} if trip_id else {_FORM: _NEW})
    if field:
        key = f"trips_form_{trip_id}_{_IN_FORM.get(field, field)}"
        st.session_state.trips_part = {"key": key, "to": "center", "focus": True}


def close_form() -> None:
    """Show what was there before the form. A callback on *Trips*."""
    _go({name: value for name, value in st.query_params.items() if name != _FORM})


def _go(address: dict[str, str]) -> None:
    st.query_params.from_dict(address)
    st.session_state.pop("trips_part", None)
    st.session_state.trips_top = str(time.time_ns())


def show_part(key: str, *, to: str = "center", focus: bool = False) -> None:
    """Bring what is drawn under a key into view, and the focus to it. A callback on *Trips*."""
    st.session_state.trips_part = {"key": key, "to": to, "focus": focus}
    st.session_state.trips_top = str(time.time_ns())


def known_key(field: str) -> str:
    """Return the key of what is known of a field, or asked about it, on the page of a trip."""
    return f"trips_known_{field}"


def is_shown(key: str) -> bool:
    """Return whether somebody was led to what is drawn under a key."""
    return bool(st.session_state.get("trips_part", {}).get("key") == key)


def draw_top() -> None:
    """Draw the top of the page, and bring it, or the part that is asked for, into view once that was opened."""
    if field := st.query_params.pop(_FIELD, None):
        show_part(known_key(field))
    part = st.session_state.get("trips_part") or {"key": "for_scripts_trips", "to": "top"}
    with for_scripts("trips"):
        tell("scroll", {"once": st.session_state.get("trips_top", ""), **part})


def trip_address(trip_id: int, field: str | None = None) -> dict[str, str]:
    """Return what the address of *Trips* says of a trip, and of a field of its brief, for a link."""
    return {_TRIP: str(trip_id), **({_FIELD: field} if field else {})}


def new_chat_in(trip_id: int) -> None:
    """Begin a chat in a trip, on the chat page. A callback."""
    show_new_chat(trip_id)
