"""The dialogs of trips, and the bar that brings back the trip deleted last.

In `st.session_state`: `trips_undo` is {"id", "title", "until": seconds since 1970} while it can be brought back.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog
from components.labels import counted, escape_label
from components.problems import telling
from components.resources import get_services
from components.sessions.actions import forget_undo
from components.sessions.dialogs import leave_removed
from components.state import active_session_id
from components.trips.customers import CUSTOMER_DIALOGS
from components.trips.files import remove_file_dialog
from components.trips.members import hand_over_dialog, leave_dialog_of, remove_member_dialog
from components.trips.places import close_trip, open_trip
from components.trips.whom import chosen_customer, whom_field
from components.trips.words import brief_fields
from components.undo import undo_bar
from services.accounts.records import User
from services.errors import InvalidFieldsError, NotFoundError
from services.reviews.records import Thing
from services.sessions.deleted import UNDO_S
from services.trips.changing import checked_title
from services.trips.records import Trip, TripContents, WithSessions
from travel import limits
from travel.brief import MAY_BE_CARRIED, OF_THE_CUSTOMER, brief_values
from travel.records import FIELDS

# Delete


@st.dialog("Delete this trip?", icon=":material/delete:", on_dismiss=close_dialog)
def _delete(trip_id: int, *, user: User) -> None:
    with telling():
        services = get_services()
        trip = services.trips.get(trip_id, user_id=user.id)
        holds = services.trip_sessions.contents(trip_id, user_id=user.id)
        st.markdown(f"**{escape_label(trip.title)}**")
        kept = WithSessions.KEEP
        if holds.sessions:
            them = "it" if holds.sessions == 1 else "them"
            ways = {f"Keep {them} outside of the trip": kept, f"Delete {them} too": WithSessions.DELETE}
            kept = ways[st.radio(_sessions_question(holds), list(ways), key=f"trip_delete_{trip_id}_sessions")]
        if kept is WithSessions.KEEP:  # what is the trip's own goes in any case
            holds = replace(holds, links=services.reviews.count(Thing("trip", trip_id), user_id=user.id))
        st.markdown(_what_goes(trip, holds, sessions_too=kept is WithSessions.DELETE))
        if confirmed("Delete", key="trip_delete", icon=":material/delete:"):
            services.trip_deletion.delete(trip_id, user_id=user.id, sessions=kept)
            forget_undo()
            st.session_state.trips_undo = {"id": trip_id, "title": trip.title, "until": time.time() + UNDO_S}
            _leave_what_went(user.id)
            close_trip()
            leave_dialog()


def _sessions_question(holds: TripContents) -> str:
    others = f", {holds.of_others:,} of them started by others" if holds.of_others else ""
    return f"It holds {counted(holds.sessions, 'session')}{others}."


def _what_goes(trip: Trip, holds: TripContents, *, sessions_too: bool) -> str:
    goes = ["its brief and revisions"]
    if sessions_too:
        goes += [counted(holds.sessions, "session"), counted(holds.messages, "message")]
        goes += [counted(holds.files, "file")] if holds.files else []
    elif holds.files:
        goes += ["the files of the trip"]
    goes += [counted(holds.links, "review link")] if holds.links else []
    others = " Nobody else who works on it sees it any more." if trip.members > 1 else ""
    return f"What goes: {', '.join(goes)}.{others} You can undo this for {UNDO_S:.0f} seconds."


def _leave_what_went(user_id: int) -> None:
    """Open another session where the one that is open in the chat went with its trip."""
    session_id = active_session_id()
    if session_id:
        try:
            get_services().sessions.get(session_id, user_id=user_id)
        except NotFoundError:
            leave_removed([session_id], user_id=user_id)


def draw_trip_undo(*, user_id: int) -> None:
    """Offer to bring back the trip deleted last."""
    undo = st.session_state.get("trips_undo")
    if undo and time.time() <= undo["until"]:
        text = f"Deleted “{escape_label(undo['title'])}”."
        undo_bar(text, key="trips", undo=_undo, args=(user_id,), close=_forget)
    else:
        _forget()


def _undo(user_id: int) -> None:
    undo = st.session_state.pop("trips_undo")
    with telling("session"):
        get_services().trip_deletion.bring_back(undo["id"], user_id=user_id)
        open_trip(undo["id"])


def _forget() -> None:
    st.session_state.pop("trips_undo", None)


# Copy


@st.dialog("Copy this trip", icon=":material/content_copy:", width="medium", on_dismiss=close_dialog)
def _copy(trip_id: int, *, user: User) -> None:
    with telling():
        trip = get_services().trips.get(trip_id, user_id=user.id)
        key = f"trip_copy_{trip_id}"
        title = st.text_input("Title", max_chars=limits.MAX_TITLE_CHARS, key=f"{key}_title")
        places = {"title": st.empty()}
        whom_field(key=key, user_id=user.id)
        places["name"] = places["customer_id"] = st.empty()
        days = _days(trip, places, key=key)
        keep = _carried(trip, key=key)
        with st.container(horizontal=True, horizontal_alignment="right"):
            made = st.button("Copy", key="trip_copy_go", type="primary", icon=":material/content_copy:")
        if not made:
            return
        try:
            copy = get_services().trips.copy(
                trip_id,
                checked_title(title or ""),
                user_id=user.id,
                customer_id=chosen_customer(key=key, user_id=user.id),
                keep=keep,
                brief=days,
            )
        except InvalidFieldsError as exc:
            for name, problem in exc.problems.items():
                place = places.get(name, places["title"])
                place.markdown(f":red[:material/error: :small[{escape_label(problem)}]]")
        else:
            st.session_state.session_news = f"Created “{escape_label(copy.title)}”."
            open_trip(copy.id)
            leave_dialog()


def _days(trip: Trip, places: dict[str, Any], *, key: str) -> Mapping[str, date | None]:
    days = trip.brief.days
    with st.container(horizontal=True):
        names = {"start": "First day (optional)", "end": "Last day (optional)"}
        if days:
            names.pop("end")
        given = {
            name: st.date_input(label, value=None, key=f"{key}_{name}", format="YYYY-MM-DD", width=210)
            for name, label in names.items()
        }
    if days and given["start"]:
        st.markdown(f":small[Same length as the original: {counted(days, 'day')}.]")
    places |= {"start": st.empty(), "end": st.empty()}
    return {name: day for name, day in given.items() if day}


def _carried(trip: Trip, *, key: str) -> list[str]:
    """Draw what of the brief may come along, and say what never does; return what is wanted."""
    known = brief_values(trip.brief)
    st.markdown("**What comes along**")
    if trip.brief.pace:
        st.markdown(f":material/check: Pace: {trip.brief.pace}")
    wanted = [
        name
        for name in MAY_BE_CARRIED
        if known.get(name) and st.checkbox(f"{FIELDS[name]}: {_beginning(known[name])}", key=f"{key}_{name}")
    ]
    if same := trip.customer_id is not None and st.session_state[f"{key}_customer"] == trip.customer_id:
        rows = {field: f"{label}: {escape_label(text)}" for field, label, text in brief_fields(trip.brief)}
        wanted += [
            name
            for name in OF_THE_CUSTOMER
            if name in rows and st.checkbox(rows[name], value=True, key=f"{key}_{name}")
        ]
    if same:
        st.markdown(":small[No notes, sessions, files or members come along.]")
    else:
        st.markdown(
            ":small[Nothing of the first customer comes along: no travellers, budget, notes, sessions, files, "
            "members or memories. Look at what you select: it may name them.]"
        )
    return wanted


def _beginning(value: object) -> str:
    texts = value if isinstance(value, list) else [value]
    words = ", ".join(str(one["text"]) if isinstance(one, dict) else str(one) for one in texts)
    return escape_label(words if len(words) <= 80 else f"{words[:79]}…")


TRIP_DIALOGS: Dialogs = {
    "trip_delete": _delete,
    "trip_copy": _copy,
    "trip_leave": leave_dialog_of,
    "trip_hand_over": hand_over_dialog,
    "trip_member_remove": remove_member_dialog,
    "trip_file_remove": remove_file_dialog,
    **CUSTOMER_DIALOGS,
}
