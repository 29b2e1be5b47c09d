"""Making a deck with one click, and making it anew."""

from dataclasses import replace
from datetime import date

import streamlit as st

from components.decks.changing import keep, note_change
from components.decks.drawn import drawn_draft
from components.decks.places import deck_of
from components.decks.stage import draw_preview, draw_styles
from components.dialogs import close_dialog, leave_dialog
from components.labels import counted
from components.problems import telling
from components.replies.actions import message_id, send
from components.resources import get_services
from components.state import show_session
from exports.decks.records import MAX_TITLE_CHARS, Preset
from services.accounts.records import User
from services.decks.proposals import ASK_FOR_SLIDES
from services.decks.records import DeckOf
from services.errors import NotPossibleError

_NAMES = {Preset.PROPOSAL: "Proposal", Preset.STATUS: "Status"}
_WHAT_FOR = {
    Preset.PROPOSAL: "For a customer: the plan with its prices, and how to approve it.",
    Preset.STATUS: "In short: what is planned, and what is open.",
}


def draw_no_deck(of: DeckOf, *, may_change: bool, user_id: int) -> None:
    """Draw what would be made, and what makes it."""
    try:
        get_services().decks.proposal(of, user_id=user_id)
    except NotPossibleError as exc:
        st.info(exc.message, icon=":material/slideshow:")
        st.markdown(
            "Fill in the trip's brief, or plan something in a session of it. Then make slides here."
            if of.kind == "trip"
            else "Ask the assistant for a plan first. Its last answer becomes slides."
        )
        return
    with telling():
        source = (
            "this trip: its brief, and what its sessions hold" if of.kind == "trip" else "this session's last plan"
        )
        st.markdown(f"No slides yet. They are made of {source}. You can change them afterwards.")
        preset, until = _choices("deck_make", Preset.PROPOSAL, None)
        with st.container(horizontal=True):
            if may_change and st.button(
                "Make slides", key="deck_make", type="primary", icon=":material/auto_awesome_motion:"
            ):
                get_services().decks.make(of, user_id=user_id, preset=preset, valid_until=until)
                st.rerun()
            if may_change and of.kind == "session":
                st.button(
                    "Let the assistant propose some",
                    key="deck_ask",
                    icon=":material/flight_takeoff:",
                    help="You choose in the chat which of them you take",
                    on_click=_ask,
                    args=(of.id, user_id),
                )
        drawn = drawn_draft(of, get_services().decks.proposal(of, user_id=user_id, preset=preset), user_id=user_id)
        draw_styles(drawn.css)
        hidden = len(drawn.pages) - drawn.shown
        told = f"{counted(drawn.shown, 'slide')}{f', {hidden} hidden' if hidden else ''}"
        st.header(f"Preview: {told}", anchor=False)
        draw_preview(drawn.pages)


def _ask(session_id: int, user_id: int) -> None:
    """Let the assistant propose slides, which stand below its reply. A callback."""
    with telling("deck"):
        session = get_services().sessions.get(session_id, user_id=user_id)
        show_session(session_id)
        send(ASK_FOR_SLIDES, session_id, message_id(), session.model, session.memory)


def _choices(key: str, preset: Preset, until: date | None) -> tuple[Preset, date | None]:
    """Draw what kind of deck it is to be; return it, and till when it stands."""
    chosen = st.segmented_control(
        "What for",
        list(Preset),
        default=preset,
        format_func=_NAMES.__getitem__,
        required=True,
        key=f"{key}_preset",
    )
    chosen = chosen or preset
    st.caption(_WHAT_FOR[chosen])
    if chosen is not Preset.PROPOSAL:
        return chosen, None
    given = st.date_input("Valid until (optional)", value=until, key=f"{key}_until", format="YYYY-MM-DD", width=210)
    return chosen, given if isinstance(given, date) else None


@st.dialog("Rename these slides", icon=":material/edit:", on_dismiss=close_dialog)
def rename_dialog(of: list[object], *, user: User) -> None:
    """Let a deck be called otherwise: here, and in its files."""
    thing = deck_of(of)
    with telling():
        saved = get_services().decks.get(thing, user_id=user.id)
        title = st.text_input("Title", saved.deck.title, max_chars=MAX_TITLE_CHARS, key="deck_rename_title")
        st.caption("Its files are called so. What stands on the first slide is edited there.")
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Cancel", key="deck_rename_cancel"):
                leave_dialog()
            wanted = st.button("Save", key="deck_rename_go", type="primary", disabled=not title.strip())
        if wanted:
            deck = replace(saved.deck, title=" ".join(title.split()))
            note_change(keep(saved, deck, user_id=user.id), before=saved.rev)
            leave_dialog()


@st.dialog("Make the slides anew?", icon=":material/autorenew:", on_dismiss=close_dialog)
def make_anew_dialog(of: list[object], *, user: User) -> None:
    """Ask before a deck is made anew."""
    thing = deck_of(of)
    with telling():
        saved = get_services().decks.get(thing, user_id=user.id)
        st.markdown(
            f"They are made again of what the {thing.kind} says now. What you changed by hand is left out; the slides"
            " as they are stay among the versions."
        )
        preset, until = _choices("deck_anew", saved.deck.preset, saved.deck.valid_until)
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Cancel", key="deck_anew_cancel"):
                leave_dialog()
            wanted = st.button("Make anew", key="deck_anew_go", type="primary")
        if wanted:
            after = get_services().decks.make(thing, user_id=user.id, preset=preset, valid_until=until, rev=saved.rev)
            note_change(after, before=saved.rev)
            leave_dialog()
