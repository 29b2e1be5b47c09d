"""A page that is open runs again as soon as somebody is out, or in another role; a dialog waits for nothing else."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from db.engine import DatabaseUnavailableError
from db.models import ADMIN, PLANNER
from services.accounts.records import User
from services.sessions.lists import ListsNow

BEFORE, AFTER = ListsNow(1, None), ListsNow(2, None)
ADA = User(1, "ada", "ada@example.com", "Ada", None, None, role=ADMIN)


def _script(drawn: object, user: object, marks: object, dialog: bool) -> None:
    import streamlit as st

    from components.sidebar.following import follow_lists

    if dialog:
        st.session_state.dialog = {"name": "any", "about": {}}
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    if st.session_state.runs == 1:
        follow_lists(drawn, marks, user=user, has_lists=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "is_here", "dialog", "runs"),
    [
        (BEFORE, None, True, 1),  # nothing was told: nobody is asked
        (AFTER, ADA, False, 2),
        (AFTER, ADA, True, 1),
        (AFTER, None, True, 2),
        (AFTER, User(1, "ada", "ada@example.com", "Ada", None, None, role=PLANNER), True, 2),
        (AFTER, DatabaseUnavailableError("away"), True, 1),
    ],
    ids=["as it was", "list", "list in a dialog", "out in a dialog", "role in a dialog", "database away"],
)
def test_dialog_waits_for_lists_and_not_for_who_is_out(
    now: ListsNow, is_here: object, dialog: bool, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def current_user() -> object:
        if isinstance(is_here, Exception):
            raise is_here
        return is_here

    services = SimpleNamespace(list_watch=SimpleNamespace(now=lambda user_id: now))
    monkeypatch.setattr("components.sidebar.following.get_services", lambda: services)
    monkeypatch.setattr("components.sidebar.following.current_user", current_user)

    at = AppTest.from_function(_script, args=(BEFORE, ADA, None, dialog)).run()

    assert not at.exception
    assert at.session_state.runs == runs
