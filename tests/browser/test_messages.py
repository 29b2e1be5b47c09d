"""What is copied of a page: Markdown, and plain HTML without its colours."""

import re

import pytest
from playwright.sync_api import Page

from tests.helpers.browser import App

pytestmark = pytest.mark.browser

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
