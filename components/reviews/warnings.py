"""What is to be known of a deck before others see it: what nobody confirmed, does not add up, or has moved on."""

from collections.abc import Iterator, Sequence

import streamlit as st

from components.labels import escape_label
from components.resources import get_services
from exports.decks.records import Slide
from services.decks.records import DeckOf

_NAMED = 5  # slides that are called by their titles


def draw_deck_warnings(of: DeckOf, *, user_id: int) -> None:
    """Draw what speaks against sharing a deck as it is; nothing where nothing does. Raises NotFoundError."""
    if told := list(_warnings(of, user_id=user_id)):
        listed = "\n".join(f"- {one}" for one in told)
        st.warning(f"Before others see these slides:\n{listed}", icon=":material/fact_check:")


def _warnings(of: DeckOf, *, user_id: int) -> Iterator[str]:
    services = get_services()
    shown = {slide.id: slide for slide in services.decks.get(of, user_id=user_id).deck.shown()}
    refresh = services.deck_refreshing.look(of, user_id=user_id)
    if unsure := [slide for slide in shown.values() if not slide.confirmed]:
        yield f"Nobody has confirmed what the assistant wrote, and they say so: {_named(unsure)}"
    stale = [one for one in refresh.stale if one.slide.id in shown]
    if outdated := [one.slide for one in stale if one.by_look]:
        yield f"Name, contact or language have changed in *Look*: {_named(outdated)}"
    if moved := [one.slide for one in stale if not one.by_look]:
        yield f"The {of.kind} has moved on since they were made: {_named(moved)}"
    if gone := [slide for slide in refresh.gone if slide.id in shown]:
        yield f"The {of.kind} says nothing of them any more: {_named(gone)}"
    for one in services.deck_files.problems(of, user_id=user_id):
        slide = shown.get(one.slide_id or "")
        yield f"{_named([slide])}: {escape_label(one.text)}" if slide else escape_label(one.text)


def _named(slides: Sequence[Slide]) -> str:
    titles = ", ".join(f"“{escape_label(slide.title or 'Without a title')}”" for slide in slides[:_NAMED])
    return f"{titles} and {len(slides) - _NAMED} more" if len(slides) > _NAMED else titles
