"""What another site in the same browser, or anybody with a path, gets from a server."""

from contextlib import ExitStack

import httpx
import pytest

from tests.helpers.browser import COOKIE, App
from tests.helpers.planners import add_planner
from tests.helpers.tab import drawn, open_tab, xsrf_of

pytestmark = pytest.mark.browser

ELSEWHERE = {"Origin": "http://evil.example"}
PATHS = [
    "/",
    "/sessions",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics?families=active_sessions",
    "/_stcore/bidi-components/none",
    "/media/none.pdf",
    "/component/none/index.html",
    "/app/static/icon.svg",
    "/api/health",
    "/api/docs",
    "/api/openapi.json",
    "/api/me",
    "/api/nothing",
]


def test_another_site_reads_nothing_that_a_cookie_opens(shared_app: App) -> None:
    """What is for everybody (typefaces) or wants a token (the API) may be asked from anywhere, without cookies."""
    app, cookies = shared_app, {COOKIE: add_planner(shared_app).cookie()}
    with httpx.Client(base_url=app.url, trust_env=False, timeout=60, cookies=cookies, headers=ELSEWHERE) as client:
        xsrf_of(client, app)
        answers = {path: client.get(path) for path in PATHS}
        asked_first = client.options(
            "/api/sessions",
            headers={"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "cookie"},
        )
        upload = client.options("/_stcore/upload_file/tab/file")

    open_to_all = {path for path, one in answers.items() if "access-control-allow-origin" in one.headers}
    assert open_to_all <= {path for path in PATHS if path.startswith(("/api/", "/app/static/"))}
    for answer in (*answers.values(), asked_first):
        assert answer.headers.get("access-control-allow-origin") in (None, "*")
        assert "access-control-allow-credentials" not in answer.headers
    assert answers["/api/me"].status_code == 401  # the cookie is nobody's there
    assert asked_first.status_code == 400
    assert upload.headers["access-control-allow-origin"] == app.url


def test_files_are_taken_and_removed_with_the_pages_own_token_only(shared_app: App) -> None:
    with ExitStack() as opened:
        signed_in = {COOKIE: add_planner(shared_app).cookie()}
        client = opened.enter_context(httpx.Client(trust_env=False, timeout=60, cookies=signed_in))
        token = xsrf_of(client, shared_app)
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        tab = opened.enter_context(open_tab(shared_app, headers={"Cookie": cookies}))
        place = f"{shared_app.url}/_stcore/upload_file/{drawn(tab)[0].new_session.initialize.session_id}/some-id"

        def statuses(headers: dict[str, str]) -> tuple[int, int]:
            put = client.put(place, files={"file": ("notes.txt", b"Hello")}, headers=headers)
            return put.status_code, client.delete(place, headers=headers).status_code

        for headers in ({}, {"X-Xsrftoken": "made up"}, ELSEWHERE):
            assert statuses(headers) == (403, 403), headers
        assert statuses({"X-Xsrftoken": token}) == (204, 204)


def test_nothing_but_static_files_is_served(shared_app: App) -> None:
    names = (
        "settings.py",
        ".git/HEAD",
        ".git/config",
        ".streamlit/config.toml",
        "data/cookie.key",
        "requirements.txt",
    )
    ways = ("/", "/app/static/../", "/app/static/%2e%2e/", "/app/static/..%2f", "/static/%2e%2e/", "//", "/api/../")
    with httpx.Client(trust_env=False, timeout=60) as client:
        page = client.get(shared_app.url).text
        for name in names:
            for way in ways:
                request = client.build_request("GET", shared_app.url)
                request.url = request.url.copy_with(raw_path=f"{way}{name}".encode())
                answer = client.send(request)

                told = way, name, answer.status_code
                assert answer.status_code >= 400 or answer.text == page, told


def test_text_says_how_it_is_encoded(shared_app: App) -> None:
    with httpx.Client(base_url=shared_app.url, trust_env=False, timeout=60) as client:
        for path in (*PATHS, "/api/docs-assets/swagger-ui.css"):
            answer = client.get(path)
            kind = answer.headers["content-type"]

            if kind.startswith("text/"):
                assert kind.endswith("; charset=utf-8"), path
                answer.content.decode()
