"""What the assistant remembers: the list, and what a planner does to it.

In `st.session_state`: `memory_deleted` is {"text": of the memory deleted last, "customer_id": whose it was} while it
can be added again, `memory_news` a sentence to be shown once, `memory_words` what is searched for. What goes wrong is
told at "memory".
"""

from datetime import datetime

import streamlit as st

from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import escape_label, relative_time
from components.memory.used import memories_counted
from components.memory.whose import Whose
from components.problems import draw_problem, telling
from components.resources import get_services
from components.state import show_session
from components.undo import undo_bar
from services.accounts.records import User
from services.memory.records import Memory
from services.texts import MAX_MEMORY_BYTES

_DELETED_CHARS = 60
_TITLE_CHARS = 30


def memory_form(whose: Whose) -> None:
    """Draw the form that adds a memory."""
    with st.form("memory_form"), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Add a memory",
            key="memory_text",
            max_chars=MAX_MEMORY_BYTES,
            placeholder="Prefers morning trains",
            width="stretch",
        )
        st.form_submit_button("Add", key="memory_add", on_click=_add_typed, args=(whose,))


def memory_card(memory: Memory, whose: Whose, *, now: datetime) -> None:
    """Draw one memory, where it comes from, and what can be done to it."""
    with st.container(border=True, key=f"memory_card_{memory.id}", gap="xsmall"):
        st.text(memory.text)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(width="content"):
                _origin(memory, now)
            if whose.may_change:
                _card_actions(memory, whose)


def _card_actions(memory: Memory, whose: Whose) -> None:
    with st.container(horizontal=True, width="content", gap="small"):
        st.button(
            "Correct",
            key=f"memory_correct_{memory.id}",
            icon=":material/edit:",
            type="tertiary",
            on_click=open_dialog,
            args=("correct_memory",),
            kwargs={"memory_id": memory.id, "text": memory.text, "customer_id": whose.customer_id},
        )
        st.button(
            "Delete",
            key=f"memory_delete_{memory.id}",
            icon=":material/delete:",
            type="tertiary",
            on_click=_delete,
            args=(memory.id, memory.text, whose),
        )


def _origin(memory: Memory, now: datetime) -> None:
    if memory.source:
        title = escape_label(_short(memory.source.session_title, _TITLE_CHARS))
        st.button(
            f"From “{title}”, {relative_time(memory.source.at, now=now)}",
            key=f"memory_source_{memory.id}",
            icon=":material/chat_bubble:",
            type="tertiary",
            help="Open the session at this message",
            on_click=show_session,
            args=(memory.source.session_id, memory.source.message_id),
        )
    elif memory.created_at:
        did = f"Added by {escape_label(memory.by)}," if memory.by else "Remembered"
        st.markdown(f":small[{did} {relative_time(memory.created_at, now=now)}]")


def memory_count(total: int, whose: Whose, *, newest_first: bool) -> None:
    """Draw how much is remembered, in which order it is listed, and the button that forgets it all."""
    with st.container(horizontal=True, vertical_alignment="center"):
        order = "newest first" if newest_first else "in Backboard’s order"
        st.markdown(f"{memories_counted(total)}, {order}", width="stretch")
        if whose.may_change:
            st.button(
                "Forget all",
                key="memory_forget_all",
                icon=":material/delete_sweep:",
                on_click=open_dialog,
                args=("forget_memories",),
                kwargs={"number": total, "customer_id": whose.customer_id, "name": whose.name},
            )


def memory_notices(whose: Whose) -> None:
    """Draw what the last action left: what went wrong, news, what was deleted."""
    state = st.session_state
    draw_problem("memory")
    if news := state.pop("memory_news", None):
        st.toast(news, icon=":material/check:")
    deleted = state.get("memory_deleted")
    if deleted and deleted["customer_id"] == whose.customer_id:
        text = f"Deleted “{escape_label(_short(deleted['text'], _DELETED_CHARS))}”."
        undo_bar(text, key="memory", undo=_add_again, args=(whose.user_id,), close=_forget_deleted)


def clear_words() -> None:
    """Show the list again instead of what was searched for. A callback."""
    st.session_state.memory_words = ""


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _forget_deleted() -> None:
    st.session_state.pop("memory_deleted", None)


def _add_typed(whose: Whose) -> None:
    with telling("memory"):
        text = st.session_state.memory_text
        get_services().memories.add(text, user_id=whose.user_id, customer_id=whose.customer_id)
        st.session_state.memory_text = ""
        st.session_state.memory_news = "Added."


def _add_again(user_id: int) -> None:
    deleted = st.session_state.memory_deleted
    with telling("memory"):
        get_services().memories.add(deleted["text"], user_id=user_id, customer_id=deleted["customer_id"])
        _forget_deleted()


def _delete(memory_id: str, text: str, whose: Whose) -> None:
    with telling("memory"):
        get_services().memories.forget([memory_id], user_id=whose.user_id, customer_id=whose.customer_id)
        st.session_state.memory_deleted = {"text": text, "customer_id": whose.customer_id}


@st.dialog("Correct this memory", icon=":material/edit:", on_dismiss=close_dialog)
def _correct_dialog(memory_id: str, text: str, customer_id: int | None, *, user: User) -> None:
    with st.form("memory_correct", border=False):
        typed = st.text_area("Memory", value=text, max_chars=MAX_MEMORY_BYTES, key=f"memory_correct_text_{memory_id}")
        saved = st.form_submit_button("Save", type="primary", key="memory_correct_save")
    if saved:
        with telling():
            get_services().memories.correct(memory_id, typed or "", user_id=user.id, customer_id=customer_id)
            leave_dialog()


def _forget_dialog(number: int, customer_id: int | None, name: str, *, user: User) -> None:
    question = f"Forget {'it' if number == 1 else f'all {memories_counted(number)}'}?"

    @st.dialog(question, icon=":material/delete_sweep:", on_dismiss=close_dialog)
    def ask() -> None:
        about = f"**{escape_label(name)}**" if name else "you"
        st.markdown(
            f"Everything that the assistant remembers about {about} is deleted for good"
            f"{', for all who work on these trips' if name else ''}. The sessions stay as they are, and what is said "
            "in them later can be remembered again."
        )
        if confirmed("Forget all", key="memory_forget"):
            with telling():
                _forget_all(user.id, customer_id)
                leave_dialog()

    ask()


def _forget_all(user_id: int, customer_id: int | None) -> None:
    number = get_services().memories.forget_all(user_id=user_id, customer_id=customer_id)
    _forget_deleted()
    st.session_state.memory_news = f"Forgot {memories_counted(number)}."


MEMORY_DIALOGS: Dialogs = {"correct_memory": _correct_dialog, "forget_memories": _forget_dialog}
