"""Which deck is open, by the address of its page, and which of its pages is shown.

In `st.session_state`: `deck_page_<kind>_<id>` is the key of the page that is shown.
"""

from dataclasses import dataclass

import streamlit as st

from components.resources import get_services
from components.state import CHAT_PAGE, TRIPS_PAGE, parsed_id
from services.decks.records import DeckOf
from services.trips.records import TripAccess

_KINDS = ("session", "trip")


def opened_deck() -> DeckOf | None:
    """Return what the deck in the address is of, which need not be anything of this planner's."""
    for kind in _KINDS:
        if (thing_id := parsed_id(st.query_params.get(kind))) is not None:
            return DeckOf("trip" if kind == "trip" else "session", thing_id)
    return None


@dataclass(frozen=True, slots=True)
class DeckThing:
    """What a deck is of, as whoever looks sees it. Its owner's brand is that of its deck."""

    title: str
    is_owner: bool
    may_change: bool


def found_thing(of: DeckOf, *, user_id: int) -> DeckThing:
    """Return what a deck is of. Raises NotFoundError."""
    if of.kind == "trip":
        trip = get_services().trip_names.get(of.id, user_id=user_id)
        return DeckThing(trip.title, trip.access is TripAccess.OWNER, trip.access.may_change)
    session = get_services().sessions.get(of.id, user_id=user_id)
    return DeckThing(session.title, session.is_own, session.may_write)


def deck_of(of: list[object] | DeckOf) -> DeckOf:
    """Return what a deck is of, from what a dialog was told."""
    kind, thing_id = of
    return DeckOf("trip" if kind == "trip" else "session", int(str(thing_id)))


def page_key(of: DeckOf) -> str:
    """Return where it is kept which page of a deck is shown."""
    return f"deck_page_{of.kind}_{of.id}"


def show_slide(of: DeckOf, slide_id: str) -> None:
    """Show the first page of a slide. Before the strip is drawn, or a callback."""
    st.session_state[page_key(of)] = f"{slide_id}/1"


def shown_slide_id(of: DeckOf) -> str | None:
    """Return the id of the slide that is shown, as far as it is known."""
    key = st.session_state.get(page_key(of))
    return str(key).rpartition("/")[0] if key else None


def way_back(of: DeckOf, title: str) -> None:
    """Draw the link to what a deck is of."""
    page, icon = (TRIPS_PAGE, "luggage") if of.kind == "trip" else (CHAT_PAGE, "chat")
    st.page_link(page, label=title, icon=f":material/{icon}:", query_params=of_address(of))


def of_address(of: DeckOf) -> dict[str, str]:
    """Return what an address says of it."""
    return {of.kind: str(of.id)}
