"""Two people in one session, or in one trip, each in their own browser: what one does, the other sees at once."""

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from services.sessions.sharing import SessionSharing
from services.trips.customers import CustomerService
from services.trips.members import TripMembers
from services.trips.trips import TripService
from tests.helpers.browser import ask, expect_finished, open_app, soon
from tests.helpers.planners import Planner, add_planner, database_of
from tests.helpers.services import Emulator
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser


@pytest.fixture
def ben(planner: Planner) -> Planner:
    return add_planner(planner.app, "Ben Novák")


@pytest.fixture
def bens_page(ben: Planner, elsewhere: Page) -> Page:
    ben.sign_in(elsewhere.context)
    return elsewhere


@pytest.fixture
def session_id(planner: Planner) -> str:
    """Begin a session as Ada behind the screens; return its id."""
    began = httpx.post(
        f"{planner.app.url}/api/chat",
        json={"content": "Three days in Lisbon"},
        headers={"Authorization": f"Bearer {planner.new_token()}"},
        timeout=60,
        trust_env=False,
    )
    return began.raise_for_status().headers["x-session-id"]


@pytest.fixture
def shared(page: Page, planner: Planner, ben: Planner, session_id: str) -> str:
    """Share it with Ben, too, and open it as Ada; return its id."""
    with database_of(planner.app) as database:
        SessionSharing(database).add(int(session_id), ben.username, user_id=planner.id)
    open_app(page, planner.app, f"/?session={session_id}")
    expect(page.get_by_role("button", name="People (2)")).to_be_visible()
    return session_id


def box(page: Page) -> Locator:
    return page.get_by_test_id("stChatInputTextArea")


def author(page: Page) -> Locator:
    """Find the name at what somebody else wrote."""
    return page.locator('[class*="st-key-chat_author_"]')


def open_menu(page: Page, session_id: str, option: str) -> None:
    page.locator(f".st-key-session_menu_{session_id} button:visible").click()
    page.get_by_role("menuitem", name=option).or_(page.get_by_role("option", name=option)).click()


def test_two_share_a_session_both_write_and_see_what_waits(
    page: Page, bens_page: Page, planner: Planner, ben: Planner, session_id: str, shared_emulator: Emulator
) -> None:
    """One test: to load the page twice takes as long as most of it."""
    open_app(page, planner.app, f"/?session={session_id}")
    open_menu(page, session_id, "Share with colleagues")
    dialog = page.get_by_test_id("stDialog")
    dialog.get_by_label("Username of a colleague").fill(ben.username)
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("Ben Novák", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="People (2)")).to_be_visible()

    open_app(bens_page, planner.app, f"/?session={session_id}")
    expect(author(bens_page)).to_contain_text("Ada Lovelace")
    what_one_writes_the_other_reads(page, bens_page)
    reply_to_one_is_followed_by_the_other_who_sees_what_waits(page, bens_page, shared_emulator)


def what_one_writes_the_other_reads(page: Page, bens_page: Page) -> None:
    box(page).fill("I had begun")
    ask(bens_page, "With my parents")
    with soon(page):
        expect(page.get_by_text("With my parents")).to_be_visible()
    expect(author(page)).to_contain_text("Ben Novák")
    expect_finished(page)
    expect(box(page)).to_have_value("I had begun")

    ask(page, "And in June?")
    with soon(bens_page):
        expect(bens_page.get_by_text("And in June?")).to_be_visible()
    expect_finished(bens_page)


def reply_to_one_is_followed_by_the_other_who_sees_what_waits(
    page: Page, bens_page: Page, emulator: Emulator
) -> None:
    expect_finished(page)
    emulator.hold_reply(3)
    ask(bens_page, "With two children")
    with soon(page):
        expect(page.get_by_role("button", name="Stop")).to_be_visible()

    ask(page, "And by train")
    waits = bens_page.get_by_text("Ada Lovelace is waiting: And by train")
    with soon(bens_page):
        expect(waits).to_be_visible()
    expect(bens_page.locator('[class*="st-key-chat_waiting_remove_"]')).to_have_count(0)
    expect(page.locator('[class*="st-key-chat_waiting_remove_"] button:visible')).not_to_have_count(0)
    emulator.release_all()

    for one in (page, bens_page):
        expect(one.locator('[class*="st-key-chat_planner_"]').last).to_contain_text("And by train")
        expect_finished(one)


@IN_SOAK
def test_who_is_taken_off_is_told_at_once_and_keeps_what_they_typed(
    page: Page, bens_page: Page, planner: Planner, ben: Planner, shared: str, shared_emulator: Emulator
) -> None:
    """Beside a stream; at rest, the test below takes somebody off."""
    open_app(bens_page, planner.app, f"/?session={shared}")
    expect_finished(bens_page)
    shared_emulator.hold_reply(3)
    ask(page, "With my parents")
    with soon(bens_page):
        expect(bens_page.get_by_role("button", name="Stop")).to_be_visible()
    box(bens_page).fill("Half a thought")
    take_off(bens_page, planner, ben, shared)
    bens_page.reload()
    expect(box(bens_page)).to_have_value("Half a thought")
    shared_emulator.release_all()


