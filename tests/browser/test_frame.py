"""The app under a path, in a frame of the same origin; test_community_cloud.py has the screens alone in one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import COOKIE, PASSWORD, TOOK, App, wait_until
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

PREFIX = "/team/bot"
FRAME = f'<iframe src="{PREFIX}/" width="1200" height="640"></iframe>'


@IN_SOAK
def test_app_in_a_frame_under_a_path_signs_in_answers_keeps_drafts_and_finds_its_scripts(
    start_app: Callable[..., App], page: Page
):
    origin = start_app(path=PREFIX).url
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
    expect(app.get_by_text(TOOK)).to_have_count(1)
    box.fill("And by train")
    wait_until(page, "Object.values(localStorage).includes('And by train')")

    page.reload()
    app.locator('[class*="st-key-sidebar_session_"] button').first.click()
    expect(box).to_have_value("And by train")

    for address in ("/", "/settings"):
        page.goto(f"{origin}{PREFIX}{address}")
        wait_until(page, "window.travelbotReady")


def test_screens_alone_find_their_scripts_under_a_path(start_app: Callable[..., App], page: Page):
    origin = start_app(script="app.py", path=PREFIX).url
    for address in ("", "/settings/"):
        page.goto(f"{origin}{PREFIX}{address}")
        wait_until(page, "window.travelbotReady")
