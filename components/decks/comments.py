"""What was said on a deck's links and nobody has resolved: below the slide that it is about."""

from collections.abc import Iterator, Mapping

import streamlit as st

from components.dialogs import open_dialog
from components.labels import counted, escape_label
from components.resources import get_services
from components.reviews.entry import follow_links, has_links
from exports.decks.plain import kind_name
from exports.decks.records import Slide
from services.decks.records import DeckOf
from services.reviews.records import Thing

Counts = Mapping[str | None, int]  # open threads, by what they are about: a slide, "slide:part", or all


def shared(of: DeckOf) -> Thing:
    """Return what the links of a deck are of."""
    return Thing(of.kind, of.id, deck=True)


def open_comments(of: DeckOf, *, user_id: int) -> Counts:
    """Return what is open on a deck's links; the page runs again as soon as that is something else."""
    if not has_links(user_id=user_id):
        return {}
    follow_links(user_id=user_id)
    return get_services().comments.open_by_anchor(shared(of), user_id=user_id)


def commented_slides(counts: Counts) -> dict[str, int]:
    """Return how many threads are open about each slide and its parts."""
    found: dict[str, int] = {}
    for anchor, number in counts.items():
        if anchor is not None:
            slide_id = anchor.partition(":")[0]
            found[slide_id] = found.get(slide_id, 0) + number
    return found


def draw_comments(of: DeckOf, slide: Slide | None, slides: Mapping[str, Slide], counts: Counts) -> None:
    """Draw what opens the comments on a slide, on the whole, and on slides that are no more. Last."""
    if not counts:
        return
    with st.container(key="deck_comments", horizontal=True, gap="small"):
        for anchor, name in _told(slide, slides, counts):
            st.button(
                f"{name}: {counted(counts[anchor], 'comment')}",
                key=f"deck_comments_{anchor or 'whole'}",
                icon=":material/forum:",
                type="tertiary",
                on_click=open_dialog,
                args=("message_comments",),
                kwargs={"thing": shared(of), "anchor": anchor},
            )


def _told(slide: Slide | None, slides: Mapping[str, Slide], counts: Counts) -> Iterator[tuple[str | None, str]]:
    parts = {f"{slide.id}:{block.id}": kind_name(block) for block in slide.blocks} if slide else {}
    for anchor in counts:
        slide_id, _, _ = (anchor or "").partition(":")
        if anchor is None:
            yield anchor, "In general"
        elif slide and slide_id == slide.id:
            yield anchor, "This slide" if anchor == slide.id else escape_label(parts.get(anchor, "An earlier part"))
        elif slide_id not in slides:
            yield anchor, "A slide that is gone"
