"""A new account."""

import streamlit as st

from components.accounts.forms import sign_up_form
from components.accounts.guests import stay_form
from components.accounts.identity import current_user
from components.accounts.invitation import INVITATION_PARAMETER, draw_invitation
from components.labels import escape_label
from components.resources import get_services
from components.state import CHAT_PAGE

services = get_services()
invitation = st.query_params.get(INVITATION_PARAMETER)

with st.container(horizontal_alignment="center"), st.container(key="sign_up_card", width=420):
    user = current_user()
    if user is not None and user.is_guest:
        st.title("Make an account", anchor=False)
        if invitation is not None:
            st.info(
                "This does not use your invitation. To use it, leave as a guest first and open its link again: what "
                "you wrote as a guest is gone then.",
                icon=":material/mail:",
            )
        stay_form()
        st.page_link(CHAT_PAGE, label="Back to the chat", icon=":material/arrow_back:")
        st.stop()
    st.title("Create an account", anchor=False)
    if user is not None:
        st.info(
            f"You are signed in as {escape_label(user.name)}. An invitation is for somebody new: to use it yourself, "
            "sign out first and open its link again.",
            icon=":material/account_circle:",
        )
        st.stop()
    if invitation is not None:
        if draw_invitation(invitation):
            sign_up_form(invitation)
    elif services.accounts.sign_up_open:
        if services.settings.demo:
            st.write("This is a demo: made-up details will do, and nothing is sent to the e-mail address.")
        sign_up_form()
    else:
        st.info("New accounts are not being made here. Ask whoever runs this for one.", icon=":material/lock:")
    st.page_link("pages/public/sign_in.py", label="Back to sign in", icon=":material/arrow_back:")
