"""What a link opens, on a phone and live."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from db.migrate import migrate
from db.models import utc_now
from services.reviews.records import DecisionKind, NewLink
from services.reviews.visits import new_reader_key
from tests.helpers.browser import App, soon, wait_until, wait_until_at_rest
from tests.helpers.planners import Planner, add_planner, database_of
from tests.helpers.reviews import Reviews
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


class Shared:
    """A planner's session on a running server, and what is done with it from elsewhere."""

    def __init__(self, reviews: Reviews, planner: Planner) -> None:
        self.reviews = reviews
        self.planner = planner
        self.session_id = reviews.session(planner.id)
        self.key = new_reader_key()

    def link(self, **settings: Any) -> NewLink:
        return self.reviews.share(self.session_id, self.planner.id, **settings)

    def say(self, link: NewLink, text: str, **about: object) -> None:
        """Let somebody else say something."""
        self.reviews.visits.comment(link.token, self.key, text, name="Bob", **about)  # type: ignore[arg-type]

    def decide(self, link: NewLink) -> None:
        """Let somebody else decide."""
        seen = link.review.version.sha256
        self.reviews.visits.decide(link.token, self.key, DecisionKind.DECLINE, name="Bob", sha256=seen)


@pytest.fixture
def share(page: Page) -> Iterator[Callable[[App], Shared]]:
    """Give a function that makes a session to be shared on a server."""
    opened = []

    def on(app: App) -> Shared:
        context = database_of(app)
        opened.append(context)
        database = context.__enter__()
        migrate(database)  # `app.py` alone does so at the first visit
        return Shared(Reviews(database, now=utc_now()), add_planner(app))

    yield on
    for context in opened:
        context.__exit__(None, None, None)


def open_link(page: Page, app: App, link: NewLink) -> None:
    page.goto(f"{app.url}/review?link={link.token}")
    expect(page.get_by_role("heading", name="Lisbon in May")).to_be_visible()
    expect(page.locator('[class*="st-key-review_comment_"] button').first).to_be_enabled()  # the browser is known


def block(page: Page, number: int) -> Locator:
    return page.locator('[class*="st-key-review_block_"]').nth(number)


