"""A deck that is open follows what colleagues do: their new version is offered, and who lost it sees it no more."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from components.dialogs import dialog_is_open
from components.labels import escape_label
from components.problems import unless_away
from components.resources import get_services, get_waker
from services.decks.records import DeckOf
from services.errors import NotFoundError


@st.fragment
def follow_deck(of: DeckOf, drawn_rev: int | None, may_change: bool, *, user_id: int) -> None:
    """Tell who changed a deck since it was drawn in a version, None: there was none. Before the deck is drawn."""
    look = get_services().list_watch.now
    seen, known = look(user_id), None
    place = st.container(key="deck_changed", horizontal=True, vertical_alignment="center", gap="small")
    with place, unless_away():
        try:
            now = get_services().decks.find(of, user_id=user_id)
        except NotFoundError:
            st.rerun()
        if now and now.may_change != may_change:
            st.rerun()
        if now and now.rev != drawn_rev and not dialog_is_open():
            by, what = escape_label(now.by or "somebody"), escape_label(now.summary)
            st.markdown(f":material/edit_note: Changed by {by}: {what}", width="content")
            st.button("Show", key="deck_show_changed", icon=":material/sync:", on_click=_show)
        else:
            st.empty()
        known = seen
    if st.session_state.pop("deck_show", False):
        st.rerun()
    get_waker().wake_here(partial(_is_another, look, user_id, known))


def _is_another(look: Callable[[int], object], user_id: int, known: object) -> bool:
    return look(user_id) != known


def _show() -> None:
    st.session_state.deck_show = True
