"""Every screen, once: under the content security policy nothing that the app does is refused and nothing is missing,
and everybody can read and use what is there, in the light theme and in the dark.
"""

import functools
from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from db.models import utc_now
from services.reviews.records import DecisionKind
from services.reviews.visits import new_reader_key
from settings import ROOT
from tests.helpers.browser import (
    PASSWORD,
    TOOK,
    App,
    session_row,
    wait_for_cookie,
    wait_until,
    wait_until_at_rest,
)
from tests.helpers.flaws import flaws, poor_contrast
from tests.helpers.planners import Planner, add_planner, database_of
from tests.helpers.reviews import TALK, Reviews
from tests.helpers.services import Emulator

pytestmark = pytest.mark.browser

NOTHING_IS_CUT_OFF = "document.querySelector('.stMain').scrollWidth <= innerWidth"
SCREENS = sorted(page.stem for page in (ROOT / "pages" / "planner").glob("*.py") if page.stem != "chat")


@pytest.fixture
def told(page: Page) -> list[str]:
    """Give what the console tells as wrong, but for Streamlit's look for its own base path below each page."""
    wrong: list[str] = []

    def note(message: ConsoleMessage) -> None:
        address = message.location["url"]
        if message.type in ("error", "warning") and not any(
            f"/{one}/_stcore/" in address for one in (*SCREENS, "review")
        ):
            wrong.append(f"{message.type}: {message.text} ({address})")

    page.on("console", note)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return wrong


def refused(told: list[str]) -> list[str]:
    return [one for one in told if not one.startswith("warning:") or "Content Security Policy" in one]


def answer_is_whole(page: Page, number: int) -> None:
    expect(page.get_by_text(TOOK)).to_have_count(number)


@pytest.mark.slow
def test_every_screen_works_under_the_policy_and_is_free_of_serious_flaws(
    page: Page, planner: Planner, shared_emulator: Emulator, told: list[str]
) -> None:
    page.set_viewport_size(
        {"width": 1280, "height": 1600}
    )  # a page keeps to the end of a reply, and takes menus along
    planner.become_admin()
    planner.new_token()
    page.context.clear_cookies()
    found = door(page, planner)
    found += samples(page)
    found += reply_with_everything(page)
    waiting_message(page, shared_emulator)
    edited_message(page)
    found += broken_reply(page, shared_emulator)
    exported_session(page)

    visits: dict[str, Callable[[Page], list[str]]] = {
        "insights": insights,
        "sessions": sessions,
        "settings": settings,
        "operations": operations,
        "people": people,
        "reviews": functools.partial(reviews, planner=planner),
    }
    for screen in SCREENS:
        page.goto(f"{planner.app.url}/{screen}")
        expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
        wait_until(page, "window.travelbotReady")
        found += visits.get(screen, flaws)(page)
    page.goto(f"{planner.app.url}/api/docs")
    expect(page.get_by_role("heading", name="Backboard Travel-Bot")).to_be_visible()

    assert refused(told) == []
    assert not found, "\n".join(found)


def door(page: Page, planner: Planner) -> list[str]:
    """Look at both forms, and sign in."""
    page.goto(planner.app.url)
    expect(page.get_by_role("textbox", name="Username")).to_be_visible()
    found = flaws(page)
    page.get_by_text("Create an account").click()
    expect(page.get_by_role("textbox", name="E-mail")).to_be_visible()
    found += flaws(page)
    page.goto(planner.app.url)
    page.get_by_label("Username").fill(planner.username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Where to next")).to_be_visible()
    wait_for_cookie(page, there=True)
    return found + flaws(page)


def samples(page: Page) -> list[str]:
    """Add the sample sessions, and page between the versions of a message in one."""
    page.locator(".st-key-samples_add button").click()
    session_row(page, "Rome or Athens").click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    for name, place in (("Earlier version", "1 of 2"), ("Later version", "2 of 2")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_text(place)).to_be_visible()
    return flaws(page)


def reply_with_everything(page: Page) -> list[str]:
    """Press a suggestion of a new chat that may search the web: a table, sources, and the reasoning, opened."""
    page.locator(".st-key-sidebar_new_chat button").click()
    expect(page.get_by_text("Where to next")).to_be_visible()
    page.locator(".st-key-chat_model_menu_None button").first.click()
    page.get_by_test_id("stPopoverBody").get_by_text("Web search").click()
    page.keyboard.press("Escape")
    page.locator(".st-key-chat_suggestion_2 button").click()
    answer_is_whole(page, 1)
    expect(page.get_by_test_id("stMarkdownContainer").locator("table")).to_be_visible()
    expect(page.get_by_text("Sources", exact=True)).to_be_visible()
    page.get_by_text("Thought for").click()
    expect(page.get_by_test_id("stExpanderDetails")).to_be_visible()
    return flaws(page)


def waiting_message(page: Page, emulator: Emulator) -> None:
    """Send a message with a file; another waits for its reply, is edited, taken back, put back, and sent."""
    box, waiting = page.get_by_test_id("stChatInputTextArea"), page.locator(".st-key-chat_waiting")
    box.fill("Porto instead")
    with page.expect_response("**/_stcore/upload_file/**") as uploaded:
        page.get_by_test_id("stChatInputFileUploadButton").locator("input").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"One of them is vegetarian."}
        )
    assert uploaded.value.ok
    expect(page.get_by_test_id("stFileChip")).to_be_visible()
    emulator.hold_reply(3)
    box.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    box.fill("Cheaper")
    box.press("Enter")
    waiting.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("textbox", name="Edit your message")).to_be_focused()
    page.keyboard.press("Escape")
    waiting.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit your message").fill("As a table")
    page.get_by_role("button", name="Save").click()
    waiting.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Undo").click()
    expect(waiting).to_contain_text("As a table")
    emulator.release()
    answer_is_whole(page, 3)


