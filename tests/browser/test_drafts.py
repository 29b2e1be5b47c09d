"""What is typed and not sent is there again: after switching, after a reload, after a lost sign-in."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browser import PASSWORD, TOOK, open_app, session_row, wait_until
from tests.helpers.planners import Planner

pytestmark = pytest.mark.browser


def box(page: Page) -> Locator:
    return page.get_by_test_id("stChatInputTextArea")


def keep(page: Page, text: str) -> None:
    """Type, and rest until it is kept."""
    box(page).fill(text)
    wait_until(page, "text => Object.values(localStorage).includes(text)", text)


def test_draft_of_each_session_survives_switching_reload_and_a_lost_sign_in(planner: Planner, page: Page):
    open_app(page, planner.app)
    box(page).fill("Three nights in Lisbon")
    box(page).press("Enter")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text(TOOK)
    expect(box(page)).to_have_value("")
    keep(page, "And by train")

    page.get_by_role("button", name="New chat").first.click()
    expect(page.get_by_text("Where to next")).to_be_visible()
    expect(box(page)).to_have_value("")
    keep(page, "Rome or Athens")
    session_row(page, "Three nights").click()
    expect(box(page)).to_have_value("And by train")
    page.reload()
    expect(box(page)).to_have_value("And by train")

    page.context.clear_cookies()
    page.reload()
    page.get_by_role("textbox", name="Username").fill(planner.username)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(box(page)).to_have_value("And by train")
    box(page).press("Enter")
    expect(page.get_by_text(TOOK)).to_have_count(2)
    page.reload()
    expect(box(page)).to_have_value("")
    page.get_by_role("button", name="New chat").first.click()
    expect(box(page)).to_have_value("Rome or Athens")
