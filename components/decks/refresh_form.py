"""The dialog for a slide that both a planner and its source changed: both side by side, and a choice."""

import streamlit as st

from components.decks.changing import refresh
from components.decks.parts_form import NAMES
from components.decks.places import deck_of
from components.dialogs import close_dialog, leave_dialog
from components.labels import escape_label
from components.problems import telling
from components.resources import get_services
from exports.decks.building.merging import TITLE, Change, Choice, Content, Stale
from exports.decks.markdown import block_text
from services.accounts.records import User

_NAMES = {Choice.PRESENT: "Keep mine", Choice.ANEW: "Take the new one"}


@st.dialog("Both changed", icon=":material/compare_arrows:", width="large", on_dismiss=close_dialog)
def refresh_dialog(of: list[object], slide_id: str, *, user: User) -> None:
    """Let somebody choose, for each part that both changed, which one stands."""
    thing = deck_of(of)
    with telling():
        saved = get_services().decks.get(thing, user_id=user.id)
        found = get_services().deck_refreshing.look(thing, user_id=user.id)
        stale = next((one for one in found.stale if one.slide.id == slide_id), None)
        if stale is None:
            st.info("This slide says what its source does.")
            return
        language = get_services().brands.of_deck(thing, user_id=user.id).language
        st.markdown(f"**{escape_label(stale.slide.title)}**")
        choices = {one.part: _choice(one, at, saved.rev, language) for at, one in enumerate(stale.conflicts)}
        _others(stale)
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Cancel", key="deck_refresh_cancel"):
                leave_dialog()
            ready = None not in choices.values()
            wanted = st.button("Refresh", key="deck_refresh_go", type="primary", disabled=not ready)
        if wanted:
            chosen = {part: choice for part, choice in choices.items() if choice}
            refresh(thing, {slide_id: chosen}, [], saved.rev, user.id)
            leave_dialog()


def _choice(change: Change, at: int, rev: int, language: str) -> Choice | None:
    with st.container(border=True, key=f"deck_conflict_{at}"):
        st.markdown(f"**{_part(change)}**")
        mine, new = st.columns(2)
        for place, name, content in ((mine, "On the slide", change.present), (new, "Made now", change.anew)):
            with place:
                st.markdown(f":small[:gray[{name}]]")
                _content(content, language)
        return st.segmented_control(
            "Which one stands",
            list(Choice),
            format_func=_NAMES.__getitem__,
            key=f"deck_conflict_{at}_{rev}",
        )


def _part(change: Change) -> str:
    if change.part == TITLE:
        return "Title"
    block = next((one for one in (change.present, change.anew) if one and not isinstance(one, str)), None)
    return NAMES[block.kind] if block else "Part of the slide"


def _content(content: Content, language: str) -> None:
    if content is None:
        st.caption("Nothing")
    elif isinstance(content, str):
        st.text(content)
    else:
        st.markdown(block_text(content, language) or "*Nothing*")


def _others(stale: Stale) -> None:
    if len(stale.changes) > len(stale.conflicts):
        st.caption("What only the source changed is taken over as well.")
