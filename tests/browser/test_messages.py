"""What is done with a message in one click: copied without the page's colours, linked to, edited."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import App, ask, expect_finished, open_app
from tests.helpers.planners import Planner
from tests.helpers.services import until

pytestmark = pytest.mark.browser

ASKED = "2 days in Rome in May\nas a table"
LISTEN = """addEventListener("copy", ({clipboardData}) => {
    window.copies = [...(window.copies ?? []), {
        text: clipboardData.getData("text/plain"), html: clipboardData.getData("text/html"),
    }];
})"""
SELECT = """(message) => {
    const range = document.createRange();
    range.selectNodeContents(message);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


def test_message_is_copied_linked_to_and_edited_in_one_click(planner: Planner, page: Page):
    page.emulate_media(color_scheme="dark")
    open_app(page, planner.app)
    ask(page, ASKED)
    expect_finished(page)
    page.evaluate(LISTEN)
    asked, reply = page.locator('[class*="st-key-chat_message_"]').all()

    def copies() -> dict[str, str]:
        return page.evaluate("window.copies.at(-1)")  # type: ignore[no-any-return]

    page.mouse.move(0, 0)
    actions = asked.locator('[class*="st-key-chat_actions_"]')
    expect(actions).to_have_css("opacity", "0")
    expect(reply.locator('[class*="st-key-chat_actions_"]')).to_have_css("opacity", "1")

    def seen_where_it_is_pointed_at() -> bool:
        asked.hover()  # anew: the page may still be on its way to its end
        return bool(actions.evaluate("row => getComputedStyle(row).opacity") == "1")

    until(seen_where_it_is_pointed_at, what="the row of a message that is pointed at is seen")

    reply.evaluate(SELECT)
    page.keyboard.press("Control+C")
    selected = copies()
    assert re.search(r"^\| Day \|.*\|\n\| --- \| ", selected["text"], re.MULTILINE), selected["text"]
    assert re.search(r"<table><thead><tr><th>Day</th>", selected["html"]), selected["html"]
    assert not re.search(r"style|class|color|<(div|span|button|svg)", selected["html"])
    table = reply.locator("tbody")
    table.evaluate(SELECT)
    page.keyboard.press("Control+C")
    assert copies()["html"].startswith("<table><tbody><tr><td>")

    reply.get_by_role("button", name="Copy").click()
    assert copies()["text"].startswith("| Day |") or "\n| Day |" in copies()["text"]
    assert copies()["text"] in selected["text"]
    page.mouse.wheel(0, -5000)  # as a person goes up: the page glides to its end until then
    asked.get_by_role("button", name="Copy").click()
    assert copies()["text"] == ASKED
    asked.get_by_role("button", name="Link").click()
    link = copies()["text"]
    expect(page.get_by_text("Link copied.")).to_be_visible()
    assert re.search(r"\?session=\d+&message=\d+$", link)

    asked.get_by_role("button", name="Edit").click()
    editing = page.get_by_role("textbox", name="Edit your message")
    expect(editing).to_be_focused()
    page.keyboard.press("Escape")
    expect(editing).to_have_count(0)
    page.goto(link)
    expect(page.get_by_text("Opened here")).to_be_visible()


DRAWN = """<div style="color: red"><h2 id="a">Rome <span data-testid="stHeaderActionElements">#</span></h2>
    <p class="x">Go <a href="https://example.com/" target="_blank">there</a> by <code>train</code><br>or
    <em>bus</em>. <span role="img" translate="no">flight</span></p>
    <ol start="3"><li>One<ul><li>deep</li></ul></li><li><p>Two</p></li></ol>
    <blockquote><p>Said</p><p>more</p></blockquote><hr>
    <pre><code><span style="color: red">a = 1</span>\n  b</code></pre><button>Copy</button>
    <table><tbody><tr><td>a|b</td><td></td></tr></tbody></table><div data-testid="stText">1 *\n 2</div></div>"""
MARKDOWN = """## Rome

Go [there](https://example.com/) by `train`
or *bus*.

3. One
   - deep
4. Two

> Said
>
> more

---

```
a = 1
  b
```

| a\\|b |  |
| --- | --- |

1 *
 2"""


def test_what_is_drawn_is_copied_as_markdown_and_plain_html(page: Page, shared_app: App):
    page.goto(shared_app.url)
    copied = page.evaluate(
        """async (drawn) => {
            const { copied } = await import("/app/static/js/copied.js");
            const { body } = new DOMParser().parseFromString(drawn, "text/html");
            return copied(body.childNodes);
        }""",
        DRAWN,
    )

    lines = [line.rstrip() for line in copied["text"].splitlines()]
    assert lines == MARKDOWN.splitlines()
    assert not re.search(r"style|class|color|id=|target|<(div|span|button)", copied["html"])
