"""The way to what a link is of: a session in the chat, a trip's own page, or the screen of a deck."""

import streamlit as st

from components.reviews.words import THINGS
from components.state import CHAT_PAGE, DECK_PAGE, TRIPS_PAGE
from services.reviews.records import Thing


def thing_link(thing: Thing, label: str, *, field: str | None = None) -> None:
    """Draw the way to a thing, or to a *field* of a trip's brief; *label* is Markdown."""
    page = DECK_PAGE if thing.deck else CHAT_PAGE if thing.kind == "session" else TRIPS_PAGE
    icon, address = THINGS[thing.shown].icon, {str(thing.kind): str(thing.id)}
    if field:
        address |= {"field": field}
    st.page_link(page, label=label, icon=icon, query_params=address)
