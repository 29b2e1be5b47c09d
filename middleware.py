"""What stands before the screens and the API in `server.py`: who may open a WebSocket, who may upload, which headers
every answer has, and what of Streamlit's own routes is closed. Plain `streamlit run app.py` has none of it.
"""

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from typing import cast
from urllib.parse import parse_qs, urlsplit

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from company_cookies import refused_for_length
from components.resources import get_tabs
from frontend_files import frontend_page
from services.decks.logos import MAX_LOGO_BYTES
from services.reviews.links import cookie_name, is_cookie, is_token, link_name
from services.sessions.file_types import EXTENSIONS, MAX_FILE_BYTES
from services.transfer.import_file import MAX_BYTES as MAX_IMPORT_BYTES
from settings import Settings
from whole_runs import first_run_in_one, only_whole_runs

TAB_FILES = 100
TAB_BYTES = 2 * MAX_IMPORT_BYTES  # what one tab may have uploaded and not yet had read
PROCESS_BYTES = 10 * MAX_IMPORT_BYTES  # and all tabs together
_IMPORTED = ("json", "zip")
_LOGO = ("svg",)  # other kinds of logos are files of sessions, too
_FORM_BYTES = 64 * 1024  # what a form puts around a file
_HEAD_BYTES = 8 * 1024  # its name stands within so many
_FILE_NAME = re.compile(rb'filename="([^"\r\n]{0,1024})"')
_FILE_ID_CHARS = 100  # Streamlit's have 36
_COOKIE_BYTES = 8 * 1024  # Python before 3.11.10 and 3.12.6 takes seconds to read a long one (CVE-2024-7592)
_ADDRESS_CHARS = 8_192  # of what a page is asked for by, which its tab keeps
_URLS_AT_ONCE = 100  # places for files that are asked for in one message
_YEAR_S = 365 * 24 * 60 * 60
_PRIVATE = ("/media/", "/api/")  # answers that are somebody's; what lies below the others is the same for everybody
_REVIEW = "/review"
_REVIEW_DAYS = 90  # that a browser keeps a link
_REVIEWS_KEPT = 20  # links in one browser, as it sends all of them with everything


def content_security_policy(frame_ancestors: str) -> str:
    """Return what a page of ours may load: what this server has, and nothing else.

    Beyond that are allowed:
    - the two scripts that Streamlit's own page holds here, by their hashes;
    - styles inside the page, as Streamlit's widgets are styled so while they are drawn;
    - images from `data:` and `blob:`, typefaces from `data:`: icons, the previews of files to send, parts of charts;
    - workers from `blob:`: the grid of `st.dataframe` and charts have such.
    """
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(_inline_scripts())}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


def script_hash(script: str) -> str:
    """Return how a policy names an inline script, given exactly what stands between its tags."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _inline_scripts() -> list[str]:
    return [script_hash(script) for script in re.findall(r"<script>(.*?)</script>", frontend_page(), re.DOTALL)]


class SecurityHeaders:
    """Adds to every answer what tells a browser to be careful with it; an answer's own policy stays."""

    def __init__(self, app: ASGIApp, get_settings: Callable[[], Settings | None]) -> None:
        self._app = app
        self._get_settings = get_settings
        self._policy: str | None = None
        self._unshared = content_security_policy("'self'")  # Community Cloud shows every page in a frame of its own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders, scope: Scope) -> None:
        if path_of(scope) == _REVIEW:  # no search engine keeps it, no link in it names it, no other site frames it
            headers["content-security-policy"] = self._unshared
            headers["x-robots-tag"] = "noindex, nofollow"
            headers["referrer-policy"] = "no-referrer"
            headers["cache-control"] = "no-store"
        headers.setdefault("content-security-policy", self._page_policy())
        headers["x-content-type-options"] = "nosniff"
        kind = headers.setdefault("content-type", "text/plain; charset=utf-8")
        if kind == "image/svg+xml":
            headers["content-type"] = "image/svg+xml; charset=utf-8"
        headers.setdefault("referrer-policy", "same-origin")
        if path_of(scope).startswith(_PRIVATE):
            headers.setdefault("cache-control", "no-store")
        if _is_https(scope):
            headers["strict-transport-security"] = f"max-age={_YEAR_S}"
            for cookie in _taken(headers, "set-cookie"):
                headers.append("set-cookie", cookie if "; secure" in cookie.lower() else f"{cookie}; Secure")

    def _page_policy(self) -> str:
        if self._policy is None:
            settings = self._get_settings()
            if settings is None:  # they are not right, and may be so at the next start
                return content_security_policy("'self'")
            self._policy = content_security_policy(settings.frame_ancestors)
        return self._policy


