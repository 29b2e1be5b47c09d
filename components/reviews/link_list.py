"""The list of a planner's links: its filters, its rows, and what stands there while there are none.

In `st.session_state`: `reviews_shown` is how many rows are asked for, `reviews_last` the id of the link that the page
shows or showed last, None for the list.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

import streamlit as st

from components.labels import escape_label, relative_time
from components.resources import get_services
from components.reviews.words import STATES, THINGS, day, open_badge, state_badge
from components.state import SESSIONS_PAGE, parsed_id, reads_only
from services.reviews.records import Review, ReviewState

Row = TypeVar("Row")
ROWS_AT_FIRST = 50
_MOST_AT_ONCE = 200
_ANY = "Any state"
_PARAMETER = "review"
_LEFT = "session"  # what the way to the chat leaves in the address of the page that it began on
_WAITING = (ReviewState.OPEN, ReviewState.CHANGES_ASKED, ReviewState.DECLINED, ReviewState.OUTDATED)


def opened_id() -> int | None:
    """Return the id of the link in the address, which need not be one of this planner's.

    Back from the chat, it is the one that was shown before.
    """
    address, state = st.query_params, st.session_state
    if _PARAMETER in address or _LEFT not in address:
        state.reviews_last = parsed_id(address.get(_PARAMETER))
    last: int | None = state.get("reviews_last")
    return last


def open_link(review_id: int) -> None:
    """Show a link's own page. A callback on *Reviews*."""
    st.query_params.from_dict({_PARAMETER: str(review_id)})


def close_link() -> None:
    """Show the list. A callback on *Reviews*."""
    st.query_params.clear()


def link_list(*, user_id: int, now: datetime) -> None:
    """Draw the filters and the links that they let through."""
    words, ended, states = _filters()
    reviews = get_services().reviews

    def page(limit: int, before: Sequence[Review]) -> Sequence[Review]:
        return reviews.page(user_id=user_id, ended=ended, words=words, states=states, limit=limit, offset=len(before))

    wanted = st.session_state.get("reviews_shown", ROWS_AT_FIRST)
    links, has_more = gathered(page, wanted)
    with st.container(key="reviews_list", gap="xsmall"):
        for link in links:
            _row(link, now=now)
    if has_more and st.button("Show more", key="reviews_more", icon=":material/expand_more:"):
        st.session_state.reviews_shown = wanted + ROWS_AT_FIRST
        st.rerun()
    if not links:
        _nothing(filtered=bool(words or states), ended=ended)


def gathered(page: Callable[[int, Sequence[Row]], Sequence[Row]], wanted: int) -> tuple[list[Row], bool]:
    """Return the first *wanted* rows and whether there are more; *page* gives so many that follow those of before."""
    rows: list[Row] = []
    while len(rows) <= wanted:
        limit = min(_MOST_AT_ONCE // 2, wanted + 1 - len(rows))
        found = page(limit, rows)
        rows += found
        if len(found) < limit:
            break
    return rows[:wanted], len(rows) > wanted


def due_words(review: Review, *, today: date) -> str:
    """Return, as Markdown, when a link is due; nothing where no day was named, or where it has ended."""
    due_on = review.settings.due_on
    if due_on is None or review.state is ReviewState.ENDED:
        return ""
    if due_on < today and review.state in _WAITING:
        return f":red[Overdue since {escape_label(day(due_on))}]"
    return f"Due {escape_label(day(due_on))}"


def opened_words(review: Review, *, now: datetime) -> str:
    """Return when a link was opened last."""
    if review.last_opened_at is None:
        return "Never opened"
    return f"Opened {relative_time(review.last_opened_at, now=now)}"


def _filters() -> tuple[str, bool, list[ReviewState]]:
    with st.container(key="reviews_filters", horizontal=True):
        which = st.segmented_control(
            "Links", ["Open", "Ended"], default="Open", required=True, key="reviews_which", persist_state="session"
        )
        words = st.text_input(
            "Search",
            key="reviews_words",
            type="search",
            placeholder="In titles and audiences",
            persist_state="session",
            width=240,
        )
        names = {STATES[state][0]: state for state in ReviewState if state is not ReviewState.ENDED}
        state = _ANY
        if which == "Open":
            state = st.selectbox("State", [_ANY, *names], key="reviews_state", persist_state="session", width=190)
    return (words or "").strip(), which == "Ended", [names[state]] if state in names else []


def _row(link: Review, *, now: datetime) -> None:
    told = (
        escape_label(link.settings.audience),
        due_words(link, today=now.date()),
        opened_words(link, now=now),
        escape_label((link.ended_why or "").removesuffix(".")),
    )
    with st.container(
        key=f"reviews_row_{link.id}",
        horizontal=True,
        wrap=False,
        gap="small",
        vertical_alignment="center",
        border=True,
    ):
        icon = THINGS[link.thing.shown].icon
        st.button(
            f"{icon} **{escape_label(link.title)}** :small[{' · '.join(filter(None, told))}]",
            key=f"reviews_open_{link.id}",
            type="tertiary",
            width="stretch",
            on_click=open_link,
            args=(link.id,),
        )
        with st.container(key=f"reviews_marks_{link.id}", horizontal=True, wrap=False, gap="xsmall", width="content"):
            if link.unseen:
                st.badge("New", color="green")
            open_badge(link)
            state_badge(link)


def _nothing(*, filtered: bool, ended: bool) -> None:
    with st.container(key="reviews_none", border=True, horizontal_alignment="center"):
        if filtered:
            st.header("No link matches", anchor=False)
            st.markdown("Try other words, or another state.")
        elif ended:
            st.header("No link has ended", anchor=False)
            st.markdown("Links that were revoked, or that came to their end, are kept here.")
        else:
            st.header("No open reviews", anchor=False)
            st.markdown(
                "Reviews of a trip that a colleague shares with you are on the page of the trip."
                if reads_only()
                else "Let a customer look at a session, a trip's brief or a deck, comment on it and approve it, "
                "without an account: open it, and choose *Share for review*."
            )
            st.page_link(SESSIONS_PAGE, label="All sessions", icon=":material/table_rows:")
