"""The dialogs of a session: rename, instructions, cost, delete; and what opens them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import counted, escape_label
from components.problems import telling
from components.resources import get_services
from components.state import INSIGHTS_PAGE, active_session_id, new_chat, open_session
from components.usage.money import month_line, session_line
from services.accounts.records import User
from services.errors import NotPossibleError
from services.texts import MAX_INSTRUCTIONS_CHARS, MAX_TITLE_CHARS


def ask_new_title(session_id: int, title: str) -> None:
    """Open the dialog that renames a session. A callback."""
    open_dialog("rename", session_id=session_id, title=title)


def ask_instructions(session_id: int | None, text: str, may_write: bool = True) -> None:
    """Open the dialog with a session's instructions, of a chat that does not exist yet if it is None. A callback."""
    open_dialog("instructions", session_id=session_id, text=text, may_write=may_write)


def instructions_button(session_id: int | None, text: str | None, *, may_write: bool = True) -> None:
    """Say that a session has instructions, and let them be read; an empty place where it has none."""
    if not text:
        st.empty()
    else:
        st.button(
            "Instructions",
            key=f"chat_instructions_{session_id}",
            icon=":material/description:",
            type="tertiary",
            help=f"The assistant has instructions for this session. Read{' or change' if may_write else ''} them.",
            on_click=ask_instructions,
            args=(session_id, text, may_write),
        )


def ask_cost(session_id: int, title: str) -> None:
    """Open the dialog that says what a session cost. A callback."""
    open_dialog("cost", session_id=session_id, title=title)


def ask_before_delete(session_ids: Sequence[int], title: str = "") -> None:
    """Open the dialog that deletes sessions; it names the *title* of a single one. A callback."""
    open_dialog("delete", session_ids=list(session_ids), title=title)


def leave_removed(session_ids: Sequence[int], *, user_id: int) -> None:
    """Open another session where the one shown is among those that were removed."""
    if active_session_id() in session_ids:
        following = get_services().sessions.last_used(user_id=user_id)
        if following is None:
            new_chat()
        else:
            open_session(following)


@st.dialog("Rename session", icon=":material/edit:", on_dismiss=close_dialog)
def _rename(session_id: int, title: str, *, user: User) -> None:
    with st.form("session_rename", border=False):
        typed = st.text_input(
            "Title", value=title, max_chars=MAX_TITLE_CHARS, key=f"session_rename_title_{session_id}"
        )
        saved = st.form_submit_button("Save", type="primary", key="session_rename_save")
    if saved:
        with telling():
            get_services().sessions.change(session_id, user_id=user.id, title=typed or "")
            leave_dialog()


@st.dialog("Instructions", icon=":material/description:", width="medium", on_dismiss=close_dialog)
def _instructions(session_id: int | None, text: str, may_write: bool = True, *, user: User) -> None:
    if not may_write:
        st.text(text)
        return
    with st.form("instructions", border=False):
        typed = st.text_area(
            "Instructions for the assistant",
            value=text,
            height=240,
            max_chars=MAX_INSTRUCTIONS_CHARS,
            placeholder="For example: answer in tables, prices in euros, no more than four days in one place.",
            key=f"instructions_text_{session_id}",
        )
        st.markdown(":small[Sent with every question of this session. Leave it empty for none.]")
        saved = st.form_submit_button("Save", type="primary", key="instructions_save")
    if saved:
        with telling():
            _keep_instructions(session_id, typed or "", user_id=user.id)
            leave_dialog()


def _keep_instructions(session_id: int | None, text: str, *, user_id: int) -> None:
    if session_id is None:
        new: dict[str, Any] = st.session_state.get("chat_new", {})
        st.session_state.chat_new = {**new, "instructions": text}
    else:
        get_services().sessions.change(session_id, user_id=user_id, instructions=text)


@st.dialog("Cost of this session", icon=":material/payments:", on_dismiss=close_dialog)
def _cost(session_id: int, title: str, *, user: User) -> None:
    with telling():
        session = get_services().sessions.get(session_id, user_id=user.id)
        st.markdown(f"**{escape_label(title)}**")
        st.markdown(session_line(session))
        st.markdown(
            ":small[Includes replies of other versions and of deleted messages, and the call that makes the title.]"
        )
        st.markdown(month_line(get_services().costs.this_month(user.id)))
        st.page_link(INSIGHTS_PAGE, label="By day and model", icon=":material/insights:")


def _delete(session_ids: list[int], title: str, *, user: User) -> None:
    one = len(session_ids) == 1
    question = "Delete this session?" if one else f"Delete {counted(len(session_ids), 'session')}?"

    @st.dialog(question, icon=":material/delete:", on_dismiss=close_dialog)
    def ask() -> None:
        if title:
            st.markdown(f"**{escape_label(title)}**")
        whose, what = ("Its", "it") if one else ("Their", "them")
        st.markdown(f"{whose} messages, and any links to review {what}, are deleted for good. This cannot be undone.")
        if confirmed("Delete", key="session_delete", icon=":material/delete:"):
            with telling():
                _delete_now(session_ids, title, user_id=user.id)
                leave_dialog()

    ask()


def _delete_now(session_ids: list[int], title: str, *, user_id: int) -> None:
    removed = get_services().sessions.delete(session_ids, user_id=user_id)
    if not removed:
        raise NotPossibleError("Only the owner of a session can delete it.")
    st.session_state.pop("session_undo", None)
    what = f"“{escape_label(title)}”" if title else counted(len(removed), "session")
    st.session_state.session_news = f"Deleted {what}."
    leave_removed(removed, user_id=user_id)


SESSION_DIALOGS: Dialogs = {"rename": _rename, "instructions": _instructions, "cost": _cost, "delete": _delete}
