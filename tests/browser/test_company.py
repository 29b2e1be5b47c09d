"""A company's sign-in in a real browser, at real providers: there and back, out at both, and all that goes wrong."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_urlsafe

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from db.models import User
from tests.helpers.browser import COOKIE, PASSWORD, App, wait_until
from tests.helpers.companies import Company, recipe, section, started_company, tried_here
from tests.helpers.planners import add_planner, database_of
from tests.helpers.processes import free_port
from tests.helpers.soak import IN_SOAK
from tests.helpers.started_app import started_app

pytestmark = pytest.mark.browser

FAILED = "{} did not sign you in. Please try again, or choose another way."


@dataclass(frozen=True)
class Firm:
    """An app, and the two companies that sign people in for it."""

    app: App
    acme: Company
    clerk: Company


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, Company]]:
    folder = tmp_path_factory.mktemp("companies")
    with ExitStack() as started:
        acme, clerk = (started.enter_context(started_company(folder, name)) for name in ("acme", "clerk"))
        for company in (acme, clerk):
            company.knows("ada", email="ada@example.com", email_verified=True, name=f"Ada of {company.name}")
        yield acme, clerk


@pytest.fixture(scope="module")
def firm(
    companies: tuple[Company, Company], sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Firm]:
    folder, port = tmp_path_factory.mktemp("company"), free_port()
    shutil.copyfile(sqlite_template, folder / "travelbot.db")
    acme, clerk = companies
    (folder / "secrets.toml").write_text(tried_here(recipe("Clerk"), port, clerk) + section(acme))
    app = started_app(folder, port, STREAMLIT_SECRETS_FILES=str(folder / "secrets.toml"), GUESTS="on")
    yield Firm(app, *companies)
    app.kill()
    print(app.log.read_text()[-6_000:])


def leave_for(page: Page, app: App, company: Company, path: str = "") -> None:
    page.goto(app.url + path)
    page.get_by_role("button", name=f"Continue with {company.label}").click()
    expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()


def sign_in(page: Page, app: App, company: Company, subject: str = "ada") -> None:
    leave_for(page, app, company)
    company.sign_in(page, subject)


def sign_out(page: Page) -> None:
    page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out").click()


def expect_in(page: Page, name: str) -> None:
    expect(page.get_by_test_id("stSidebar").get_by_text(name)).to_be_visible()


def expect_out(page: Page, app: App, sentence: str | None = None) -> None:
    expect(page.get_by_role("button", name="Continue with").first).to_be_visible()
    if sentence:
        expect(page.get_by_role("alert").get_by_text(sentence)).to_be_visible()
    assert page.url.startswith(app.url)


def names(context: BrowserContext) -> set[str]:
    return {cookie["name"] for cookie in context.cookies()}


def test_company_makes_a_user_and_out_is_out_at_both(page: Page, firm: Firm) -> None:
    leave_for(page, firm.app, firm.acme, "/settings?of=mail")
    firm.acme.sign_in(page, "ada")
    expect_in(page, "Ada of acme")
    expect(page.get_by_role("heading", name="Ways to sign in")).to_be_visible()
    assert page.url == f"{firm.app.url}/settings?of=mail"
    page.reload()
    expect_in(page, "Ada of acme")
    cookies = {one["name"]: one for one in page.context.cookies()}
    assert COOKIE not in cookies
    assert cookies["_streamlit_user"]["httpOnly"]

    sign_out(page)

    expect(page.get_by_role("heading", name="End Session")).to_be_visible()
    assert page.url.startswith(f"{firm.acme.issuer}/oauth2/end_session")
    page.get_by_role("button", name="End session").click()
    expect_out(page, firm.app)
    assert "_streamlit_user" not in names(page.context)
    kept = cookies["_streamlit_user"]
    page.context.add_cookies([{"name": kept["name"], "value": kept["value"], "url": firm.app.url}])
    page.reload()
    expect_out(page, firm.app, "Your sign-in has ended. Please sign in again.")


@IN_SOAK
def test_second_company_is_somebody_else_and_the_disabled_are_out(page: Page, elsewhere: Page, firm: Firm) -> None:
    sign_in(page, firm.app, firm.acme)
    expect_in(page, "Ada of acme")
    sign_in(elsewhere, firm.app, firm.clerk)
    expect_in(elsewhere, "Ada of clerk")

    with database_of(firm.app) as database, database.begin() as db_session:
        ada = db_session.scalars(select(User).where(User.name == "Ada of clerk")).one()
        ada.disabled = True
    elsewhere.get_by_test_id("stSidebar").get_by_role("button", name="New chat").click()

    expect_out(elsewhere, firm.app)
    elsewhere.reload()
    expect_out(elsewhere, firm.app, "This account is disabled. Ask whoever runs this app.")
    expect(elsewhere.get_by_role("button", name="Use another account")).to_be_visible()
    page.reload()
    expect_in(page, "Ada of acme")


@IN_SOAK
def test_answer_that_does_not_hold_leads_back_with_a_sentence(page: Page, firm: Firm) -> None:
    firm.acme.knows("wrong-audience", aud="another-app")
    firm.acme.knows("wrong-audience-for-us", aud="another-app", azp="travel-bot")
    firm.acme.knows("expired", exp=1_700_000_000)
    firm.acme.knows("old", iat=1_700_000_000)

    for subject in ("wrong-audience", "expired"):
        sign_in(page, firm.app, firm.acme, subject)
        expect_out(page, firm.app, FAILED.format("Acme"))
    sign_in(page, firm.app, firm.acme, "wrong-audience-for-us")
    expect_out(page, firm.app, "Your company's answer is not meant for this app. Ask whoever runs it.")
    sign_in(page, firm.app, firm.acme, "old")
    expect_out(page, firm.app, "Your company's answer is too old. Please sign in again.")

    page.context.clear_cookies()
    leave_for(page, firm.app, firm.acme)
    page.get_by_role("button", name="Deny").click()
    expect_out(page, firm.app, FAILED.format("Acme"))
    page.reload()
    expect_out(page, firm.app)
    expect(page.get_by_text(FAILED.format("Acme"))).to_have_count(0)


@IN_SOAK
def test_claims_of_twenty_thousand_bytes_open_the_app(page: Page, firm: Firm) -> None:
    firm.acme.knows("grace", name="Grace Hopper", photo=token_urlsafe(15_000))

    sign_in(page, firm.app, firm.acme, "grace")

    expect_in(page, "Grace Hopper")
    page.reload()
    expect_in(page, "Grace Hopper")
    assert sum(len(cookie["name"] + cookie["value"]) for cookie in page.context.cookies()) < 4_000


@IN_SOAK
def test_who_is_in_joins_a_company_and_comes_in_by_it(page: Page, firm: Firm) -> None:
    firm.acme.knows("joan", email="joan@elsewhere.example", name="Joan Clarke")
    planner = add_planner(firm.app, "Joan C")
    planner.sign_in(page.context)
    page.goto(f"{firm.app.url}/settings")
    page.get_by_role("button", name="Join Acme").click()
    firm.acme.sign_in(page, "joan")

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Joan Clarke ·")).to_be_visible()
    expect_in(page, "Joan C")
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_text("Acme is joined: you can sign in with it from now on.")).to_be_visible()
    expect(page.get_by_text("elsewhere.example · since")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    remove = page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True)
    expect(remove).to_have_css("background-color", "rgb(179, 56, 44)")

    page.context.clear_cookies()
    sign_in(page, firm.app, firm.acme, "joan")
    expect_in(page, "Joan C")


@IN_SOAK
def test_guest_stays_by_a_company_with_what_they_wrote(page: Page, firm: Firm) -> None:
    firm.acme.knows("vera", email="vera@elsewhere.example", email_verified=True, name="Vera Rubin")
    page.goto(firm.app.url)
    page.get_by_role("button", name="Try it without an account").click()
    page.get_by_test_id("stChatInputTextArea").fill("Three nights in Lisbon")
    page.keyboard.press("Enter")
    reply = page.get_by_test_id("stMainBlockContainer").get_by_text("When would they go?")
    expect(reply).to_be_visible()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_role("button", name="Continue with Acme").click()
    firm.acme.sign_in(page, "vera")
    page.get_by_role("dialog").get_by_role("button", name="Join", exact=True).click()
    expect_in(page, "Vera Rubin")

    page.context.clear_cookies()
    sign_in(page, firm.app, firm.acme, "vera")
    expect_in(page, "Vera Rubin")
    expect(reply).to_be_visible()


def test_app_alone_signs_in_and_out_and_tells_what_failed(
    page: Page, companies: tuple[Company, Company], start_app: Callable[..., App], tmp_path: Path
) -> None:
    google = replace(companies[0], name="google")
    secrets = tmp_path / "secrets.toml"
    secrets.touch()
    app = start_app(script="app.py", STREAMLIT_SECRETS_FILES=str(secrets), PASSWORDS="off")
    auth = tried_here(recipe("Google on Community Cloud"), app.port, google)
    secrets.write_text(auth + section(replace(google, name="away", port=1)))
    page.goto(app.url)
    expect_out(page, app)
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_role("button", name="Continue with Away").click()
    expect_out(page, app, "Away cannot be reached right now.")

    leave_for(page, app, google)
    page.get_by_role("button", name="Deny").click()
    expect_out(page, app, FAILED.format("Google"))
    sign_in(page, app, google)
    expect_in(page, "Ada of acme")

    sign_out(page)
    page.get_by_role("button", name="End session").click()
    expect_out(page, app)
    google.knows("grace", name="Grace Hopper", photo=token_urlsafe(15_000))
    sign_in(page, app, google, "grace")
    wait_until(page, "document.readyState === 'complete' && !document.body.textContent.includes('Authorize')")
    assert sum(len(cookie["value"]) for cookie in page.context.cookies()) > 40_000  # no WebSocket carries that

    page.goto(f"{app.url}/auth/logout")
    page.get_by_role("button", name="End session").click()
    expect_out(page, app)
