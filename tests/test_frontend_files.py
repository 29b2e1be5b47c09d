"""What a browser loads of Streamlit's own, with Streamlit's static files and a bare answer behind the middleware."""

import gzip
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from streamlit.file_util import get_static_dir
from streamlit.web.server.starlette.starlette_static_routes import create_streamlit_static_handler

import frontend_files
from frontend_files import FrontendFiles, frontend_page
from middleware import content_security_policy, script_hash

STATIC = Path(get_static_dir())
SCRIPT = next((STATIC / "static" / "js").glob("index.*.js"))
TYPEFACE = next((STATIC / "static" / "media").glob("*.woff2"))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _own(_: Request) -> Response:
    return HTMLResponse("<title>Ours</title>")


async def browser(base: str) -> AsyncGenerator[httpx.AsyncClient]:
    app = Starlette(
        routes=[
            Route(f"{base}/own", _own),
            Mount(base or "/", create_streamlit_static_handler(str(STATIC), base)),
        ],
        middleware=[Middleware(FrontendFiles, base_path=lambda: base)],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://here{base}") as client:
        yield client


@pytest.fixture(params=["", "/plans"])
async def client(request: pytest.FixtureRequest) -> AsyncGenerator[httpx.AsyncClient]:
    """Give a browser that opens the app, at the root and under a prefix."""
    async for one in browser(request.param):
        yield one


@pytest.mark.anyio
async def test_script_comes_compressed_and_is_read_once(client, monkeypatch):
    path = f"/{SCRIPT.relative_to(STATIC)}"
    streamlits = await client.get(path, headers={"accept-encoding": "identity"})
    first = await client.get(path)
    monkeypatch.setattr(frontend_files, "_content", None)  # would fail if it were read again
    again = await client.get(path)

    assert first.content == again.content == streamlits.content == SCRIPT.read_bytes()
    assert (first.headers["content-encoding"], first.headers["vary"]) == ("gzip", "accept-encoding")
    assert int(first.headers["content-length"]) < len(SCRIPT.read_bytes()) / 2
    assert first.headers["cache-control"] == streamlits.headers["cache-control"]
    assert first.headers["content-type"].startswith("text/javascript")
    assert "content-encoding" not in streamlits.headers


@pytest.mark.anyio
async def test_typeface_is_sent_as_it_is(client):
    answer = await client.get(f"/{TYPEFACE.relative_to(STATIC)}")

    assert (answer.content, answer.headers["content-type"]) == (TYPEFACE.read_bytes(), "font/woff2")
    assert "content-encoding" not in answer.headers


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/review", "/sessions?of=1", "/static/js/none.js"])
async def test_every_page_tells_where_its_server_is(client, path):
    answer = await client.get(path)

    assert answer.text == frontend_page()
    assert answer.text.count("window.__streamlit ??=") == 1
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/own", "/review/_stcore/health", "/manifest.json"])
async def test_what_is_not_streamlits_page_is_left_as_it_is(client, path):
    assert "__streamlit" not in (await client.get(path)).text


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", f"/{SCRIPT.relative_to(STATIC)}"])
@pytest.mark.parametrize("taken", ["gzip", "identity"])
async def test_what_is_said_of_a_file_is_what_is_sent(client, path, taken):
    got, said = [await client.request(way, path, headers={"accept-encoding": taken}) for way in ("GET", "HEAD")]

    assert dict(said.headers) == dict(got.headers)
    assert (await client.post(path)).status_code == 405


@pytest.mark.anyio
@pytest.mark.parametrize("taken", ["", "identity, notgzip", "x-gzip", "gzip;q=0", "GZIP ; q=0.00", "br"])
async def test_whoever_does_not_take_gzip_gets_a_script_as_it_is(client, taken):
    answer = await client.get(f"/{SCRIPT.relative_to(STATIC)}", headers={"accept-encoding": taken})

    assert answer.content == SCRIPT.read_bytes()
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "accept-encoding"  # what is kept on the way is not for everybody
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.anyio
@pytest.mark.parametrize("taken", ["gzip", "br, GZIP;q=0.5", "deflate,gzip;q=1.0"])
async def test_whoever_takes_gzip_gets_a_script_compressed(client, taken):
    answer = await client.get(f"/{SCRIPT.relative_to(STATIC)}", headers={"accept-encoding": taken})

    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.anyio
@pytest.mark.parametrize("asked", [{"range": "bytes=0-10"}, {"if-none-match": "*"}], ids=["a part", "if it is new"])
async def test_page_is_ours_however_it_is_asked_for(client, asked):
    answer = await client.get("/", headers=asked)

    assert (answer.status_code, answer.text) == (200, frontend_page())


def test_policy_lets_the_scripts_of_the_page_run_and_no_others():
    scripts = re.findall(r"<script>(.*?)</script>", frontend_page(), re.DOTALL)
    [allowed] = re.findall(r"script-src ([^;]*)", content_security_policy("'self'"))

    assert len(scripts) == 2
    assert allowed.split() == ["'self'", *map(script_hash, scripts)]
    assert gzip.decompress(frontend_files._content(SCRIPT)) == SCRIPT.read_bytes()
