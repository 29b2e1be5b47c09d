"""A row's menu, trips, and the theme that a person chooses."""

import re

import pytest
from playwright.sync_api import Page, expect

from db.models import utc_now
from services.trips.customers import CustomerService
from services.trips.trips import TripService
from tests.helpers.browser import ask, expect_finished, open_app, session_row
from tests.helpers.planners import Planner, database_of
from tests.helpers.reviews import Reviews
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

LIGHT, DARK = "rgb(253, 250, 244)", "rgb(16, 26, 29)"


@IN_SOAK
def test_menu_of_a_row_is_seen_where_it_is_pointed_at_and_can_be_read(planner: Planner, page: Page) -> None:
    with database_of(planner.app) as database:
        Reviews(database, now=utc_now()).session(planner.id, title="5 days in Lisbon in May")
    open_app(page, planner.app)
    page.get_by_role("button", name="New chat").first.click()
    page.get_by_text("Where to next").wait_for()
    menu = page.locator('[class*="st-key-sidebar_menu_"]')
    expect(menu).to_have_css("opacity", "0")

    session_row(page, "Lisbon").hover()
    expect(menu).to_have_css("opacity", "1")
    menu.get_by_role("button", name="More for 5 days in Lisbon in May").click()
    pin = page.get_by_role("menuitem", name="Pin")
    expect(pin).to_have_css("color", "rgb(246, 239, 223)")  # as Streamlit has it, ink on ink
    pin.click()
    expect(page.locator(".st-key-sidebar_list")).to_contain_text("Pinned")
    session_row(page, "Lisbon").hover()
    menu.get_by_role("button").click()
    page.get_by_role("menuitem", name="Rename").click()
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    page.keyboard.type("A week of fado")  # in place of the title, which is selected
    page.keyboard.press("Enter")
    expect(session_row(page, "A week of fado")).to_be_visible()


@IN_SOAK
def test_theme_is_chosen_for_every_page(planner: Planner, page: Page) -> None:
    ground = page.get_by_test_id("stApp")
    page.goto(f"{planner.app.url}/settings")
    expect(page.get_by_role("button", name="System", pressed=True)).to_be_visible()
    expect(ground).to_have_css("background-color", LIGHT)
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark", pressed=True)).to_be_visible()
    expect(ground).to_have_css("background-color", DARK)

    open_app(page, planner.app)
    expect(ground).to_have_css("background-color", DARK)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("button", name="Dark", pressed=True)).to_be_visible()
    page.evaluate("localStorage.setItem('stActiveTheme-/-v2', 'no theme')")  # whoever wrote that
    page.get_by_role("button", name="System").click()
    expect(page.get_by_role("button", name="System", pressed=True)).to_be_visible()
    expect(ground).to_have_css("background-color", LIGHT)


def test_trip_opens_in_the_sidebar_and_a_chat_in_it_outlives_a_reload(planner: Planner, page: Page) -> None:
    with database_of(planner.app) as database:
        customer = CustomerService(database).create("Familie Weber", user_id=planner.id)
        trip = TripService(database).create("Spring in Lisbon", user_id=planner.id, customer_id=customer.id)
    open_app(page, planner.app)
    page.locator(f".st-key-sidebar_trip_{trip.id} button").filter(visible=True).click()
    header = page.locator(".st-key-chat_header")
    expect(header.get_by_role("link", name="Spring in Lisbon · Familie Weber")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?trip={trip.id}$"))
    page.reload()
    expect(header.get_by_role("link", name="Spring in Lisbon")).to_be_visible()

    ask(page)
    expect_finished(page)
    expect(page).to_have_url(re.compile(r"\?session=\d+$"))
    expect(header.get_by_role("link", name="Spring in Lisbon")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Where to next")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?trip={trip.id}$"))
    page.locator(f".st-key-sidebar_trip_{trip.id} button").filter(visible=True).click()
    inside = page.locator(".st-key-sidebar_trip_open")
    expect(inside.get_by_role("button", name="5 days in Lisbon").first).to_be_visible()
    expect(inside.get_by_role("button", name="New chat in this trip")).to_be_visible()
    header.get_by_role("link", name="Spring in Lisbon").click()
    expect(page).to_have_url(re.compile(rf"/trips\?trip={trip.id}$"))
