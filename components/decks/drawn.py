"""Decks as HTML for the screen: drawn once for each version and look, and kept for a while."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import streamlit as st
from streamlit import runtime

from components.deck_charts import charts_as_data
from components.resources import get_services
from exports.decks.html import deck_html
from exports.decks.pages import ABOUT
from exports.decks.phrases import phrases
from exports.decks.problems import Problem, problems
from exports.decks.records import Brand, Deck, Edition
from services.decks.records import DeckOf, SavedDeck

_KEPT = 32  # versions that are kept as HTML
_PICTURES_KEPT = 64
_END = "</section>"
_PICTURE = "deck-picture-"
_NAMED = re.compile(rf'(?<=src="){_PICTURE}([0-9a-f]{{64}})-(\w+)(?=")')  # no text holds a quote
_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """One page of a deck. *number* is None where its slide is hidden; *key* names it among the pages."""

    key: str
    slide_id: str
    title: str
    number: int | None
    html: str


@dataclass(frozen=True, slots=True)
class DrawnDeck:
    """All pages of a deck, the hidden ones in their places, with the style sheet for them."""

    pages: tuple[DrawnPage, ...]
    css: str
    problems: tuple[Problem, ...]

    @property
    def shown(self) -> int:
        """How many pages an audience sees."""
        return sum(page.number is not None for page in self.pages)


def drawn_deck(saved: SavedDeck, brand: Brand, *, user_id: int) -> DrawnDeck:
    """Return a version of a deck for the screen, with addresses of pictures that hold for this run."""
    approved = get_services().deck_files.is_approved(saved.of, saved.sha256, user_id=user_id)
    return _with_pictures(
        _kept(saved.id, saved.rev, _digest(brand), approved, saved, user_id), saved.of, brand, user_id
    )


def drawn_draft(of: DeckOf, deck: Deck, *, user_id: int) -> DrawnDeck:
    """Return slides that are not kept, or not yet, for the screen."""
    edition = get_services().deck_files.draft(of, deck, user_id=user_id)
    return _with_pictures(_drawn(edition), of, edition.brand, user_id)


@st.cache_data(max_entries=_KEPT, show_spinner=False)  # whoever asks has just read the deck
def _kept(deck_id: int, rev: int, look: str, approved: bool, _saved: SavedDeck, _user_id: int) -> DrawnDeck:
    return _drawn(get_services().deck_files.edition(_saved.of, user_id=_user_id, rev=rev))


def _drawn(edition: Edition) -> DrawnDeck:
    deck = edition.deck
    shown = deck_html(edition, pictures=True, address=_named)
    away = tuple(replace(slide, hidden=False, confirmed=True) for slide in deck.slides if slide.hidden)
    hidden = deck_html(replace(edition, deck=replace(deck, slides=away)), pictures=True, address=_named)
    sections = {one.slide_id: _sections(one.html) for one in (*hidden.slides, *shown.slides)}
    titles = {slide.id: slide.title for slide in deck.slides} | {ABOUT: phrases(edition.brand.language).about}
    order = [*(slide.id for slide in deck.slides), *([ABOUT] if ABOUT in sections else [])]
    hidden_ids = {slide.id for slide in away}
    pages, number = list[DrawnPage](), 0
    for slide_id in order:
        for part, html in enumerate(sections.get(slide_id, ()), 1):
            number += slide_id not in hidden_ids
            told = None if slide_id in hidden_ids else number
            pages.append(DrawnPage(f"{slide_id}/{part}", slide_id, titles[slide_id], told, html))
    return DrawnDeck(tuple(pages), shown.css, problems(edition))


def _sections(html: str) -> list[str]:
    """Return each section of a slide; none stands within another."""
    return [f"{charts_as_data(one)}{_END}" for one in html.split(_END) if one]


def _named(content: bytes, kind: str) -> str:
    """Return what stands for a picture until a run of the page gives it an address."""
    ending = next(ending for ending, one in _TYPES.items() if one == kind)
    return f"{_PICTURE}{hashlib.sha256(content).hexdigest()}-{ending}"


def _with_pictures(drawn: DrawnDeck, of: DeckOf, brand: Brand, user_id: int) -> DrawnDeck:
    named = dict(found for page in drawn.pages for found in _NAMED.findall(page.html))
    if not named:
        return drawn
    addresses = dict(_addresses(named, of, brand, user_id))

    def address(found: re.Match[str]) -> str:
        return addresses.get(found[1], "")

    pages = tuple(replace(page, html=_NAMED.sub(address, page.html)) for page in drawn.pages)
    return replace(drawn, pages=pages)


def _addresses(named: dict[str, str], of: DeckOf, brand: Brand, user_id: int) -> Iterator[tuple[str, str]]:
    """Yield where this tab's browser finds each picture; Streamlit serves it for as long as it is shown."""
    logo = hashlib.sha256(brand.logo).hexdigest() if brand.logo else ""
    media = runtime.get_instance().media_file_mgr
    for sha256, ending in named.items():
        content = brand.logo if sha256 == logo else _picture(of, sha256, user_id)
        if content:
            yield sha256, media.add(content, _TYPES[ending], f"deck-{sha256}").lstrip("/")


@st.cache_data(max_entries=_PICTURES_KEPT, show_spinner=False)
def _picture(of: DeckOf, sha256: str, user_id: int) -> bytes:
    return get_services().deck_pictures.get(of, sha256, user_id=user_id)


def _digest(brand: Brand) -> str:
    return hashlib.sha256(repr(brand).encode()).hexdigest()
