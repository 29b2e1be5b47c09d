"""A page that is open shows nothing any more of what its planner was taken off."""

from collections.abc import Callable

import streamlit as st

from components.problems import unless_away
from components.resources import get_services, get_waker
from services.errors import NotFoundError


@st.fragment
def watch_access(ask: Callable[[], object], *, drawn: object, user_id: int) -> None:
    """Run the app again as soon as *ask* returns something else than was *drawn*, or finds nothing. Draws nothing.

    It asks when anything of what its planner sees is another, and costs nothing until then. A dialog is no reason to
    wait: it is of what is there no more.
    """
    look = get_services().list_watch.now
    seen, known = look(user_id), None  # before it asks
    with unless_away():
        try:
            still = ask() == drawn
        except NotFoundError:
            still = False
        if not still:
            st.rerun()
        known = seen
    get_waker().wake_here(lambda: look(user_id) != known)
