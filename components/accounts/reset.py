"""The forms for whoever forgot their password: one asks for a link, the other one is what the link opens.

In `st.session_state`: `reset_asked` is True once a mail was asked for in this tab, `reset_done` once a password was
set.
"""

import streamlit as st

from components.accounts.forms import rule, taken
from components.accounts.identity import sign_out
from components.address import address
from components.problems import draw_problem, telling
from components.resources import get_services
from services.accounts.passwords import PASSWORD_RULE
from services.errors import ServiceError
from services.people.resets import MAX_TYPED_CHARS

ADDRESS_PARAMETER = "link"


def ask_for_link() -> None:
    """Draw the form that has a link mailed, or say whom to ask where no mail is sent."""
    if not get_services().resets.by_mail:
        st.info(
            "Ask an admin for a link with which you set a new password: they make one under *People*.",
            icon=":material/lock_reset:",
        )
        return
    if st.session_state.get("reset_asked"):
        st.success(
            "If somebody here has that name or address, a mail is on its way. Its link works once, for an hour.",
            icon=":material/mail:",
        )
        return
    st.markdown("We mail you a link that sets a new one.")
    with st.form("reset_form", border=False):
        st.text_input("Username or e-mail", key="reset_name", autocomplete="username", max_chars=MAX_TYPED_CHARS)
        draw_problem("reset")
        st.form_submit_button("Send link", key="reset_submit", type="primary", width="stretch", on_click=_ask)


def new_password(token: str) -> None:
    """Draw the form that sets a new password by a link, or why it does not."""
    try:
        username = get_services().resets.username(token, address=address())
    except ServiceError as exc:
        st.warning(exc.message, icon=":material/link_off:")
        return
    with st.form("new_password_form", border=False):
        st.text_input("Username", value=username, key="reset_username", autocomplete="username", disabled=True)
        st.text_input(
            "New password", key="reset_password", type="password", autocomplete="new-password", max_chars=200
        )
        rule(PASSWORD_RULE)
        draw_problem("reset")
        st.markdown(":small[This signs every browser and program out of the account.]")
        st.form_submit_button(
            "Set password", key="reset_set", type="primary", width="stretch", on_click=_set_password, args=(token,)
        )


def _ask() -> None:
    with telling("reset", task="send a link"):
        get_services().resets.ask(st.session_state.reset_name, address=address())
        st.session_state.reset_asked = True


def _set_password(token: str) -> None:
    password = taken("reset_password")
    with telling("reset"):
        get_services().resets.set_password(token, password, address=address())
        sign_out()  # whoever was signed in here
        st.session_state.reset_done = True
