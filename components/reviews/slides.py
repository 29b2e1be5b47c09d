"""A shared deck, as its audience sees it: slides as they look, one below the other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from components.deck_charts import charts_as_data
from components.labels import counted
from exports.decks.html import DeckHtml, deck_html
from exports.decks.records import Edition
from exports.reviews.records import Block
from settings import ROOT

_KEPT = 32  # decks that are kept as HTML


class Drawn(NamedTuple):
    """A deck that is drawn: what tells its looks from all others, and what it is made of when they are not kept."""

    sha256: str
    approved: bool
    edition: Callable[[], Edition]


def slides_of(blocks: Iterable[Block]) -> list[Block]:
    """Return the slides among blocks, without their parts."""
    return [block for block in blocks if block.kind != "part"]


def parts_of(slide: Block, blocks: Sequence[Block]) -> list[Block]:
    """Return the parts of a slide, which come after it."""
    at = next(at for at, block in enumerate(blocks) if block.anchor == slide.anchor) + 1
    end = next((end for end in range(at, len(blocks)) if blocks[end].kind != "part"), len(blocks))
    return list(blocks[at:end])


def draw_slides(slides: Sequence[Block], drawn: Drawn, *, below: Callable[[Block], None] | None = None) -> None:
    """Draw these slides of a deck; *below* draws what stands below each of them."""
    html = _html(drawn.sha256, drawn.approved, drawn.edition)
    draw_deck_styles(html.css)
    sections = {one.slide_id: one.html for one in html.slides}
    for slide in slides:
        with st.container(key=f"review_block_{slide.anchor}", gap="xsmall"):
            with st.container(key=f"review_text_{slide.anchor}"), st.container(key=f"review_slide_{slide.anchor}"):
                st.html(sections.pop(slide.anchor, ""))
            if below:
                below(slide)


def draw_closing(blocks: Sequence[Block], drawn: Drawn) -> None:
    """Draw the page about the deck that nobody can remove, where there is one."""
    slides = {block.anchor for block in blocks}
    for one in _html(drawn.sha256, drawn.approved, drawn.edition).slides:
        if one.slide_id not in slides:
            with st.container(key="review_slide_about"):
                st.html(one.html)


def draw_deck_styles(css: str) -> None:
    """Draw what slides need to look as they do: the fonts, and the style sheet of a deck."""
    st.html(ROOT / "static" / "decks.css")
    st.html(f"<style>{css}</style>")


def parts_label(parts: Sequence[Block], threads: int) -> str:
    """Return what the parts of a slide are called together, with how much is said about them."""
    told = f" · {counted(threads, 'comment')}" if threads else ""
    return f"{counted(len(parts), 'part')} of this slide{told}"


@st.cache_data(max_entries=_KEPT, show_spinner=False)  # whoever asks has just read what it is made of
def _html(sha256: str, approved: bool, _edition: Callable[[], Edition]) -> DeckHtml:
    html = deck_html(replace(_edition(), approved=approved), pictures=True)
    return replace(html, slides=tuple(replace(one, html=charts_as_data(one.html)) for one in html.slides))