class Guard:
    """Refuses what nobody needs who uses the screens in a browser.

    A WebSocket from a page of another server: Streamlit would ask the internet for this machine's address first, and
    everybody would wait. A tab that was drawn for another browser. A file from a tab where nobody is signed in, one
    that the app does not take, or more than a tab or this process can hold. Streamlit's agent API in production. Its
    figures that walk through all tabs.
    """

    def __init__(self, app: ASGIApp, get_settings: Callable[[], Settings | None]) -> None:
        self._app = app
        self._get_settings = get_settings
        self._arriving: defaultdict[str, int] = defaultdict(int)  # bytes of uploads on their way, by tab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif sum(len(value) for name, value in scope["headers"] if name == b"cookie") > _COOKIE_BYTES:
            await refuse(scope, receive, send, refused_for_length(scope, path=base_path() or "/"))
        elif scope["type"] == "websocket":
            settings = self._get_settings()
            if is_own_origin(Headers(scope=scope), always=settings is not None and settings.behind_proxy):
                own = without_anothers_tab(scope)
                tab = _tab_of(own)
                heard = first_run_in_one(send) if tab is None else only_whole_runs(tab, send)
                await self._app(own, only_a_browsers(receive), heard)
            else:
                await refuse(scope, receive, send)
        elif answer := self._refusal(scope) or kept_link(scope):
            await answer(scope, receive, send)
        elif scope["method"] in ("PUT", "DELETE") and "/_stcore/upload_file/" in scope["path"]:
            await self._upload(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        path = scope["path"]
        if "/_stcore/agent" in path:
            settings = self._get_settings()
            if settings is None or settings.app_env == "production":
                return PlainTextResponse("There is nothing here.", 404)
        if "/_stcore/metrics" in path:
            families = parse_qs(scope["query_string"].decode("latin-1")).get("families", [])
            if not families or "cache_memory_bytes" in families:
                return PlainTextResponse("Name the families to read, such as ?families=active_sessions.", 404)
        return None

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        tab, file_id = scope["path"].rsplit("/", 2)[-2:]
        if not (get_tabs().is_signed_in(tab) and _is_its_own(scope, tab)):
            await PlainTextResponse("Sign in to add files.", 403)(scope, receive, send)
            return
        if len(file_id) > _FILE_ID_CHARS:
            await PlainTextResponse("There is no such place for a file.", 404)(scope, receive, send)
            return
        if scope["method"] == "DELETE":
            await self._app(scope, receive, send)
            return
        received, head = 0, b""

        async def checked() -> Message:
            nonlocal received, head
            message = await receive()
            body = message.get("body", b"")
            received += len(body)
            self._arriving[tab] += len(body)
            head += body[: _HEAD_BYTES - len(head)]
            self._check(tab, head, received)
            return message

        try:
            await self._app(scope, checked, send)
        finally:
            self._arriving[tab] -= received
            if not self._arriving[tab]:
                del self._arriving[tab]

    def _check(self, tab: str, head: bytes, received: int) -> None:
        """Raise HTTPException for a file of which so much is not to be taken; *head* is what its form begins with."""
        name = _FILE_NAME.search(head.partition(b"\r\n\r\n")[0])  # of the first part, which has to be the file
        kind = name[1].decode(errors="replace").rpartition(".")[2].lower() if name else ""
        if kind not in (*EXTENSIONS, *_IMPORTED, *_LOGO) and (
            name or b"\r\n\r\n" in head or len(head) == _HEAD_BYTES
        ):
            raise HTTPException(415, "Files of this kind are not taken here.")
        most = MAX_IMPORT_BYTES if kind in _IMPORTED else MAX_LOGO_BYTES if kind in _LOGO else MAX_FILE_BYTES
        if received > most + _FORM_BYTES:
            raise HTTPException(413, "This file is too large.")
        held = cast("MemoryUploadedFileManager", runtime.get_instance().uploaded_file_mgr).file_storage
        of_tab = list(held.get(tab, {}).values())
        if len(of_tab) >= TAB_FILES or sum(len(file.data) for file in of_tab) + self._arriving[tab] > TAB_BYTES:
            raise HTTPException(413, "Too many files are waiting in this tab. Reload the page, then add them again.")
        everything = sum(len(file.data) for files in list(held.values()) for file in list(files.values()))
        if everything + sum(self._arriving.values()) > PROCESS_BYTES:
            raise HTTPException(503, "Too many files are being added at the moment. Please try again in a minute.")


def kept_link(scope: Scope) -> Response | None:
    """Return what takes the token of a review's link out of the address, None where there is nothing to do.

    The browser is asked to keep it in a cookie and to come again. Once the cookie is seen to get here, the browser is
    sent to an address without the token; where it does not, refused or held back on its way, the token has to stay.
    """
    if scope["method"] != "GET" or path_of(scope) != _REVIEW:
        return None
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    token = asked.get("link", [""])[0]
    if not is_token(token):
        return None
    cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
    name = link_name(token)
    if cookies.get(cookie_name(name)) == token:
        return RedirectResponse(f"?of={name}", 303)  # without a path: a proxy may have taken a part of it off
    if "again" in asked:
        return None
    answer = RedirectResponse(f"?link={token}&again=1", 303)
    age_s = _REVIEW_DAYS * 24 * 60 * 60
    answer.set_cookie(cookie_name(name), token, max_age=age_s, httponly=True, samesite="lax")
    kept = [cookie for cookie in cookies if is_cookie(cookie)]  # oldest first, as browsers send them
    for cookie in kept[: max(0, len(kept) - _REVIEWS_KEPT + 1)]:
        answer.delete_cookie(cookie, httponly=True, samesite="lax")
    return answer


def is_own_origin(headers: Headers, *, always: bool = False) -> bool:
    """Whether a page of this server opens the WebSocket, one that the configuration allows, or no page at all.

    Where Streamlit's `server.enableCORS` is off, every page may; but not if it matters *always*, as where a proxy's
    own cookie signs people in.
    """
    origin = headers.get("origin")
    if origin is None or not (always or config.get_option("server.enableCORS")):
        return True
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    own = headers.get("host", "").lower()
    return bool(host) and (host == own or origin in config.get_option("server.corsAllowedOrigins"))


def only_a_browsers(receive: Receive) -> Receive:
    """Let through of a WebSocket only what our pages send, without what would hold everybody up.

    Streamlit takes more from any stranger: to clear the cache, which ends the services of everybody, to run git, to
    make a million places for files.
    """

    async def receive_next() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or _is_a_browsers(message.get("bytes")):
                return message

    return receive_next


def _is_a_browsers(data: bytes | None) -> bool:
    asked = BackMsg()
    try:
        asked.ParseFromString(data or b"")
    except DecodeError:
        return True  # Streamlit ends the connection
    match asked.WhichOneof("type"):
        case "rerun_script":
            return len(asked.rerun_script.query_string) <= _ADDRESS_CHARS
        case "stop_script" | "app_heartbeat":
            return True
        case "file_urls_request":
            return len(asked.file_urls_request.file_names) <= _URLS_AT_ONCE
        case "backend_operation_request":
            return asked.backend_operation_request.WhichOneof("payload") in ("deferred_file", "dataframe_chunk")
    return False


async def refuse(scope: Scope, receive: Receive, send: Send, answer: Response | None = None) -> None:
    """Answer a request with a sentence, and a WebSocket with its end."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    elif answer:
        await answer(scope, receive, send)


def without_anothers_tab(scope: Scope) -> Scope:
    """Return the scope of a WebSocket without the tab that it asks for, unless that was drawn for the same browser.

    Streamlit's page names its tab in the third place of the protocols when it connects again.
    """
    protocols = _protocols(scope)
    if len(protocols) < 3:
        return scope
    if len(protocols) == 3 and _is_its_own(scope, protocols[2]):
        return scope
    kept = ", ".join(protocols[:2]).encode("latin-1")
    others = [(name, value) for name, value in scope["headers"] if name != b"sec-websocket-protocol"]
    return {**scope, "headers": [*others, (b"sec-websocket-protocol", kept)]}


def _protocols(scope: Scope) -> list[str]:
    return [one.strip() for one in Headers(scope=scope).get("sec-websocket-protocol", "").split(",")]


def _tab_of(scope: Scope) -> str | None:
    """Return the tab that a WebSocket connects again, None where it is a new one."""
    protocols = _protocols(scope)
    return protocols[2] if len(protocols) == 3 else None


def _is_its_own(scope: Scope, tab: str) -> bool:
    """Whether a tab was drawn for the browser that asks; where the cookie is switched off, nobody can know."""
    cookie = cookie_parser(Headers(scope=scope).get("cookie", "")).get(XSRF_COOKIE_NAME)
    return not config.get_option("server.enableXsrfProtection") or get_tabs().is_of(tab, xsrf_cookie=cookie)


def base_path() -> str:
    """Return the prefix that Streamlit was told to serve under, such as `/plans`; empty where there is none."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def path_of(scope: Scope) -> str:
    """Return the path below the prefix that Streamlit was told to serve under."""
    path: str = scope["path"]
    return path.removeprefix(base_path())


def _is_https(scope: Scope) -> bool:
    """Whether the page came over TLS, to us or to a proxy; one who lies here fools only the own browser."""
    return scope["scheme"] == "https" or Headers(scope=scope).get("x-forwarded-proto", "").lower() == "https"


def _taken(headers: MutableHeaders, name: str) -> list[str]:
    """Take all headers of a name out, and return them."""
    values = headers.getlist(name)
    del headers[name]
    return values
