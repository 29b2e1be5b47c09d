"""What was used and what it cost: planners see their own, admins everybody's."""

import streamlit as st

from components.accounts.identity import require_user, while_admin
from components.resources import get_services
from components.state import show_new_chat
from components.usage.frames import by_model, by_time, cost_by_model, frame_of, usage_csv
from components.usage.insights import (
    EVERYBODY,
    charts,
    limit_form,
    numbers_table,
    people_table,
    period,
    tiles,
    too_long,
    whose,
)
from components.usage.money import month_line
from services.process.clock import utc_now

user = require_user()
services = get_services()

st.set_page_config(page_title="Insights · Travel-Bot")
st.title("Insights", anchor=False)

today = utc_now().date()
with st.container(horizontal=True, vertical_alignment="bottom", key="insights_filters"):
    chosen = period(today=today)
    if chosen is None:
        st.info("Choose the last day too.", icon=":material/date_range:")
        st.stop()
    start, end = chosen
    if too_long(start, end):
        st.stop()
    with while_admin():
        people = services.insights.people(start, end, viewer_id=user.id) if user.is_admin else ()
    of = whose(user, people) if user.is_admin else user.id
    if user.is_admin and of != EVERYBODY:
        limit_form(of)
if of != EVERYBODY:
    st.markdown(month_line(services.costs.this_month(of)))

with while_admin():
    frame = frame_of(services.insights.days(start, end, viewer_id=user.id, of=of or None))
span = f"{start.day} {start:%B %Y} to {end.day} {end:%B %Y}"
if frame.empty:
    or_ask = ", or ask something" if user.may_write else ""
    st.info(f"No activity from {span}. Choose other days{or_ask}.", icon=":material/insights:")
    if user.may_write:
        st.button("New chat", key="insights_new_chat", icon=":material/edit_square:", on_click=show_new_chat)
    st.stop()

tiles(frame)
times = by_time(frame, start, end)
charts(times, cost_by_model(frame, start, end), by_model(frame), span=span)
if of == EVERYBODY:
    people_table(people, span=span)
numbers_table(times, span=span)
with st.container(horizontal=True, vertical_alignment="center"):
    st.download_button(
        "CSV",
        lambda: usage_csv(frame),
        file_name=f"usage-{start}-{end}.csv",
        mime="text/csv",
        key="insights_csv",
        icon=":material/download:",
        help="A row for each day and model",
        on_click="ignore",
    )
    st.markdown(
        ":small[Days begin and end at midnight UTC."
        + (
            " Where Backboard does not say what a reply cost, its tokens are multiplied by the prices of its list of "
            "models."
            if frame[["cost_micros", "unpriced"]].any(axis=None)
            else ""
        )
        + "]"
    )
