"""Where a reply that searched the web has it from.

No field in which Backboard would tell its sources is known: not in its documentation, not in its own client, not in
streams that others saw. Models cite what they found as links in their text, so those are the sources. They are never
fetched, and images are none.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from exports.markdown_cost import MOST_MS, cost_ms
from services.intake import web_address
from services.parts import SourcePart

MAX_SOURCES = 20
_TITLE_CHARS = 120
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_BARE = re.compile(r"https?://[^\s<>\"'`|\\^{}\[\]]+", re.IGNORECASE)


def sources_in(text: str) -> list[SourcePart]:
    """Return the links of a reply as its sources, in the order of their first mention, each page once."""
    found: dict[str, SourcePart] = {}
    for title, url in _links(text):
        address = web_address(url)
        if address is None:
            continue
        host = (urlsplit(address).hostname or "").removeprefix("www.")
        page = address.partition("#")[0].rstrip("/").casefold()
        known = found.get(page)
        if known is None or (known.title == host and title):
            shown = " ".join(title.split())[:_TITLE_CHARS]
            says_something = any(map(str.isalpha, shown)) and not shown.lower().startswith("http")
            found[page] = SourcePart(shown if says_something else host, known.url if known else address)
        if len(found) == MAX_SOURCES:
            break
    return list(found.values())


def _links(text: str) -> Iterator[tuple[str, str]]:
    """Yield title and address of each link; code is not looked into.

    Of what would take a parser too long, only bare addresses are seen.
    """
    if cost_ms(text, most=MOST_MS) > MOST_MS:
        yield from (("", _without_end(bare)) for bare in _BARE.findall(text))
        return
    for block in _MARKDOWN.parse(text):
        if block.type == "inline":
            yield from _links_of(block.children or [])


def _links_of(children: list[Token]) -> Iterator[tuple[str, str]]:
    url, title = "", ""
    for child in children:
        if child.type == "link_open":
            url, title = str(child.attrGet("href") or ""), ""
        elif child.type == "link_close":
            yield title, url
            url = ""
        elif child.type in ("text", "code_inline") and url:
            title += child.content
        elif child.type == "text":
            for bare in _BARE.findall(child.content):
                yield "", _without_end(bare)


def _without_end(url: str) -> str:
    """Return a bare address without the marks of the sentence around it."""
    end, too_many = len(url), url.count(")") - url.count("(")
    while end and (url[end - 1] in ".,;:!?*_~" or (url[end - 1] == ")" and too_many > 0)):
        end -= 1
        too_many -= url[end] == ")"
    return url[:end]
