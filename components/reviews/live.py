"""A page that is open is drawn anew when something of its link is another, or when it has ended.

In `st.session_state`: `review_woken` is True in the run that comes of that.
"""

import streamlit as st

from components.resources import get_services, get_waker


@st.fragment
def watch_link(review_id: int, *, changed: int) -> None:
    """Run the page again as soon as the link's number is above *changed*, or it has none. Draws nothing."""
    look = get_services().review_watch.review

    def has_come() -> bool:
        number = look(review_id)
        return number is None or number > changed

    get_waker().wake_here(has_come, is_urgent=lambda: look(review_id) is None, note="review_woken")
