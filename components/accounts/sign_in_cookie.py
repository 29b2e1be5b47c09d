"""The cookie that keeps a browser signed in: streamlit-authenticator signs it, this module reads it."""

from datetime import UTC, datetime, timedelta

import jwt
import streamlit as st
from streamlit_authenticator.models import CookieModel

from components import browser_cookie

COOKIE_NAME = "travelbot_sign_in"
COOKIE_DAYS = 30

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000


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


def cookie() -> str | None:
    """Return the cookie that came with the page, or that the browser told because its host kept it back."""
    return st.context.cookies.get(COOKIE_NAME) or browser_cookie.told(COOKIE_NAME)


def ask_for_cookie() -> None:
    """Draw what asks the browser for the cookie, if none came with the page."""
    if COOKIE_NAME not in st.context.cookies:
        browser_cookie.read(COOKIE_NAME)


def write_cookie(username: str, signed_in_at: datetime, secret: str) -> bool:
    """Draw what writes the cookie in the browser, or nothing and return True once the browser says it has.

    To be called in every run until then.
    """
    return browser_cookie.write(COOKIE_NAME, _token(username, signed_in_at, secret), COOKIE_DAYS)


def delete_cookie() -> bool:
    """Draw what deletes the cookie in the browser, or nothing and return True once the browser says it is gone.

    To be called in every run until then.
    """
    return browser_cookie.delete(COOKIE_NAME)


def _token(username: str, signed_in_at: datetime, secret: str) -> str:
    # The library's own beginning draws the iframe that writes its cookie, with a script that stands in the page.
    model = object.__new__(CookieModel)
    # Signed as of the sign-in, to the millisecond, which is what a sign-in is known by. The library itself would
    # count from now, on the local wall clock: an hour wrong across a change to or from summer time.
    model.cookie_key, model.exp_date = secret, (signed_in_at + timedelta(days=COOKIE_DAYS)).timestamp()
    st.session_state.username = username
    token = model._token_encode()
    del st.session_state.username
    return str(token)
