"""Trips: the list of them, or one of them, or its form, where the address says so."""

import streamlit as st

from components.accounts.identity import require_user
from components.labels import planner_zone
from components.resources import get_services
from components.trips.changed import changed_line
from components.trips.details import draw_brief, draw_header, watch_trip
from components.trips.dialogs import draw_trip_undo
from components.trips.files import draw_files
from components.trips.form import forget_form, trip_form, typed_in
from components.trips.history import draw_activity, draw_revisions
from components.trips.members import draw_members
from components.trips.places import close_trip, draw_top, form_is_open, opened_id
from components.trips.reviews import draw_offer, draw_reviews
from components.trips.sessions import draw_sessions
from components.trips.trip_list import draw_list_header, trip_list
from services.errors import NotFoundError
from services.process.clock import utc_now
from settings import ROOT

user = require_user()
opened = opened_id()

st.set_page_config(page_title="Trips · Travel-Bot")
st.html(ROOT / "static" / "trips.css")
draw_trip_undo(user_id=user.id)
draw_top()
now = utc_now().astimezone(planner_zone())

if not form_is_open():
    forget_form()

if opened is None and form_is_open() and user.may_write:
    st.title("New trip", anchor=False)
    trip_form(None, user_id=user.id)
    st.stop()

if opened is None:
    draw_list_header()
    trip_list(user_id=user.id, now=now)
    st.stop()

typed = typed_in(opened)
try:
    trip = get_services().trips.get(opened, user_id=user.id)
    watch_trip(trip, user_id=user.id)
except NotFoundError:
    if typed is None:
        st.title("Trips", anchor=False)
        st.warning("There is no such trip.", icon=":material/search_off:")
        st.button("All trips", key="trips_instead", icon=":material/arrow_back:", on_click=close_trip)
        st.stop()
    trip = typed  # as it was read: what is being typed stays, in the places where it is drawn

if form_is_open() and (trip.access.may_change or typed):
    st.title("Edit trip", anchor=False)
    changed_line(trip, user_id=user.id)
    trip_form(trip, user_id=user.id)
    st.stop()

draw_header(trip, user_id=user.id)
draw_offer(trip, user_id=user.id)
draw_brief(trip, user_id=user.id)
draw_reviews(trip, user_id=user.id, now=now)
sessions = draw_sessions(trip, user_id=user.id, now=now)
files = draw_files(trip, user_id=user.id, now=now)
members = draw_members(trip, user_id=user.id)
draw_activity(trip, sessions, files, members, user_id=user.id, now=now)
draw_revisions(trip, user_id=user.id, now=now)
