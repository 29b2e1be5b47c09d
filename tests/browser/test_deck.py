"""A deck presented with keys, edited, and read on a phone, where only a browser shows it."""

import pytest
from playwright.sync_api import Page, expect

from services.decks.decks import DeckService
from services.decks.records import DeckOf
from tests.helpers.browser import TOO_SMALL, WIDER_THAN_SCREEN, wait_until, wait_until_at_rest
from tests.helpers.deck_places import PLAN
from tests.helpers.flaws import flaws
from tests.helpers.planners import Planner, database_of
from tests.helpers.reviews import Reviews

pytestmark = pytest.mark.browser

ROW_PX = 35  # of a grid
PHONE = {"width": 390, "height": 844}
ROW_PX = 35


@pytest.fixture
def address(planner: Planner) -> str:
    with database_of(planner.app) as database:
        session_id = Reviews(database).session(planner.id, ("Four days in Lisbon, please", PLAN))
        DeckService(database).make(DeckOf("session", session_id), user_id=planner.id)
    return f"{planner.app.url}/deck?session={session_id}"


def test_deck_is_gone_through_and_presented_with_keys_and_its_slide_changes_as_it_is_edited(
    page: Page, address: str
) -> None:
    page.goto(address)
    stage, number = page.locator(".deck-stage"), page.locator(".st-key-deck_number")
    expect(number).to_have_text("1 of 8")
    wait_until(page, "window.travelbotReady")
    expect(page.locator(".st-key-deck_strip").get_by_role("radio")).to_have_count(8)  # it comes last
    wait_until_at_rest(page)
    page.keyboard.press("ArrowRight")
    expect(number).to_have_text("2 of 8")
    page.keyboard.press("End")
    expect(number).to_have_text("8 of 8")
    page.get_by_role("radio", name="What it costs").press("Space")
    expect(stage.locator("svg")).to_be_visible()
    wait_until_at_rest(page)
    assert flaws(page) == []

    page.get_by_role("button", name="Present").click()
    show = page.get_by_role("dialog")
    expect(show.get_by_role("heading", name="What it costs")).to_be_visible()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(show.get_by_role("heading", name="Four days in Lisbon")).to_be_visible()
    page.keyboard.press("Escape")
    expect(show).to_have_count(0)
    expect(number).to_have_text("3 of 8")

    page.get_by_role("radio", name="What it costs").press("Space")
    page.get_by_role("button", name="Edit", exact=True).click()
    typed = page.locator(".st-key-deck_typed")
    page.get_by_role("textbox", name="Title").fill("Costs of it all")
    page.keyboard.press("Tab")
    expect(typed.get_by_role("heading", name="Costs of it all")).to_be_visible()
    wait_until_at_rest(page)
    box = page.get_by_test_id("stDataFrame").locator("canvas").first.bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + 0.75 * box["width"], box["y"] + ROW_PX * 1.5)
    page.locator("#portal textarea").fill("700")
    page.keyboard.press("Enter")
    expect(typed.get_by_role("cell", name="€700.00")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(stage.get_by_role("cell", name="€700.00")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(stage.get_by_role("cell", name="€640.00")).to_be_visible()


def test_on_a_phone_slides_stand_one_below_the_other(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(address)
    slides = page.locator(".deck-strip .deck-page")
    expect(slides).to_have_count(8)
    expect(page.locator(".deck-stage")).to_be_hidden()
    wait_until_at_rest(page)
    tops = slides.evaluate_all("all => all.map((one) => one.getBoundingClientRect())")

    assert all(box["width"] > 300 for box in tops)
    assert [box["top"] for box in tops] == sorted({box["top"] for box in tops})
    assert flaws(page) == []
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate(WIDER_THAN_SCREEN) <= 0
