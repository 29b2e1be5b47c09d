"""What the assistant remembers, about this user or a customer: look, search, add, correct, delete."""

import streamlit as st

from components.accounts.identity import require_user
from components.labels import escape_label, planner_zone
from components.memory.memories import clear_words, memory_card, memory_count, memory_form, memory_notices
from components.memory.whose import show_mine, watch_whose, whose_choice, whose_memory
from components.resources import get_services
from services.errors import BackboardAwayError, NotFoundError
from services.process.clock import utc_now

user = require_user()
memories = get_services().memories
now = utc_now().astimezone(planner_zone())

st.title("Memory", anchor=False)
try:
    whose = whose_memory(user_id=user.id)
except NotFoundError as exc:
    st.warning(exc.message, icon=":material/search_off:")
    st.button("My memory", key="memory_mine", icon=":material/arrow_back:", on_click=show_mine)
    st.stop()

watch_whose(whose)
whose_choice(whose)
if whose.customer_id is None:
    st.markdown(
        "What the assistant learned from your sessions, or from you, and uses in all of them, but for those in trips "
        "of a customer. The switch *Memory* in the menu of a session’s model turns it off there."
    )
else:
    st.markdown(
        f"What the assistant learned in trips for **{escape_label(whose.name)}**, or from those who work on them, "
        "and uses in all sessions of these. All who work on them see it; no other session does."
    )
memory_notices(whose)
if whose.may_change:
    memory_form(whose)
else:
    why = "you are a viewer" if not user.may_write else "you only view these trips"
    st.caption(f":material/visibility: You can read this, but not change it: {why}.")
search_place = st.container()
words = st.session_state.get("memory_words", "").strip()

try:
    with st.spinner("Asking Backboard …", show_time=False):
        found = memories.search(words, user_id=user.id, customer_id=whose.customer_id) if words else ()
        number = st.session_state.get("memory_page", 1)
        listed = None if words else memories.page(user_id=user.id, customer_id=whose.customer_id, page=number)
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
        memory_card(memory, whose, now=now)
elif listed.total:
    memory_count(listed.total, whose, newest_first=listed.newest_first)
    for memory in listed.memories:
        memory_card(memory, whose, now=now)
    if listed.pages > 1:
        st.session_state.memory_page = listed.page
        st.pagination(listed.pages, key="memory_page")
else:
    with st.container(key="memory_none", border=True, horizontal_alignment="center"):
        st.header("Nothing remembered yet", anchor=False)
        if not user.may_write:
            st.markdown("What colleagues tell the assistant about a customer of a shared trip can be read here.")
        elif whose.customer_id is None:
            st.markdown("Say in a session what holds for all trips, such as “I am vegetarian”, or add it above.")
        elif whose.may_change:
            st.markdown("Say in a session of a trip what holds for all, such as “They never fly”, or add it above.")
        else:
            st.markdown("What is said in sessions of these trips, and holds for all of them, will be listed here.")
