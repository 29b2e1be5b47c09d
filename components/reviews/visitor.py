"""Who looks at a link: the token that they came with, and what their browser is known by.

The token stands in the address, or, where `server.py` took it out, in a cookie that is named there. The browser keeps
a key of its own in a cookie, for all links, and beside it the name that was given last.

In `st.session_state`: `review_new_key` is the key that a browser without one is given, `review_name` a name that was
given in this tab, `review_names` how many were, `review_name_due` True while the browser is still to be told of it.
"""

import base64
import binascii
from dataclasses import dataclass, field

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components import browser_cookie
from services.reviews.links import cookie_name, is_token
from services.reviews.visits import new_reader_key

_KEY, _NAME = "travelbot_reviewer", "travelbot_reviewer_name"
_KEPT_DAYS = 365
_MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever has a link open. *key* None: the browser is still being asked for it, and nothing can be said."""

    token: str = field(repr=False)
    key: str | None = field(repr=False)


def is_asked_for(page: StreamlitPage) -> bool:
    """Whether `st.navigation` would find this page, without asking it."""
    context = get_script_run_ctx()
    if context is None:
        return False
    manager = context.pages_manager
    if page_hash := manager.intended_page_script_hash:
        return page_hash == page._script_hash
    return manager.intended_page_name == page.url_path


def link_token() -> str | None:
    """Return the token of the link that was opened, None where there is none that could be one."""
    address = st.query_params
    token = address["link"] if "link" in address else st.context.cookies.get(cookie_name(address.get("of", "")), "")
    return token if is_token(token) else None


def reader_key() -> str | None:
    """Return what this browser is known by, None until it has told. To be called in every run: draws what asks."""
    if came := st.context.cookies.get(_KEY):
        st.empty()
        return came
    browser_cookie.keep(_KEY, st.session_state.setdefault("review_new_key", new_reader_key()), _KEPT_DAYS)
    return browser_cookie.told(_KEY)


def name_input(kept: str, *, key: str) -> None:
    """Draw the box for a name, with the last one in it: as given here, or else *kept* with the link, or on another.

    What is typed there stays until another is given: the box is another one then. A value that is written to a box of
    the same key does not reach a browser that takes the box away and draws it again.
    """
    usual = st.session_state.get("review_name") or kept or _decoded(st.context.cookies.get(_NAME, ""))
    st.text_input("Your name", usual, key=_name_key(key), max_chars=_MAX_NAME_CHARS, autocomplete="name")


def typed_name(key: str) -> str:
    """Return what is in the box for a name, or was in the one that a name given just now took away. For callbacks."""
    state = st.session_state
    boxes = (f"{key}_{number}" for number in range(state.get("review_names", 0), -1, -1))
    return next((str(state[box]) for box in boxes if box in state), "")


def remember_name(name: str) -> None:
    """Offer a name from now on, in this browser. For callbacks."""
    st.session_state.review_name = name.strip()[:_MAX_NAME_CHARS]
    st.session_state.review_names = st.session_state.get("review_names", 0) + 1
    st.session_state.review_name_due = True


@st.fragment  # what the browser answers runs this function again, not the page
def keep_name() -> None:
    """Write the name that was given last in the browser if that is due; draws nothing that anybody sees."""
    if not st.session_state.get("review_name_due"):
        st.empty()
    elif browser_cookie.write(_NAME, _encoded(st.session_state.review_name), _KEPT_DAYS):
        del st.session_state.review_name_due


def _name_key(key: str) -> str:
    return f"{key}_{st.session_state.get('review_names', 0)}"


def _encoded(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode(errors="replace")).decode().rstrip("=")


def _decoded(value: str) -> str:
    try:
        return base64.urlsafe_b64decode(f"{value}===").decode()[:_MAX_NAME_CHARS]
    except (binascii.Error, ValueError):
        return ""
