"""Reviews: the links by which others look at sessions; one of them, where the address names it."""

import streamlit as st

from components.accounts.identity import require_user
from components.labels import planner_zone
from components.problems import unless_away
from components.resources import get_services
from components.reviews.details import (
    draw_actions,
    draw_comments,
    draw_decisions,
    draw_header,
    draw_settings,
    draw_versions,
)
from components.reviews.entry import follow_reviews
from components.reviews.link_list import close_link, link_list, opened_id
from services.errors import NotFoundError
from services.process.clock import utc_now
from settings import ROOT

user = require_user()
reviews = get_services().reviews

st.set_page_config(page_title="Reviews · Travel-Bot")
st.html(ROOT / "static" / "reviews.css")
follow_reviews(user_id=user.id)
now = utc_now().astimezone(planner_zone())
opened = opened_id()

if opened is None:
    st.title("Reviews", anchor=False)
    st.markdown("Who looks at what you share, what they say, and what they have decided.")
    link_list(user_id=user.id, now=now)
    st.stop()

try:
    details = reviews.get(opened, user_id=user.id)
except NotFoundError:
    st.title("Reviews", anchor=False)
    st.warning("There is no such review.", icon=":material/search_off:")
    st.button("All reviews", key="reviews_instead", icon=":material/arrow_back:", on_click=close_link)
    st.stop()

if details.review.unseen:
    with unless_away():  # the page is read all the same
        reviews.mark_seen(opened, user_id=user.id)
        st.rerun()  # the mark in the sidebar, which stands already, is gone then
draw_header(details, user_id=user.id, now=now)
draw_actions(details, user_id=user.id)
draw_decisions(details)
draw_comments(details, user_id=user.id)
draw_versions(details.versions)
draw_settings(details.review)
