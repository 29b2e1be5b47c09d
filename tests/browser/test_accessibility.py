"""Every screen can be read and used by everybody, in the light theme and in the dark."""

from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from tests.helpers.browser import TOOK, App

pytestmark = pytest.mark.browser

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
STRANGER = {"X-Forwarded-For": "203.0.113.9"}  # DEV_USER_ID is for this machine only
SCREENS = (
    ("sessions", "All sessions"),
    ("templates", "Templates"),
    ("memory", "Memory"),
    ("insights", "Insights"),
    ("operations", "Operations"),
    ("settings", "Settings"),
)


def flaws(page: Page) -> list[str]:
    """Return text below 4.5:1, what axe calls serious, and headings that leave out a level."""
    page.wait_for_timeout(800)  # what fades in is there
    pale = [f"{page.url}: {text}" for text in page.evaluate(CONTRAST)]
    seen = Axe().run(page).response
    assert len(seen["passes"]) > 20  # it did look
    serious = [
        one for one in seen["violations"] if one["impact"] in ("serious", "critical") or one["id"] == "heading-order"
    ]
    return pale + [f"{page.url}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in serious]


@pytest.mark.slow
def test_every_screen_is_free_of_serious_flaws(start_app, browser: Browser, tmp_path):
    emulator = EmulatorServer(tmp_path / "outside.db", demo, pace_s=0)
    base_url = emulator.start()
    app = start_app(DEV_USER_ID="7", BACKBOARD_BASE_URL=base_url)
    found = []
    try:
        for scheme in ("light", "dark"):
            with browser.new_page(color_scheme=scheme) as page:
                found += of_a_planner(page, app, base_url.removesuffix("/api"))
            with browser.new_page(color_scheme=scheme, extra_http_headers=STRANGER) as page:
                found += of_a_stranger(page, app)
    finally:
        emulator.stop()

    assert not found, "\n".join(found)


def of_a_planner(page: Page, app: App, emulator: str) -> list[str]:
    page.goto(app.url)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible(timeout=30_000)
    app.make_admin("dev")
    page.get_by_role("button", name="New chat").first.click()
    page.get_by_text("Where to next").wait_for()
    found = flaws(page)
    page.get_by_test_id("stChatInputTextArea").fill("I am vegetarian. 5 days in Lisbon as JSON")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    page.get_by_text(TOOK).last.wait_for()
    page.get_by_test_id("stChatInputTextArea").fill("and as a table of costs")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    page.get_by_text(TOOK).nth(1).wait_for()
    found += flaws(page)
    httpx.post(f"{emulator}/emulator/faults", json=[{"fault": "error_event:9"}]).raise_for_status()
    page.get_by_test_id("stChatInputTextArea").fill("cheaper")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    page.get_by_role("button", name="Retry").wait_for()
    found += flaws(page)
    for path, heading in SCREENS:
        page.goto(f"{app.url}/{path}")
        page.get_by_role("heading", name=heading).first.wait_for()
        found += flaws(page)
    page.get_by_role("textbox", name="Name").fill("CRM import")
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("button", name="Done").wait_for()
    found += flaws(page)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Revoke").first.wait_for()
    return found + flaws(page)


def of_a_stranger(page: Page, app: App) -> list[str]:
    page.goto(app.url)
    page.get_by_role("textbox", name="Username").wait_for()
    found = flaws(page)
    page.get_by_text("Create an account").click()
    page.get_by_role("textbox", name="E-mail").wait_for()
    return found + flaws(page)


def test_reply_is_announced_to_those_who_listen(start_app, page: Page):
    app = start_app(DEV_USER_ID="7", DEMO_PACE_S="0.01")
    page.goto(app.url)
    page.get_by_test_id("stChatInputTextArea").fill("5 days in Lisbon in May")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    announced = page.locator("body > [role=status]")

    expect(announced).to_have_text("The assistant is answering.", timeout=30_000)
    expect(announced).to_contain_text("Reply: I am a demo assistant", timeout=40_000)