def take_off(bens_page: Page, planner: Planner, ben: Planner, session_id: str) -> None:
    with database_of(planner.app) as database:
        SessionSharing(database).remove(int(session_id), ben.id, user_id=planner.id)

    with soon(bens_page):
        expect(bens_page.get_by_text("This session is no longer shared with you")).to_be_visible()
    expect(bens_page.get_by_text("Where to next, Ben?")).to_be_visible()
    expect(bens_page.locator('[class*="st-key-chat_planner_"]')).to_have_count(0)
    expect(box(bens_page)).to_have_value("Half a thought")


@IN_SOAK
def test_who_may_only_read_follows_to_the_end_and_is_told_when_they_are_taken_off(
    page: Page, bens_page: Page, planner: Planner, ben: Planner, shared: str
) -> None:
    open_app(bens_page, planner.app, f"/?session={shared}")
    expect_finished(bens_page)
    box(bens_page).fill("Half a thought")
    with database_of(planner.app) as database:
        SessionSharing(database).change(int(shared), ben.id, user_id=planner.id, access="view")
    with soon(bens_page):
        expect(bens_page.get_by_text("Ask Ada Lovelace to let you write")).to_be_visible()
    expect(box(bens_page)).to_have_count(0)
    last = bens_page.locator('[class*="st-key-chat_actions_"]').last
    expect(last).to_be_in_viewport()

    ask(page, "With my parents")
    with soon(bens_page):
        expect(bens_page.get_by_text("With my parents")).to_be_visible()
    expect_finished(bens_page)
    expect(last).to_be_in_viewport()
    with database_of(planner.app) as database:
        SessionSharing(database).change(int(shared), ben.id, user_id=planner.id, access="edit")
    with soon(bens_page):
        expect(box(bens_page)).to_have_value("Half a thought")
    take_off(bens_page, planner, ben, shared)
    bens_page.reload()
    expect(box(bens_page)).to_have_value("Half a thought")


@IN_SOAK
def test_lists_and_pages_that_are_open_follow_what_a_colleague_does(
    bens_page: Page, planner: Planner, ben: Planner
) -> None:
    """Four pages of Ben's are open, and what he types on one of them stays under his hands.

    Taken off the trip, he loses its page, its form and its customer's memory.
    """
    with database_of(planner.app) as database:
        trips, members = TripService(database), TripMembers(database)
        weber = CustomerService(database).create("Weber", user_id=planner.id)
        trip = trips.create("Lisbon", user_id=planner.id, customer_id=weber.id)
        listed, form = (bens_page.context.new_page() for _ in range(2))
        memory = bens_page.context.new_page()
        listed.goto(f"{planner.app.url}/trips")
        open_app(bens_page, planner.app)
        row = f".st-key-sidebar_trip_row_{trip.id}"
        box(bens_page).fill("Half a thought")
        expect(listed.get_by_role("heading", name="No trips yet")).to_be_visible()

        members.add(trip.id, ben.username, user_id=planner.id)
        with soon(bens_page):
            expect(bens_page.locator(row)).to_be_visible()
            expect(listed.locator(row)).to_be_visible()
            expect(listed.locator(f".st-key-trips_row_{trip.id}")).to_be_visible()

        form.goto(f"{planner.app.url}/trips?trip={trip.id}&form=change")
        listed.locator(f".st-key-trips_open_{trip.id} button").click()
        expect(listed.get_by_role("heading", name="Brief")).to_be_visible()
        title = form.get_by_role("textbox", name="Title")
        title.press("End")
        title.press_sequentially(" in May")  # and it is not left: nobody but the browser knows of it yet
        trips.change(trip.id, user_id=planner.id, brief={"purpose": "Fado nights"})
        with soon(bens_page):
            expect(listed.get_by_text("Fado nights")).to_be_visible()
        told = form.locator(".st-key-trips_form_changed")
        with soon(bens_page):
            expect(told).to_contain_text("Changed by Ada Lovelace")
        expect(title).to_be_focused()
        form.keyboard.type(", slowly")
        expect(title).to_have_value("Lisbon in May, slowly")
        told.get_by_role("button", name="Show").click()
        expect(form.get_by_text("Fado nights", exact=True)).to_be_visible()

        memory.goto(f"{planner.app.url}/memory?customer={weber.id}")
        expect(memory.get_by_role("main").get_by_text("Weber").first).to_be_visible()
        members.remove(trip.id, ben.id, user_id=planner.id)
    with soon(bens_page):
        for page in (bens_page, listed, form):
            expect(page.locator(row)).to_have_count(0)
        expect(listed.get_by_text("There is no such trip.")).to_be_visible()
        expect(form.get_by_text("You no longer work on this trip")).to_be_visible()
        expect(memory.get_by_text("There is no such customer.")).to_be_visible()
    for page in (listed, form):
        expect(page.get_by_role("button", name="All trips")).to_be_visible()
    expect(listed.get_by_text("Lisbon")).to_have_count(0)
    expect(memory.get_by_text("Weber")).to_have_count(0)
    expect(title).to_have_value("Lisbon in May, slowly")
    expect(box(bens_page)).to_have_value("Half a thought")
