"""The cookie that keeps a browser signed in: streamlit-authenticator writes it, this module reads it."""

from datetime import UTC, datetime, timedelta
from functools import partial

import jwt
import streamlit as st
from streamlit_authenticator.controllers import CookieController

COOKIE_NAME = "travelbot_sign_in"
COOKIE_DAYS = 30

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
# What streamlit-authenticator leaves in the state of the tab.
_LEFT_BEHIND = ("name", "username", "email", "roles", "authentication_status", "logout", "password_hint")


def to_ms(instant: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """Return the instant of so many milliseconds since 1970, UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def read_token(token: str, secret: str, *, now: datetime) -> tuple[str, datetime] | None:
    """Return the username and the instant of the sign-in that a cookie of ours carries.

    None if it is not ours, was changed, or has expired. Source: streamlit-authenticator 0.4's CookieModel,
    which signs {"username": text, "exp_date": seconds since 1970}.
    """
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"])
        username, expires_at = claims["username"], float(claims["exp_date"])
        signed_in_at = from_ms(round(expires_at * 1000) - COOKIE_DAYS * _DAY_MS)
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError):
        return None
    if not isinstance(username, str) or expires_at <= now.timestamp():
        return None
    return username, signed_in_at


def write_cookie(username: str, signed_in_at: datetime, secret: str) -> bool:
    """Draw what writes the cookie in the browser, or nothing and return True once the browser has written it.

    To be called in every run until then: an iframe that leaves the page too early has done nothing.
    """
    key = f"auth_cookie_{to_ms(signed_in_at)}"  # an iframe, and the browser's answer, for each sign-in of its own
    if st.session_state.get(key):
        return True
    controller = CookieController(COOKIE_NAME, secret, COOKIE_DAYS)
    expires_at = (signed_in_at + timedelta(days=COOKIE_DAYS)).timestamp()
    # Signed as of the sign-in, to the millisecond, which is what a sign-in is known by. The library itself would
    # count from now, on the local wall clock: an hour wrong across a change to or from summer time.
    controller.cookie_model._set_exp_date = lambda: expires_at
    manager = controller.cookie_model.cookie_manager
    manager.set = partial(manager.set, key=key)
    st.session_state.username = username
    controller.set_cookie()
    drop_left_behind()
    return False


def delete_cookie() -> bool:
    """Draw what deletes the cookie in the browser, or nothing and return True once it is gone.

    To be called in every run until then.
    """
    if st.session_state.get("delete"):  # the library's key for the iframe, whose value is the browser's answer
        return True
    controller = CookieController(COOKIE_NAME, "", 0)
    controller.cookie_model.cookie_manager.cookies.setdefault(COOKIE_NAME, "")  # it insists on having seen it
    controller.delete_cookie()
    drop_left_behind()
    return False


def drop_left_behind() -> None:
    """Take out of this tab's state what streamlit-authenticator put there."""
    for key in _LEFT_BEHIND:
        st.session_state.pop(key, None)
