"""A page for Streamlit to run that waits for comments, which are files in a folder, as `pages/public/review.py` does.

While there is a file "hold", a run goes no further; with a file "stop" it ends as on a page that shows nothing more.
What waits leaves a file for each look that found something.
"""

import os
import time
from itertools import count
from pathlib import Path

import streamlit as st

from components.waking import Waker

FOLDER = Path(os.environ["HELD_FOLDER"])


@st.cache_resource
def get_waker() -> Waker:
    return Waker(every_s=0.02)


def said() -> int:
    return len(list(FOLDER.glob("comment-*")))


@st.fragment
def watch(seen: int) -> None:
    looks = count()

    def has_come() -> bool:
        if said() == seen:
            return False
        (FOLDER / f"look-{seen}-{next(looks)}").touch()
        return True

    if said() > seen:
        st.rerun()
    get_waker().wake_here(has_come)


def sign_in() -> None:
    st.text("Please sign in")


def review() -> None:
    seen = said()
    watch(seen)
    st.text("Going")
    while (FOLDER / "hold").exists():
        time.sleep(0.01)
    st.text(f"link {st.query_params.get('link')} of {st.context.timezone}: {seen}")
    if (FOLDER / "stop").exists():
        st.stop()


st.navigation([st.Page(sign_in, default=True), st.Page(review, url_path="review")], position="hidden").run()
