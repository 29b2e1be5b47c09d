"""Offers to forget what is remembered from a message that was just deleted.

In `st.session_state`: `memory_offer` is {"session_id", "message_id", "ids": of memories, "texts": theirs,
"customer_ids": about whom each is, None: the planner} meanwhile.
"""

from contextlib import suppress

import streamlit as st

from components.accounts.identity import current_user
from components.labels import escape_label
from components.memory.used import memories_counted
from components.problems import telling
from components.resources import get_services
from services.errors import ServiceError


def offer_to_forget(session_id: int, message_id: int, *, user_id: int) -> None:
    """Offer it, if anything is remembered from this message. For callbacks."""
    withdraw_offer()
    with suppress(ServiceError):  # Backboard is away: it can still be deleted on the screen of memories
        found = get_services().memories.memories_of_message(message_id, user_id=user_id)
        if found:
            st.session_state.memory_offer = {
                "session_id": session_id,
                "message_id": message_id,
                "ids": [memory.id for memory in found],
                "texts": [memory.text for memory in found],
                "customer_ids": [memory.customer_id for memory in found],
            }


def withdraw_offer() -> None:
    """Offer nothing any more: the message is back, or the planner has chosen. For callbacks."""
    st.session_state.pop("memory_offer", None)


def memory_offer(session_id: int | None) -> None:
    """Draw what is offered in this session; nothing leaves its place empty."""
    offer = st.session_state.get("memory_offer")
    if not offer or offer["session_id"] != session_id:
        st.empty()
        return
    with st.container(border=True, key="memory_offer_bar", gap="small"):
        lines = "\n".join(f"- {escape_label(text)}" for text in offer["texts"])
        st.markdown(f"The assistant still remembers from that message:\n\n{lines}")
        with st.container(horizontal=True):
            st.button("Forget it too", key="memory_offer_forget", icon=":material/delete:", on_click=_forget)
            st.button("Keep it", key="memory_offer_keep", type="tertiary", on_click=withdraw_offer)


def _forget() -> None:
    offer = st.session_state.memory_offer
    with telling("session"):
        if user := current_user():
            number = 0
            for customer_id in dict.fromkeys(offer["customer_ids"]):
                ids = [
                    one
                    for one, whose in zip(offer["ids"], offer["customer_ids"], strict=True)
                    if whose == customer_id
                ]
                number += get_services().memories.forget(ids, user_id=user.id, customer_id=customer_id)
            withdraw_offer()
            st.session_state.session_news = f"Forgot {memories_counted(number)}."
