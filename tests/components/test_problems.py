"""What went wrong is told in one way, wherever it is drawn."""

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1 import AppTest

import tests.helpers.app_test  # noqa: F401 - once for all
from components.problems import telling
from db.engine import DatabaseUnavailableError
from services.errors import (
    DeckChangedError,
    NotFoundError,
    ReplyInProgressError,
    ServiceError,
    TripChangedError,
)

AWAY = "Cannot save right now: the database cannot be reached. Please try again."
WITH_MORE = (DeckChangedError, TripChangedError)  # they take what changed
ERRORS = [kind for kind in ServiceError.__subclasses__() if kind not in (ReplyInProgressError, *WITH_MORE)]


def _script(errors: list[Exception], place: str | None, task: str, advice: str) -> None:
    import streamlit as st

    from components.problems import draw_problem, telling

    def fail(error: Exception) -> None:
        raise error

    for error in errors:
        with telling(place, task=task, advice=advice):
            fail(error)
        if place:
            draw_problem(place)
    with telling(place):
        st.text("Done.")


def app(
    *errors: Exception, place: str | None = None, task: str = "save", advice: str = "Please try again."
) -> AppTest:
    given = {"errors": list(errors), "place": place, "task": task, "advice": advice}
    return AppTest.from_function(_script, kwargs=given).run()


def told(*errors: Exception, **options: Any) -> AppTest:
    at = app(*errors, **options)
    assert not at.exception
    return at


def sentences(at: AppTest) -> list[str]:
    return [error.value.replace("\\", "") for error in at.error]


@pytest.mark.parametrize("place", [None, "session"])
def test_every_error_of_the_services_says_its_sentence(place: str | None) -> None:
    at = told(*(kind(f"Not *this* time: {kind.code}.") for kind in ERRORS), place=place)

    assert sentences(at) == [f"Not *this* time: {kind.code}." for kind in ERRORS]


@pytest.mark.parametrize("place", [None, "session"])
def test_database_that_is_away_is_worded_one_way(place: str | None) -> None:
    assert sentences(told(DatabaseUnavailableError("locked"), place=place)) == [AWAY]


def test_what_cannot_be_done_and_what_to_do_can_be_said() -> None:
    at = told(DatabaseUnavailableError("locked"), task="sign you in", advice="Come back later.")

    assert sentences(at) == ["Cannot sign you in right now: the database cannot be reached. Come back later."]


def test_reply_that_is_being_written_is_told_in_passing() -> None:
    at = told(ReplyInProgressError("Still answering."), place="chat")

    assert [toast.value for toast in at.toast] == ["Still answering."]
    assert sentences(at) == []


def test_nothing_is_told_where_nothing_went_wrong() -> None:
    at = told(place="session")

    assert [text.value for text in at.text] == ["Done."]
    assert sentences(at) == []


def test_mistake_of_ours_is_not_swallowed() -> None:
    at = app(KeyError("x"))

    assert len(at.exception) == 1
    assert [text.value for text in at.text] == []


def _box(of: int, error: Exception | None) -> None:
    import streamlit as st

    from components.problems import problem, telling

    if error:
        with telling("chat", of=of):
            raise error
    st.text(str(problem("chat", of=of)))


def test_what_belongs_to_a_session_stays_with_it_until_something_is_done_there() -> None:
    at = AppTest.from_function(_box, kwargs={"of": 1, "error": NotFoundError("Gone.")}).run()
    shown = [at.text[0].value]
    for of, error in ((1, None), (2, None), (1, None), (2, ReplyInProgressError("Still answering.")), (1, None)):
        at = AppTest.from_function(_box, kwargs={"of": of, "error": error})
        at.session_state["problem_chat"] = {"text": "Gone.", "of": 1}
        shown.append(at.run().text[0].value)

    assert shown == ["Gone.", "Gone.", "None", "Gone.", "None", "Gone."]


def test_callback_is_not_cut_between_what_it_saves_and_what_it_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    def another_message_came() -> None:
        raise StopException

    state = SafeSessionState(SessionState(), another_message_came)
    monkeypatch.setattr("components.problems.get_script_run_ctx", lambda: SimpleNamespace(session_state=state))

    with telling("a place"):
        state["noted"] = True
    with pytest.raises(StopException):
        state["noted"]
    with pytest.raises(StopException), telling():
        state["noted"] = False  # what draws may be cut
