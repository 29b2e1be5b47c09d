"""Who keeps how much in the database, for admins."""

import pandas as pd
import streamlit as st

from components.labels import escape_label
from components.resources import get_services
from components.wide_tables import wide_table
from services.sessions.file_types import megabytes
from services.usage.insights import MAX_KEEPERS
from services.usage.records import RoomOrder

_ORDERS = {
    "Size of files": RoomOrder.BYTES,
    "Files": RoomOrder.FILES,
    "Sessions": RoomOrder.SESSIONS,
    "Messages": RoomOrder.MESSAGES,
}


def people_and_room(*, user_id: int) -> None:
    """Draw a table of those who keep the most; *user_id* is the admin who looks."""
    st.header("Storage by person", anchor=False)
    order = st.selectbox("Sort by", list(_ORDERS), key="operations_room_order", width=200)
    people = get_services().insights.room(_ORDERS[order], viewer_id=user_id)
    if not people:
        st.markdown("Nobody has stored anything yet.")
        return
    table = pd.DataFrame(
        {
            "Person": [escape_label(f"{person.name} ({person.username})") for person in people],
            "Size of files": [megabytes(person.file_bytes).replace(" ", "\u00a0") for person in people],
            "Files": [f"{person.files:,}" for person in people],
            "Sessions": [f"{person.sessions:,}" for person in people],
            "Messages": [f"{person.messages:,}" for person in people],
        }
    )
    wide_table(table, alt="People: size and number of files, sessions, messages")
    if len(people) == MAX_KEEPERS:
        st.caption(f"These are the first {MAX_KEEPERS}.")
