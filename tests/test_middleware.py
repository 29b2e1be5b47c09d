"""What the middleware of `server.py` lets through, with a bare ASGI app behind it that tells what reached it."""

from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from components.tabs import MOST, Tabs
from middleware import PROCESS_BYTES, TAB_BYTES, TAB_FILES, Guard, SecurityHeaders, base_path
from services.reviews.links import cookie_name, link_name
from services.sessions.file_types import MAX_FILE_BYTES
from services.transfer.import_file import MAX_BYTES
from settings import Settings

FORM = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: application/pdf\r\n\r\n'
MB = 2**20
COOKIE = generate_xsrf_token_string(b"a" * 16, 1)
OWN = {"cookie": f"_streamlit_xsrf={COOKIE}"}
OTHER = {"cookie": f"_streamlit_xsrf={generate_xsrf_token_string(b'b' * 16, 1)}"}
SAME_BROWSER = generate_xsrf_token_string(b"a" * 16, 1)  # written in another way


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def files(monkeypatch) -> MemoryUploadedFileManager:
    """Give the place where Streamlit holds what was uploaded."""
    held = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(Runtime, "_instance", SimpleNamespace(uploaded_file_mgr=held))
    return held


@pytest.fixture
def tabs(monkeypatch) -> Tabs:
    """Give the tabs that the middleware knows; somebody is signed in at “ours”."""
    known = Tabs()
    known.note("ours", signed_in=True, xsrf_cookie=COOKIE)
    monkeypatch.setattr("middleware.get_tabs", lambda: known)
    return known


async def _read_all(request: Request) -> Response:
    """Answer with how many bytes came, as Streamlit's route reads them."""
    size = 0
    async for part in request.stream():
        size += len(part)
    return PlainTextResponse(str(size))


async def _cookie(_: Request) -> Response:
    answer = PlainTextResponse("hello")
    answer.set_cookie("made_by_streamlit", "x")
    answer.set_cookie("second", "y", secure=True)
    return answer


async def _untyped(_: Request) -> Response:
    return Response("Bad Request", 400)


async def _picture(_: Request) -> Response:
    return Response("<svg/>", media_type="image/svg+xml")


def served(settings: Settings | None = None) -> Starlette:
    everything = Route("/{path:path}", _read_all, methods=["GET", "PUT", "POST", "DELETE"])
    behind = [Route("/cookie", _cookie), Route("/untyped", _untyped), Route("/icon.svg", _picture), everything]
    given = {"get_settings": lambda: settings or Settings()}
    return Starlette(routes=behind, middleware=[Middleware(SecurityHeaders, **given), Middleware(Guard, **given)])


class Answer:
    """What came back: the status, the headers by lower-case name, the text."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = messages[0]["status"]
        self.headers = [(name.decode(), value.decode()) for name, value in messages[0]["headers"]]
        self.text = b"".join(one.get("body", b"") for one in messages[1:]).decode()

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


async def ask(
    path: str,
    *parts: bytes,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    app: Starlette | None = None,
    at_part: Any = None,
) -> Answer:
    """Send a request whose body comes in parts; *at_part* is called with the number of each before it is given."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
    }
    coming = list(enumerate(parts or (b"",)))
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        number, part = coming.pop(0)
        if at_part:
            await at_part(number)
        return {"type": "http.request", "body": part, "more_body": bool(coming)}

    async def send(message: Any) -> None:
        told.append(message)

    await (app or served())(scope, receive, send)
    return Answer(told)


async def upload(name: str, *parts: bytes, tab: str = "ours", **options: Any) -> Answer:
    form = FORM % name.encode()
    return await ask(f"/_stcore/upload_file/{tab}/some-id", form, *parts, method="PUT", headers=OWN, **options)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("origin", "host", "opens"),
    [
        (None, "travel.example", True),  # no browser
        ("https://travel.example", "travel.example", True),
        ("https://TRAVEL.example", "travel.example", True),
        ("https://evil.example", "travel.example", False),
        ("https://travel.example.evil.example", "travel.example", False),
        ("http://localhost:3000", "localhost:8501", False),  # Streamlit itself would let every local server in
        ("http://127.0.0.1:8501", "localhost:8501", False),
        ("null", "travel.example", False),
        ("", "", False),
        ("http://[", "travel.example", False),
    ],
)
async def test_only_a_page_of_this_server_opens_a_websocket(origin, host, opens):
    reached: list[str] = []
    told: list[str] = []

    async def behind(scope, _receive, _send):
        reached.append(scope["path"])

    async def send(message):
        told.append(message["type"])

    given = {"host": host} | ({} if origin is None else {"origin": origin})
    headers = [(name.encode(), value.encode()) for name, value in given.items()]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": headers}
    await Guard(behind, Settings)(scope, None, send)  # type: ignore[arg-type]

    assert (reached, told) == ((["/_stcore/stream"], []) if opens else ([], ["websocket.close"]))


