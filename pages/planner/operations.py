"""The numbers of this process, for admins."""

import streamlit as st

from components.accounts.identity import require_admin, while_admin
from components.usage.operations import operations_board
from components.usage.room import people_and_room

user = require_admin()

st.set_page_config(page_title="Operations · Travel-Bot")
st.title("Operations", anchor=False)
operations_board()
with while_admin():
    people_and_room(user_id=user.id)
