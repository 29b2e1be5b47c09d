"""All sessions, as a table: sort, filter, select several, download."""

import streamlit as st

from components.accounts.identity import require_user
from components.labels import planner_zone
from components.resources import get_services
from components.sessions.actions import selection_actions
from components.sessions.ending import endings
from components.sessions.samples import remove_samples_button
from components.sessions.table import clear_filters, session_filters, session_list, session_table, sessions_csv
from components.state import show_new_chat
from components.transfer.transfer import ask_import, export_many_button
from services.process.clock import utc_now
from services.sessions.records import SessionFilter

user = require_user()

ROWS_AT_FIRST = 200
TRIPS_OFFERED = 50  # words lead to the sessions of the others

st.set_page_config(page_title="All sessions · Travel-Bot")
with st.container(key="sessions_header", horizontal=True, vertical_alignment="center"):
    st.title("All sessions", width="stretch")
    samples_place = st.empty()
    downloads_place = st.container(horizontal=True, width="content")
    if user.may_write:
        st.button("Import", key="sessions_import", icon=":material/upload:", on_click=ask_import)

sessions, trip_names = get_services().sessions, get_services().trip_names
zone = planner_zone()
trips = {trip.id: trip.title for trip in trip_names.latest(user_id=user.id, limit=TRIPS_OFFERED)}
if (chosen := st.session_state.get("sessions_trip")) and chosen not in trips:
    trips |= trip_names.titles([chosen], user_id=user.id)
models = sessions.models_used(user_id=user.id)
wanted, order = session_filters(models, trips, now=utc_now().astimezone(zone))
limit = st.session_state.get("sessions_limit", ROWS_AT_FIRST)
table = sessions.table(wanted, user_id=user.id, limit=limit, order=order)

if table.sessions:
    ids = {session.trip_id for session in table.sessions if session.trip_id is not None}
    titles = trip_names.titles(ids, user_id=user.id)
    ends = endings(table.sessions, user_id=user.id)
    session_list(table.sessions, titles, ends, now=utc_now().astimezone(zone))
    with st.container(key="sessions_wide"):
        actions = st.container(key="sessions_actions", horizontal=True, vertical_alignment="center")
        selected = session_table(table.sessions, titles, ends, zone=zone)
    with actions:
        selection_actions(selected, user_id=user.id)
    with downloads_place:
        st.download_button(
            "CSV",
            lambda: sessions_csv(
                sessions.each(wanted, user_id=user.id, order=order), trip_names.all_titles(user_id=user.id), zone=zone
            ),
            file_name="sessions.csv",
            mime="text/csv",
            key="sessions_csv",
            icon=":material/download:",
            help="Download all sessions that match the filters",
            on_click="ignore",
        )
        export_many_button("Export all", None, key="sessions_export_all", user_id=user.id)
    if user.may_write and any(session.sample for session in table.sessions):
        with samples_place:
            remove_samples_button(key="sessions_remove_samples", user_id=user.id)
    if table.has_more:
        st.caption(f"These are the first {limit:,}.")
        if st.button("Show more", key="sessions_more", icon=":material/expand_more:"):
            st.session_state.sessions_limit = limit + ROWS_AT_FIRST
            st.rerun()
elif wanted == SessionFilter() or not sessions.table(SessionFilter(), user_id=user.id, limit=1).sessions:
    with st.container(key="sessions_none", border=True, horizontal_alignment="center"):
        st.header("No sessions yet", anchor=False)
        if user.may_write:
            st.markdown("Every conversation with the assistant is kept here.")
            st.button(
                "Start a chat",
                key="sessions_start",
                type="primary",
                icon=":material/edit_square:",
                on_click=show_new_chat,
            )
        else:
            st.markdown("Sessions that colleagues share with you will be listed here.")
else:
    with st.container(key="sessions_no_match", border=True, horizontal_alignment="center"):
        st.header("No session matches", anchor=False)
        st.markdown("Try other words, a longer period, or look among the archived ones.")
        st.button("Clear filters", key="sessions_clear", icon=":material/filter_alt_off:", on_click=clear_filters)
