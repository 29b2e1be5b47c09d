"""What a link is of: the way to it, and whether it has become something else than the link shows."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from components.resources import get_services
from components.reviews.words import THINGS
from components.state import CHAT_PAGE, DECK_PAGE, TRIPS_PAGE, reads_only
from services.errors import NotFoundError
from services.reviews.records import Review, Thing


def thing_link(thing: Thing, label: str, *, field: str | None = None) -> None:
    """Draw the way to a thing, or to a *field* of a trip's brief; *label* is Markdown."""
    page = DECK_PAGE if thing.deck else CHAT_PAGE if thing.kind == "session" else TRIPS_PAGE
    icon, address = THINGS[thing.shown].icon, {str(thing.kind): str(thing.id)}
    if field:
        address |= {"field": field}
    st.page_link(page, label=label, icon=icon, query_params=address)


def may_share_again(thing: Thing, *, user_id: int) -> bool:
    """Return whether a thing has a link that is open, and this planner does more than read."""
    return not reads_only() and get_services().reviews.count(thing, user_id=user_id, only_open=True) > 0


def changed_since(thing: Thing, links: Sequence[Review], *, user_id: int) -> set[int]:
    """Return the ids of those of a thing's *links* that show something else than it is now.

    Reads all of the thing: for where the links of one thing are drawn.
    """
    with suppress(NotFoundError):  # it is gone since its links were read
        found = get_services().reviews.behind(thing, user_id=user_id, links=links)
        return {review_id for review_id, differs in found.items() if differs}
    return set()
