"""A brief is shared from its trip's page, commented on and approved, where only a browser shows it."""

import re

import pytest
from playwright.sync_api import Page, expect

from db.models import utc_now
from tests.helpers.browser import wait_until, wait_until_at_rest
from tests.helpers.flaws import flaws, poor_contrast
from tests.helpers.planners import Planner, database_of
from tests.helpers.reviews import Reviews
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def nothing_is_cut_off(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"))


def look_at_on_both(page: Page) -> None:
    """See that the page is in order on a desk and on a phone, where it is left."""
    for size, look in ((DESK, poor_contrast), (PHONE, flaws)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wait_until_at_rest(page)
        assert nothing_is_cut_off(page)
        assert look(page) == []


@IN_SOAK
def test_brief_is_shared_commented_on_and_approved(page: Page, planner: Planner, elsewhere: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    with database_of(planner.app) as database:
        trip_id = Reviews(database, now=utc_now()).trip(
            planner.id, must=[{"text": "Tram 28"}], notes_private="Secret"
        )
    page.goto(f"{planner.app.url}/trips?trip={trip_id}")
    page.get_by_role("button", name="Share for review").click()
    page.get_by_role("dialog").get_by_role("button", name="Share", exact=True).click()
    shown = page.locator(".st-key-review_address_text")
    expect(shown).to_contain_text("/review?link=")
    link = shown.inner_text()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name=re.compile("Customer.*Never opened"))).to_be_visible()

    anna = elsewhere
    anna.set_viewport_size(PHONE)  # type: ignore[arg-type]
    anna.goto(link)
    entry = anna.locator(".st-key-review_block_must")
    expect(entry).to_contain_text("Tram 28")
    expect(anna.locator(".st-key-review_block_budget")).to_contain_text("What may the trip cost?")
    expect(anna.locator("body")).not_to_contain_text("Secret")
    expect(entry.locator(".st-key-review_comment_must button")).to_be_enabled()
    wait_until(anna, "window.travelbotReady")
    anna.locator(".st-key-review_text_must").evaluate("one => getSelection().selectAllChildren(one)")
    anna.get_by_role("button", name="Comment on this").click()
    expect(anna.get_by_label("Passage, if any")).to_have_value("Tram 28")
    entry.get_by_label("Your name").fill("Anna")
    entry.get_by_label("Your comment").fill("Or on foot?")
    look_at_on_both(anna)
    entry.get_by_role("button", name="Send").click()
    expect(entry.get_by_text("Or on foot?")).to_be_visible()
    decision = anna.locator(".st-key-review_decision")
    wait_until_at_rest(anna)
    expect(decision.get_by_label("Your name")).to_have_value("Anna")
    decision.locator("label").filter(has_text="Approve").first.click()
    decision.get_by_role("button", name="Send your decision").click()
    expect(anna.locator(".st-key-review_mine")).to_be_visible()

    expect(page.get_by_role("button", name="Musts: 1 comment")).to_be_visible()  # by itself
    accept = page.get_by_role("button", name="Set status to approved")
    expect(accept).to_be_visible()
    look_at_on_both(page)
    page.get_by_role("button", name="Musts: 1 comment").click()
    expect(page.get_by_role("dialog")).to_contain_text("Or on foot?")
    assert flaws(page) == []
    page.keyboard.press("Escape")
    accept.click()
    expect(accept).to_have_count(0)
    expect(page.get_by_role("combobox", name="Status").first).to_have_value("Approved")
    page.get_by_role("link", name=re.compile("Customer.*Opened")).click()
    page.get_by_role("link", name="Show in the brief").click()
    expect(page.get_by_role("heading", name="Lisbon in May")).to_be_visible()
