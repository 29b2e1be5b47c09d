"""Which memories a reply used."""

import streamlit as st

from components.session_labels import escape_label
from components.state import MEMORY_PAGE
from services.records import MessageView


def used_memories(message: MessageView) -> None:
    """Draw the memories that a reply used, folded; where there are none, leave their place empty."""
    used = [part.text for part in message.parts if part.kind == "memory"]
    if not used:
        st.empty()
        return
    with st.expander(f"Used {memories_counted(len(used))}", type="compact", key=f"chat_memories_{message.id}"):
        st.markdown("\n".join(f"- {escape_label(text)}" for text in used))
        st.page_link(MEMORY_PAGE, label="Correct or delete", icon=":material/neurology:")


def memories_counted(number: int) -> str:
    """Return a number of memories in words."""
    return "1 memory" if number == 1 else f"{number:,} memories"
