"""Whoever is put out is out at once, in every browser and tab, beside a running reply and in a dialog."""

import pytest
from playwright.sync_api import Page, expect

from db.models import User
from services.accounts.admins import AdminService
from services.accounts.roles import tell_pages
from tests.helpers.browser import ask, open_app
from tests.helpers.planners import Planner, database_of
from tests.helpers.services import Emulator

pytestmark = pytest.mark.browser

SOON_MS = 10_000  # two seconds on a machine that does nothing else


def expect_door(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    expect(page.get_by_test_id("stDialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_pages_streams_and_dialogs_end_with_the_role_the_sign_in_and_the_account(
    page: Page, planner: Planner, elsewhere: Page, shared_emulator: Emulator
) -> None:
    planner.become_admin()
    open_app(page, planner.app)
    shared_emulator.hold_reply(3)
    ask(page, "Three days in Lisbon")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    tab = page.context.new_page()
    tab.goto(f"{planner.app.url}/settings")
    planner.sign_in(elsewhere.context)
    elsewhere.goto(f"{planner.app.url}/operations")
    expect(elsewhere.get_by_role("heading", name="Right now")).to_be_visible()

    with database_of(planner.app) as database:
        AdminService(database).set_admin(planner.id, admin=False)
    expect(elsewhere.get_by_role("heading", name="Right now")).to_have_count(0, timeout=SOON_MS)
    expect(elsewhere.get_by_role("link", name="Operations")).to_have_count(0)
    expect(elsewhere.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()  # their own reply goes on

    tab.get_by_test_id("stSidebar").get_by_role("button", name="Sign out").click()
    expect_door(page)
    expect_door(tab)

    open_app(elsewhere, planner.app)
    elsewhere.get_by_role("button", name="Shortcuts").click()
    expect(elsewhere.get_by_test_id("stDialog")).to_be_visible()
    with database_of(planner.app) as database, database.begin() as db_session:
        db_session.get_one(User, planner.id).disabled = True
        tell_pages(db_session, planner.id)
    expect_door(elsewhere)
