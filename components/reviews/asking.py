"""A comment becomes a message to the assistant, in the session that it is about."""

import streamlit as st

from components.dialogs import close_dialog
from components.problems import telling
from components.replies.actions import message_id, send
from components.resources import get_services
from components.sessions.model_choice import chosen
from components.state import CHAT_PAGE, open_session
from services.accounts.records import User
from services.texts import MAX_MESSAGE_CHARS


@st.dialog("Ask the assistant", icon=":material/flight_takeoff:", width="medium", on_dismiss=close_dialog)
def ask_dialog(session_id: int, quote: str, *, user: User) -> None:
    """Let a message be written that quotes a comment, send it, and show the reply being written."""
    with st.form("review_ask", border=False):
        text = st.text_area(
            "Message", value=f"{quote}Please take this into account.", max_chars=MAX_MESSAGE_CHARS, height=260,
            key="review_ask_text",
        )  # fmt: skip
        st.markdown(":small[It is sent in the session. What the link shows stays as it is until you share it again.]")
        sent = st.form_submit_button("Send", key="review_ask_send", type="primary", icon=":material/send:")
    if sent:
        with telling():
            services = get_services()
            session = services.sessions.get(session_id, user_id=user.id)
            model, memory = chosen(session, user, services.settings.default_model)
            close_dialog()
            open_session(session_id)
            send(
                text or "", session_id, message_id(), model, memory
            )  # what goes wrong is told there, text in the box
            st.switch_page(CHAT_PAGE, query_params={"session": str(session_id)})
