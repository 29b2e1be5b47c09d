"""What the assistant remembers about this user: look, search, add, correct, delete."""

import streamlit as st

from components.accounts.identity import require_user
from components.labels import escape_label, planner_zone
from components.memory.memories import clear_words, memory_card, memory_count, memory_form, memory_notices
from components.resources import get_services
from services.errors import BackboardAwayError
from services.process.clock import utc_now

user = require_user()
memories = get_services().memories
now = utc_now().astimezone(planner_zone())

st.title("Memory", anchor=False)
st.markdown(
    "What the assistant learned from your sessions, or from you, and uses in all of them. "
    "The switch *Memory* in the menu of a session’s model turns it off there."
)
memory_notices(user_id=user.id)
memory_form(user_id=user.id)
search_place = st.container()
words = st.session_state.get("memory_words", "").strip()

try:
    with st.spinner("Asking Backboard …", show_time=False):
        found = memories.search(words, user_id=user.id) if words else ()
        listed = None if words else memories.page(user_id=user.id, page=st.session_state.get("memory_page", 1))
except BackboardAwayError as exc:
    with st.container(key="memory_away", border=True):
        st.header("Memories cannot be shown right now", icon=":material/cloud_off:", anchor=False)
        st.markdown(escape_label(exc.message))
        st.button("Try again", key="memory_try_again", type="primary", icon=":material/refresh:")
    st.stop()

if listed is None or listed.total:
    search_place.text_input("Search", key="memory_words", icon=":material/search:", placeholder="What it is about")

if listed is None:
    if found:
        st.markdown(":small[Closest matches first. Some may be missing.]")
    else:
        st.markdown("No memory matches these words.")
    st.button("Show all", key="memory_show_all", icon=":material/list:", on_click=clear_words)
    for memory in found:
        memory_card(memory, user_id=user.id, now=now)
elif listed.total:
    memory_count(listed.total, newest_first=listed.newest_first)
    for memory in listed.memories:
        memory_card(memory, user_id=user.id, now=now)
    if listed.pages > 1:
        st.session_state.memory_page = listed.page
        st.pagination(listed.pages, key="memory_page")
else:
    with st.container(key="memory_none", border=True, horizontal_alignment="center"):
        st.header("Nothing remembered yet", anchor=False)
        st.markdown("Say in a session what holds for all trips, such as “I am vegetarian”, or add it above.")
