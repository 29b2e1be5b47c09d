"""What of the chat page can be seen without scrolling."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import TOOK, open_app, scroll_up
from tests.helpers.planners import Planner
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser


@IN_SOAK
def test_page_shows_the_greeting_at_first_then_what_was_just_sent_and_a_session_at_its_end(
    planner: Planner, page: Page
):
    open_app(page, planner.app)
    page.get_by_text("Start from a template").wait_for()
    page.wait_for_timeout(1500)  # it is scrolled until it stays
    expect(page.locator(".st-key-chat_header")).to_be_in_viewport(ratio=1)

    asking, replies = page.get_by_test_id("stChatInputTextArea"), page.get_by_text(TOOK)
    for number, text in enumerate(("5 days in Lisbon", "A week in Japan"), 1):
        asking.fill(text)
        asking.press("Enter")
        expect(replies).to_have_count(number)
    scroll_up(page)
    expect(page.locator(".st-key-chat_header")).to_be_in_viewport()
    asking.fill("Two days in Rome")
    asking.press("Enter")
    expect(replies).to_have_count(3)
    expect(replies.last).to_be_in_viewport()

    page.locator('[class*="st-key-chat_rating_"] button').last.click()
    page.get_by_role("button", name="Say why").click()
    box = page.get_by_test_id("stPopoverBody")
    box.get_by_role("button", name="Save").wait_for()
    page.wait_for_timeout(800)  # it opens by and by
    assert box.evaluate("box => box.scrollHeight - box.clientHeight") <= 0

    page.keyboard.press("Escape")
    for title in ("New chat", "5 days in Lisbon"):  # the greeting opens at its top, a session at its end
        page.get_by_test_id("stSidebar").get_by_role("button", name=title).first.click()
        page.locator(".st-key-chat_header").get_by_text(title).wait_for()
    expect(replies.last).to_be_in_viewport()

    scroll_up(page)
    expect(page.locator(".st-key-chat_header")).to_be_in_viewport()
    page.locator('[class*="st-key-chat_rating_"] button').first.click()  # the script runs again
    page.wait_for_timeout(2000)
    expect(replies.last).not_to_be_in_viewport()

    first = page.locator('[class*="st-key-chat_message_"]').first.get_attribute("class")
    page_opened_there = f"{page.url}&message={str(first).partition('chat_message_')[2].partition(' ')[0]}"
    page.add_init_script(SEEN)
    page.goto(page_opened_there)
    expect(replies).to_have_count(3)
    expect(page.get_by_text("Opened here")).to_be_in_viewport()
    page.wait_for_timeout(1500)
    expect(page.get_by_text("Opened here")).to_be_in_viewport()
    assert page.evaluate("furthest") < 200  # it did not go to the end in between


SEEN = """
    window.furthest = 0;
    const see = ({ target }) => { if (target.scrollTop > furthest) window.furthest = target.scrollTop; };
    addEventListener("scroll", see, { capture: true });
"""
