"""A visitor tries the app in a real browser, comes back to it, and stays."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import PASSWORD, wait_for_cookie

pytestmark = pytest.mark.browser


def test_guest_comes_back_by_a_reload_and_takes_all_into_an_account(start_app, page: Page):
    app = start_app(GUESTS="on", GUEST_MESSAGES="2")
    page.set_viewport_size({"width": 389, "height": 844})
    page.goto(app.url)
    page.get_by_role("button", name="Try it without an account").press("Enter")
    page.get_by_test_id("stChatInputTextArea").fill("Three nights in Lisbon")
    page.keyboard.press("Enter")
    reply = page.get_by_test_id("stMainBlockContainer").get_by_text("When would they go?")
    expect(reply).to_be_visible()
    wait_for_cookie(page, there=True)

    page.reload()
    expect(reply).to_be_visible()
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_text("Guest · 1 message left")).to_be_visible()
    page.get_by_role("link", name="Make an account").press("Enter")
    for field, value in (("Name", "Ada"), ("E-mail", "ada@example.com"), ("Username", "ada"), ("Password", PASSWORD)):
        page.get_by_role("textbox", name=field, exact=True).fill(value)
    page.keyboard.press("Enter")
    expect(reply).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.context.clear_cookies()
    page.goto(app.url)
    page.get_by_role("textbox", name="Username").fill("ada")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(reply).to_be_visible()