def edited_message(page: Page) -> None:
    page.get_by_role("button", name="Edit", exact=True).last.click()
    page.get_by_role("textbox", name="Edit your message").fill("I am vegetarian. 5 days in Lisbon")
    page.get_by_role("textbox", name="Edit your message").press("Control+Enter")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    answer_is_whole(page, 3)


def broken_reply(page: Page, emulator: Emulator) -> list[str]:
    """Let a reply fail below the message that was edited."""
    emulator.fault({"fault": "error_event:9"})
    page.get_by_test_id("stChatInputTextArea").fill("cheaper")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    return flaws(page)


def exported_session(page: Page) -> None:
    """Download a session as each kind of file, made when it is asked for."""
    page.locator('[class*="st-key-session_menu_"] button').first.click()
    page.get_by_role("menuitem", name="Export").or_(page.get_by_role("option", name="Export")).click()
    for kind in ("pdf", "markdown", "json"):
        downloaded(page, page.get_by_role("dialog").locator(f".st-key-session_export_{kind} button").first)
    page.keyboard.press("Escape")


def downloaded(page: Page, button: Locator) -> None:
    with page.expect_download() as download:
        button.click()
    assert download.value.path().stat().st_size > 100


def insights(page: Page) -> list[str]:
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    return flaws(page)


def sessions(page: Page) -> list[str]:
    """Look for something in the grid, with its own buttons, and download what it shows."""
    grid = page.get_by_test_id("stDataFrame")
    expect(grid.locator("canvas").first).to_be_visible()
    found = flaws(page)
    grid.hover()
    page.get_by_role("button", name="Search").click()
    page.keyboard.press("Escape")
    downloaded(page, page.get_by_role("button", name="CSV"))
    return found


def settings(page: Page) -> list[str]:
    """Make an API token beside one that there is."""
    expect(page.get_by_role("button", name="Revoke")).to_be_visible()
    found = flaws(page)
    page.get_by_role("textbox", name="Name").fill("CRM import")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    found += flaws(page)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(2)
    return found


def reviews(page: Page, planner: Planner) -> list[str]:
    """Open a link on which somebody has said and decided something; then look at it beside the message."""
    anna = new_reader_key()
    with database_of(planner.app) as database:
        made = Reviews(database, now=utc_now())
        session_id = made.session(planner.id)
        link = made.share(session_id, planner.id, approvals=2)
        shown = made.visits.look(link.token, anna)
        anchor = shown.snapshot.blocks[1].anchor
        made.visits.comment(link.token, anna, "Later, please.", name="Anna", anchor=anchor, passage="castle")
        made.comments.add(link.review.id, "She is 80.", user_id=planner.id, internal=True)
        made.visits.decide(link.token, anna, DecisionKind.APPROVE, name="Anna", sha256=shown.version.sha256)
    page.get_by_role("button", name="Lisbon in May Customer").click()
    expect(page.get_by_text("Later, please.")).to_be_visible()
    page.get_by_role("button", name="Reply").first.click()
    expect(page.get_by_role("textbox", name="Your reply")).to_be_visible()
    found = flaws(page)
    page.goto(f"{planner.app.url}/?session={session_id}")
    page.get_by_role("button", name="1 comment").click()
    expect(page.get_by_role("dialog")).to_contain_text("Later, please.")
    return found + flaws(page)


