"""The receipt of an account that was deleted, for whoever has its code."""

import streamlit as st

from components.accounts.identity import current_user
from components.people.receipts import receipt_form

with st.container(horizontal_alignment="center"), st.container(key="receipt_card", width=520):
    st.title("Receipt", anchor=False)
    st.write("Type the code that was shown when an account was deleted, and see what went and what still has to go.")
    receipt_form()
    if current_user() is None:
        st.page_link("pages/public/sign_in.py", label="Back to sign in", icon=":material/arrow_back:")
