"""What is to be known of the slide that is shown: who stands by it, whether its source moved on, what is wrong."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.decks.changing import change_slide, confirm, refresh_safely, remove_slide, turn_hidden
from components.dialogs import open_dialog
from components.labels import counted, escape_label
from exports.decks.building.merging import Refresh, Stale
from exports.decks.problems import Problem
from exports.decks.records import Slide
from services.decks.records import SavedDeck

UNCONFIRMED = "Suggested by the assistant, not confirmed"
_NOTES = "Notes"


def draw_marks(
    saved: SavedDeck,
    slide: Slide | None,
    refresh: Refresh,
    problems: Sequence[Problem],
    *,
    user_id: int,
) -> None:
    """Draw what is to be known of a slide, with what can be done about it; None: the page about the deck."""
    with st.container(key="deck_marks", gap="small"):
        if slide is None:
            st.caption("This page is there for as long as a slide is not confirmed. It goes by itself.")
            return
        if not slide.confirmed:
            _line(
                f":material/smart_toy: {UNCONFIRMED}",
                "Confirm",
                "check",
                saved.may_change,
                change_slide,
                (saved.of, slide.id, confirm, saved.rev, user_id),
            )
        if slide.hidden:
            _line(
                ":material/visibility_off: Hidden: it is in no file, and is not presented",
                "Show",
                "visibility",
                saved.may_change,
                change_slide,
                (saved.of, slide.id, turn_hidden, saved.rev, user_id),
            )
        if stale := next((one for one in refresh.stale if one.slide.id == slide.id), None):
            _stale(saved, stale, user_id=user_id)
        if any(one.id == slide.id for one in refresh.gone):
            _line(
                f":material/link_off: The {saved.of.kind} says nothing of this slide any more",
                "Remove",
                "delete",
                saved.may_change,
                remove_slide,
                (saved.of, slide.id, saved.rev, user_id),
            )
        for one in problems:
            if one.slide_id == slide.id:
                st.markdown(f":orange[:material/warning:] {escape_label(one.text)}")
        if slide.notes:
            st.markdown(f"**{_NOTES}**")
            st.text(slide.notes)


def _line(
    text: str,
    label: str,
    icon: str,
    may_change: bool,
    callback: Callable[..., None],
    args: tuple[Any, ...] = (),
    **about: object,
) -> None:
    """Draw a sentence and, for whoever may, what can be done about it."""
    key = f"deck_mark_{label.lower()}"
    with st.container(key=key, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(text, width="content")
        if may_change:
            st.button(
                label, key=f"{key}_button", icon=f":material/{icon}:", on_click=callback, args=args, kwargs=about
            )


def _stale(saved: SavedDeck, stale: Stale, *, user_id: int) -> None:
    text, may, slide_id = _why(saved, stale), saved.may_change, stale.slide.id
    if stale.conflicts:
        told = f"{text}, and this slide was changed by hand"
        about = {"of": list(saved.of), "slide_id": slide_id}
        _line(told, "Compare", "compare_arrows", may, open_dialog, ("deck_refresh",), **about)
    else:
        nothing_new: list[str] = []
        args = (saved.of, [slide_id], nothing_new, saved.rev, user_id)
        _line(text, "Refresh", "refresh", may, refresh_safely, args)


def _why(saved: SavedDeck, *stale: Stale) -> str:
    """Return, as Markdown, what slides are no more made of as it is."""
    if stale and all(one.by_look for one in stale):
        return ":material/palette: Name, contact or language have changed in *Look*"
    return f":material/update: The {saved.of.kind} has moved on"


def draw_news(saved: SavedDeck, refresh: Refresh, problems: Sequence[Problem], *, user_id: int) -> None:
    """Draw what is to be known of the whole deck; an empty place where there is nothing."""
    whole = [one for one in problems if one.slide_id is None]
    simple = [one for one in refresh.stale if not one.conflicts]
    easy = [one.slide.id for one in simple]
    new = [one.slide.origin for one in refresh.new if one.slide.origin]
    with st.container(key="deck_news", gap="xsmall"):
        if not (whole or refresh.stale or new or refresh.gone):
            st.empty()
        if (easy or new) and saved.may_change:
            told = [counted(len(easy), "slide to refresh", "slides to refresh")] if easy else []
            told += [counted(len(new), "new slide")] if new else []
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                why = _why(saved) if new else _why(saved, *simple)
                st.markdown(f"{why}: {' and '.join(told)}", width="content")
                st.button(
                    "Take all over",
                    key="deck_refresh_all",
                    icon=":material/refresh:",
                    help="What you changed by hand stays.",
                    on_click=refresh_safely,
                    args=(saved.of, easy, new, saved.rev, user_id),
                )
        if mine := [one for one in refresh.stale if one.conflicts]:
            what = "*Look* has changed" if all(one.by_look for one in mine) else f"the {saved.of.kind} has moved on"
            titles = _named([one.slide.title for one in mine])
            st.markdown(f":material/compare_arrows: Changed by hand, and {what}: {titles}")
        if refresh.gone:
            gone = _named([slide.title for slide in refresh.gone])
            st.markdown(f":material/link_off: The {saved.of.kind} says nothing any more of {gone}")
        for one in whole:
            st.markdown(f":orange[:material/warning:] {escape_label(one.text)}")


def _named(titles: Sequence[str]) -> str:
    return ", ".join(f"“{escape_label(title)}”" for title in titles)
