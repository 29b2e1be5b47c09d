"""A planner with a phone, 390 pixels wide, can do the main job."""

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from services.trips.trips import TripService
from tests.helpers.browser import PASSWORD, TOO_SMALL, TOOK, WIDER_THAN_SCREEN, App, session_row
from tests.helpers.planners import add_planner, database_of

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.mark.slow
def test_phone_shows_everything_within_its_width(shared_app: App, browser: Browser):
    planner = add_planner(shared_app)
    planner.become_admin()
    with browser.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce") as phone:
        planner.sign_in(phone)
        page = phone.new_page()
        page.goto(shared_app.url)
        box = page.get_by_test_id("stChatInputTextArea")
        expect(box).to_be_visible()
        assert page.evaluate(WIDER_THAN_SCREEN) <= 0
        box.fill("5 days in Lisbon in May for two, about $2,000")
        page.get_by_test_id("stChatInputSubmitButton").tap()
        page.get_by_text(TOOK).last.wait_for()
        assert page.evaluate(WIDER_THAN_SCREEN) <= 0
        assert page.evaluate(TOO_SMALL) == []

        in_the_bar = page.locator(".stMain").get_by_role("button", name="New chat")
        in_the_bar.tap()
        expect(page.get_by_text("Where to next")).to_be_in_viewport()
        page.get_by_test_id("stExpandSidebarButton").tap()
        expect(in_the_bar).to_be_hidden()
        assert page.evaluate(TOO_SMALL) == []
        page.get_by_test_id("stSidebar").get_by_role("button", name="New chat").tap()
        expect(page.get_by_text("Where to next")).to_be_in_viewport()
        expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()  # the sidebar covers nothing
        page.get_by_test_id("stExpandSidebarButton").tap()
        session_row(page, "Lisbon").tap()
        expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
        expect(page.get_by_text(TOOK).last).to_be_in_viewport()
        for link, heading in (
            ("All sessions", "All sessions"),
            ("Memory", "Memory"),
            ("Templates", "Templates"),
            ("Operations", "Operations"),
            ("People", "People"),
            ("Settings", "Settings"),
        ):
            page.get_by_test_id("stExpandSidebarButton").tap()
            page.get_by_test_id("stSidebar").get_by_role("link", name=link).tap()
            expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
            page.get_by_role("heading", name=heading).first.wait_for()
            assert page.evaluate(WIDER_THAN_SCREEN) <= 0, link
            assert page.evaluate(TOO_SMALL) == [], link
            if link == "All sessions":
                expect(page.get_by_test_id("stDataFrame")).to_be_hidden()
                expect(page.get_by_test_id("stMain").get_by_role("button", name="Lisbon")).to_contain_text(
                    "2 messages"
                )
        page.get_by_role("textbox", name="Name").fill("A program with a name that is long enough for two lines")
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Create token").tap()
        page.get_by_role("button", name="Done").tap()
        expect(page.get_by_role("button", name="Revoke")).to_be_visible()
        assert page.evaluate(WIDER_THAN_SCREEN) <= 0
        page.goto(f"{shared_app.url}/insights")
        page.locator('[data-testid="stTable"] [tabindex="0"]').first.wait_for()  # a wide table scrolls by keyboard


def test_trip_of_a_chat_has_a_line_of_its_own(shared_app: App, browser: Browser):
    planner, title = add_planner(shared_app), "Twelve days in Japan and Korea"
    with database_of(shared_app) as database:
        trip = TripService(database).create(title, user_id=planner.id)
    with browser.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce") as phone:
        planner.sign_in(phone)
        page = phone.new_page()
        page.goto(f"{shared_app.url}/?trip={trip.id}")
        header = page.locator(".st-key-chat_header")
        name = header.get_by_role("link", name=title).locator("p")
        name.wait_for(timeout=30_000)
        assert name.evaluate("one => one.scrollWidth <= one.clientWidth")
        menu = header.locator('[class*="st-key-chat_model_menu"] button:visible').bounding_box()
        line = name.bounding_box()
        assert menu is not None
        assert line is not None
        assert line["y"] >= menu["y"] + menu["height"]
        assert page.evaluate(WIDER_THAN_SCREEN) <= 0
