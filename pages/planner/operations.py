"""The numbers of this process, for admins."""

import streamlit as st

from components.identity import require_admin
from components.operations import operations_board
from components.wide_tables import make_wide_tables_scroll

require_admin()

st.set_page_config(page_title="Operations · Travel-Bot", layout="wide")
st.title("Operations", anchor=False)
make_wide_tables_scroll()
operations_board()
