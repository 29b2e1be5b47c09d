"""What another site in the same browser, or anybody with a path, gets from a server."""

import httpx
import pytest
from playwright.sync_api import Page

from tests.helpers.browser import App, open_app
from tests.helpers.planners import Planner

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


def test_another_site_reads_nothing_that_a_cookie_opens(page: Page, planner: Planner) -> None:
    """What is for everybody (typefaces) or wants a token (the API) may be asked from anywhere, without cookies."""
    app = planner.app
    open_app(page, app)
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    with httpx.Client(base_url=app.url, trust_env=False, cookies=cookies, headers=ELSEWHERE) as client:
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


def test_files_are_taken_and_removed_with_the_pages_own_token_only(page: Page, planner: Planner) -> None:
    app = planner.app
    open_app(page, app)
    chooser = page.get_by_test_id("stChatInputFileUploadButton").locator("input")
    with page.expect_response("**/_stcore/upload_file/**") as upload:
        chooser.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Hello"})
    assert upload.value.status == 204
    place = upload.value.url

    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    token = cookies["_streamlit_xsrf"]
    with httpx.Client(trust_env=False, cookies=cookies) as client:
        for headers in ({}, {"X-Xsrftoken": "made up"}, ELSEWHERE):
            put = client.put(place, files={"file": ("more.txt", b"Hi")}, headers=headers)
            delete = client.delete(place, headers=headers)
            assert (put.status_code, delete.status_code) == (403, 403), headers
        accepted = client.put(place, files={"file": ("more.txt", b"Hi")}, headers={"X-Xsrftoken": token})
    assert accepted.status_code == 204


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
    with httpx.Client(trust_env=False) as client:
        page = client.get(shared_app.url).text
        for name in names:
            for way in ways:
                request = client.build_request("GET", shared_app.url)
                request.url = request.url.copy_with(raw_path=f"{way}{name}".encode())
                answer = client.send(request)

                told = way, name, answer.status_code
                assert answer.status_code >= 400 or answer.text == page, told


def test_text_says_how_it_is_encoded(shared_app: App) -> None:
    with httpx.Client(base_url=shared_app.url, trust_env=False) as client:
        for path in (*PATHS, "/api/docs-assets/swagger-ui.css"):
            answer = client.get(path)
            kind = answer.headers["content-type"]

            if kind.startswith("text/"):
                assert kind.endswith("; charset=utf-8"), path
                answer.content.decode()
