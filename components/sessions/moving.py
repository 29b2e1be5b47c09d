"""Sessions move into a trip, or out of theirs: the dialog that asks where to, and what is told there.

What was said in a session is remembered about somebody. Whoever moves it to another customer's trip is told that this
stays where it is, and chooses whether the assistant there hears what was said so far.
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.dialogs import Dialogs, close_dialog, leave_dialog, open_dialog
from components.labels import counted, escape_label, name_in
from components.problems import telling
from components.resources import get_services
from components.state import TRIPS_PAGE
from services.accounts.records import User
from services.sessions.records import SessionSummary
from services.trips.names import MOST_LISTED
from services.trips.records import LeftBehind

_NO_TRIP = 0  # an id that no trip ever has
_FOUND = 50
_NAMED = 3  # of so many people the names are told
_AFRESH, _CARRY = "Begin afresh", "Carry the conversation over"


def ask_where_to(sessions: Sequence[SessionSummary]) -> None:
    """Open the dialog that moves sessions. A callback."""
    open_dialog(
        "move_sessions",
        session_ids=[session.id for session in sessions],
        title=sessions[0].title if len(sessions) == 1 else "",
        now_in=list({session.trip_id for session in sessions}),
    )


def _move(session_ids: list[int], title: str, now_in: list[int | None], *, user: User) -> None:
    @st.dialog("Move to a trip", icon=":material/drive_file_move:", on_dismiss=close_dialog)
    def ask() -> None:
        st.markdown(f"**{escape_label(title)}**" if title else counted(len(session_ids), "session"))
        with telling(task="move this"):
            chosen = _where_to(now_in, user_id=user.id)
            carry = False
            if chosen is not None:
                _say_who_sees(chosen, one=len(session_ids) == 1, user_id=user.id)
                left = get_services().trip_names.left_behind(session_ids, chosen or None, user_id=user.id)
                carry = left is not None and _carried(left, one=len(session_ids) == 1)
            with st.container(horizontal=True, horizontal_alignment="right"):
                if st.button("Cancel", key="session_move_cancel"):
                    leave_dialog()
                moves = st.button("Move", key="session_move_go", type="primary", disabled=chosen is None)
            if moves and chosen is not None:
                _move_now(session_ids, title, chosen or None, carry=carry, user_id=user.id)
                leave_dialog()

    ask()


def _where_to(now_in: list[int | None], *, user_id: int) -> int | None:
    """Draw the choice of a trip and return its id, _NO_TRIP or, while nothing is chosen, None."""
    services = get_services()
    trips = services.trip_names.latest(user_id=user_id, limit=MOST_LISTED)
    names = {trip.id: _named(trip.title, trip.customer_name) for trip in trips if trip.access.may_change}
    if len(trips) == MOST_LISTED:
        words = st.text_input("Find a trip", key="session_move_words", type="search", placeholder="Trip or customer")
        if words and words.strip():
            found = services.trips.page(user_id=user_id, limit=_FOUND, words=words).trips
            names = {trip.id: _named(trip.title, trip.customer_name) for trip in found if trip.access.may_change}
    if len(now_in) == 1:
        names.pop(now_in[0] or _NO_TRIP, None)
    if now_in != [None]:
        names[_NO_TRIP] = "No trip"
    if not names:
        st.markdown("There is no other trip that you can change.")
        st.page_link(TRIPS_PAGE, label="Trips", icon=":material/luggage:")
        return None
    return st.selectbox(
        "Trip",
        list(names),
        format_func=partial(name_in, names),
        index=None,
        placeholder="Choose a trip",
        key="session_move_trip",
    )


def _named(title: str, customer: str | None) -> str:
    return f"{title} · {customer}" if customer else title


def _say_who_sees(trip_id: int, *, one: bool, user_id: int) -> None:
    """Say who else works on a trip: moving a session there shows it to them."""
    members = get_services().trip_members.list(trip_id, user_id=user_id) if trip_id != _NO_TRIP else ()
    names = [escape_label(member.name) for member in members if member.user_id != user_id]
    if names:
        who = _listed(names) if len(names) <= _NAMED else counted(len(names), "colleague")
        it = "this session" if one else "these sessions"
        st.markdown(f":material/group: {who} will see {it}, with everything that was said so far.")


def _carried(left: LeftBehind, *, one: bool) -> bool:
    """Say whose memory keeps what it holds, and ask whether what was said is told to the assistant there."""
    memories = [f"{escape_label(name)}’s memory" for name in left.customers]
    memories += ["your own memory"] if left.mine else []
    holds, what = ("holds" if len(memories) == 1 else "hold"), ("this session" if one else "these sessions")
    st.markdown(f"What {_listed(memories)} {holds} from {what} stays there: it does not come along.")
    choice = st.radio(
        "What was said so far",
        [_AFRESH, _CARRY],
        captions=[
            "You still see it here, but the assistant starts without it.",
            "The assistant hears all of it with your next message.",
        ],
        key="session_move_carry",
    )
    return choice == _CARRY


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _move_now(session_ids: list[int], title: str, trip_id: int | None, *, carry: bool, user_id: int) -> None:
    services = get_services()
    moved = services.trip_sessions.move(session_ids, trip_id, user_id=user_id, carry=carry)
    trip = services.trip_names.find(trip_id, user_id=user_id)
    what = f"“{escape_label(title)}”" if title else counted(len(moved), "session")
    where = f"to “{escape_label(trip.title)}”" if trip else ("out of its trip" if title else "out of their trips")
    st.session_state.pop("session_undo", None)
    st.session_state.session_news = f"Moved {what} {where}."


MOVING_DIALOGS: Dialogs = {"move_sessions": _move}
