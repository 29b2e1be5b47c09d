"""The app as Community Cloud shows it: under a path, in a frame of the same origin, from either script."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from settings import ROOT
from tests.helpers.browser import COOKIE, PASSWORD, TOOK, wait_until
from tests.helpers.processes import free_port

pytestmark = pytest.mark.browser

PREFIX = "team/bot"
FRAME = f'<iframe src="/{PREFIX}/" width="1200" height="640"></iframe>'


@pytest.fixture(params=["app.py", "server.py"])
def origin(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Start a script under a path, on a new database; give its origin."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", request.param, "--server.port", str(port)]
    env = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'travelbot.db'}", "DEMO_PACE_S": "0"}
    log = tmp_path / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--server.baseUrlPath", PREFIX], cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        wait_until_healthy(f"http://localhost:{port}/{PREFIX}", process, log)
        yield f"http://localhost:{port}"
    finally:
        process.kill()
        process.wait(10)
        print(log.read_text())  # pytest shows it where the test failed


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"{url}/_stcore/health", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def test_app_in_a_frame_under_a_path_signs_in_answers_keeps_drafts_and_finds_its_scripts(origin: str, page: Page):
    page.route("**/outer.html", lambda route: route.fulfill(body=FRAME, content_type="text/html"))
    page.goto(f"{origin}/outer.html")
    app = page.frame_locator("iframe")
    app.get_by_text("Create an account").click(timeout=60_000)  # the first visit reads the libraries
    app.get_by_role("textbox", name="Name", exact=True).fill("Ada Lovelace")
    app.get_by_role("textbox", name="E-mail").fill("ada@example.com")
    app.get_by_role("textbox", name="Username").fill("ada")
    app.get_by_role("textbox", name="Password").fill(PASSWORD)
    app.get_by_role("button", name="Create account").click()
    box = app.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_visible()
    wait_until(page, f"document.cookie.includes('{COOKIE}=')")  # the frame's and the page's: one origin

    box.fill("Three nights in Lisbon")
    box.press("Enter")
    expect(app.get_by_text(TOOK)).to_have_count(1, timeout=40_000)
    box.fill("And by train")
    wait_until(page, "Object.values(localStorage).includes('And by train')")

    page.reload()
    app.locator('[class*="st-key-sidebar_session_"] button').first.click()
    expect(box).to_have_value("And by train")

    for address in ("", "/", "/settings", "/settings/"):
        page.goto(f"{origin}/{PREFIX}{address}")
        wait_until(page, "window.travelbotReady")
