"""The trip that a chat is in, under its title."""

import streamlit as st

from components.labels import escape_label
from components.state import TRIPS_PAGE
from services.trips.records import TripName


def trip_line(trip: TripName | None) -> None:
    """Draw the way to a trip, and for whom it is; nothing leaves its place empty."""
    if trip is None:
        st.empty()
        return
    customer = f" · {escape_label(trip.customer_name)}" if trip.customer_name else ""
    st.page_link(
        TRIPS_PAGE,
        label=f"{escape_label(trip.title)}{customer}",
        icon=":material/luggage:",
        query_params={"trip": str(trip.id)},
    )
