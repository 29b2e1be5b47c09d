"""What a new chat shows before the first message."""

import streamlit as st

from components.labels import escape_label
from components.replies.actions import message_id, send

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


def welcome(name: str, *, model: str, memory: bool) -> None:
    """Draw the greeting and the suggestions; pressing one sends it as the first message of a new session."""
    with st.container(key="chat_welcome", gap="medium"):
        with st.container(gap="xsmall"):
            first_name = name.split()[0] if name.split() else ""
            st.title(f"Where to next, {escape_label(first_name)}?" if first_name else "Where to next?", anchor=False)
            st.markdown(
                ":gray[I draft itineraries, compare places and costs, and remember what your clients like "
                "from one session to the next.]"
            )
        with st.container(key="chat_suggestions", gap="small"):
            for first in range(0, len(_SUGGESTIONS), 2):
                for column, number in zip(st.columns(2), (first, first + 1), strict=True):
                    icon, title, detail, prompt = _SUGGESTIONS[number]
                    column.button(
                        f"**{title}**  \n:gray[{detail}]",
                        key=f"chat_suggestion_{number}",
                        icon=icon,
                        width="stretch",
                        on_click=_ask,
                        args=(prompt, message_id(), model, memory),
                    )


def _ask(prompt: str, client_message_id: str, model: str, memory: bool) -> None:
    send(prompt, None, client_message_id, model, memory)
