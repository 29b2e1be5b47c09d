"""The way in."""

import streamlit as st

from components.accounts.forms import sign_in_form, try_button
from components.accounts.ways_in import company_buttons
from components.resources import get_services

services = get_services()

with_password = services.accounts.passwords_on
with st.container(horizontal_alignment="center"), st.container(key="sign_in_card", width=420):
    st.title("Travel-Bot", anchor=False)
    st.write("Plan trips with an assistant that remembers your customers, your plans and what you said last time.")
    if services.settings.demo:
        st.info(
            "This is a demo: a demo assistant on this machine answers."
            + (" Any made-up account will do." if with_password else ""),
            icon=":material/science:",
        )
    if with_password:
        sign_in_form()
        if services.resets.possible:
            st.page_link("pages/public/reset.py", label="Forgot your password?", icon=":material/lock_reset:")
    company_buttons(alone=not with_password)
    if services.guests.welcome:
        try_button()
    if services.accounts.sign_up_open:
        st.page_link("pages/public/sign_up.py", label="New here? Create an account", icon=":material/person_add:")
    elif with_password:
        st.markdown(":small[New accounts are made by whoever runs this.]")
