"""What was pressed is done before the run that it began may be cut."""

from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state import SafeSessionState, SessionState

from components import callbacks


class Pressed(SessionState):
    """A state in which a button was pressed: its callback notes that, and fails if it is told to."""

    outer: SafeSessionState
    fails = False

    def on_script_will_rerun(self, *_: Any, **__: Any) -> None:
        self.outer["called"] = True
        if self.fails:
            raise ZeroDivisionError
        self.outer["to the end"] = True


def another_message_came() -> None:
    raise StopException


@pytest.fixture(autouse=True)
def streamlits_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with what Streamlit does, whatever was done in this process before."""
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", callbacks._call_them)
    monkeypatch.setattr(MemoryFragmentStorage, "order_fragment_ids", callbacks._in_order)


@pytest.fixture
def pressed() -> Pressed:
    state = Pressed()
    state.outer = SafeSessionState(state, another_message_came)
    return state


def test_streamlit_itself_forgets_what_was_pressed(pressed: Pressed) -> None:
    with pytest.raises(StopException):
        pressed.outer.on_script_will_rerun(WidgetStates())

    assert "called" not in pressed


def test_callback_is_called_to_its_end_and_the_run_is_cut_after_it(pressed: Pressed) -> None:
    callbacks.call_to_their_end()
    pressed.outer.on_script_will_rerun(WidgetStates())

    assert pressed["to the end"]
    with pytest.raises(StopException):
        pressed.outer["called"]


def test_run_is_cut_as_ever_after_a_callback_that_fails(pressed: Pressed) -> None:
    callbacks.call_to_their_end()
    pressed.fails = True
    with pytest.raises(ZeroDivisionError):
        pressed.outer.on_script_will_rerun(WidgetStates())

    with pytest.raises(StopException):
        pressed.outer["called"]


def test_fragments_are_run_that_there_are_and_the_page_where_there_are_none() -> None:
    storage = MemoryFragmentStorage()
    storage.register("there", lambda: None)
    assert storage.order_fragment_ids(["gone"]) == ["gone"]  # Streamlit itself

    callbacks.draw_what_is_gone_anew()

    assert storage.order_fragment_ids(["gone", "there"]) == ["there"]
    assert storage.order_fragment_ids(["gone"]) is None
