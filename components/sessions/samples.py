"""The sample sessions of a first visit: offered, marked, and removed with one click."""

import streamlit as st

from components.problems import telling
from components.resources import get_services
from components.sessions.actions import forget_undo, undo_last
from components.sessions.dialogs import leave_removed
from components.state import open_session

SAMPLE_BADGE = ":blue-badge[Sample]"


def offer_samples(*, user_id: int) -> None:
    """Offer the samples to a planner who has no session yet."""
    if not get_services().transfer.offers_samples(user_id=user_id):
        return
    with st.container(key="samples_offer", border=True, horizontal=True, wrap=False, vertical_alignment="center"):
        st.markdown(
            "**New here?**  \n:small[Three sample sessions show a plan, a comparison and a checklist. "
            "You can remove them with one click.]",
            width="stretch",
        )
        st.button(
            "Show me three sample sessions",
            key="samples_add",
            icon=":material/auto_stories:",
            on_click=_add,
            args=(user_id,),
        )


def sidebar_samples(*, shown: bool, user_id: int) -> None:
    """Draw, below the sidebar's sessions, what removes the samples that are *shown*, or brings them back."""
    if shown:
        remove_samples_button(key="sidebar_samples_remove", user_id=user_id)
    elif "samples" in (st.session_state.get("session_undo") or {}):
        st.button(
            "Bring samples back",
            key="sidebar_samples_back",
            icon=":material/undo:",
            type="tertiary",
            on_click=undo_last,
            args=(user_id,),
        )


def remove_samples_button(*, key: str, user_id: int) -> None:
    """Draw the button that removes the samples; what it did can be undone."""
    st.button(
        "Remove samples", key=key, icon=":material/layers_clear:", type="tertiary", on_click=_remove, args=(user_id,)
    )


def _add(user_id: int) -> None:
    forget_undo()
    with telling("session"):
        added = get_services().transfer.add_samples(user_id=user_id).imported
        if added:
            open_session(added[0])


def _remove(user_id: int) -> None:
    forget_undo()
    with telling("session"):
        removed, file = get_services().transfer.remove_samples(user_id=user_id)
        st.session_state.session_undo = {"samples": file, "text": "Removed the sample sessions."}
        leave_removed(removed, user_id=user_id)
