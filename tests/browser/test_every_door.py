"""Every screen, route and WebSocket address, asked by everybody for what is a victim's: tests/helpers/doors.py."""

import ast
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import MagicMock

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

import server
from settings import ROOT
from tests.helpers.api_routes import BODIES, named, routes
from tests.helpers.browser import App
from tests.helpers.doors import ADMIN, OUT, SCREENS, STREAMLIT, ApiDoor, api_doors
from tests.helpers.tab import drawn, elements, has_sidebar, is_the_door, open_tab, stream
from tests.helpers.victim import MARK, NAME, WORD, Victim, added_victim
from tests.helpers.visitors import Visitor, visitors

PRODUCTION = {"APP_ENV": "production", "COOKIE_KEY": "k" * 40, "REQUESTS_PER_MINUTE": "1000000", "GUESTS": "on"}
PRODUCTION |= {"TRUSTED_PROXIES": "unlisted"}  # so that wrong links are not counted by address
WAYS_OUT = "Sign out", "Leave"  # as guests do
NO_SOCKETS = ("/", "/stream", "/_stcore/health", "/_stcore/agent/mcp", "/_stcore/stream/", "/api/chat", "/media/x")
NO_FORM = 400, 409, 413, 415, 422  # let in, and refused for what was sent
API = next(route.app for route in server.app._user_routes if isinstance(route, Mount))


@pytest.mark.browser
def test_every_door(start_app: Callable[..., App]) -> None:
    app = start_app(**PRODUCTION)
    with added_victim(app) as victim:
        before = victim.everything()
        assert sum(MARK in text for text in before.values()) > 25

        wrong = [
            f"{visitor.who}, {told}"
            for visitor in visitors(app, victim.planner)
            for walk in (screens, routes_of_the_api, ids_within_own_things, routes_of_streamlit, tabs)
            for told in walk(app, victim, visitor)
        ]

        assert wrong == []
        assert victim.everything() == before


def screens(app: App, victim: Victim, visitor: Visitor) -> Iterator[str]:
    for page, outcomes in SCREENS.items():
        with open_tab(app, headers=visitor.headers) as tab:
            said = drawn(tab, page, query=victim.address())
        wanted, got = outcomes.split()[visitor.place], shown(said, page)
        if got != wanted or marks(sent(said), visitor):
            yield f"/{page}: {got}, not {wanted}; {marks(sent(said), visitor)}"
        elif got == "page" and not any(one.button.label in WAYS_OUT for one in elements(said)):
            yield f"/{page}: no way to sign out"


def routes_of_the_api(app: App, victim: Victim, visitor: Visitor) -> Iterator[str]:
    with httpx.Client(base_url=f"{app.url}/api", headers=visitor.headers, trust_env=False, timeout=30) as http:
        for door in api_doors():
            answer = asked(http, door, victim)
            let_in = answer.is_success or answer.status_code in NO_FORM
            wanted, got = door.outcomes[visitor.place], "ok" if let_in else str(answer.status_code)
            if got not in wanted.split("/") or marks(said_in(answer), visitor):
                yield f"{door.method} {door.path} {door.names}: {got}, not {wanted}; {answer.text[:300]}"


def ids_within_own_things(app: App, victim: Victim, visitor: Visitor) -> Iterator[str]:
    """What is the victim's, named behind a session, trip, customer or review of the visitor's own."""
    if visitor.who != "a planner":
        return
    with httpx.Client(base_url=f"{app.url}/api", headers=visitor.headers, trust_env=False, timeout=30) as http:
        own = {"session_id": http.post("/chat", json={"content": "Hello"}).headers["x-session-id"]}
        for path, given in (("/trips", {"title": "Own"}), ("/customers", {"name": "Own"})):
            own[f"{path[1:-1]}_id"] = http.post(path, json=given).json()[f"{path[1:-1]}_id"]
        own["review_id"] = http.post("/reviews", json=own | {"trip_id": None, "audience": "Own"}).json()["review_id"]
        for door in api_doors():
            if door.begins_with in own:
                answer = asked(
                    http, door, replace(victim, ids=victim.ids | {door.begins_with: own[door.begins_with]})
                )
                if answer.status_code != 404 or MARK in answer.text:
                    yield f"own {door.begins_with}: {door.method} {door.path} {door.names}: {answer.status_code}"


def routes_of_streamlit(app: App, victim: Victim, visitor: Visitor) -> Iterator[str]:
    with httpx.Client(base_url=app.url, headers=visitor.headers, trust_env=False, timeout=60) as http:
        for route, doors in STREAMLIT.items():
            for method, door in ((method, door) for method in route.split()[:-1] for door in doors):
                answer = http.request("GET" if method == "MOUNT" else method, named(door.path, victim.ids))
                got = answer.status_code, answer.headers.get("location")
                if got != (door.status, door.leads_to) or marks(answer.text, visitor):
                    yield f"{method} {door.path}: {got}; {answer.text[:300]}"