@pytest.mark.anyio
async def test_a_listed_origin_opens_a_websocket(monkeypatch):
    reached: list[str] = []

    async def behind(scope, _receive, _send):
        reached.append(scope["path"])

    monkeypatch.setattr(
        config,
        "get_option",
        {"server.enableCORS": True, "server.corsAllowedOrigins": ["https://intranet.example"]}.get,
    )
    headers = [(b"host", b"travel.example"), (b"origin", b"https://intranet.example")]
    await Guard(behind, Settings)({"type": "websocket", "path": "/", "headers": headers}, None, None)  # type: ignore[arg-type]

    assert reached == ["/"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("protocols", "cookie", "reaches"),
    [
        ("streamlit, x", COOKIE, "streamlit, x"),
        ("streamlit, x, ours", SAME_BROWSER, "streamlit, x, ours"),
        ("streamlit, x, ours", generate_xsrf_token_string(b"b" * 16, 1), "streamlit, x"),
        ("streamlit, x, ours", "", "streamlit, x"),
        ("streamlit, x, ours", "2|no|cookie|of ours", "streamlit, x"),
        ("streamlit, x, never-seen", COOKIE, "streamlit, x"),
        ("streamlit, x, cookieless", "", "streamlit, x"),
        ("streamlit, x, ours, ours", COOKIE, "streamlit, x"),
    ],
    ids=[
        "none",
        "own",
        "other",
        "cookieless",
        "odd",
        "unknown",
        "both cookieless",
        "two",
    ],  # cookies differ each time
)
async def test_a_tab_goes_back_to_its_own_browser_only(tabs, protocols, cookie, reaches):
    tabs.note("cookieless", signed_in=True, xsrf_cookie=None)
    reached: list[bytes] = []

    async def behind(scope, _receive, _send):
        reached.extend(value for name, value in scope["headers"] if name == b"sec-websocket-protocol")

    headers = [(b"sec-websocket-protocol", protocols.encode()), (b"cookie", f"_streamlit_xsrf={cookie}".encode())]
    await Guard(behind, Settings)({"type": "websocket", "path": "/", "headers": headers}, None, None)  # type: ignore[arg-type]

    assert [one.decode() for one in reached] == [reaches]


@pytest.mark.anyio
async def test_files_are_taken_from_tabs_that_are_signed_in_only(files, tabs):
    read: list[int] = []

    async def note(number):
        read.append(number)

    stranger = await upload("plan.pdf", b"x" * MB, tab="somebody", at_part=note)
    mine = await upload("plan.pdf", b"x" * MB)
    tabs.note("ours", signed_in=False, xsrf_cookie=COOKIE)
    signed_out = await upload("plan.pdf", b"x" * MB)

    assert (stranger.status, mine.status, signed_out.status) == (403, 200, 403)
    assert read == []  # nothing of a stranger's file
    assert stranger.text == "Sign in to add files."


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_files_of_a_tab_are_its_own_browsers(files, tabs, method):
    path = "/_stcore/upload_file/ours/some-id"

    assert (await ask(path, FORM % b"a.pdf", method=method, headers=OTHER)).status == 403
    assert (await ask(path, FORM % b"a.pdf", method=method)).status == 403
    assert (await ask(path, FORM % b"a.pdf", method=method, headers=OWN)).status == 200
    assert (await ask(path + "x" * 100, FORM % b"a.pdf", method=method, headers=OWN)).status == 404


@pytest.mark.anyio
async def test_files_without_bytes_are_counted_too(files, tabs):
    for number in range(TAB_FILES):
        files.add_file("ours", UploadedFileRec(str(number), "a.txt", "text/plain", b""))

    assert (await upload("a.txt")).status == 413


