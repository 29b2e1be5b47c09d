"""A page that is open shows nothing any more of what its planner was taken off."""

from collections.abc import Callable

import streamlit as st

from components.problems import unless_away
from services.errors import NotFoundError

ASK_EVERY_S = 1.5  # gone within two seconds


@st.fragment(run_every=ASK_EVERY_S)
def watch_access(ask: Callable[[], object], *, drawn: object) -> None:
    """Run the app again as soon as *ask* returns something else than was *drawn*, or finds nothing. Draws nothing.

    For those alone who can be taken off: it costs what *ask* costs.
    """
    with unless_away():
        try:
            still = ask() == drawn
        except NotFoundError:
            still = False
        if not still:
            st.rerun()
