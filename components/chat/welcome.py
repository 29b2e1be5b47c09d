"""What a new chat shows before the first message."""

import streamlit as st

from components.labels import escape_label
from components.replies.actions import message_id, send
from components.resources import get_services
from components.state import SESSIONS_PAGE, TRIPS_PAGE
from services.accounts.records import User
from services.accounts.roles import READS_ONLY
from services.trips.records import TripName

_IS_OFFERED = (
    "I draft itineraries, compare places and costs, and remember what your clients like from one session to the next."
)
_IS_KNOWN = "I know the brief of this trip as it is now, and look things up in its files."
_SUGGESTIONS = (
    (
        ":material/wb_sunny:",
        "Plan a city break",
        "5 days in Lisbon in May for two",
        "5 days in Lisbon in May for two, one is vegetarian, about $2,000. "
        "Please plan it day by day, with a table of costs.",
    ),
    (
        ":material/family_restroom:",
        "Travel with children",
        "A week in Japan, ages 6 and 9",
        "A week in Japan in April for a family with children of 6 and 9. "
        "Please plan it with short distances and a rest every afternoon.",
    ),
    (
        ":material/compare_arrows:",
        "Compare destinations",
        "Rome or Athens in October?",
        "Rome or Athens in October, four days, for a couple who love ancient history and good food? "
        "Please compare weather, costs and sights in a table and recommend one.",
    ),
    (
        ":material/checklist:",
        "Prepare a departure",
        "What to check before Morocco",
        "A client flies to Marrakesh in three weeks. What should we check before departure: entry rules, health, "
        "money, packing? Please give a checklist.",
    ),
)

# In a trip nobody else's example: what it says would be remembered about the customer.
_IN_A_TRIP = (
    (
        ":material/wb_sunny:",
        "Plan this trip",
        "Day by day, from its brief",
        "Please plan “{trip}” day by day, as its brief says, with a table of costs.",
    ),
    (
        ":material/help:",
        "What to ask",
        "What is not known yet",
        "What is not known yet about “{trip}”? Please write the questions that we should ask the customer.",
    ),
    (
        ":material/payments:",
        "Check the budget",
        "Costs, and what could be saved",
        "What will “{trip}” cost, as its brief says? Please make a table, and say where money could be saved.",
    ),
    (
        ":material/checklist:",
        "Prepare the departure",
        "What to check before they go",
        "What should we check before the departure of “{trip}”: entry rules, health, money, packing? Please give a "
        "checklist.",
    ),
)


def welcome(name: str, *, model: str, memory: bool, trip: TripName | None = None) -> None:
    """Draw the greeting and the suggestions; pressing one sends it as the first message of a new session.

    Those in a *trip* are about it.
    """
    suggestions = _IN_A_TRIP if trip else _SUGGESTIONS
    with st.container(key="chat_welcome", gap="medium"):
        with st.container(gap="xsmall"):
            first_name = name.split()[0] if name.split() else ""
            st.title(f"Where to next, {escape_label(first_name)}?" if first_name else "Where to next?", anchor=False)
            st.markdown(f":gray[{_IS_KNOWN if trip else _IS_OFFERED}]")
        with st.container(key="chat_suggestions", gap="small"):
            for first in range(0, len(suggestions), 2):
                for column, number in zip(st.columns(2), (first, first + 1), strict=True):
                    icon, title, detail, prompt = suggestions[number]
                    column.button(
                        f"**{title}**  \n:gray[{detail}]",
                        key=f"chat_suggestion_{number}",
                        icon=icon,
                        width="stretch",
                        on_click=_ask,
                        args=(prompt.format(trip=trip.title) if trip else prompt, message_id(), model, memory),
                    )


def readers_welcome(user: User) -> None:
    """Draw, in the place of a new chat, what somebody can do who reads only."""
    shared = get_services().sessions.recent(user_id=user.id, limit=1).sessions
    with st.container(key="chat_reads_only", gap="medium"):
        first_name = user.name.split()[0] if user.name.split() else ""
        st.title(f"Welcome, {escape_label(first_name)}" if first_name else "Welcome", anchor=False)
        st.markdown(READS_ONLY)
        if shared:
            st.markdown("Open a session or a trip in the list at the side, or find one below.")
        else:
            st.markdown(
                f"Nothing is shared with you yet. Ask a colleague to share a session or a trip: your username is "
                f"**{escape_label(user.username)}**."
            )
        with st.container(horizontal=True):
            st.page_link(SESSIONS_PAGE, label="All sessions", icon=":material/table_rows:")
            st.page_link(TRIPS_PAGE, label="Trips", icon=":material/luggage:")


def _ask(prompt: str, client_message_id: str, model: str, memory: bool) -> None:
    send(prompt, None, client_message_id, model, memory)
