"""What is new on a planner's links: the entry in the sidebar with its mark, and what keeps pages up to date.

In `st.session_state`: `reviews_news` is {"changed": what the watch said, "links": on how many something is new};
`reviews_drawn` is what the watch said before a page that shows links or comments was drawn, while that is the page.
"""

from contextvars import ContextVar
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.dialogs import dialog_is_open
from components.problems import unless_away
from components.resources import get_services, get_waker
from components.state import REVIEWS_PAGE

_NOT_THE_PAGE = -1

_of_this_run: ContextVar[tuple[DeltaGenerator, int] | None] = ContextVar("reviews_entry", default=None)


def has_links(*, user_id: int) -> bool:
    """Return whether a planner has shared something, or helps with a trip of which somebody did.

    Asks the database once a second for everybody.
    """
    made_here = bool(st.session_state.get("reviews_made"))  # a moment ago: the watch need not know it yet
    return get_services().review_watch.planner(user_id) is not None or made_here


def reviews_entry(*, user_id: int) -> None:
    """Draw the way to *Reviews*, with a mark where something is new there."""
    place = st.empty()
    st.session_state.pop("reviews_drawn", None)
    if has_links(user_id=user_id):
        st.session_state.pop("reviews_news", None)
        _of_this_run.set((place, user_id))
        with place:
            _marked_entry(user_id)
    else:
        _of_this_run.set(None)
        _entry(place, 0)


def refresh_reviews_entry() -> None:
    """Redraw the mark that this run of the script drew, if it drew any and it is another; beside a stream."""
    if kept := _of_this_run.get():
        place, user_id = kept
        before = st.session_state.get("reviews_news")
        if (links := _news(user_id)) != (before and before["links"]):
            _entry(place, links)


@st.fragment
def _marked_entry(user_id: int) -> None:
    """Draw the entry, and wait for what changes it; then the page runs again too, if it shows reviews."""
    look = get_services().review_watch.planner
    changed = look(user_id)
    drawn = st.session_state.get("reviews_drawn", _NOT_THE_PAGE)
    if drawn not in (_NOT_THE_PAGE, changed) and not dialog_is_open():
        st.rerun()
    _entry(st, _news(user_id))
    get_waker().wake_here(lambda: look(user_id) != changed)


def _news(user_id: int) -> int:
    """Return on how many links something is new; asks the database where the watch says that there is any change."""
    services, state = get_services(), st.session_state
    changed = services.review_watch.planner(user_id)
    news = state.get("reviews_news")
    if news is None or news["changed"] != changed:
        with unless_away():
            news = state.reviews_news = {"changed": changed, "links": services.reviews.news(user_id=user_id)}
    return int(news["links"]) if news else 0


def _entry(place: Any, number: int) -> None:
    mark = f" :green-badge[{number}]" if number else ""
    place.page_link(REVIEWS_PAGE, label=f"Reviews{mark}", icon=":material/rate_review:", width="stretch")


def follow_links(*, user_id: int) -> None:
    """Let the page run again when anything of a planner's links is another. Before they are read.

    A reply that is being written is not cut short: a fragment waits for the end of the run that shows it.
    """
    st.session_state.reviews_drawn = get_services().review_watch.planner(user_id)


def follow_reviews(*, user_id: int) -> None:
    """As `follow_links`, also where the first link is still to come."""
    follow_links(user_id=user_id)
    if _of_this_run.get() is None:  # the entry waits for nothing; by now there may be one
        _wait_for_the_first(user_id)


@st.fragment
def _wait_for_the_first(user_id: int) -> None:
    look = get_services().review_watch.planner
    if look(user_id) is not None:
        st.rerun()
    get_waker().wake_here(lambda: look(user_id) is not None)
