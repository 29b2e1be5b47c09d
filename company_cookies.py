"""What Streamlit's `st.login` leaves in a browser, made small: every request carries it, for thirty days.

Streamlit keeps all that a company says, and the company's tokens, in cookies of four thousand bytes, as many as that
takes. Servers refuse so long a request, and the person could not even sign out. Plain `streamlit run app.py` has none
of this.
"""

import json
import re
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import (
    AUTH_COOKIE_MAX_AGE_SECONDS,
    SESSION_COOKIE_NAME,
    TOKENS_COOKIE_NAME,
    USER_COOKIE_NAME,
)

from services.accounts.company import kept_claims
from settings import Settings

_OURS = re.compile(rf"({USER_COOKIE_NAME}|{TOKENS_COOKIE_NAME})(_[0-9]{{1,3}})?")
_TOKEN_BYTES = 2_500  # of the cookie with what a company wants to have back when somebody signs out there


class CompanyCookies:
    """Keeps the cookies of `st.login` below five thousand bytes, and leads back to our page where it went wrong."""

    def __init__(
        self, app: ASGIApp, get_settings: Callable[[], Settings | None], base_path: Callable[[], str]
    ) -> None:
        self._app = app
        self._get_settings = get_settings
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        base = self._base_path()
        if scope["type"] != "http" or scope["path"] not in (f"{base}/auth/login", f"{base}/oauth2callback"):
            await self._app(scope, receive, send)
            return

        async def with_small_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] >= 400:  # a line of text on a blank page; ours tells what to do
                    message["status"] = 302
                    headers["location"] = f"{base}/"
                self._make_small(headers, _names(scope), path=base or "/")
            await send(message)

        await self._app(scope, receive, with_small_cookies)

    def _make_small(self, headers: MutableHeaders, there: Iterable[str], *, path: str) -> None:
        """Put one short cookie in place of all that were to be set, if somebody comes in."""
        set_cookies = headers.getlist("set-cookie")
        values = dict(cookie.partition(";")[0].split("=", 1) for cookie in set_cookies)
        settings, answer = self._get_settings(), _read(values, USER_COOKIE_NAME)
        if settings is None or answer is None:
            return
        made = Response()
        for name in {*there, *values}:
            if _OURS.fullmatch(name):
                made.delete_cookie(name, path=path)
        token = {"id_token": (_read(values, TOKENS_COOKIE_NAME) or {}).get("id_token", "")}
        for name, content in ((USER_COOKIE_NAME, kept_claims(answer, settings)), (TOKENS_COOKIE_NAME, token)):
            signed = create_signed_value(get_cookie_secret(), name, json.dumps(content)).decode()
            if name == USER_COOKIE_NAME or len(signed) <= _TOKEN_BYTES:
                age_s = AUTH_COOKIE_MAX_AGE_SECONDS
                made.set_cookie(name, signed, max_age=age_s, path=path, httponly=True, samesite="lax")
        del headers["set-cookie"]
        others = [cookie for cookie in set_cookies if not _OURS.fullmatch(cookie.partition("=")[0])]
        for cookie in (*others, *made.headers.getlist("set-cookie")):
            headers.append("set-cookie", cookie)


def refused_for_length(scope: Scope, *, path: str) -> Response:
    """Return the answer to a browser that sends too many cookies; those of a company's sign-in are deleted."""
    answer = PlainTextResponse(
        "Your browser sent too many cookies. Those of your company's sign-in are deleted now: load this page again.",
        431,
    )
    for name in _names(scope):
        if _OURS.fullmatch(name) or name == SESSION_COOKIE_NAME:
            answer.delete_cookie(name, path=path)
    return answer


def _names(scope: Scope) -> list[str]:
    """Return the names of the cookies of a request, in time that grows with their length."""
    header = "; ".join(Headers(scope=scope).getlist("cookie"))
    return [one.partition("=")[0].strip() for one in header.split(";")]


def _read(values: dict[str, str], name: str) -> dict[str, object] | None:
    """Return what Streamlit has put into a cookie of this name and those that go on with it."""

    def read_one(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, values.get(name, ""))

    content = get_cookie_with_chunks(read_one, name)
    return dict(json.loads(content)) if content else None
