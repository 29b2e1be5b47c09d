"""The keys for the next and the previous session, pressed faster than the sidebar is drawn."""

from types import SimpleNamespace
from typing import Any

import pytest

from components.sidebar import shortcuts

ROME, PORTO, LISBON = 3, 2, 1


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a state with a list of three sessions, of which *Porto* is open, and which is not drawn again."""
    state = State(sidebar_listed=[ROME, PORTO, LISBON], sidebar_on_chat=True, chat_session_id=PORTO)
    monkeypatch.setattr(shortcuts, "st", SimpleNamespace(session_state=state))
    monkeypatch.setattr(shortcuts, "active_session_id", lambda: state.chat_session_id)
    monkeypatch.setattr(shortcuts, "show_session", lambda session_id: setattr(state, "chat_session_id", session_id))
    return state


class State(SimpleNamespace):
    def get(self, name: str) -> Any:
        return getattr(self, name, None)


def opened(state: SimpleNamespace, *steps: int) -> list[int | None]:
    found: list[int | None] = []
    for step in steps:
        shortcuts._show_neighbour(step)
        found.append(state.chat_session_id)
    return found


def test_each_press_is_one_session_further(state: SimpleNamespace):
    assert opened(state, -1, 1, 1) == [ROME, PORTO, LISBON]


def test_the_list_ends_at_both_ends(state: SimpleNamespace):
    assert opened(state, 1, 1, -1, -1, -1) == [LISBON, LISBON, PORTO, ROME, ROME]


def test_on_another_page_the_first_is_the_next_and_then_its_neighbour(state: SimpleNamespace):
    state.sidebar_on_chat = False
    assert opened(state, -1, 1, 1) == [PORTO, ROME, PORTO]


def test_it_is_the_neighbour_of_what_was_opened_since_the_list_was_drawn(state: SimpleNamespace):
    state.sidebar_on_chat, state.chat_wanted, state.chat_session_id = False, True, LISBON
    assert opened(state, -1) == [PORTO]
    state.chat_session_id = None  # a new chat
    assert opened(state, 1) == [ROME]
