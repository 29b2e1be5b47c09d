"""The list of a planner's trips: its filters, its rows, and what stands there while there are none.

In `st.session_state`: `trips_shown` is how many rows are asked for.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from components.dialogs import open_dialog
from components.labels import escape_label, name_in, relative_time
from components.resources import get_services
from components.state import SESSIONS_PAGE, reads_only
from components.trips.places import open_form, open_trip
from components.trips.words import status_badge, status_name, trip_words
from services.errors import NotFoundError
from services.trips.records import TripOrder, TripSummary
from travel.status import TripStatus

Row = TypeVar("Row")
ROWS_AT_FIRST = 50
CUSTOMERS_LISTED = 200
_MOST_AT_ONCE = 200
_STATUSES = {"": "Any status"} | {str(one): status_name(one) for one in TripStatus}
_ANY_CUSTOMER = 0  # an id that none has
_FILTER_KEYS = ("trips_words", "trips_status", "trips_customer", "trips_customer_words", "trips_which")
_ORDERS = {TripOrder.LAST_USED: "Last used", TripOrder.TITLE: "Title"}


def draw_list_header() -> None:
    """Draw what the page is for, and what begins there."""
    with st.container(key="trips_header", horizontal=True, vertical_alignment="center"):
        st.title("Trips", anchor=False, width="stretch")
        st.button(
            "Customers", key="trips_customers", icon=":material/groups:", on_click=open_dialog, args=("customers",)
        )
        if not reads_only():
            st.button("New trip", key="trips_new", icon=":material/add:", type="primary", on_click=open_form)


def trip_list(*, user_id: int, now: datetime) -> None:
    """Draw the filters and the trips that they let through."""
    wanted = _filters(user_id)
    filtered = bool(wanted["words"] or wanted["status"] or wanted["customer_id"])
    trips = get_services().trips

    def page(limit: int, cursor: str | None) -> tuple[Sequence[TripSummary], str | None]:
        found = trips.page(user_id=user_id, limit=limit, cursor=cursor, **wanted)
        return found.trips, found.next_cursor

    limit = st.session_state.get("trips_shown", ROWS_AT_FIRST)
    rows, has_more = gathered(page, limit)
    with st.container(key="trips_list", gap="xsmall"):
        for trip in rows:
            _row(trip, now=now)
    if has_more and st.button("Show more", key="trips_more", icon=":material/expand_more:"):
        st.session_state.trips_shown = limit + ROWS_AT_FIRST
        st.rerun()
    if not rows:
        _nothing(filtered=filtered, archived=wanted["archived"])


def gathered(
    page: Callable[[int, str | None], tuple[Sequence[Row], str | None]], wanted: int
) -> tuple[list[Row], bool]:
    """Return the first *wanted* rows and whether there are more; *page* gives so many from a cursor on."""
    rows: list[Row] = []
    cursor: str | None = None
    while len(rows) < wanted:
        found, cursor = page(min(_MOST_AT_ONCE, wanted - len(rows)), cursor)
        rows += found
        if cursor is None:
            break
    return rows, cursor is not None


def _filters(user_id: int) -> dict[str, Any]:
    with st.container(key="trips_filters", horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        words = st.text_input(
            "Search",
            key="trips_words",
            type="search",
            placeholder="Title or customer",
            persist_state="session",
            width=165,
        )
        which = st.selectbox("Show", ["Active", "Archived"], key="trips_which", persist_state="session", width=110)
        status = st.selectbox(
            "Status",
            list(_STATUSES),
            format_func=_STATUSES.__getitem__,
            key="trips_status",
            persist_state="session",
            width=130,
        )
        customer_id = _customer_filter(user_id)
        order = st.selectbox(
            "Sort by",
            list(_ORDERS),
            format_func=_ORDERS.__getitem__,
            key="trips_order",
            persist_state="session",
            width=125,
        )
    return {
        "words": (words or "").strip(),
        "archived": which == "Archived",
        "status": TripStatus(status) if status else None,
        "customer_id": customer_id,
        "order": order,
    }


def _customer_filter(user_id: int) -> int | None:
    """Draw the choice of a customer, and of very many what finds one among them; return the id of the one chosen."""
    customers = get_services().customers
    page = customers.page(user_id=user_id, limit=CUSTOMERS_LISTED)
    if page.next_cursor:
        words = st.text_input(
            "Find a customer", key="trips_customer_words", type="search", live=True, persist_state="session"
        )
        page = customers.page(user_id=user_id, limit=CUSTOMERS_LISTED, words=words or "")
    names = {_ANY_CUSTOMER: "Any customer"} | {one.id: one.name for one in page.customers}
    chosen = st.session_state.get("trips_customer")
    if chosen and chosen not in names:
        with suppress(NotFoundError):
            names[chosen] = customers.get(chosen, user_id=user_id).name
    customer_id = st.selectbox(
        "Customer",
        list(names),
        format_func=partial(name_in, names),
        key="trips_customer",
        persist_state="session",
        width=140,
    )
    return customer_id or None


def clear_filters() -> None:
    """Show all active trips again. A callback."""
    for key in _FILTER_KEYS:
        st.session_state.pop(key, None)


def _row(trip: TripSummary, *, now: datetime) -> None:
    told = [escape_label(word) for word in trip_words(trip)] + [f"used {relative_time(trip.last_used_at, now=now)}"]
    words = " · ".join(told)
    if not trip.customer_name:
        words = f"{words[0].upper()}{words[1:]}"
    with st.container(
        key=f"trips_row_{trip.id}", horizontal=True, wrap=False, gap="small", vertical_alignment="center", border=True
    ):
        st.button(
            f"**{escape_label(trip.title)}** :small[{words}]",
            key=f"trips_open_{trip.id}",
            type="tertiary",
            width="stretch",
            on_click=open_trip,
            args=(trip.id,),
        )
        with st.container(key=f"trips_marks_{trip.id}", horizontal=True, wrap=False, gap="xsmall", width="content"):
            status_badge(trip.status)


def _nothing(*, filtered: bool, archived: bool) -> None:
    with st.container(key="trips_none", border=True, horizontal_alignment="center"):
        if filtered:
            st.header("No trip matches", anchor=False)
            st.markdown("Try other words, another status, or look among the archived ones.")
            st.button("Clear filters", key="trips_clear", icon=":material/filter_alt_off:", on_click=clear_filters)
        elif archived:
            st.header("No archived trips", anchor=False)
            st.markdown("A trip that you archive leaves your list, and nobody else's.")
        elif reads_only():
            st.header("No trips yet", anchor=False)
            st.markdown("Trips that colleagues share with you will be listed here.")
        else:
            st.header("No trips yet", anchor=False)
            st.markdown(
                "A trip keeps its brief, sessions, files and the people who work on it in one place. Start with a "
                "title, or open a session and choose *Make this a trip* in its menu."
            )
            with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
                st.button("New trip", key="trips_start", icon=":material/add:", type="primary", on_click=open_form)
                st.page_link(SESSIONS_PAGE, label="All sessions", icon=":material/table_rows:")
