"""What was shared, as its audience sees it: the same for the planner's preview and for whoever opens the link."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import streamlit as st

from components.labels import escape_label
from components.replies.blocks import REPLY_MS, STRETCH_MS, Affordable, affordable
from components.replies.model_text import safe_markdown
from components.replies.plain_text import PlainText
from components.replies.source_links import source_links
from components.reviews.words import said
from exports.markdown_text import shown_text
from exports.reviews.records import Block
from services.parts import SourcePart

_FIRST = 60  # characters of how a message begins
_READ = 4 * _FIRST  # of its Markdown, of which more is marks; to read all of a long one takes seconds


def draw_blocks(blocks: Sequence[Block], *, below: Callable[[Block], None] | None = None) -> None:
    """Draw blocks one below the other; *below* draws what stands below each of them, after all of them are read."""
    left, places = STRETCH_MS, []
    for block in blocks:
        place = st.container(key=f"review_block_{block.anchor}", gap="xsmall")
        places.append(place)
        with place:
            left -= _draw(block, min(REPLY_MS, max(0.0, left)))
    if below:
        for block, place in zip(blocks, places, strict=True):
            with place:
                below(block)


def first_words(block: Block) -> str:
    """Return how a message, or what a field says, begins, on one line, as a reader sees it."""
    begin = block.text.lstrip()[:_READ]
    if block.kind == "slide":
        begin = block.author
    elif is_entry(block):
        begin = f"{block.author}: {begin}"
    text = " ".join((_without_marks(begin) if block.kind == "reply" else begin).split())
    return text if len(text) <= _FIRST else f"{text[:_FIRST].rstrip(' .…')}…"


@lru_cache(maxsize=2_000)
def _without_marks(begin: str) -> str:
    """Return the beginning of a message as it is shown: everybody who has a link open asks for the same ones."""
    return shown_text(begin)


def is_entry(block: Block) -> bool:
    """Whether a block is a piece of a brief or of a deck: nobody has said it."""
    return block.kind not in ("message", "reply")


def _draw(block: Block, budget_ms: float) -> float:
    """Draw one block; return what a browser spends on it, in milliseconds."""
    if is_entry(block):
        _draw_entry(block)
        return 0.0
    reply = block.kind == "reply"
    avatar = ":material/flight_takeoff:" if reply else ":material/person:"
    spent = 0.0
    with st.chat_message("assistant" if reply else "user", avatar=avatar):
        st.caption(said(block))
        if reply:
            spent = _draw_markdown(block.text, budget_ms)
        else:
            st.text(block.text)
        if block.sources:
            with st.container(key=f"review_sources_{block.anchor}"):
                source_links([SourcePart(source.title, source.url) for source in block.sources])
        if block.ending:
            st.caption(f":material/info: {escape_label(block.ending)}")
    return spent


def _draw_entry(block: Block) -> None:
    with st.container(key=f"review_entry_{block.anchor}", gap=None):
        icon = ":material/help: " if block.kind == "question" else ""
        st.caption(f"{icon}{said(block)}")
        with st.container(key=f"review_text_{block.anchor}"):
            st.text(block.text)


def _draw_markdown(text: str, budget_ms: float) -> float:
    drawn, plain, spent = _readied(text, budget_ms)
    for safe in drawn:
        st.markdown(safe, anchors=False)
    if plain:
        PlainText(st.container()).draw(plain)
    return spent


@lru_cache(maxsize=200)
def _readied(text: str, budget_ms: float) -> Affordable:
    """Return what a browser can draw of a reply, made safe: whoever has the link open sees the same."""
    found = affordable(text, budget_ms)
    return found._replace(drawn=[safe for piece in found.drawn if (safe := safe_markdown(piece))])
