"""A deck that is open follows what colleagues do, and says what that was.

In `st.session_state`: `deck_seen` is {"of", "rev": the version that its planner has seen, or made}.
"""

from functools import partial

import streamlit as st

from components.decks.places import show_slide
from components.labels import escape_label
from components.resources import get_services
from components.still import watch_access
from exports.decks.records import Deck
from services.decks.records import DeckOf, SavedDeck


def follow_deck(of: DeckOf, saved: SavedDeck | None, *, may_change: bool, user_id: int) -> None:
    """Run the page again once a deck, or what its planner may do with it, is another. Before it is drawn."""
    drawn = (saved.rev if saved else None, may_change)
    watch_access(partial(_now, of, user_id), drawn=drawn, user_id=user_id)


def _now(of: DeckOf, user_id: int) -> tuple[int | None, bool]:
    """Return a deck's version, and whether somebody may change it. Raises NotFoundError."""
    return get_services().decks.state(of, user_id=user_id)


def draw_changed(saved: SavedDeck, *, user_id: int) -> None:
    """Say what others did since a planner looked; an empty place where that is nothing."""
    seen = st.session_state.get("deck_seen")
    if not seen or seen["of"] != list(saved.of):
        note_seen(saved)
        seen = st.session_state.deck_seen
    with st.container(key="deck_changed", horizontal=True, vertical_alignment="center", gap="small"):
        if seen["rev"] == saved.rev:
            st.empty()
            return
        by, what = escape_label(saved.by or "somebody"), escape_label(saved.summary)
        st.markdown(f":material/edit_note: Changed by {by}: {what}", width="content")
        args = (saved, seen["rev"], user_id)
        st.button("Show", key="deck_changed_show", icon=":material/visibility:", on_click=_show, args=args)
        st.button("Close", key="deck_changed_close", type="tertiary", on_click=note_seen, args=(saved,))


def note_seen(saved: SavedDeck) -> None:
    """Note that a planner knows of a version. Also a callback."""
    st.session_state.deck_seen = {"of": list(saved.of), "rev": saved.rev}


def _show(saved: SavedDeck, seen_rev: int, user_id: int) -> None:
    """Show the first slide that is another now. A callback."""
    before = get_services().decks.get(saved.of, user_id=user_id, rev=seen_rev)
    if slide_id := _first_changed(before.deck, saved.deck):
        show_slide(saved.of, slide_id)
    note_seen(saved)


def _first_changed(before: Deck, after: Deck) -> str | None:
    known = set(before.slides)
    return next((slide.id for slide in after.slides if slide not in known), None)
