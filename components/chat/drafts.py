"""What is typed and not yet taken by the server: kept in this browser, for each planner and session."""

import time

import streamlit as st

from components.replies.actions import last_taken, message_id
from components.scripts import tell


def keep_drafts(*, user_id: int, moved_from: int | None = None) -> None:
    """Keep what this planner types until it is taken, and put it back when the session is opened again.

    *moved_from* is a session that they cannot write in any more: what they typed there is put into the new chat.
    """
    run = str(time.monotonic_ns())  # a run that says the same as the one before has said it all the same
    told = {"user": str(user_id), "taken": last_taken(), "next": message_id(), "run": run}
    tell("drafts", told | ({"moved": str(moved_from)} if moved_from else {}))
    st.button("Run the page again", key="chat_ask_server")  # the script's alone: hidden from people
