"""A deck on the screen: the strip of its pages, the one that is shown, and what goes from one to the next.

All pages are in the strip, as large as there is room for; a phone shows them one below the other, and *Present* takes
them from there. What is chosen there is a radio button behind each of them: keyboards and screen readers know those.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from components.decks.drawn import DrawnDeck, DrawnPage
from components.decks.places import page_key
from components.labels import counted, escape_label
from exports.decks.records import Slide
from services.decks.records import DeckOf
from settings import ROOT


def draw_styles(css: str) -> None:
    """Draw the style sheets of a deck's pages and of what stands around them."""
    for name in ("decks", "deck"):
        st.html(ROOT / "static" / f"{name}.css")
    st.html(f"<style>{css}</style>")


def settled_page(of: DeckOf, drawn: DrawnDeck) -> DrawnPage:
    """Return the page to show: the one that was chosen, the first of its slide, or the first of all."""
    pages = {page.key: page for page in drawn.pages}
    key = st.session_state.get(page_key(of), "")
    if key not in pages:
        key = f"{key.rpartition('/')[0]}/1"
        key = key if key in pages else drawn.pages[0].key
        st.session_state[page_key(of)] = key  # only then: it takes back what is chosen meanwhile
    return pages[key]


def draw_strip(of: DeckOf, drawn: DrawnDeck, slides: Mapping[str, Slide], comments: Mapping[str, int]) -> None:
    """Draw all pages, small, with the choice of one; *comments* are how many are open on a slide."""
    with st.container(key="deck_strip", gap=None):
        st.html(f'<div class="deck-strip">{"".join(map(_small, drawn.pages))}</div>')
        labels = {page.key: _label(page, slides, comments) for page in drawn.pages}
        st.radio(
            "Slides",
            list(labels),
            format_func=partial(_named, labels),
            key=page_key(of),
            label_visibility="collapsed",
            width="stretch",
        )


def _named(labels: Mapping[str, str], key: str) -> str:
    return labels.get(key, "")


def _small(page: DrawnPage) -> str:
    kind = "deck-page" if page.number else "deck-page deck-hidden"
    return f'<div class="{kind}" data-page="{escape(page.key)}">{page.html}</div>'


def _label(page: DrawnPage, slides: Mapping[str, Slide], comments: Mapping[str, int]) -> str:
    told = f"{page.number}. " if page.number else "Hidden: "
    slide = slides.get(page.slide_id)
    mark = ", not confirmed" if slide and not slide.confirmed else ""
    said = f", {counted(comments[page.slide_id], 'comment')}" if page.slide_id in comments else ""
    return escape_label(f"{told}{page.title or 'Without a title'}{mark}{said}")


def draw_stage(page: DrawnPage) -> None:
    """Draw the page that is shown."""
    hidden = "" if page.number else " deck-hidden"
    with st.container(key="deck_stage", gap=None):
        st.html(f'<div class="deck-stage{hidden}">{page.html}</div>')


def draw_preview(pages: Sequence[DrawnPage]) -> None:
    """Draw pages side by side, only to be looked at."""
    with st.container(key="deck_preview", gap=None):
        st.html(f'<div class="deck-preview">{"".join(map(_small, pages))}</div>')


def draw_steps(of: DeckOf, drawn: DrawnDeck, page: DrawnPage) -> None:
    """Draw which page this is, and the ways to those beside it."""
    keys = [one.key for one in drawn.pages]
    at = keys.index(page.key)
    st.button(
        "Previous slide",
        key="deck_previous",
        icon=":material/chevron_left:",
        help="Previous slide (←)",
        disabled=at == 0,
        on_click=_go,
        args=(of, keys[max(at - 1, 0)]),
    )
    told = f"{page.number} of {drawn.shown}" if page.number else "Hidden"
    with st.container(key="deck_number", width="content"):
        st.markdown(told, width="content")
    st.button(
        "Next slide",
        key="deck_next",
        icon=":material/chevron_right:",
        help="Next slide (→)",
        disabled=at == len(keys) - 1,
        on_click=_go,
        args=(of, keys[min(at + 1, len(keys) - 1)]),
    )


def _go(of: DeckOf, key: str) -> None:
    st.session_state[page_key(of)] = key
