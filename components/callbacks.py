"""Whatever was pressed is done, also where the browser says something else right behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState

_call_them = SafeSessionState.on_script_will_rerun


def call_to_their_end() -> None:
    """Let every run call the callbacks of what was pressed, to their end, before it may be cut.

    Streamlit asks before them, and in each of their uses of `st.session_state`, whether another message has come, and
    if so begins anew with that: what was pressed is forgotten. Of two buttons pressed within 6 ms, which a script in
    the page does, that lost the first in 61 of 600 tries (Streamlit 1.67).
    """
    SafeSessionState.on_script_will_rerun = _whole  # type: ignore[assignment, method-assign]


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
