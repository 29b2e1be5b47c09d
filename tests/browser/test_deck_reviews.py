"""A deck is looked at, commented on and approved by a link, where only a browser shows how slides look."""

import pytest
from playwright.sync_api import Page, expect

from db.models import utc_now
from services.decks.decks import DeckService
from services.decks.records import DeckOf
from services.reviews.records import LinkSettings, Thing
from tests.helpers.browser import wait_until, wait_until_at_rest
from tests.helpers.deck_places import PLAN
from tests.helpers.flaws import flaws
from tests.helpers.planners import Planner, database_of
from tests.helpers.reviews import Reviews

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def test_deck_is_commented_on_and_approved_on_a_phone(page: Page, planner: Planner) -> None:
    with database_of(planner.app) as database:
        reviews = Reviews(database, now=utc_now())
        session_id = reviews.session(planner.id, ("Four days in Lisbon, please", PLAN))
        saved = DeckService(database).make(DeckOf("session", session_id), user_id=planner.id)
        thing = Thing("session", session_id, deck=True)
        link = reviews.links.share(thing, LinkSettings(audience="Anna"), user_id=planner.id)
    cover, slide = saved.deck.slides[0], next(one for one in saved.deck.slides if len(one.blocks) > 1)

    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{planner.app.url}/review?link={link.token}")
    section = page.locator(f".st-key-review_text_{cover.id} section.travelbot-deck").first
    expect(section).to_contain_text("Draft v1")
    expect(page.locator(f".st-key-review_comment_{cover.id} button")).to_be_enabled()
    wait_until(page, "window.travelbotReady")
    wait_until_at_rest(page)
    letters = "all => Math.min(...all.map(one => parseFloat(getComputedStyle(one).fontSize)))"
    shown = page.locator("section.travelbot-deck :is(h2, h3, p, li, td)").filter(visible=True)
    assert shown.evaluate_all(letters) >= 14  # no slide as small as it would be here: it is read
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
    on_cover = "rgb(255, 255, 255)"  # on a ground that contrast.js does not see: `exports.decks.theme` chose it
    assert [flaw for flaw in flaws(page) if not flaw.endswith(f"“{cover.title}” {on_cover}")] == []

    words = page.locator(f".st-key-review_text_{slide.id} h2").first
    words.evaluate("one => getSelection().selectAllChildren(one)")
    page.get_by_role("button", name="Comment on this").click()
    expect(page.get_by_label("Passage, if any")).to_have_value(slide.title)
    form = page.locator(f".st-key-review_block_{slide.id}")
    form.get_by_label("Your name").fill("Anna")
    form.get_by_label("Your comment").fill("Good")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("Good")).to_be_visible()
    decision = page.locator(".st-key-review_decision")
    expect(decision.get_by_label("Your name")).to_have_value("Anna")
    decision.locator("label").filter(has_text="Approve").first.click()
    decision.get_by_role("button", name="Send").click()
    expect(section).not_to_contain_text("Draft")
