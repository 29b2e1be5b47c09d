"""What a planner does to a session: rename, pin, archive, delete. Callbacks, and the dialogs that ask first.

In `st.session_state`: `session_dialog` is {"kind": "rename", "cost", "delete", "export" or "import", "ids": [...],
"title": text} while a dialog is open, so that a rerun meanwhile does not close it (other components have kinds of
their own: only one dialog can be open); `session_undo` {"ids": [...], "archived": bool, "text": sentence} or
{"samples": a file, "text": sentence} while the last thing can be undone; `session_news` is a sentence to be shown
once, `session_trouble` one that says what went wrong.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import streamlit as st

from components.labels import counted, escape_label
from components.resources import get_services
from components.state import INSIGHTS_PAGE, active_session_id, new_chat, open_session, show_session
from components.transfer.transfer import ask_export, export_dialog, export_many_button, import_dialog
from components.usage.money import month_line, session_line
from db.engine import DatabaseUnavailableError
from services.errors import NotFoundError, ServiceError
from services.sessions.records import SessionSummary
from services.texts import MAX_TITLE_CHARS

CANNOT_SAVE = "Cannot save right now: the database cannot be reached. Please try again."

_RENAME, _INSTRUCTIONS, _SAVE, _PIN, _UNPIN, _ARCHIVE, _UNARCHIVE, _COST, _EXPORT, _DELETE = (
    ":material/edit: Rename",
    ":material/description: Instructions",
    ":material/bookmark_add: Save as template",
    ":material/keep: Pin",
    ":material/keep_off: Unpin",
    ":material/archive: Archive",
    ":material/unarchive: Bring back",
    ":material/payments: Cost",
    ":material/download: Export",
    ":material/delete: Delete",
)


def session_menu(session: SessionSummary, *, user_id: int) -> None:
    """Draw the menu of what can be done to a session; what is chosen is done before the page runs again."""
    key = f"session_menu_{session.id}"
    st.menu_button(
        "Session",
        [
            _RENAME,
            _INSTRUCTIONS,
            _SAVE,
            _UNPIN if session.pinned else _PIN,
            _UNARCHIVE if session.archived else _ARCHIVE,
            _COST,
            _EXPORT,
            _DELETE,
        ],
        key=key,
        icon=":material/more_horiz:",
        type="tertiary",
        help="What can be done with this session",
        on_click=_chosen,
        args=(key, session, user_id),
    )


def _chosen(key: str, session: SessionSummary, user_id: int) -> None:
    session_id, title = session.id, session.title
    choice = st.session_state[key]
    if choice == _RENAME:
        ask_new_title(session_id, title)
    elif choice == _INSTRUCTIONS:
        ask_instructions(session_id, session.instructions or "")
    elif choice == _SAVE:
        ask_template(session_id, user_id=user_id)
    elif choice in (_PIN, _UNPIN):
        set_pinned(session_id, choice == _PIN, user_id=user_id)
    elif choice in (_ARCHIVE, _UNARCHIVE):
        set_archived([session_id], choice == _ARCHIVE, user_id=user_id, title=title)
    elif choice == _COST:
        st.session_state.session_dialog = {"kind": "cost", "ids": [session_id], "title": title}
    elif choice == _EXPORT:
        ask_export(session_id, title)
    elif choice == _DELETE:
        ask_before_delete([session_id], title)


def selection_actions(selected: Sequence[SessionSummary], *, user_id: int) -> None:
    """Draw what can be done with the sessions selected in a table."""
    if not selected:
        st.caption("Select rows to open, archive, export or delete them.", width="stretch")
        return
    ids = [session.id for session in selected]
    st.markdown(f"{counted(len(ids), 'session')} selected", width="stretch")
    if len(ids) == 1:
        st.button("Open", key="sessions_open", icon=":material/chat:", on_click=show_session, args=(ids[0],))
    if not all(session.archived for session in selected):
        st.button(
            "Archive",
            key="sessions_archive",
            icon=":material/archive:",
            on_click=set_archived,
            args=(ids, True),
            kwargs={"user_id": user_id, "title": selected[0].title},
        )
    if any(session.archived for session in selected):
        st.button(
            "Bring back",
            key="sessions_unarchive",
            icon=":material/unarchive:",
            on_click=set_archived,
            args=(ids, False),
            kwargs={"user_id": user_id, "title": selected[0].title},
        )
    if len(ids) == 1:
        st.button(
            "Export",
            key="sessions_export",
            icon=":material/download:",
            on_click=ask_export,
            args=(ids[0], selected[0].title),
        )
    else:
        export_many_button("Export", ids, key="sessions_export_many", user_id=user_id)
    st.button(
        "Delete",
        key="sessions_delete",
        icon=":material/delete:",
        on_click=ask_before_delete,
        args=(ids, selected[0].title if len(ids) == 1 else ""),
    )


def ask_new_title(session_id: int, title: str) -> None:
    """Open the dialog that renames a session. A callback."""
    st.session_state.session_dialog = {"kind": "rename", "ids": [session_id], "title": title}


def ask_instructions(session_id: int | None, text: str) -> None:
    """Open the dialog with a session's instructions, of a chat that does not exist yet if it is None. A callback."""
    st.session_state.session_dialog = {"kind": "instructions", "session_id": session_id, "text": text}