def operations(page: Page) -> list[str]:
    expect(page.get_by_test_id("stTable").last).to_contain_text("Ada Lovelace (ada")
    return flaws(page)


def people(page: Page) -> list[str]:
    """Look at each tab, and at a dialog."""
    expect(page.get_by_text("(you)")).to_be_visible()
    found = flaws(page)
    page.get_by_role("tab", name="Audit log").click()
    expect(page.get_by_text("Became admin").first).to_be_visible()
    found += flaws(page)
    page.get_by_role("tab", name="Invitations").click()
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_label("For whom").fill("Carol")
    found += flaws(page)
    page.get_by_role("button", name="Make link").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    return found + flaws(page)


def looked_at_on_both(page: Page) -> list[str]:
    """Return what is wrong with the page on a phone and, where it is left, on a large screen."""
    page.set_viewport_size({"width": 390, "height": 844})
    wait_until_at_rest(page)
    found = poor_contrast(page) + ([] if page.evaluate(NOTHING_IS_CUT_OFF) else [f"{page.url}: cut off"])
    page.set_viewport_size({"width": 1280, "height": 1600})
    wait_until_at_rest(page)
    return found + flaws(page)


def test_what_a_link_opens_works_under_the_policy_and_is_free_of_serious_flaws(
    page: Page, shared_app: App, told: list[str]
) -> None:
    page.set_viewport_size({"width": 1280, "height": 1600})
    planner = add_planner(shared_app)
    with database_of(shared_app) as database:
        reviews = Reviews(database, now=utc_now())
        session_id = reviews.session(planner.id, (*TALK, "As JSON?", '```json\n{"days": 4, "city": "Lisbon"}\n```'))
        link = reviews.share(session_id, planner.id, note="Have a look.", approvals=2, download=True)
        anchor = reviews.visits.look(link.token, None).snapshot.blocks[1].anchor
        reviews.visits.comment(link.token, new_reader_key(), "A lift?", name="Bob", anchor=anchor, passage="castle")
        page.goto(f"{shared_app.url}/review?link={'x' * 32}")
        expect(page.get_by_role("heading", name="Nothing to see here")).to_be_visible()
        found = looked_at_on_both(page)
        locked = reviews.share(session_id, planner.id, passcode="tram 28!")
        page.goto(f"{shared_app.url}/review?link={locked.token}")
        expect(page.get_by_role("button", name="Open")).to_be_enabled()
        found += looked_at_on_both(page)

        page.goto(f"{shared_app.url}/review?link={link.token}")
        expect(page.locator(f".st-key-review_comment_{anchor} button")).to_be_enabled()
        expect(page.get_by_test_id("stCode")).to_be_visible()
        page.get_by_role("button", name="1 comment").click()
        page.get_by_role("button", name="Reply").click()
        page.locator(f".st-key-review_comment_{anchor} button").click()
        expect(page.get_by_label("Passage, if any")).to_be_visible()
        found += looked_at_on_both(page)
        decision = page.locator(".st-key-review_decision")
        decision.get_by_label("Your name").fill("Carla")
        decision.locator("label").filter(has_text="Approve").first.click()
        decision.get_by_role("button", name="Send your decision").click()
        expect(page.locator(".st-key-review_mine")).to_be_visible()
        reviews.say(session_id, "Shorter?", "Two days, then.")
        reviews.links.share_again([link.review.id], user_id=planner.id)
    page.get_by_role("button", name="Show what changed").click()
    expect(page.locator(".st-key-review_changes_list")).to_contain_text("Two days")
    found += looked_at_on_both(page)

    assert refused(told) == []
    assert not found, "\n".join(found)
    assert page.evaluate(NOTHING_IS_CUT_OFF)


def test_what_a_page_must_not_do_is_refused(page: Page, planner: Planner) -> None:
    """The test above looks at a console in which refusals are really told."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto(planner.app.url)
    wait_until(page, "window.travelbotReady")

    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const image = new Image();
            image.src = "https://elsewhere.example/pixel.png";
            document.body.append(image);
        }"""
    )

    while len([one for one in heard if "Content Security Policy" in one]) < 2:
        page.wait_for_event("console")
    assert not page.evaluate("window.ran")
