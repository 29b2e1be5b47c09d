"""What colleagues changed of a trip while its form is open: told above it, and what is typed stays."""

import streamlit as st

from components.labels import escape_label
from components.resources import get_services
from components.trips.form import changed_by, typed_in
from components.trips.history import draw_change
from services.trips.records import Trip


def changed_line(trip: Trip, *, user_id: int) -> None:
    """Say who changed a trip since its form was opened, and show what; else leave its place empty.

    The place is there in every run: what came and went before the form would draw that anew.
    """
    seen = typed_in(trip.id)
    with st.container(key="trips_form_changed", horizontal=True, vertical_alignment="center", gap="small"):
        if seen is None or seen.rev == trip.rev:
            st.empty()
            return
        found = get_services().trip_revisions.compare(trip.id, seen.rev, trip.rev, user_id=user_id)
        by = escape_label(changed_by(trip.id, since=seen.rev, user_id=user_id)) or "somebody else"
        st.markdown(f":material/edit_note: Changed by {by} since you opened this form.", width="content")
        with st.popover("Show", key="trips_form_changed_show", type="tertiary"):
            for change in found.changes:
                draw_change(change)
            st.caption("Save keeps both where you changed other fields, and asks you where you changed the same.")
