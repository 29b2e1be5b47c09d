"""What a planner does to a deck, each a version of it, and the bar that undoes the last.

In `st.session_state`: `deck_undo` is {"of", "rev": the version that it made, "before": the one before it, "text",
"until": seconds since 1970}. What goes wrong is told at "deck".
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from components.decks.places import show_slide, shown_slide_id
from components.labels import escape_label
from components.problems import telling
from components.resources import get_services
from components.undo import undo_bar
from exports.decks.building.merging import Choice
from exports.decks.records import Deck, Run, Slide, TextBlock, deck_values, read_slides
from services.decks.records import DeckOf, SavedDeck
from services.errors import InvalidInputError

UNDO_S = 30.0
_TOO_MUCH = (
    "This is more than a slide can hold: a title of 200 characters, 20 parts, 200 lines or points in each, tables of"
    " 500 rows and 12 columns, and texts of 20,000 characters."
)

Edit = Callable[[Deck, str], Deck]  # of the slide with this id


def change_slide(of: DeckOf, slide_id: str, edit: Edit, rev: int, user_id: int) -> None:
    """Do something to a slide of a deck that was drawn in version *rev*. A callback."""
    with telling("deck"):
        before = get_services().decks.get(of, user_id=user_id, rev=rev)
        note_change(keep(before, edit(before.deck, slide_id), user_id=user_id), before=rev)


def keep(before: SavedDeck, deck: Deck, *, user_id: int) -> SavedDeck:
    """Keep a deck in place of a version that was read. Raises as `DeckService.change` does."""
    return get_services().decks.change(before.of, deck, user_id=user_id, rev=before.rev)


def note_change(after: SavedDeck, *, before: int) -> None:
    """Offer to undo what made a version."""
    if after.rev == before:
        return
    st.session_state.deck_seen = {"of": list(after.of), "rev": after.rev}
    st.session_state.deck_undo = {
        "of": list(after.of),
        "rev": after.rev,
        "before": before,
        "text": after.summary,
        "until": time.time() + UNDO_S,
    }


def draw_deck_undo(saved: SavedDeck, *, user_id: int) -> None:
    """Offer to undo what was done last, while nothing else was done since."""
    undo = st.session_state.get("deck_undo")
    now = list(saved.of), saved.rev
    if not undo or not saved.may_change or time.time() > undo["until"] or (undo["of"], undo["rev"]) != now:
        forget_change()
        return
    text = f"{escape_label(undo['text'])}."
    undo_bar(text, key="deck", undo=_undo, args=(saved.of, user_id), close=forget_change)


def _undo(of: DeckOf, user_id: int) -> None:
    undo = st.session_state.pop("deck_undo")
    with telling("deck"):
        undone = get_services().decks.get(of, user_id=user_id, rev=undo["rev"]).deck
        after = get_services().decks.restore(of, undo["before"], user_id=user_id, rev=undo["rev"])
        st.session_state.deck_seen = {"of": list(of), "rev": after.rev}
        gone = {slide.id for slide in after.deck.slides} - {slide.id for slide in undone.slides}
        if len(gone) == 1:
            show_slide(of, gone.pop())


def forget_change() -> None:
    """Let the last change be undone no more. A callback."""
    st.session_state.pop("deck_undo", None)


def checked(slide: Slide) -> Slide:
    """Return a slide as it is kept. Raises InvalidInputError where it is none."""
    try:
        return read_slides(deck_values(Deck(title="", slides=(slide,)))["slides"])[0]
    except ValueError as exc:
        raise InvalidInputError(_TOO_MUCH) from exc


def with_slide(deck: Deck, slide: Slide) -> Deck:
    """Return a deck with another slide in the place of the one with its id."""
    return replace(deck, slides=tuple(slide if one.id == slide.id else one for one in deck.slides))


# What can be done to one slide


def confirm(deck: Deck, slide_id: str) -> Deck:
    """Stand by what a slide says."""
    return with_slide(deck, replace(_found(deck, slide_id), confirmed=True))


def confirm_all(deck: Deck, _: str) -> Deck:
    """Stand by what all slides say."""
    return replace(deck, slides=tuple(replace(slide, confirmed=True) for slide in deck.slides))


def turn_hidden(deck: Deck, slide_id: str) -> Deck:
    """Hide a slide, or show it again."""
    slide = _found(deck, slide_id)
    return with_slide(deck, replace(slide, hidden=not slide.hidden))


def move_up(deck: Deck, slide_id: str) -> Deck:
    """Let a slide come one earlier."""
    return _moved(deck, slide_id, -1)


def move_down(deck: Deck, slide_id: str) -> Deck:
    """Let a slide come one later."""
    return _moved(deck, slide_id, 1)


def duplicate(deck: Deck, slide_id: str) -> Deck:
    """Put a slide into the deck once more, behind itself."""
    return _after(deck, slide_id, replace(_found(deck, slide_id), id="new"))


def add_blank(deck: Deck, slide_id: str) -> Deck:
    """Put a slide with a title and a text behind another."""
    text = TextBlock(id="text-1", paragraphs=((Run("Text"),),))
    return _after(deck, slide_id, Slide(id="new", title="New slide", blocks=(text,)))


def remove(deck: Deck, slide_id: str) -> Deck:
    """Take a slide out of the deck."""
    return replace(deck, slides=tuple(slide for slide in deck.slides if slide.id != slide_id))


def _found(deck: Deck, slide_id: str) -> Slide:
    found = next((slide for slide in deck.slides if slide.id == slide_id), None)
    if found is None:
        raise InvalidInputError("There is no such slide any more.")
    return found


def _after(deck: Deck, slide_id: str, slide: Slide) -> Deck:
    ids = [one.id for one in deck.slides]
    at = ids.index(slide_id) + 1 if slide_id in ids else len(ids)
    return replace(deck, slides=(*deck.slides[:at], slide, *deck.slides[at:]))


def _moved(deck: Deck, slide_id: str, by: int) -> Deck:
    slides = list(deck.slides)
    at = slides.index(_found(deck, slide_id))
    to = min(max(at + by, 0), len(slides) - 1)
    slides.insert(to, slides.pop(at))
    return replace(deck, slides=tuple(slides))


def add_slide(of: DeckOf, slide_id: str, edit: Edit, rev: int, user_id: int) -> None:
    """Put a new slide into a deck, and show it. A callback."""
    with telling("deck"):
        before = get_services().decks.get(of, user_id=user_id, rev=rev)
        after = keep(before, edit(before.deck, slide_id), user_id=user_id)
        known = {slide.id for slide in before.deck.slides}
        note_change(after, before=rev)
        for slide in after.deck.slides:
            if slide.id not in known:
                show_slide(of, slide.id)


def remove_slide(of: DeckOf, slide_id: str, rev: int, user_id: int) -> None:
    """Take a slide out of a deck, and show the one after it. A callback."""
    with telling("deck"):
        before = get_services().decks.get(of, user_id=user_id, rev=rev)
        ids = [slide.id for slide in before.deck.slides]
        note_change(keep(before, remove(before.deck, slide_id), user_id=user_id), before=rev)
        if shown_slide_id(of) == slide_id and slide_id in ids and len(ids) > 1:
            at = ids.index(slide_id)
            show_slide(of, ids[at + 1] if at + 1 < len(ids) else ids[at - 1])


def refresh(
    of: DeckOf,
    slides: dict[str, dict[str, Choice]],
    new: Sequence[str],
    rev: int,
    user_id: int,
) -> None:
    """Take over what making the deck anew would bring for these slides. Raises as `DeckRefreshing.take` does."""
    note_change(
        get_services().deck_refreshing.take(of, slides, new, user_id=user_id, rev=rev),
        before=rev,
    )


def refresh_safely(of: DeckOf, slides: Sequence[str], new: Sequence[str], rev: int, user_id: int) -> None:
    """Take over what needs no choice. A callback."""
    with telling("deck"):
        refresh(of, {one: {} for one in slides}, new, rev, user_id)
