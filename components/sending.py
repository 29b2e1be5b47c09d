"""A form is sent once, however quickly its button is pressed twice.

In `st.session_state`: `forms_sent` is how often each form was sent, by its name.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


def times_sent(name: str) -> int:
    """Return how often a form was sent in this tab."""
    return int(st.session_state.get("forms_sent", {}).get(name, 0))


@contextmanager
def sent_once(name: str, times: int) -> Iterator[bool]:
    """Give whether a form is sent now that was drawn when it had been so many *times*. For callbacks.

    A second press begins a run beside the first: whichever comes first has the form before it saves anything, and
    gives it back where that fails.
    """
    if times_sent(name) != times:
        yield False
        return
    _note(name, times + 1)
    try:
        yield True
    except BaseException:
        _note(name, times)
        raise


def _note(name: str, times: int) -> None:
    st.session_state.forms_sent = {**st.session_state.get("forms_sent", {}), name: times}
