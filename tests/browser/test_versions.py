"""Versions of a message in a browser: whoever pages through them stays where they are."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import TOOK, open_app, scroll_up, wait_until_at_rest
from tests.helpers.planners import Planner
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser


@IN_SOAK
def test_pager_stays_in_sight_while_versions_are_paged(planner: Planner, page: Page):
    open_app(page, planner.app)
    asking = page.get_by_test_id("stChatInputTextArea")
    replies = page.get_by_text(TOOK)
    for number, text in enumerate(("Two days in Rome", "Make it 4 days"), 1):
        asking.fill(text)
        asking.press("Enter")
        expect(replies).to_have_count(number)
    scroll_up(page)
    page.get_by_role("button", name="Edit", exact=True).first.click()
    page.get_by_role("textbox", name="Edit your message").fill("Two days in Athens")
    page.get_by_role("textbox", name="Edit your message").press("Control+Enter")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    expect(replies).to_have_count(1)

    for button, place in (("Earlier version", "1 of 2"), ("Later version", "2 of 2"), ("Earlier version", "1 of 2")):
        wait_until_at_rest(page)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text(place)).to_be_visible()
        page.wait_for_timeout(1500)  # it is scrolled until it stays
        expect(page.get_by_text(place)).to_be_in_viewport()