async def passed_on(*asked: BackMsg | bytes) -> list[Any]:
    """Return which messages of a WebSocket reach the app, by number."""
    sent = [one.SerializeToString() if isinstance(one, BackMsg) else one for one in asked]
    coming: list[dict[str, Any]] = [
        *({"type": "websocket.receive", "bytes": data, "number": number} for number, data in enumerate(sent)),
        {"type": "websocket.disconnect"},
    ]
    reached: list[Any] = []

    async def behind(_scope, receive, _send):
        while (message := await receive())["type"] != "websocket.disconnect":
            reached.append(message["number"])

    async def receive() -> dict[str, Any]:
        return coming.pop(0)

    await Guard(behind, Settings)({"type": "websocket", "path": "/", "headers": []}, receive, None)  # type: ignore[arg-type]
    return reached


@pytest.mark.anyio
async def test_nobody_clears_the_cache_runs_git_or_asks_for_a_million_places():
    few, many, deferred, skills, rerun, endless = (BackMsg() for _ in range(6))
    few.file_urls_request.file_names.extend([""] * 100)
    many.file_urls_request.file_names.extend([""] * 101)
    deferred.backend_operation_request.deferred_file.SetInParent()
    skills.backend_operation_request.install_skills.SetInParent()
    rerun.rerun_script.query_string = "session=1"
    endless.rerun_script.query_string = "session=1&" + "a" * 8_192  # a tab keeps its address
    bad = [BackMsg(clear_cache=True), BackMsg(load_git_info=True), BackMsg(set_run_on_save=True)]
    bad += [many, skills, endless]
    bad += [BackMsg(debug_shutdown_runtime=True), BackMsg(debug_disconnect_websocket=True), BackMsg()]
    good = [rerun, BackMsg(stop_script=True), BackMsg(app_heartbeat=True), few, deferred]

    assert await passed_on(*bad) == []
    assert await passed_on(*good) == [0, 1, 2, 3, 4]
    assert await passed_on(*bad, rerun) == [len(bad)]
    assert await passed_on(b"\xff\xff") == [0]  # Streamlit ends the connection


@pytest.mark.anyio
async def test_cookies_beyond_what_a_browser_has_are_not_read():
    fits, too_long = {"cookie": "a=" + "b" * 8_000}, {"cookie": 'a="' + '\\"' * 5_000}

    assert (await ask("/", headers=fits)).status == 200
    assert (await ask("/api/health", headers=too_long)).status == 431


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("plan.pdf", 200),
        ("Plan.DOCX", 200),
        ("sessions.json", 200),
        ("chatgpt.zip", 200),
        ("run.exe", 415),
        ("page.html", 415),
        ("drawing.svgz", 415),
        ("logo.svg", 200),
        ("no extension", 415),
        ("", 415),
    ],
)
async def test_only_kinds_that_the_app_takes_are_uploaded(files, tabs, name, status):
    assert (await upload(name, b"some text")).status == status


@pytest.mark.anyio
async def test_a_file_without_a_name_is_not_uploaded(files, tabs):
    unquoted = b"--cut\r\nContent-Disposition: form-data; name=file; filename=run.exe\r\n\r\nMZ"
    second = b'--cut\r\nX: y\r\n\r\nfilename="a.pdf"\r\n--cut\r\nContent-Disposition: x; filename="a.exe"\r\n\r\n'
    late = b"--cut\r\nX: " + b"x" * 20_000 + b'\r\nContent-Disposition: form-data; filename="a.pdf"\r\n\r\n'

    for form in (unquoted, second, late):
        answer = await ask("/_stcore/upload_file/ours/id", form, method="PUT", headers=OWN)
        assert answer.status == 415


@pytest.mark.anyio
async def test_reading_stops_where_a_file_is_too_large_for_its_kind(files, tabs):
    read: list[int] = []

    async def note(number):
        read.append(number)

    too_large = await upload("plan.pdf", *[b"x" * MB] * 30, at_part=note)
    to_import = await upload("sessions.json", *[b"x" * MB] * 30)

    assert (too_large.status, to_import.status) == (413, 200)
    assert len(read) == MAX_FILE_BYTES // MB + 2  # the head of the form, and the part that was too much