def ask_template(session_id: int, *, user_id: int) -> None:
    """Open the dialog for a template with a session's settings and first message. A callback."""
    with told():
        opening = asdict(get_services().templates.of_session(session_id, user_id=user_id))
        st.session_state.session_dialog = {"kind": "template_edit", "id": None, "opening": opening}


def ask_before_delete(session_ids: Sequence[int], title: str = "") -> None:
    """Open the dialog that deletes sessions; it names the *title* of a single one. A callback."""
    st.session_state.session_dialog = {"kind": "delete", "ids": list(session_ids), "title": title}


def set_pinned(session_id: int, pinned: bool, *, user_id: int) -> None:
    """Keep a session on top of the sidebar, or no longer. A callback."""
    with told():
        get_services().sessions.change(session_id, user_id=user_id, pinned=pinned)


def set_archived(session_ids: Sequence[int], archived: bool, *, user_id: int, title: str = "") -> None:
    """Archive sessions or bring them back, and offer to undo it. A callback."""
    with told():
        number = get_services().sessions.set_archived(session_ids, archived, user_id=user_id)
        what = f"“{escape_label(title)}”" if title and number == 1 else counted(number, "session")
        text = f"Archived {what}." if archived else f"Brought back {what}."
        st.session_state.session_undo = {"ids": list(session_ids), "archived": not archived, "text": text}


def draw_session_notices(*, user_id: int) -> None:
    """Draw what the last action left: the dialog that is open, news, and what can be undone or went wrong."""
    state = st.session_state
    if trouble := state.pop("session_trouble", None):
        st.error(escape_label(trouble), icon=":material/error:")
    if news := state.pop("session_news", None):
        st.toast(news, icon=":material/check:")
    if undo := state.get("session_undo"):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="session_undo_bar"):
            st.markdown(undo["text"], width="stretch")
            st.button("Undo", key="session_undo_button", icon=":material/undo:", on_click=undo_last, args=(user_id,))
            st.button("Close", key="session_undo_close", type="tertiary", on_click=_forget_undo)
    dialog = state.get("session_dialog")
    if dialog and dialog["kind"] == "rename":
        _rename_dialog(dialog["ids"][0], dialog["title"], user_id)
    elif dialog and dialog["kind"] == "cost":
        _cost_dialog(dialog["ids"][0], dialog["title"], user_id)
    elif dialog and dialog["kind"] == "export":
        export_dialog(dialog["ids"][0], dialog["title"], user_id)
    elif dialog and dialog["kind"] == "import":
        import_dialog(user_id)
    elif dialog and dialog["kind"] == "delete":
        number = len(dialog["ids"])
        question = "Delete this session?" if number == 1 else f"Delete {counted(number, 'session')}?"
        asked = st.dialog(question, icon=":material/delete:", on_dismiss=close_dialog)(_delete_dialog)
        asked(dialog["ids"], dialog["title"], user_id)


