"""The receipt of an account that was deleted, for whoever has its code."""

import streamlit as st

from components.people.receipts import receipt_form

with st.container(horizontal_alignment="center"), st.container(key="receipt_card", width=520):
    st.title("Receipt", anchor=False)
    st.write("Type the code that was shown when an account was deleted: it tells what went and what still goes.")
    receipt_form()
