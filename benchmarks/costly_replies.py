"""How long a browser tab is busy with Markdown of awkward kinds, beside how long `exports/markdown_cost.py` says.

Each kind is drawn by Streamlit in Chromium at growing sizes, until the tab does not answer for `--longest` seconds.
Printed are the seconds of CPU of the tab's main thread, from the click that draws until the page has been painted.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Error, sync_playwright

from benchmarks.servers import ROOT, free_port, wait_until_up
from components.replies.model_text import safe_markdown
from exports.markdown_cost import cost_ms
from tests.helpers.browser import chromium

_PAGE = """
import sys
from pathlib import Path

import streamlit as st

text = Path(sys.argv[1]).read_text("utf-8")
if st.button("Draw"):
    how = st.query_params.get("how", "markdown")
    if how == "text":
        st.text(text)
    elif how == "code":
        st.code(text, language=None, wrap_lines=True)
    else:
        st.markdown(text)
    st.caption("drawn")
"""

_PROSE = "They *walk* from the **Alfama** to the river, have lunch at [Ponto](https://example.org), and rest. "
_ROW = "| Museu do Azulejo | 10:00 | 8 EUR | closed on Monday |\n"


def _plan(size: int) -> str:
    days = range(1, size // 4_000 + 2)
    return "\n\n".join(f"## Day {day}\n\n{_PROSE * 20}\n\n- {_PROSE}\n- {_PROSE}\n\n{_table(4, 12)}" for day in days)


def _table(columns: int, rows: int) -> str:
    return "|" + " a |" * columns + "\n|" + " - |" * columns + "\n" + "| b |\n" * rows


KINDS: dict[str, Callable[[int], str]] = {
    "plan": _plan,
    "prose": lambda size: _PROSE * (size // len(_PROSE)),
    "prose in paragraphs": lambda size: (_PROSE * 4 + "\n\n") * (size // (len(_PROSE) * 4)),
    "words": lambda size: "word " * (size // 5),
    "one word": lambda size: "w" * size,
    "lines": lambda size: "a\n" * (size // 2),
    "paragraphs": lambda size: "a\n\n" * (size // 3),
    "table 4 wide": lambda size: "| a | b | c | d |\n| - | - | - | - |\n" + _ROW * (size // len(_ROW)),
    "table padded": lambda size: _table(size // 16, size // 16),
    "table of one row": lambda size: _table(size // 8, 1),
    "tables": lambda size: (_table(2, 1) + "\n") * (size // 30),
    "open emphasis": lambda size: "*a_ " * (size // 4),
    "open stars": lambda size: "*a " * (size // 3),
    "open strong": lambda size: "**a " * (size // 4),
    "closing stars": lambda size: "a* " * (size // 3),
    "emphasis": lambda size: "*a* " * (size // 4),
    "emphasis in emphasis": lambda size: "*a **a " * (size // 14) + "b** b* " * (size // 14),
    "underscores": lambda size: "_" * size,
    "stars": lambda size: "a" + "*" * size + "a",
    "tildes": lambda size: "~~a " * (size // 4),
    "rule": lambda size: "- " * (size // 2),
    "items": lambda size: "- " * (size // 2) + "a",
    "items of ten": lambda size: ("- " * 10 + "a\n\n") * (size // 23),
    "list": lambda size: "- a\n" * (size // 4),
    "nested list": lambda size: "".join("  " * depth + "- a\n" for depth in range(int(size**0.5))),
    "quotes": lambda size: ">" * size,
    "quotes and items": lambda size: "> - " * (size // 4),
    "nested quotes": lambda size: "".join(">" * depth + " a\n" for depth in range(1, int((2 * size) ** 0.5))),
    "brackets": lambda size: "[" * size,
    "closed brackets": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "bracket pairs": lambda size: "[]" * (size // 2),
    "open links": lambda size: "[a](" * (size // 4),
    "links": lambda size: "[a](b) " * (size // 7),
    "images": lambda size: "![" * (size // 2),
    "definitions": lambda size: "".join(f"[a{n}]: b\n" for n in range(size // 10)),
    "references": lambda size: "[a]: b\n\n" + "[a] " * (size // 4),
    "less than": lambda size: "<" * size,
    "open tags": lambda size: "<a " * (size // 3),
    "tags": lambda size: "<b>" * (size // 3),
    "comments": lambda size: "<!-- " * (size // 5),
    "ticks": lambda size: "`" * size,
    "growing ticks": lambda size: " ".join("`" * n for n in range(1, int((2 * size) ** 0.5))),
    "code": lambda size: "`a` " * (size // 4),
    "footnotes": lambda size: "".join(f"[^{n}] " for n in range(size // 8)),
    "entities": lambda size: "&amp;" * (size // 5),
    "backslashes": lambda size: "\\*" * (size // 2),
    "numbered headings": lambda size: "".join(f"# a{n}\n" for n in range(size // 8)),
    "headings": lambda size: "# a\n" * (size // 4),
    "setext headings": lambda size: "a\n=\n\n" * (size // 5),
    "rules": lambda size: "---\n\n" * (size // 5),
    "breaks": lambda size: "a  \n" * (size // 4),
    "fences": lambda size: "```\na\n```\n" * (size // 10),
    "python fences": lambda size: "```python\na = 1\n```\n" * (size // 20),
    "python": lambda size: "```python\n" + "a = b + 'c' # d\n" * (size // 16) + "```",
    "json": lambda size: "```json\n" + '{"a": [1, 2]}\n' * (size // 14) + "```",
    "one line of code": lambda size: "```python\n" + "a = b + 'c'; " * (size // 13) + "\n```",
    "fence without language": lambda size: "```\n" + "a = b + 'c' # d\n" * (size // 16) + "```",
    "indented code": lambda size: "a\n\n" + "    a\n\nb\n\n" * (size // 11),
    "shortcodes": lambda size: ":tada: " * (size // 7),
    "directives": lambda size: ":red[" * (size // 5) + "]" * (size // 5),
    "times": lambda size: "10:30[" * (size // 6),
    "money": lambda size: "$5 " * (size // 3),
    "bare links": lambda size: "www.a.b " * (size // 8),
    "bare links in one": lambda size: "www." * (size // 4),
    "addresses": lambda size: "a@b.c " * (size // 6),
    "dots": lambda size: "a." * (size // 2) + "@",
    "colons": lambda size: ":" * size,
    "tasks": lambda size: "- [ ] a\n" * (size // 8),
    "arrows": lambda size: "-> " * (size // 3),
    "bars": lambda size: "|" * size,
    "blank lines": lambda size: "a" + "\n" * size + "b",
    "blanks": lambda size: "a" + " " * size + "b",
    "tabs": lambda size: "\t" * size + "b",
}


class Tab:
    """A page that draws what lies in *file*."""

    def __init__(self, browser: Browser, port: int, how: str) -> None:
        self._page = browser.new_page(viewport={"width": 1280, "height": 800})
        self._page.goto(f"http://127.0.0.1:{port}/?how={how}")
        self._page.get_by_role("button", name="Draw").wait_for()
        self._page.wait_for_timeout(300)
        self._metrics: CDPSession = self._page.context.new_cdp_session(self._page)
        self._metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def draw(self, longest_s: float) -> float:
        """Return the seconds of CPU that it took. Raises Playwright's Error when it takes too long."""
        before = self._busy_s()
        self._page.get_by_role("button", name="Draw").click()
        self._page.get_by_text("drawn", exact=True).wait_for(state="attached", timeout=longest_s * 1000)
        busy_s = -1.0
        while (now_s := self._painted_s(longest_s)) > busy_s + 0.05:  # code is highlighted a little later
            busy_s = now_s
            self._page.wait_for_timeout(400)
        return now_s - before

    def _painted_s(self, longest_s: float) -> float:
        self._page.wait_for_function(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))",
            timeout=longest_s * 1000,
        )
        return self._busy_s()

    def close(self) -> None:
        self._page.close()

    def _busy_s(self) -> float:
        metrics = self._metrics.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _measure(kinds: Sequence[str], sizes: Sequence[int], how: str, longest_s: float) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script, file, port = Path(folder) / "page.py", Path(folder) / "text.md", free_port()
        script.write_text(_PAGE)
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
        with subprocess.Popen([*command, "--", str(file)], cwd=ROOT, stdout=subprocess.DEVNULL) as server:
            wait_until_up(f"http://127.0.0.1:{port}/_stcore/health")
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
            for kind in kinds:
                for size in sizes:
                    file.write_text(safe_markdown(KINDS[kind](size)) if how == "markdown" else KINDS[kind](size))
                    try:
                        tab = Tab(browser, port, how)
                        spent = tab.draw(longest_s)
                        tab.close()
                    except Error:
                        print(f"{kind:26} {size:9,}  more than {longest_s:.0f} s", flush=True)
                        browser.close()
                        browser = playwright.chromium.launch(
                            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
                        )
                        break
                    said_s = cost_ms(KINDS[kind](size)) / 1000
                    print(f"{kind:26} {size:9,}  {spent:7.2f} s  estimated {said_s:8.2f} s", flush=True)
                    if spent > longest_s:
                        break
            browser.close()
            server.terminate()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    arguments.add_argument("--sizes", nargs="+", type=int, default=[2_000, 8_000, 32_000, 128_000])
    arguments.add_argument("--how", choices=["markdown", "text", "code"], default="markdown")
    arguments.add_argument("--longest", type=float, default=15.0, help="seconds")
    given = arguments.parse_args()
    _measure(given.kinds, given.sizes, given.how, given.longest)
