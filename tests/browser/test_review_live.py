"""What somebody writes on a review stays, with the cursor in it, while others go on."""

import pytest
from playwright.sync_api import Page, Route, expect

from services.reviews.visits import new_reader_key
from tests.helpers.planners import Planner
from tests.helpers.reviews import Reviews
from tests.helpers.soak import IN_SOAK

pytestmark = pytest.mark.browser

ANNA = new_reader_key()
SEEN_MS = 15_000  # a machine that is busy is slow, not wrong; how soon, benchmarks.reviews measures


@IN_SOAK
def test_comments_beside_a_message_are_live_while_the_planner_answers(
    page: Page, planner: Planner, reviews: Reviews
) -> None:
    session_id = reviews.session(planner.id)
    link = reviews.share(session_id, planner.id)
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor
    said = reviews.visits.comment(link.token, ANNA, "Could we leave out the castle?", name="Anna", anchor=anchor)
    page.goto(f"{planner.app.url}/?session={session_id}")
    page.locator(f".st-key-chat_comments_{anchor} button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reply", exact=True).click()
    box = dialog.get_by_role("textbox", name="Your reply")
    box.fill("Gladly: we could ")

    reviews.visits.change(link.token, ANNA, said.first.id, "Could we leave out the tower?")
    expect(dialog.get_by_text("Could we leave out the tower?")).to_be_visible(timeout=SEEN_MS)
    reviews.visits.comment(link.token, ANNA, "And the tram?", name="Anna", thread_id=said.first.id)
    expect(dialog.get_by_text("And the tram?")).to_be_visible(timeout=SEEN_MS)

    expect(box).to_be_focused()
    page.keyboard.type("take the lift.")
    expect(box).to_have_value("Gladly: we could take the lift.")


def test_cursor_stays_where_somebody_writes_when_there_is_a_newer_version(
    page: Page, planner: Planner, reviews: Reviews
) -> None:
    session_id = reviews.session(planner.id)
    link = reviews.share(session_id, planner.id, follows=True)
    page.goto(f"{planner.app.url}/review?link={link.token}")
    page.locator(".st-key-review_comment_whole button").click()
    box = page.get_by_label("Your comment")
    box.fill("I am still ")
    written_in = box.element_handle()

    reviews.say(session_id, "And by train?", "Gladly, by train.")
    reviews.links.share_again([link.review.id], user_id=planner.id)
    expect(page.get_by_text("Gladly, by train.").first).to_be_visible(timeout=SEEN_MS)

    assert written_in is not None
    assert written_in.evaluate("box => box.isConnected")  # it is not drawn anew: whoever writes would lose a letter
    expect(box).to_be_focused()
    page.keyboard.type("typing")
    expect(box).to_have_value("I am still typing")


def test_passcode_is_asked_for_when_it_can_be_sent(page: Page, planner: Planner, reviews: Reviews) -> None:
    link = reviews.share(reviews.session(planner.id), planner.id, passcode="open sesame")
    held: list[Route] = []
    may_go = False

    def hold(route: Route) -> None:
        if may_go:
            route.continue_()
        else:
            held.append(route)

    page.route("**/cookies.js*", hold)  # the browser cannot say what it is known by
    page.goto(f"{planner.app.url}/review?link={link.token}")
    expect(page.get_by_role("heading", name="Enter the passcode")).to_be_visible()
    box = page.get_by_label("Passcode", exact=True)
    expect(box).to_have_count(0)

    may_go = True
    for one in held:
        one.continue_()
    box.fill("open sesame")
    box.press("Enter")

    expect(page.get_by_role("heading", name="Lisbon in May")).to_be_visible()