@pytest.mark.anyio
async def test_a_tab_and_a_process_hold_so_much_only(files, tabs):
    def hold(tab: str, size: int) -> None:
        files.add_file(tab, UploadedFileRec(f"{tab}-{size}", "a.zip", "application/zip", bytes(size)))

    hold("ours", TAB_BYTES - 5 * MB)
    fits = await upload("small.pdf", b"x" * MB)
    full = await upload("large.pdf", *[b"x" * MB] * 9)
    files.remove_session_files("ours")
    after = await upload("large.pdf", *[b"x" * MB] * 9)
    for number in range(PROCESS_BYTES // MAX_BYTES):
        hold(f"other-{number}", MAX_BYTES - 1)
    crowded = await upload("large.pdf", *[b"x" * MB] * 9)

    assert (fits.status, full.status, after.status, crowded.status) == (200, 413, 200, 503)


@pytest.mark.anyio
async def test_what_is_on_its_way_counts_too(files, tabs):
    """Many uploads at once, each half there: together they may not be more than one after the other."""
    app = served()
    statuses: list[int] = []
    waiting, go_on = [], anyio.Event()

    async def wait_before_the_last(number):
        if number == 10:
            waiting.append(number)
            await go_on.wait()

    async def one():
        answer = await upload("a.pdf", *[b"x" * MB] * 9, b"x", app=app, at_part=wait_before_the_last)
        statuses.append(answer.status)

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(one)
        with anyio.fail_after(60):
            while len(waiting) + len(statuses) < 20:
                await anyio.lowlevel.checkpoint()
        refused = list(statuses)
        go_on.set()

    assert set(refused) == {413}
    assert sum(status == 200 for status in statuses) == 20 - len(refused)
    assert 9 * MB * (20 - len(refused)) <= TAB_BYTES
    assert (await upload("a.pdf", b"x", app=app)).status == 200  # nothing stays counted


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path", ["/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/agent", "/prefix/_stcore/agent/openapi.json"]
)
async def test_agent_api_is_closed_in_production(path):
    strict = Settings(app_env="production", cookie_key="x" * 32)  # type: ignore[arg-type]

    assert (await ask(path, app=served(strict))).status == 404
    assert (await ask(path)).status == 200


@pytest.mark.anyio
async def test_figures_that_walk_through_all_tabs_are_not_for_strangers():
    assert (await ask("/_stcore/metrics")).status == 404
    assert (await ask("/_stcore/metrics?families=cache_memory_bytes")).status == 404
    assert (await ask("/_stcore/metrics?families=active_sessions&families=cache_memory_bytes")).status == 404
    assert (await ask("/_stcore/metrics?families=active_sessions")).status == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path", ["/", "/sessions", "/static/js/x.js", "/media/x", "/component/x", "/api/me", "/nope"]
)
async def test_every_answer_has_the_headers(path):
    answer = await ask(path)
    policy = answer.header("content-security-policy") or ""

    assert "frame-ancestors 'self'" in policy
    [scripts] = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert "unsafe" not in scripts
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "same-origin"
    assert answer.header("strict-transport-security") is None
    assert answer.header("cache-control") == ("no-store" if path in ("/media/x", "/api/me") else None)


@pytest.mark.anyio
async def test_refusals_have_the_headers_too(files, tabs):
    answer = await upload("plan.pdf", b"x", tab="somebody")

    assert answer.status == 403
    assert answer.header("content-security-policy")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "kind"), [("/untyped", "text/plain; charset=utf-8"), ("/icon.svg", "image/svg+xml; charset=utf-8")]
)
async def test_every_answer_says_of_what_kind_it_is(path, kind):
    assert (await ask(path)).header("content-type") == kind


@pytest.mark.anyio
async def test_over_tls_the_browser_is_to_stay_there_and_to_keep_cookies_from_plain_http():
    plain = await ask("/cookie")
    over_tls = await ask("/cookie", headers={"x-forwarded-proto": "https"})

    assert over_tls.header("strict-transport-security") == "max-age=31536000"
    cookies = [value for name, value in over_tls.headers if name == "set-cookie"]
    assert len(cookies) == 2
    assert all(cookie.lower().count("; secure") == 1 for cookie in cookies)
    assert "made_by_streamlit=x; Path=/; SameSite=lax" in [value.strip("; ") for _, value in plain.headers]


@pytest.mark.anyio
async def test_who_may_show_the_app_in_a_frame_is_a_setting():
    settings = Settings(frame_ancestors="'self' https://intranet.example")

    policy = (await ask("/", app=served(settings))).header("content-security-policy") or ""

    assert policy.endswith("frame-ancestors 'self' https://intranet.example")


@pytest.mark.parametrize("value", ["'self'; script-src *", "https://a.example, https://b.example", "a\nb"])
def test_a_setting_of_frames_cannot_change_the_rest_of_the_policy(value):
    with pytest.raises(ValueError, match="frame_ancestors"):
        Settings(frame_ancestors=value)


