"""Streamlit's own page and what it loads, in `server.py`: read once, compressed once, and served from memory.

Streamlit opens, reads and closes a file in three threads for each of the hundred that a first visit asks for, and
compresses none, as it would do that anew each time. Plain `streamlit run app.py` does as Streamlit does.
"""

import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir
from streamlit.web.server.starlette.starlette_server_config import STATIC_ASSET_CACHE_MAX_AGE_SECONDS

from settings import ROOT

_HERE = ROOT / "static" / "js" / "here.js"
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".woff2": "font/woff2"}
_COMPRESSED = (".js", ".css")
_KEPT = f"public, immutable, max-age={STATIC_ASSET_CACHE_MAX_AGE_SECONDS}"  # as Streamlit says: names tell what is in


@cache
def frontend_page() -> str:
    """Return the page that Streamlit serves for every page of the app, which tells where its server is."""
    script = f"<script>{_HERE.read_text('utf-8')}</script>"
    return _page_file().read_text("utf-8").replace("</title>", f"</title>{script}", 1)


class FrontendFiles:
    """Answers in Streamlit's place where a browser loads the page and its scripts, styles and typefaces."""

    def __init__(self, app: ASGIApp, base_path: Callable[[], str]) -> None:
        self._app = app
        self._base_path = base_path
        folder = _page_file().parent
        found = (folder / "static").rglob("*")
        self._files = {f"/{one.relative_to(folder).as_posix()}": one for one in found if one.suffix in _KINDS}
        self._page_tag = FileResponse(_page_file(), stat_result=_page_file().stat()).headers["etag"]
        self._read: dict[Path, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        elif file := self._files.get(scope["path"].removeprefix(self._base_path())):
            await (await self._answer(file, _takes_gzip(scope)))(scope, receive, send)
        else:
            await self._app(scope, receive, self._with_our_page(scope, receive, send))

    async def _answer(self, file: Path, takes_gzip: bool) -> Response:
        headers = {"cache-control": _KEPT, "vary": "accept-encoding"}
        if not takes_gzip:
            return FileResponse(file, headers=headers, media_type=_KINDS[file.suffix])
        content = self._read.get(file)
        if content is None:
            content = self._read[file] = await run_in_threadpool(_content, file)
        if file.suffix in _COMPRESSED:
            headers["content-encoding"] = "gzip"
        return Response(content, headers=headers, media_type=_KINDS[file.suffix])

    def _with_our_page(self, scope: Scope, receive: Receive, send: Send) -> Send:
        """Let through what the app answers, but our page in the place of Streamlit's."""
        is_page = False

        async def send_next(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start" and self._is_page(message):
                is_page = True
                await HTMLResponse(frontend_page(), headers={"cache-control": "no-cache"})(scope, receive, send)
            elif not is_page:
                await send(message)

        return send_next

    def _is_page(self, message: Message) -> bool:
        """Whether it is Streamlit's page, whole, a part of it, or that a browser has it: its tag says so."""
        return message["status"] < 400 and Headers(raw=message["headers"]).get("etag") == self._page_tag


def _page_file() -> Path:
    return Path(get_static_dir()) / "index.html"


def _takes_gzip(scope: Scope) -> bool:
    for one in Headers(scope=scope).get("accept-encoding", "").lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() == "gzip":
            return not weight or bool(weight.strip().removeprefix("q=").strip("0."))
    return False


def _content(file: Path) -> bytes:
    content = file.read_bytes()
    return gzip.compress(content, 6, mtime=0) if file.suffix in _COMPRESSED else content
