"""A trip made of a talk, seen, changed, deleted and brought back, where only a browser shows it."""

import re

import pytest
from playwright.sync_api import Page, expect

from services.trips.deleted import TripDeletion
from services.trips.records import WithSessions
from services.trips.trips import TripService
from tests.helpers.browser import TOO_SMALL, TOOK, WIDER_THAN_SCREEN, ask, open_app, wait_until_at_rest
from tests.helpers.flaws import flaws, poor_contrast
from tests.helpers.planners import Planner, database_of
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

TALK = "5 days in Lisbon in May 2027 for two adults and a child of 8, about $2,000, no museums"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def choose(page: Page, menu: str, option: str) -> None:
    page.locator(f"[class*='st-key-{menu}'] button:visible").first.click()
    page.get_by_role("menuitem", name=option).or_(page.get_by_role("option", name=option)).click()


def looked_at(page: Page) -> list[str]:
    """Return what is wrong with a phone's page: for anybody, and for fingers."""
    expect(page.get_by_test_id("stToast")).to_have_count(0)  # Streamlit gives it no name
    wait_until_at_rest(page)
    found = flaws(page) + [f"too small: {one}" for one in page.evaluate(TOO_SMALL)]
    return found + (["wider than the screen"] if page.evaluate(WIDER_THAN_SCREEN) > 0 else [])


def looked_at_on_both(page: Page) -> list[str]:
    """Return what is wrong with the page on a desk and on a phone, where it is left."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    wait_until_at_rest(page)
    found = poor_contrast(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return found + looked_at(page)


def test_trip_is_made_of_a_talk_changed_deleted_and_brought_back(page: Page, planner: Planner) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    open_app(page, planner.app)
    ask(page, TALK)
    expect(page.get_by_text(TOOK)).to_have_count(1)
    choose(page, "session_menu_", "Make this a trip")
    create = page.get_by_role("button", name="Create trip")
    expect(create).to_be_visible()
    budget = page.get_by_role("checkbox", name=re.compile("Budget"))
    expect(budget).to_be_checked()
    page.locator("label").filter(has=budget).click()
    expect(budget).not_to_be_checked()
    assert looked_at_on_both(page) == []
    create.dblclick()

    page.locator("[class*='st-key-chat_proposal_'] a").filter(has_text="Lisbon in May").click()
    expect(page.get_by_role("heading", name="Lisbon in May")).to_be_visible()
    with database_of(planner.app) as database:
        assert len(TripService(database).page(user_id=planner.id).trips) == 1
    expect(page.get_by_text("2 adults, 1 child (8)")).to_be_visible()
    expect(page.get_by_text("What may the trip cost?")).to_be_visible()
    assert looked_at_on_both(page) == []
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("textbox", name="Title").fill("Lisbon with Leo")
    page.get_by_role("textbox", name="Up to").fill("2,000")
    page.get_by_role("textbox", name="Musts").fill("Pena Palace !\nA tram ride")
    assert looked_at_on_both(page) == []
    page.get_by_role("button", name="Save").click()  # what was typed last counts, though nothing else was touched

    expect(page.get_by_role("heading", name="Lisbon with Leo")).to_be_in_viewport()
    expect(page.get_by_text("Pena Palace, required; A tram ride")).to_be_visible()
    expect(page.get_by_text(re.compile(r"up to .*2,000 in all"))).to_be_visible()
    choose(page, "trips_menu_", "Delete")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It holds 1 session.")
    dialog.get_by_text("Delete it too").click()
    expect(dialog).to_contain_text("1 session, 4 messages")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No trips yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("heading", name="Lisbon with Leo")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"4 messages")).and_(
        page.locator("[class*='trips_open_session_'] button")
    ).click()
    expect(page.get_by_text(TOOK)).to_have_count(2)


@IN_SOAK
def test_form_that_is_left_shows_the_trip_as_it_was(page: Page, planner: Planner) -> None:
    with database_of(planner.app) as database:
        trip = TripService(database).create("Rome", user_id=planner.id, brief={"where": ["Rome"]})
    page.goto(f"{planner.app.url}/trips?trip={trip.id}")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("textbox", name="Title").fill("Athens")
    page.keyboard.press("Tab")
    wait_until_at_rest(page)
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_role("heading", name="Rome")).to_be_visible()
    wait_until_at_rest(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Edit trip")).to_be_visible()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Rome")


@IN_SOAK
def test_what_was_typed_stays_when_somebody_else_deletes_the_trip(page: Page, planner: Planner) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    with database_of(planner.app) as database:
        trip = TripService(database).create("Rome", user_id=planner.id, brief={"where": ["Rome"]})
        page.goto(f"{planner.app.url}/trips?trip={trip.id}")
        page.get_by_role("button", name="Edit", exact=True).click()
        purpose = page.get_by_role("textbox", name="Purpose")
        purpose.fill("A long story")
        TripDeletion(database).delete(trip.id, user_id=planner.id, sessions=WithSessions.DELETE)
    expect(page.get_by_text("or it was deleted. Copy what you need.")).to_be_visible()

    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(purpose).to_have_value("A long story")
    assert looked_at(page) == []
    page.get_by_role("button", name="All trips").click()
    expect(page.get_by_role("heading", name="No trips yet")).to_be_visible()