def undo_last(user_id: int) -> None:
    """Undo what was done last. A callback."""
    undo = st.session_state.pop("session_undo")
    with told():
        if "samples" in undo:
            get_services().transfer.bring_back_samples(undo["samples"], user_id=user_id)
        else:
            get_services().sessions.set_archived(undo["ids"], undo["archived"], user_id=user_id)


def _forget_undo() -> None:
    st.session_state.pop("session_undo", None)


def close_dialog() -> None:
    """Forget the dialog that is open. A callback."""
    st.session_state.pop("session_dialog", None)


@contextmanager
def told() -> Iterator[None]:
    """Turn what goes wrong in a callback into a sentence for the next run, and forget the last undo."""
    _forget_undo()
    try:
        yield
    except ServiceError as exc:
        st.session_state.session_trouble = exc.message
    except DatabaseUnavailableError:
        st.session_state.session_trouble = CANNOT_SAVE


@st.dialog("Rename session", icon=":material/edit:", on_dismiss=close_dialog)
def _rename_dialog(session_id: int, title: str, user_id: int) -> None:
    with st.form("session_rename", border=False):
        typed = st.text_input(
            "Title", value=title, max_chars=MAX_TITLE_CHARS, key=f"session_rename_title_{session_id}"
        )
        saved = st.form_submit_button("Save", type="primary", key="session_rename_save")
    if saved and done(lambda: get_services().sessions.change(session_id, user_id=user_id, title=typed or "")):
        st.rerun()


@st.dialog("Cost of this session", icon=":material/payments:", on_dismiss=close_dialog)
def _cost_dialog(session_id: int, title: str, user_id: int) -> None:
    try:
        session = get_services().sessions.get(session_id, user_id=user_id)
    except NotFoundError as exc:
        st.error(exc.message)
        return
    st.markdown(f"**{escape_label(title)}**")
    st.markdown(session_line(session))
    st.markdown(":small[All replies count, other versions and deleted ones too, and the call for the title.]")
    st.markdown(month_line(get_services().costs.this_month(user_id)))
    st.page_link(INSIGHTS_PAGE, label="By day and model", icon=":material/insights:")


def _delete_dialog(session_ids: list[int], title: str, user_id: int) -> None:
    if title:
        st.markdown(f"**{escape_label(title)}**")
    whose = "Its" if len(session_ids) == 1 else "Their"
    st.markdown(f"{whose} messages are deleted for good. This cannot be undone.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", key="session_delete_cancel", on_click=close_dialog):
            st.rerun()
        confirmed = st.button("Delete", type="primary", key="session_delete_confirm", icon=":material/delete:")
    if confirmed and done(lambda: _delete(session_ids, title, user_id)):
        st.rerun()


def _delete(session_ids: list[int], title: str, user_id: int) -> None:
    removed = get_services().sessions.delete(session_ids, user_id=user_id)
    _forget_undo()
    what = f"“{escape_label(title)}”" if title else counted(len(removed), "session")
    st.session_state.session_news = f"Deleted {what}."
    leave_removed(session_ids, user_id=user_id)


def leave_removed(session_ids: Sequence[int], *, user_id: int) -> None:
    """Open another session where the one shown is among those that were removed."""
    if active_session_id() in session_ids:
        following = get_services().sessions.last_used(user_id=user_id)
        if following is None:
            new_chat()
        else:
            open_session(following)


def done(action: Callable[[], object], *, close: bool = True) -> bool:
    """Do what a dialog is for and, if asked, close it; or say in the dialog why not."""
    try:
        action()
    except ServiceError as exc:
        st.error(escape_label(exc.message))
        return False
    except DatabaseUnavailableError:
        st.error(CANNOT_SAVE)
        return False
    if close:
        close_dialog()
    return True
