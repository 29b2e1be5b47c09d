"""What only a guest is shown: how much is left to try, the way to an account, and the way out."""

import streamlit as st

from components.accounts import identity
from components.accounts.company import companies
from components.accounts.forms import sign_up_form
from components.accounts.sign_in_cookie import COOKIE_DAYS
from components.accounts.ways_in import stay_buttons
from components.dialogs import Dialogs, close_dialog, leave_dialog, open_dialog
from components.resources import get_services
from components.state import SIGN_UP_PAGE
from services.accounts.records import User
from settings import ROOT


def guest_line(user: User) -> None:
    """Draw who is here, how much is left, and the ways to an account and out."""
    left = get_services().guests.messages_left(user.id)
    with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
        st.markdown(f":small[:material/account_circle: Guest \u00b7 {messages(left)} left]", width="stretch")
        st.button("Leave", key="sidebar_leave", type="tertiary", on_click=open_dialog, args=("leave_guest",))
    if may_stay():
        st.page_link(SIGN_UP_PAGE, label="Make an account", icon=":material/person_add:", width="stretch")


def guest_notice(user: User) -> None:
    """Draw, above the box to write in, the way on for a guest who has no messages left, or leave its place empty."""
    left = get_services().guests.messages_left(user.id)
    with st.bottom:
        if left == 0 and may_stay():
            st.page_link(
                SIGN_UP_PAGE,
                label="No messages left: make an account",  # one line of a phone
                icon=":material/person_add:",
            )
        else:
            st.empty()


def guest_settings(user: User) -> None:
    """Draw what a guest is told about their account, and the ways to one and out."""
    left = get_services().guests.messages_left(user.id)
    days = get_services().settings.guest_days
    st.markdown(
        f"You are here as a guest, with {messages(left)} left, in this browser only and for {COOKIE_DAYS} days at "
        f"most. All of it is removed after {'a day' if days == 1 else f'{days} days'} without a visit."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if may_stay():
            st.page_link(SIGN_UP_PAGE, label="Make an account", icon=":material/person_add:")
        st.button("Leave", key="account_leave", icon=":material/logout:", on_click=open_dialog, args=("leave_guest",))


def stay_form() -> None:
    """Draw the ways in which a guest, who is here, becomes a planner."""
    st.write("Your sessions, trips and files stay as they are, and the limits for guests no longer apply.")
    if get_services().accounts.sign_up_open:
        sign_up_form(guest=True)
    stay_buttons()


def may_stay() -> bool:
    """Whether a guest can make an account here."""
    return get_services().accounts.sign_up_open or bool(companies())


def messages(number: int) -> str:
    """Return so many messages, in words."""
    return "1 message" if number == 1 else f"{number or 'no'} messages"


@st.dialog("Leave without an account?", on_dismiss=close_dialog)
def _leave(*, user: User) -> None:
    st.markdown(
        "Nobody can come back to what a guest has written, not even you."
        + (" Make an account to keep it: all of it stays as it is." if may_stay() else "")
    )
    st.markdown(
        ":small[You have an account already? A guest's sessions cannot be moved to it: download your data, "
        "under *Settings*, and import it there.]"
    )
    if may_stay():
        st.page_link(SIGN_UP_PAGE, label="Make an account", icon=":material/person_add:")
    st.html(ROOT / "static" / "dialogs.css")  # what loses all is red
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Stay", key="leave_guest_cancel"):
            leave_dialog()
        st.button("Leave", key="leave_guest_confirm", type="primary", on_click=identity.sign_out)


GUEST_DIALOGS: Dialogs = {"leave_guest": _leave}
