"""People's words in labels are nothing but words: no link, picture, symbol, colour or formula."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import wait_until
from tests.helpers.processes import free_port, wait_until_up
from tests.helpers.soak import IN_SOAK
from tests.helpers.streamlit_process import StreamlitProcess

pytestmark = pytest.mark.browser

NAMES = (
    "see https://example.com/a?b=c#d now",
    "HTTP://EXAMPLE.COM and (http://example.com)",
    "www.example.com, WWW.example.com.",
    "write to a.b+c@example.com or <x@y.co>",
    "mailto:a@b.com xmpp:a@b.com ftp://example.com //example.com",
    "[a](https://example.com) ![b](https://example.com/b.png) [c]: https://example.com",
    "<https://example.com> <a href='https://example.com'>x</a> &lt;b&gt; <b>",
    ":tada: :material/home: :red[x] :streamlit: :small[y] :red-background[z] 10:30",
    "$5 and $6, $$x$$ **a** _b_ ~~c~~ `d` a -> b <- c -- d",
    "# 1. - > | a | b | \\ \\* 名前 Łódź 🚆",
)
SCRIPT = f"""
import streamlit as st
from components.labels import escape_label

for number, name in enumerate({NAMES!r}):
    label = escape_label(name)
    with st.container(key=f"labels_{{number}}"):
        st.button(label, key=f"button_{{number}}", help=label)
        st.checkbox(label, key=f"checkbox_{{number}}")
        st.toggle(label, key=f"toggle_{{number}}")
        st.radio("Radio", [label], key=f"radio_{{number}}")
        st.pills("Pills", [label], key=f"pills_{{number}}")
        st.text_input(label, key=f"input_{{number}}")
        st.expander(label).text("")
        st.popover(label, key=f"popover_{{number}}")
        st.tabs([label])
        st.download_button(label, "", key=f"download_{{number}}")
        st.metric(label, 1)
        st.status(label)
        st.title(label, anchor=False)
        st.caption(label)
        st.markdown(f"**{{label}}** :small[{{label}}]")
        st.error(label)
        st.table({{"Name": [label]}})
"""
SHOWN = 18  # times a name is shown above


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve a page with every kind of label."""
    (tmp_path / "labels.py").write_text(SCRIPT, "utf-8")
    port, log = free_port(), tmp_path / "log"
    served = StreamlitProcess(port, dict(os.environ), log, script=str(tmp_path / "labels.py"))
    wait_until_up(f"http://localhost:{port}/_stcore/health", log.read_text)
    yield f"http://localhost:{port}"
    served.kill()


@IN_SOAK
def test_label_is_nothing_but_words(address: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    expect(page.get_by_role("table")).to_have_count(len(NAMES))
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    wait_until(page, "document.querySelector('[data-test-script-state=notRunning]')")  # nothing moves any more

    tip = page.get_by_test_id("stTooltipContent")
    for number, name in enumerate(NAMES):
        box = page.locator(f".st-key-labels_{number}")
        assert _words(box.inner_text()).count(name) == SHOWN
        assert box.locator("a, img, .katex, [data-testid=stMarkdownColoredText]").count() == 0
        page.mouse.move(0, 0)
        expect(tip).to_have_count(0)  # the last one's
        box.get_by_role("button").first.hover()
        expect(tip).to_be_visible()
        assert _words(tip.inner_text()) == name
        assert tip.locator("a, img").count() == 0
    assert [url for url in asked if "example.com" in url] == []


def _words(shown: str) -> str:
    return " ".join(shown.replace("\u2060", "").split())
