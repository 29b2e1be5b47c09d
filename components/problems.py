"""What went wrong, told in one way: an error of the services, or a database that is away, is one sentence.

In `st.session_state`: `problem_<place>` is {"text": a sentence about what went wrong in a callback, "of": the id of
the session that it belongs to, or None}.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.safe_session_state import SafeSessionState

from components.callbacks import uncut
from components.labels import escape_label
from db.engine import DatabaseUnavailableError
from services.errors import ReplyInProgressError, ServiceError


def _uncut() -> AbstractContextManager[None]:
    """Keep what is saved and what is noted of it together: callbacks are not cut anyway, the rest of a run is."""
    context = get_script_run_ctx()
    state = context.session_state if context else None
    return uncut(state) if isinstance(state, SafeSessionState) else nullcontext()


@contextmanager
def telling(
    place: str | None = None, *, of: int | None = None, task: str = "save", advice: str = "Please try again."
) -> Iterator[None]:
    """Tell what goes wrong inside: right here or, in a callback, at the *place* that draws it afterwards.

    A callback is not cut there, and nothing stays of what went wrong before. *task* is what cannot be done while the
    database is away, and *advice* what to do then.
    """
    if place:
        st.session_state.pop(f"problem_{place}", None)
    try:
        with _uncut() if place else nullcontext():
            yield
    except ReplyInProgressError as exc:  # soon it is not so any more: nothing that stays
        st.toast(exc.message, icon=":material/hourglass_top:")
    except ServiceError as exc:
        _tell(exc.message, place, of)
    except DatabaseUnavailableError:
        _tell(f"Cannot {task} right now: the database cannot be reached. {advice}", place, of)


def _tell(sentence: str, place: str | None, of: int | None) -> None:
    if place:
        st.session_state[f"problem_{place}"] = {"text": sentence, "of": of}
    else:
        _draw(sentence)


def problem(place: str, *, of: int | None = None) -> str | None:
    """Return the sentence about what went wrong last, if anything, for as long as nothing else is done there."""
    kept = st.session_state.get(f"problem_{place}")
    return str(kept["text"]) if kept and kept["of"] == of else None


def draw_problem(place: str) -> None:
    """Draw, once, what went wrong in a callback."""
    if sentence := problem(place):
        _draw(sentence)
        st.session_state.pop(f"problem_{place}")


def _draw(sentence: str) -> None:
    st.error(escape_label(sentence), icon=":material/error:")


@contextmanager
def unless_away(otherwise: Callable[[], object] | None = None) -> Iterator[None]:
    """Do without what is inside while the database is away: do *otherwise*, or nothing."""
    try:
        yield
    except DatabaseUnavailableError:
        if otherwise:
            otherwise()
