"""Everything that is written on a screen can be read, in the light theme and in the dark."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from emulator.server import EmulatorServer

pytestmark = pytest.mark.browser

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
STRANGER = {"X-Forwarded-For": "203.0.113.9"}  # DEV_USER_ID is for this machine only


def poor(page: Page) -> list[str]:
    page.wait_for_timeout(800)  # what fades in is there
    return [f"{page.url}: {text}" for text in page.evaluate(CONTRAST)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_at_least_4_5(start_app, browser: Browser, tmp_path, scheme):
    emulator = EmulatorServer(tmp_path / "outside.db", pace_s=0)
    base_url = emulator.start()
    app = start_app(DEV_USER_ID="7", BACKBOARD_BASE_URL=base_url)
    found = []
    try:
        with browser.new_page(color_scheme=scheme) as page:
            page.goto(app.url)
            expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible(timeout=30_000)
            app.make_admin("dev")
            found += poor(page)
            page.get_by_test_id("stChatInputTextArea").fill("I am vegetarian. 5 days in Lisbon as JSON")
            page.get_by_test_id("stChatInputTextArea").press("Enter")
            page.get_by_text("tokens ·").last.wait_for()
            page.get_by_test_id("stChatInputTextArea").fill("and as a table of costs")
            page.get_by_test_id("stChatInputTextArea").press("Enter")
            page.get_by_text("tokens ·").nth(1).wait_for()
            found += poor(page)
            httpx.post(f"{base_url.removesuffix('/api')}/emulator/faults", json=[{"fault": "error_event:9"}])
            page.get_by_test_id("stChatInputTextArea").fill("cheaper")
            page.get_by_test_id("stChatInputTextArea").press("Enter")
            page.get_by_role("button", name="Retry").wait_for()
            found += poor(page)
            for path, heading in (
                ("sessions", "All sessions"),
                ("templates", "Templates"),
                ("memory", "Memory"),
                ("operations", "Operations"),
                ("settings", "Settings"),
            ):
                page.goto(f"{app.url}/{path}")
                page.get_by_role("heading", name=heading).first.wait_for()
                found += poor(page)
            page.get_by_role("textbox", name="Name").fill("CRM import")
            page.get_by_role("button", name="Create token").click()
            page.get_by_role("button", name="Done").wait_for()
            found += poor(page)
            page.get_by_role("button", name="Done").click()
            page.get_by_role("button", name="Revoke").wait_for()
            found += poor(page)
        with browser.new_page(color_scheme=scheme, extra_http_headers=STRANGER) as page:
            page.goto(app.url)
            page.get_by_role("textbox", name="Username").wait_for()
            found += poor(page)
            page.get_by_text("Create an account").click()
            page.get_by_role("textbox", name="E-mail").wait_for()
            found += poor(page)
    finally:
        emulator.stop()

    assert not found, "\n".join(found)
