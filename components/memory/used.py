"""Which memories a reply used."""

import streamlit as st

from components.labels import escape_label
from components.memory.whose import memory_address
from components.state import MEMORY_PAGE, reads_only
from services.parts import MemoryPart
from services.sessions.records import MessageView

_MOST = 50
_CHARS = 500  # of one memory


def used_memories(message: MessageView) -> None:
    """Draw the memories that a reply used, folded; where there are none, leave their place empty."""
    used = [part.text for part in message.parts if isinstance(part, MemoryPart)]
    if not used:
        st.empty()
        return
    with st.expander(f"Used {memories_counted(len(used))}", type="compact", key=f"chat_memories_{message.id}"):
        st.markdown("\n".join(f"- {escape_label(_short(text))}" for text in used[:_MOST]))
        st.page_link(
            MEMORY_PAGE,
            label="Memory" if reads_only() else "Correct or delete",
            icon=":material/neurology:",
            query_params=memory_address(message.memory_customer_id),
        )


def _short(text: str) -> str:
    return text if len(text) <= _CHARS else f"{text[:_CHARS]}…"


def memories_counted(number: int) -> str:
    """Return a number of memories in words."""
    return "1 memory" if number == 1 else f"{number:,} memories"