def test_customer_looks_comments_and_decides_on_a_phone(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    link = shared.link(approvals=2, download=True)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    open_link(page, shared_app, link)
    assert link.token not in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    block(page, 1).get_by_role("button", name="Comment").click()
    block(page, 1).get_by_label("Your name").fill("Carla <b>C</b>")
    page.get_by_label("Your comment").fill("Is there a lift?\n![x](https://evil.example/x.png)")
    expect(page.get_by_text("Ctrl+Enter").locator("visible=true")).to_have_count(0)  # no phone has such keys
    page.get_by_label("Passage, if any").fill("Walk up to the castle")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(block(page, 1)).to_contain_text("![x](https://evil.example/x.png)")
    expect(block(page, 1)).to_contain_text("Carla <b>C</b>")
    wait_until(page, "CSS.highlights.get('travelbot-passage')?.size === 1")

    page.locator(".st-key-review_go_decision button").click()
    decision = page.locator(".st-key-review_decision")
    expect(decision).to_be_in_viewport()
    decision.get_by_role("button", name="Send your decision").click()
    expect(decision.get_by_role("alert")).to_contain_text("Choose a decision")
    decision.get_by_text("Ask for changes", exact=True).click()
    expect(decision.get_by_role("alert")).to_have_count(0)
    decision.get_by_role("button", name="Send your decision").click()
    expect(decision.get_by_role("alert")).to_contain_text("Say what should change.")
    assert decision.get_by_label("Your name").input_value() == "Carla <b>C</b>"  # as given with the comment
    decision.get_by_label("A note").fill(" ")
    expect(decision.get_by_role("alert")).to_have_count(0)
    decision.get_by_label("A note").press("Control+Enter")
    expect(decision.get_by_role("alert")).to_contain_text("Say what should change.")
    decision.get_by_label("A note").fill("One hotel for all nights")
    decision.get_by_role("button", name="Send your decision").click()
    expect(page.locator(".st-key-review_mine")).to_contain_text("You asked for changes")
    [decided] = shared.reviews.links.get(link.review.id, user_id=shared.planner.id).decisions
    assert (decided.note, decided.sha256) == ("One hotel for all nights", link.review.version.sha256)

    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Receipt (JSON)").click()
    receipt = json.loads(downloaded.value.path().read_text())
    assert downloaded.value.suggested_filename == "Lisbon-in-May-receipt.json"
    assert receipt["review"]["sha256"] == link.review.version.sha256
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Download as PDF").click()
    assert downloaded.value.path().read_bytes().startswith(b"%PDF")

    wait_until(page, "document.cookie.includes('travelbot_reviewer_name=')")
    page.reload()
    expect(page.locator(".st-key-review_mine")).to_contain_text("You asked for changes")
    expect(page.get_by_text(re.compile("new comment")).or_(page.locator(".st-key-review_changed_bar"))).to_have_count(
        0
    )
    assert link.token not in shared_app.log.read_text()


HEIGHTS = """() => [...document.querySelectorAll('[class*="st-key-review_block_"]')].map((one) => one.offsetHeight)"""
BOTH = f"() => [window.before ?? [], ({HEIGHTS})()]"
NOTE_HEIGHTS = f"""
new MutationObserver(() => {{
  if (document.querySelector('.travelbot-to-be-known')) window.before = ({HEIGHTS})();
}}).observe(document, {{ childList: true, subtree: true }});
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_link_finds_its_server_at_once_and_nothing_moves_when_more_can_be_done(
    page: Page, shared_app: App, share: Callable[[App], Shared], width: int
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.add_init_script(NOTE_HEIGHTS)
    page.set_viewport_size({"width": width, "height": 800})
    shared = share(shared_app)
    link = shared.link()
    [message, *_] = shared.reviews.visits.look(link.token, None).snapshot.blocks
    shared.reviews.visits.comment(link.token, new_reader_key(), "A lift?", name="Bo", anchor=message.anchor)
    open_link(page, shared_app, link)

    assert [path for path in asked if path.endswith("_stcore/health")] == ["/_stcore/health"]
    before, after = page.evaluate(BOTH)
    for _ in range(10):
        if len(before) < len(after):
            page.context.clear_cookies()  # a busy machine drew the rest at once with what a known browser sees
            open_link(page, shared_app, link)
            before, after = page.evaluate(BOTH)
    assert len(before) > 2
    assert before == after


@IN_SOAK
def test_name_that_was_given_is_in_each_form_that_comes_after(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    link = shared.link()
    open_link(page, shared_app, link)
    decision = page.locator(".st-key-review_decision")
    decision.get_by_label("Your name").fill("Carla")
    decision.get_by_text("Approve", exact=True).click()
    decision.get_by_role("button", name="Send your decision").click()

    for _ in range(2):
        page.get_by_role("button", name="Decide again").click()
        expect(decision.get_by_label("Your name")).to_have_value("Carla")
        decision.get_by_role("button", name="Cancel").click()
    for _ in range(2):
        page.locator(".st-key-review_comment_whole button").click()
        box = page.locator(".st-key-review_block_whole")
        expect(box.get_by_label("Your name")).to_have_value("Carla")
        box.get_by_label("Your comment").fill("Thank you")
        box.get_by_role("button", name="Send", exact=True).click()
        expect(box.get_by_label("Your name")).to_have_count(0)

    shared.reviews.say(shared.session_id, "Shorter?", "Two days then.")
    shared.reviews.links.share_again([link.review.id], user_id=shared.planner.id)
    expect(page.get_by_text("please decide again")).to_be_visible()
    expect(decision.get_by_label("Your name")).to_have_value("Carla")
    decision.get_by_text("Approve", exact=True).click()
    decision.get_by_role("button", name="Send your decision").click()
    expect(page.locator(".st-key-review_mine")).to_contain_text("as Carla")


@IN_SOAK
def test_table_of_prices_breaks_no_number_and_is_no_wider_than_a_phone(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    row = "| Hotel Avenida Palace with breakfast | $1,445.00 | $1,445.00 | $1,445.00 | $12,890.00 |"
    heads = "| Where we stay | Per room | Per person | Deposit | All together |\n|---|---:|---:|---:|---:|"
    shared.reviews.say(shared.session_id, "What does it cost?", f"{heads}\n{row}\n{row.replace('Palace', 'x' * 60)}")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    open_link(page, shared_app, shared.link())

    price = page.get_by_role("cell", name="$1,445.00").first
    lines = (
        "cell => { const range = new Range(); range.selectNodeContents(cell); return range.getClientRects().length }"
    )
    assert price.evaluate(lines) == 1
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
    wait_until(page, "document.querySelector('[data-testid=stMarkdownContainer]:has(table)').tabIndex === 0")


def test_open_page_hears_of_others_keeps_what_is_typed_and_is_empty_once_revoked(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    link = shared.link()
    open_link(page, shared_app, link)
    block(page, 1).get_by_role("button", name="Comment").click()
    typed = page.get_by_label("Your comment")
    typed.press_sequentially("Half a sen")
    anchor = block(page, 1).get_attribute("class").rpartition("review_block_")[2].split()[0]  # type: ignore[union-attr]

    shared.say(link, "What about a boat?", anchor=anchor)
    with soon(page, within_s=5):
        expect(block(page, 1).get_by_role("button", name="1 comment")).to_be_visible()
    expect(page.get_by_test_id("stToast")).to_contain_text("New comment by Bob")
    typed.press_sequentially("tence")  # the box still has the focus
    expect(typed).to_have_value("Half a sentence")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"

    shared.decide(link)
    expect(page.locator(".st-key-review_decision")).to_contain_text("Bob: Declined", timeout=5_000)
    expect(typed).to_have_value("Half a sentence")
    shared.reviews.say(shared.session_id, "Shorter?", "Two days then.")
    shared.reviews.links.share_again([link.review.id], user_id=shared.planner.id)
    with soon(page, within_s=5):
        expect(page.locator(".st-key-review_changed_bar")).to_contain_text("Changed since you looked")
    expect(typed).to_have_value("Half a sentence")
    page.get_by_role("button", name="Show what changed").click()
    expect(page.locator(".st-key-review_changes_list")).to_contain_text("Two days then.")
    expect(typed).to_have_value("Half a sentence")

    shared.reviews.links.revoke(link.review.id, user_id=shared.planner.id)
    with soon(page, within_s=2):
        expect(page.get_by_text("Nothing to see here")).to_be_visible()
    expect(page.get_by_text("castle")).to_have_count(0)
    assert "castle" not in page.content()


@IN_SOAK
def test_what_was_chosen_for_an_earlier_version_is_not_sent_for_the_next(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    link = shared.link()
    open_link(page, shared_app, link)
    decision = page.locator(".st-key-review_decision")
    decision.get_by_text("Approve", exact=True).click()
    expect(decision.get_by_role("radio", name="Approve", exact=False).first).to_be_checked()
    decision.get_by_label("Your name").fill("Carla")
    decision.get_by_label("A note").fill("The lift matters")

    shared.reviews.say(shared.session_id, "Shorter?", "Two days then.")
    shared.reviews.links.share_again([link.review.id], user_id=shared.planner.id)

    expect(decision.get_by_text("This changed while you were deciding.")).to_be_visible()
    expect(decision.get_by_role("radio", checked=True)).to_have_count(0)
    expect(decision.get_by_label("A note")).to_have_value("The lift matters")
    decision.get_by_role("button", name="Send your decision").click()
    expect(decision).to_contain_text("Choose a decision")
    assert shared.reviews.links.get(link.review.id, user_id=shared.planner.id).decisions == ()
    decision.get_by_text("Approve", exact=True).click()
    decision.get_by_role("button", name="Send your decision").click()
    expect(page.locator(".st-key-review_mine")).to_contain_text("You approved")
    [made] = shared.reviews.links.get(link.review.id, user_id=shared.planner.id).decisions
    assert (made.version, made.name, made.note) == (2, "Carla", "The lift matters")


def test_drafts_are_kept_while_another_is_written_and_while_a_passcode_is_asked_for(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    link = shared.link()
    open_link(page, shared_app, link)
    wait_until(page, "window.travelbotReady")
    decision = page.locator(".st-key-review_decision")
    decision.get_by_label("A note").fill("One hotel, please")
    block(page, 1).get_by_role("button", name="Comment").click()
    expect(block(page, 1).get_by_label("Your name")).to_be_focused()
    page.keyboard.type("Carla")
    block(page, 1).get_by_label("Your comment").fill("Is there a lift?")
    block(page, 3).get_by_role("button", name="Comment").click()
    expect(block(page, 3).get_by_label("Your comment")).to_have_value("")
    block(page, 3).get_by_label("Your comment").fill("Too far")
    block(page, 1).get_by_role("button", name="Comment").click()
    expect(block(page, 1).get_by_label("Your comment")).to_have_value("Is there a lift?")
    expect(block(page, 1).get_by_label("Your name")).to_have_value("Carla")

    shared.reviews.links.change(
        link.review.id, link.review.settings, user_id=shared.planner.id, passcode="open sesame"
    )
    page.get_by_label("Passcode", exact=True).fill("open sesame")
    page.get_by_role("button", name="Open").click()
    expect(block(page, 1).get_by_label("Your comment")).to_have_value("Is there a lift?")
    expect(decision.get_by_label("A note")).to_have_value("One hotel, please")
    block(page, 1).get_by_role("button", name="Send", exact=True).click()
    expect(block(page, 1).locator('[class*="st-key-review_thread_"]')).to_contain_text("Is there a lift?")

    block(page, 1).get_by_role("button", name="Comment", exact=False).first.click()
    expect(block(page, 1).get_by_label("Your comment")).to_be_focused()  # the name is known
    expect(block(page, 1).get_by_label("Your comment")).to_have_value("")  # it was sent
    block(page, 3).get_by_role("button", name="Comment").click()
    expect(block(page, 3).get_by_label("Your comment")).to_have_value("Too far")
    block(page, 3).get_by_role("button", name="Cancel").click()
    expect(block(page, 3).get_by_label("Your comment")).to_have_count(0)
    block(page, 3).get_by_role("button", name="Comment").click()
    expect(block(page, 3).get_by_label("Your comment")).to_have_value("")


def test_selected_words_become_the_passage_of_a_comment_and_are_marked_where_they_stand(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    days = "## Day 1\n\nBy *trams* and tram.\n\n## Day 2\n\nThe **tram** again.\n\n- Day 3: the tram."
    shared.session_id = shared.reviews.session(shared.planner.id, ("Three days?", days))
    link = shared.link()
    open_link(page, shared_app, link)
    wait_until(page, "window.travelbotReady")

    expect(page.get_by_role("button", name="Comment on “Three days?”", exact=True)).to_be_visible()
    page.get_by_text("tram", exact=True).dblclick()
    page.get_by_role("button", name="Comment on this").click()
    expect(page.get_by_label("Passage, if any")).to_have_value("tram")
    block(page, 1).get_by_label("Your name").fill("Carla")
    page.get_by_label("Your comment").fill("Too steep")
    page.get_by_label("Your comment").press("Control+Enter")

    thread = block(page, 1).locator('[class*="st-key-review_thread_"]')
    expect(thread).to_contain_text("Day 2 The tram")
    wait_until(page, "CSS.highlights.get('travelbot-passage')?.size === 1")
    marked = "[...CSS.highlights.get('travelbot-passage')][0].startContainer.parentElement.tagName"
    assert page.evaluate(marked) == "STRONG"
    [kept] = shared.reviews.comments.threads(link.review.id, user_id=shared.planner.id)
    assert (kept.passage, kept.before) == ("tram", "tram. Day 2 The")


@IN_SOAK
def test_link_opens_under_the_plain_app_and_is_asked_for_its_passcode(
    page: Page, start_app: Callable[..., App], share: Callable[[App], Shared]
) -> None:
    app = start_app(script="app.py")
    shared = share(app)
    link = shared.reviews.share(shared.session_id, shared.planner.id, passcode="open sesame")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{app.url}/review?link={link.token}")
    expect(page.get_by_role("button", name="Open")).to_be_enabled()
    page.get_by_label("Passcode", exact=True).fill("sesame seed")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    assert "castle" not in page.content()
    page.get_by_label("Passcode", exact=True).fill("open sesame")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("castle", exact=True)).to_be_visible()
    assert page.locator("meta[name=robots]").get_attribute("content") == "noindex, nofollow"
    assert page.locator("meta[name=referrer]").get_attribute("content") == "no-referrer"

    page.reload()
    expect(page.get_by_text("castle", exact=True)).to_be_visible()
    shared.reviews.links.revoke(link.review.id, user_id=shared.planner.id)
    with soon(page, within_s=2):
        expect(page.get_by_text("Nothing to see here")).to_be_visible()
    assert link.token not in app.log.read_text()
    assert not [url for url in asked if not url.startswith((app.url, "data:", "blob:"))]  # nothing from elsewhere


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what says *words* has the focus."""
    told = (
        "() => { const at = document.activeElement; return at.ariaLabel || at.closest('label, button')?.innerText }"
    )
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in (page.evaluate(told) or ""):
            return
    raise AssertionError(f"{words} cannot be reached")


def test_keyboard_suffices(page: Page, shared_app: App, share: Callable[[App], Shared]) -> None:
    link = share(shared_app).link()
    open_link(page, shared_app, link)

    expect(page.get_by_label("Link to heading")).to_have_count(0)  # no stops for Tab
    tab_to(page, "Comment")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your name").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Your comment")).to_have_count(0)
    expect(block(page, 0).get_by_role("button", name="Comment")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your name").first).to_be_focused()
    page.keyboard.type("Carla")
    tab_to(page, "Your comment")
    page.keyboard.type("Is there a lift?")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[class*="st-key-review_thread_"]')).to_contain_text("Is there a lift?")
    tab_to(page, "Approve")
    page.keyboard.press("Space")
    tab_to(page, "Send your decision")
    page.keyboard.press("Enter")

    expect(page.locator(".st-key-review_mine")).to_contain_text("You approved")


def test_what_is_sent_with_a_double_click_is_there_once(
    page: Page, shared_app: App, share: Callable[[App], Shared]
) -> None:
    shared = share(shared_app)
    link = shared.link()
    open_link(page, shared_app, link)
    page.locator(".st-key-review_comment_whole button").click()
    box, decision = page.locator(".st-key-review_block_whole"), page.locator(".st-key-review_decision")
    box.get_by_label("Your name").fill("Carla")
    box.get_by_label("Your comment").fill("Thank you")
    box.get_by_role("button", name="Send", exact=True).dblclick()
    expect(box.get_by_label("Your name")).to_have_count(0)
    expect(decision.get_by_label("Your name")).to_have_value("Carla")
    decision.get_by_text("Approve", exact=True).click()
    decision.get_by_role("button", name="Send your decision").dblclick()
    expect(page.locator(".st-key-review_mine")).to_contain_text("as Carla")
    wait_until_at_rest(page)

    seen = shared.reviews.visits.look(link.token, None)
    assert len(seen.decisions) == 1
    assert len(shared.reviews.visits.threads(link.token, None, anchor=None)) == 1
