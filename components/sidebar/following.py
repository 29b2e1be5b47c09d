"""Keeps the lists of a page that is open as they are: the sidebar's, and the page's own.

What the lists were like when a run of the script began is compared with what they are like now: nobody asks the
database for it beside one look in a second for everybody (`services.sessions.lists`). Whose sign-in ended, or whose
role changed, is told in the same way (`services.accounts.roles.tell_pages`), and is out, or no admin, within seconds.
"""

from contextvars import ContextVar

import streamlit as st

from components.accounts.identity import current_user
from components.dialogs import close_dialog, dialog_is_open
from components.problems import unless_away
from components.resources import get_services, get_waker
from components.sidebar.marks import SidebarMarks
from services.accounts.records import User
from services.sessions.lists import ListsNow

_of_this_run: ContextVar[tuple[int, ListsNow | None] | None] = ContextVar("sidebar_lists", default=None)


def begin_to_follow() -> User | None:
    """Return who is here, None for a stranger; once per run, before any of their lists is read.

    What their lists are like is looked at first, to be compared with what they are later: whatever becomes of them
    from now on is another then. In the first run of a tab only its cookie tells whose lists these are.
    """
    _of_this_run.set(None)
    first = None if "auth_user" in st.session_state else current_user()
    auth_user = st.session_state.get("auth_user")
    user_id = auth_user["id"] if auth_user else first.id if first else None
    if user_id is None:
        return None
    _of_this_run.set((user_id, get_services().list_watch.look(user_id)))
    return current_user() if auth_user else first


def lists_drawn() -> ListsNow | None:
    """Return what the lists were like when this run began."""
    kept = _of_this_run.get()
    return kept[1] if kept else None


def run_again_if_others() -> None:
    """Run the app again where who sees what is another than this run drew; beside a stream, which then goes on."""
    if kept := _of_this_run.get():
        user_id, drawn = kept
        if _is_another(drawn, get_services().list_watch.now(user_id)):
            st.rerun()


@st.fragment
def follow_lists(drawn: ListsNow | None, marks: SidebarMarks, *, user: User, has_lists: bool) -> None:
    """Run the app again as soon as a list is not as it was *drawn*. Draws nothing.

    A message somewhere concerns a page that *has_lists* of its own; any other only if a mark is wrong by it.
    It waits for the end of a dialog, where what is typed would be lost, unless the planner is out or may do something
    else than before; messages wait while rows are selected, which would be others.
    """
    look, user_id = get_services().list_watch.now, user.id
    now = look(user_id)
    if dialog_is_open():
        if _is_another(drawn, now) and _may_something_else(user):
            close_dialog()  # it may be for what they cannot do any more
            st.rerun()
    elif now != drawn:
        if _is_another(drawn, now):
            st.rerun()
        if not _rows_are_selected() and (has_lists or marks.changed()):
            st.rerun()
    get_waker().wake_here(lambda: look(user_id) != now)


def _may_something_else(user: User) -> bool:
    """Whether somebody is here no more, or in another role."""
    something_else = False
    with unless_away():
        now = current_user()
        something_else = now is None or now.role != user.role
    return something_else


def _is_another(drawn: ListsNow | None, now: ListsNow | None) -> bool:
    return (drawn and drawn.changes) != (now and now.changes)


def _rows_are_selected() -> bool:
    state = st.session_state
    return any(state[key].selection.rows for key in state if str(key).startswith("sessions_table_"))
