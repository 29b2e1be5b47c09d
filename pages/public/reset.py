"""A forgotten password: a link is asked for, or sets a new one."""

import streamlit as st

from components.accounts.identity import current_user
from components.accounts.reset import ADDRESS_PARAMETER, ask_for_link, new_password

with st.container(horizontal_alignment="center"), st.container(key="reset_card", width=420):
    st.title("New password", anchor=False)
    token = st.query_params.get(ADDRESS_PARAMETER)
    if st.session_state.get("reset_done"):
        st.success("Your password is changed. Sign in with the new one.", icon=":material/check:")
    elif token is not None:
        new_password(token)
    else:
        ask_for_link()
    if current_user() is None:
        st.page_link("pages/public/sign_in.py", label="Back to sign in", icon=":material/arrow_back:")
