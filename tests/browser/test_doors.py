"""What a stranger, another site and a browser's own rules can do at the door of a server."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from middleware import TAB_BYTES
from services.sessions.file_types import MAX_FILE_MB
from tests.helpers.browser import COOKIE, TOOK, App, open_app
from tests.helpers.planners import Planner, add_planner
from tests.helpers.soak import IN_SOAK
from tests.helpers.tab import drawn, is_the_door, open_tab, stream, xsrf_of

pytestmark = pytest.mark.browser


def test_stranger_opens_a_tab_and_cannot_upload(shared_app: App) -> None:
    with (
        httpx.Client(trust_env=False, timeout=60) as client,
        open_tab(shared_app) as tab,
    ):
        token = xsrf_of(client, shared_app)
        session = drawn(tab)[0].new_session.initialize.session_id

        answer = client.put(
            f"{shared_app.url}/_stcore/upload_file/{session}/some-id",
            files={"file": ("plan.pdf", b"%PDF-1.7")},
            headers={"X-Xsrftoken": token},
        )

    assert (answer.status_code, answer.text) == (403, "Sign in to add files.")


def test_id_of_a_tab_signs_nobody_in(shared_app: App) -> None:
    """It stands in addresses of uploads, so in logs of proxies; and Streamlit keeps a closed tab for a while."""
    planner = add_planner(shared_app)
    with open_tab(shared_app, headers={"Cookie": f"{COOKIE}={planner.cookie()}"}) as socket:
        said = drawn(socket)
        tab = said[0].new_session.initialize.session_id
        assert b"Lovelace" in b"".join(one.SerializeToString() for one in said)

    with open_tab(shared_app, "x", tab) as socket:
        said = drawn(socket)

    assert is_the_door(said)
    assert b"Lovelace" not in b"".join(one.SerializeToString() for one in said)


def test_page_of_another_server_opens_no_websocket(shared_app: App) -> None:
    for origin in ("http://evil.example", "http://localhost:1", "null"):
        with pytest.raises(InvalidStatus, match="403"), connect(stream(shared_app), origin=Origin(origin)):
            pass
    with connect(stream(shared_app), origin=Origin(shared_app.url)):
        pass


def test_every_answer_of_a_real_server_has_the_headers(start_app: Callable[..., App]) -> None:
    app = start_app(APP_ENV="production", COOKIE_KEY="k" * 40)
    paths = {
        "/": 200,
        "/sessions": 200,
        "/app/static/icon.svg": 200,
        "/_stcore/health": 200,
        "/_stcore/host-config": 200,
        "/_stcore/agent/openapi.json": 404,
        "/media/none.pdf": 404,
        "/component/none/index.html": 404,
        "/api/health": 200,
        "/api/docs": 200,
        "/api/me": 401,
        "/api/nothing": 404,
    }
    with httpx.Client(base_url=app.url, trust_env=False, timeout=60) as client:
        answers = {path: client.get(path) for path in paths}

    assert {path: answer.status_code for path, answer in answers.items()} == paths
    for answer in answers.values():
        policy = answer.headers["content-security-policy"].split("; ")
        [scripts] = [part for part in policy if part.startswith("script-src")]
        assert "unsafe" not in scripts
        assert "frame-ancestors 'self'" in policy
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        assert answer.headers["referrer-policy"] == "same-origin"


@pytest.fixture
def other_site() -> Iterator[Callable[[str], str]]:
    """Give a function that serves a page which shows an address in a frame; on an origin of its own."""
    page = b""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(address: str) -> str:
        nonlocal page
        page = f'<h1>Another site</h1><iframe src="{address}" width="800" height="600"></iframe>'.encode()
        return f"http://127.0.0.1:{server.server_port}/"

    yield show
    server.shutdown()
    server.server_close()


def test_another_site_cannot_frame_it_unless_it_is_listed(
    page: Page, shared_app: App, start_app: Callable[..., App], other_site: Callable[[str], str]
) -> None:
    at = other_site(shared_app.url)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "frame-ancestors" in message.text else None)

    page.goto(at)
    expect(page.get_by_role("heading", name="Another site")).to_be_visible()
    page.wait_for_function("() => document.querySelector('iframe').contentDocument === null")  # it holds an error
    framed = page.frames[1].get_by_role("button", name="Sign in")
    expect(framed).to_have_count(0)
    assert refused

    app = start_app(FRAME_ANCESTORS=f"'self' {at.rstrip('/')}")
    page.goto(other_site(app.url))
    expect(page.frame_locator("iframe").get_by_role("button", name="Sign in")).to_be_visible()


@IN_SOAK
def test_files_that_were_sent_leave_the_memory_of_the_tab(page: Page, planner: Planner) -> None:
    app = planner.app
    open_app(page, app)
    size = MAX_FILE_MB * 990_000
    with page.expect_response("**/_stcore/upload_file/**") as uploaded:
        page.get_by_test_id("stChatInputFileUploadButton").locator("input").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x" * size}
        )
    assert uploaded.value.status == 204
    page.get_by_test_id("stChatInputTextArea").fill("What is in it?")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_text(TOOK)).to_be_visible()
    tab = uploaded.value.url.rsplit("/", 2)[-2]

    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    statuses = []
    with httpx.Client(cookies=cookies, trust_env=False, timeout=60) as client:
        for number in range(TAB_BYTES // size + 1):
            answer = client.put(
                f"{app.url}/_stcore/upload_file/{tab}/more-{number}",
                files={"file": ("more.txt", b"x" * size)},
                headers={"X-Xsrftoken": cookies["_streamlit_xsrf"]},
            )
            statuses.append(answer.status_code)

    # All that a tab may hold fits, so nothing of what was sent is still there; and not one more.
    assert statuses == [204] * (TAB_BYTES // size) + [413]