def tabs(app: App, victim: Victim, visitor: Visitor) -> Iterator[str]:
    """Files into their own tab and the victim's; the victim's tab; and WebSockets that no page of ours opens."""
    with httpx.Client(base_url=app.url, trust_env=False, timeout=60) as http:
        token = xsrf_of(http)
        cookies = f"{visitor.headers.get('Cookie', '')}; {XSRF_COOKIE_NAME}={token}".removeprefix("; ")
        browser = visitor.headers | {"Cookie": cookies}
        with open_tab(app, headers=browser) as tab:
            own = drawn(tab)[0].new_session.initialize.session_id
            for place, headers, wanted in (
                (own, browser | {"X-Xsrftoken": token}, 403 if visitor.place == OUT else 204),
                (own, browser, 403),
                (own, visitor.headers | {"X-Xsrftoken": token}, 403),
                (victim.ids["tab"], browser | {"X-Xsrftoken": token}, 403),
            ):
                for method, files in (("PUT", {"file": ("a.txt", b"Hello")}), ("DELETE", None)):
                    path = f"/_stcore/upload_file/{place}/1"
                    got = http.request(method, path, files=files, headers=headers).status_code
                    if got != wanted:
                        yield f"{method} a file, {'own' if place == own else 'their'} tab: {got}, not {wanted}"
    with open_tab(app, "x", victim.ids["tab"], headers=browser) as tab:
        said = drawn(tab, query=victim.address())
    if marks(sent(said), visitor) or shown(said, "") != SCREENS[""].split()[visitor.place]:
        yield f"the victim's tab: {shown(said, '')}; {marks(sent(said), visitor)}"
    yield from (f"WebSocket {path}" for path in NO_SOCKETS if is_open(app, path, browser))
    if is_open(app, "/_stcore/stream", browser, origin="https://evil.example"):
        yield "WebSocket from another site"


def asked(http: httpx.Client, door: ApiDoor, victim: Victim) -> httpx.Response:
    """Send what would do at a route, with the victim's ids."""
    ids = victim.ids
    more: dict[str, Any] = {name: [ids[name[:-1]]] if name.endswith("s") else ids[name] for name in door.names}
    path = named("/docs-assets/swagger-ui.css" if door.path == "/docs-assets" else door.path, ids)
    if door.method == "GET":
        return http.get(path, params={"q": WORD, "since": "1"} | more)
    given = {name: value for name, value in BODIES.get(door.path, {}).items() if not name.endswith(("_id", "_ids"))}
    body: dict[str, Any] = {"json": given | more}
    if door.path.endswith(("/files", "/pictures", "/logo")):
        body = {"files": {"file": ("a.txt", b"Hello")}}
    return http.request(door.method, path, params={"sessions": "keep", "confirm": "all"}, **body)


def said_in(answer: httpx.Response) -> str:
    """Return the text of an answer, of a zip that of all its files."""
    if answer.headers.get("content-type") != "application/zip":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return "\n".join(packed.read(name).decode(errors="replace") for name in packed.namelist())


def marks(said: bytes | str, visitor: Visitor) -> list[str]:
    """Return what of the victim's stands in an answer; admins are told who there is."""
    text = (said.decode(errors="replace") if isinstance(said, bytes) else said).lower()
    return [mark for mark in ((MARK,) if visitor.place == ADMIN else (MARK, NAME)) if mark in text]


def sent(said: Sequence[ForwardMsg]) -> bytes:
    return b"".join(one.SerializeToString() for one in said)


def shown(said: Sequence[ForwardMsg], page: str) -> str:
    """Return what was drawn, in the words of the table of screens."""
    if is_the_door(said):
        return "door"
    if any(one.HasField("page_not_found") for one in said):
        return "none"
    told = next(one.navigation for one in said if one.HasField("navigation"))
    here = [one.url_pathname for one in told.app_pages if one.page_script_hash == told.page_script_hash]
    return ("page" if has_sidebar(said) else "form") if here == [page] else f"another page: {here}"


def xsrf_of(http: httpx.Client) -> str:
    return str(http.get("/_stcore/health").cookies[XSRF_COOKIE_NAME])


def is_open(app: App, path: str, headers: dict[str, str], *, origin: str | None = None) -> bool:
    """Tell whether a WebSocket is opened."""
    address = stream(app).replace("/_stcore/stream", path)
    try:
        with connect(address, additional_headers=headers, origin=Origin(origin) if origin else None):
            return True
    except InvalidStatus:
        return False


def test_every_screen_and_route_is_in_the_tables() -> None:
    assert isinstance(API, FastAPI)
    outside = [route for route in API.routes if isinstance(route, Route | Mount)]  # of OpenAPI's document
    of_api = {*routes(), *(("GET", route.path) for route in outside)}
    of_streamlit = [*server.app._user_routes, *create_streamlit_routes(MagicMock())]

    assert {*SCREENS} ^ pages_of_the_app() == {"no_such_page"}
    assert {(door.method, door.path) for door in api_doors()} == of_api
    assert {name_of(route) for route in of_streamlit} == {*STREAMLIT}


def pages_of_the_app() -> set[str]:
    """Return what stands in the address of each page of app.py; of the first one, nothing."""
    tree = ast.parse((ROOT / "app.py").read_text("utf-8"))
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and ast.unparse(one.func) == "st.Page"]
    given = [{word.arg: word.value for word in call.keywords} for call in calls]
    named = [one.get("url_path", ast.Constant("")) for one in given]
    return {str(one.value) for one in named if isinstance(one, ast.Constant)}


def name_of(route: BaseRoute) -> str:
    """Return a route as the table of Streamlit's own calls it."""
    if isinstance(route, Route):
        return f"{' '.join(sorted(route.methods or ()))} {route.path}"
    assert isinstance(route, WebSocketRoute | Mount)
    return f"{'MOUNT' if isinstance(route, Mount) else 'WEBSOCKET'} {route.path or '/'}"
