"""The dialog that lists a deck's versions, shows one, and restores it.

In `st.session_state`: `deck_versions` is {"of", "shown": how many are asked for, "rev": the one that is looked at}.
"""

import streamlit as st

from components.decks.changing import note_change
from components.decks.drawn import drawn_deck
from components.decks.places import deck_of
from components.decks.stage import draw_preview
from components.dialogs import close_dialog, leave_dialog
from components.labels import counted, escape_label, planner_zone, relative_time
from components.problems import telling
from components.resources import get_services
from services.accounts.records import User
from services.decks.records import DeckOf, DeckSummary, SavedDeck
from services.process.clock import utc_now

_AT_FIRST, _MORE = 20, 20


@st.dialog("Versions", icon=":material/history:", width="large", on_dismiss=close_dialog)
def versions_dialog(of: list[object], *, user: User) -> None:
    """List who changed what and when, latest first."""
    thing = deck_of(of)
    state = st.session_state.get("deck_versions")
    if not state or state["of"] != of:
        state = st.session_state.deck_versions = {"of": of, "shown": _AT_FIRST, "rev": None}
    with telling():
        saved = get_services().decks.get(thing, user_id=user.id)
        if state["rev"]:
            _look(saved, state["rev"], user_id=user.id)
            return
        found = get_services().decks.versions(thing, user_id=user.id, limit=state["shown"])
        for one in found.versions:
            _row(saved, one)
        if not found.next_cursor and len(found.versions) < saved.latest:
            st.caption(
                "Of earlier versions not each one is kept: the first, and of the others fewer the older they are."
            )
        if found.next_cursor and state["shown"] < 100:
            st.button("Show more", key="deck_versions_more", icon=":material/expand_more:", on_click=_show_more)


def _show_more() -> None:
    st.session_state.deck_versions["shown"] += _MORE


def _row(saved: SavedDeck, one: DeckSummary) -> None:
    now = utc_now().astimezone(planner_zone())
    with st.container(
        key=f"deck_version_{one.rev}", horizontal=True, wrap=False, vertical_alignment="center", gap="small"
    ):
        told = [escape_label(one.by or "Somebody"), relative_time(one.at, now=now), counted(one.slides, "slide")]
        st.markdown(
            f"**{one.rev}** {escape_label(one.summary)}  \n:small[:gray[{' · '.join(told)}]]", width="stretch"
        )
        if one.rev == saved.latest:
            st.badge("Now", color="gray")
        else:
            st.button(
                "Look", key=f"deck_look_at_{one.rev}", icon=":material/visibility:", on_click=_open, args=(one.rev,)
            )


def _open(rev: int | None) -> None:
    st.session_state.deck_versions["rev"] = rev


def _look(saved: SavedDeck, rev: int, *, user_id: int) -> None:
    earlier = get_services().decks.get(saved.of, user_id=user_id, rev=rev)
    brand = get_services().brands.of_deck(saved.of, user_id=user_id)
    st.button("All versions", key="deck_versions_back", icon=":material/arrow_back:", on_click=_open, args=(None,))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Version {rev}** {escape_label(earlier.summary)}", width="stretch")
        if saved.may_change and st.button(
            f"Restore version {rev}", key="deck_restore", icon=":material/settings_backup_restore:"
        ):
            _restore(saved, rev, user_id=user_id)
    drawn = drawn_deck(earlier, brand, user_id=user_id)
    draw_preview(drawn.pages)


def _restore(saved: SavedDeck, rev: int, *, user_id: int) -> None:
    after = get_services().decks.restore(saved.of, rev, user_id=user_id, rev=saved.rev)
    note_change(after, before=saved.rev)
    st.session_state.pop("deck_versions", None)
    leave_dialog()


def ask_versions(of: DeckOf) -> None:
    """Forget which version was looked at: the dialog begins with the list. A callback."""
    st.session_state.pop("deck_versions", None)
