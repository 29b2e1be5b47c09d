"""The keys for the next and the previous session, pressed faster than the sidebar is drawn."""

from types import SimpleNamespace

import pytest

from components.sidebar import shortcuts

ROME, PORTO, LISBON = 3, 2, 1


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the sessions that were opened from a list whose active one is *Porto*, which is not drawn again."""
    ids: list[int] = []
    state = SimpleNamespace(sidebar_listed=[ROME, PORTO, LISBON], sidebar_at=1)
    monkeypatch.setattr(shortcuts, "st", SimpleNamespace(session_state=state))
    monkeypatch.setattr(shortcuts, "show_session", ids.append)
    return ids


def test_each_press_is_one_session_further(opened: list[int]):
    for step in (-1, 1, 1):
        shortcuts._show_neighbour(step)
    assert opened == [ROME, PORTO, LISBON]


def test_the_list_ends_at_both_ends(opened: list[int]):
    for step in (1, 1, -1, -1, -1):
        shortcuts._show_neighbour(step)
    assert opened == [LISBON, PORTO, ROME]
