"""Whatever was pressed is done, also where the browser says something else right behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.state.safe_session_state import SafeSessionState

_call_them = SafeSessionState.on_script_will_rerun
_in_order = MemoryFragmentStorage.order_fragment_ids


def call_to_their_end() -> None:
    """Let every run call the callbacks of what was pressed, to their end, before it may be cut.

    Streamlit asks before them, and in each of their uses of `st.session_state`, whether another message has come, and
    if so begins anew with that: what was pressed is forgotten. Of two buttons pressed within 6 ms, which a script in
    the page does, that lost the first in 61 of 600 tries (Streamlit 1.67).
    """
    SafeSessionState.on_script_will_rerun = _whole  # type: ignore[assignment, method-assign]


def draw_what_is_gone_anew() -> None:
    """Let the page run where the browser asks for fragments, and none of them is there any more.

    A browser asks so where something in a fragment is pressed in the moment in which its page is left. Streamlit runs
    nothing then, but tells the browser of the page that was left, which empties the one that is shown (1.67): whoever
    signed out saw nothing at all.
    """
    MemoryFragmentStorage.order_fragment_ids = _those_there  # type: ignore[assignment, method-assign]


def _those_there(storage: MemoryFragmentStorage, fragment_ids: list[str]) -> list[str] | None:
    """Return the fragments that there are, in order; None, which is the page, where there are none."""
    return _in_order(storage, [one for one in fragment_ids if storage.contains(one)]) or None


def _whole(state: SafeSessionState, *args: Any, **options: Any) -> None:
    with uncut(state):
        _call_them(state, *args, **options)


@contextmanager
def uncut(state: SafeSessionState) -> Iterator[None]:
    """Let no other message of the browser end a run in a use of its `st.session_state`; after this the next one may.

    What is drawn, or written into the address, asks too, and is not held here.
    """
    asks = state._yield_callback
    object.__setattr__(state, "_yield_callback", lambda: None)
    try:
        yield
    finally:
        object.__setattr__(state, "_yield_callback", asks)