def test_tabs_are_forgotten_when_there_are_too_many():
    tabs = Tabs()
    for number in range(MOST + 5):
        tabs.note(str(number), signed_in=True, xsrf_cookie=None)

    assert not tabs.is_signed_in("4")
    assert tabs.is_signed_in("5")
    assert tabs.is_signed_in(str(MOST + 4))


TOKEN = "Aa1-_" * 6 + "zz"
NAME = link_name(TOKEN)


def kept(token: str, *others: str) -> dict[str, str]:
    """Return the header of a browser that keeps links."""
    return {"cookie": "; ".join(f"{cookie_name(link_name(one))}={one}" for one in (*others, token))}


@pytest.mark.anyio
async def test_token_of_a_link_leaves_the_address_once_the_browser_has_shown_that_it_keeps_it():
    first = await ask(f"/review?link={TOKEN}")
    second = await ask(f"/review?link={TOKEN}&again=1", headers=kept(TOKEN))
    third = await ask(f"/review?of={NAME}", headers=kept(TOKEN))

    assert (first.status, first.header("location")) == (303, f"?link={TOKEN}&again=1")
    cookie = first.header("set-cookie") or ""
    assert cookie.startswith(f"travelbot_review_{NAME}={TOKEN}; HttpOnly; Max-Age=7776000; Path=/; SameSite=lax")
    assert (second.status, second.header("location"), second.header("set-cookie")) == (303, f"?of={NAME}", None)
    assert third.status == 200
    assert (await ask(f"/review?link={TOKEN}", headers=kept(TOKEN))).header(
        "location"
    ) == f"?of={NAME}"  # a later click


@pytest.mark.anyio
async def test_token_stays_where_no_cookie_comes_back():
    assert (await ask(f"/review?link={TOKEN}&again=1")).status == 200
    assert (await ask(f"/review?link={TOKEN}&again=1", headers=kept("b" * 32))).status == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/review?link=short", "GET"),
        (f"/review?link={TOKEN}%0d%0aSet-Cookie:x", "GET"),
        ("/review", "GET"),
        (f"/review?link={TOKEN}", "POST"),
        (f"/sessions?link={TOKEN}", "GET"),
        (f"/review/more?link={TOKEN}", "GET"),
    ],
)
async def test_nothing_else_is_kept_as_a_link(path, method):
    answer = await ask(path, method=method)

    assert (answer.status, answer.header("set-cookie")) == (200, None)


@pytest.mark.anyio
async def test_link_is_kept_over_tls_only_where_it_came_so():
    answer = await ask(f"/review?link={TOKEN}", headers={"x-forwarded-proto": "https"})

    assert (answer.header("set-cookie") or "").endswith("; Secure")


@pytest.mark.anyio
async def test_browser_keeps_the_last_twenty_links():
    others = [f"{number:032d}" for number in range(21)]

    answer = await ask(f"/review?link={TOKEN}", headers=kept(others[-1], *others[:-1]))

    deleted = [value for name, value in answer.headers if name == "set-cookie" and "Max-Age=0" in value]
    assert [value.partition("=")[0] for value in deleted] == [cookie_name(link_name(one)) for one in others[:2]]


@pytest.mark.anyio
async def test_link_is_found_below_the_path_that_streamlit_serves_under(monkeypatch):
    options = config.get_option
    monkeypatch.setattr(
        "middleware.config.get_option", lambda name: "plans" if name == "server.baseUrlPath" else options(name)
    )

    assert base_path() == "/plans"
    assert (await ask(f"/plans/review?link={TOKEN}")).status == 303
    assert (await ask(f"/planes/review?link={TOKEN}")).status == 200


@pytest.mark.anyio
async def test_review_is_kept_out_of_other_sites_frames_search_engines_caches_and_referrers():
    app = served(Settings(frame_ancestors="'self' https://intranet.example"))
    page, other = await ask(f"/review?of={NAME}", app=app), await ask("/sessions", app=app)

    assert (page.header("content-security-policy") or "").endswith("frame-ancestors 'self'")  # Community Cloud's own
    assert page.header("x-robots-tag") == "noindex, nofollow"
    assert page.header("referrer-policy") == "no-referrer"
    assert page.header("cache-control") == "no-store"
    assert (other.header("x-robots-tag"), other.header("referrer-policy")) == (None, "same-origin")
