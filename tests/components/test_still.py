"""A page that is open asks whether what it shows may still be seen."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from db.engine import DatabaseUnavailableError
from services.errors import NotFoundError


def _script(found: object) -> None:
    import streamlit as st

    from components.still import watch_access

    def ask() -> object:
        if isinstance(found, Exception):
            raise found
        return found

    st.session_state.runs = st.session_state.get("runs", 0) + 1
    if st.session_state.runs == 1:
        watch_access(ask, drawn="edit", user_id=1)
        st.text("All of it")


@pytest.mark.parametrize(
    ("found", "runs"),
    [("edit", 1), ("view", 2), (NotFoundError("There is no such trip."), 2), (DatabaseUnavailableError("away"), 1)],
    ids=["as it was", "another", "gone", "database away"],
)
def test_app_runs_again_only_once_something_else_may_be_seen(
    found: object, runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = SimpleNamespace(list_watch=SimpleNamespace(now=lambda user_id: user_id))
    monkeypatch.setattr("components.still.get_services", lambda: services)
    at = AppTest.from_function(_script, args=(found,)).run()

    assert not at.exception
    assert at.session_state.runs == runs
    assert [one.value for one in at.text] == (["All of it"] if runs == 1 else [])
