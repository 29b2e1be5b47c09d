"""The dialogs that share a session, a brief or a deck: by a new link, and again by those that there are."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import streamlit as st

from components.dialogs import close_dialog, leave_dialog
from components.labels import counted, escape_label
from components.problems import telling
from components.resources import get_services
from components.reviews.addresses import show_address
from components.reviews.link_form import link_fields, may_field
from components.reviews.slides import Drawn, draw_slides, slides_of
from components.reviews.snapshot import draw_blocks
from components.reviews.warnings import draw_deck_warnings
from components.reviews.words import STATES, THINGS
from components.scripts import tell
from exports.decks.records import Edition
from exports.reviews.records import DeckSnapshot, SharedDeck, snapshot_hash, snapshot_text
from services.accounts.records import User
from services.decks.records import DeckOf
from services.errors import InvalidInputError, NotFoundError
from services.reviews.records import LinkSettings, Review, Thing
from services.sessions.records import MessageView
from services.texts import one_line

_LISTED = 2_000  # messages that a link can begin or end at
_WORDS_CHARS = 30  # as many as its field shows
_WHOLE = 0  # no message's id: where a select stands at first


@st.dialog("Share for review", icon=":material/share:", width="medium", on_dismiss=close_dialog)
def share_dialog(thing: Thing, title: str, *, user: User) -> None:
    """Ask what a new link is to be, show what it would show, and make it."""
    st.markdown(f"**{escape_label(title)}**")
    key = f"review_share_{thing.id}"
    with telling():
        thing = _what_field(thing, key=key, user_id=user.id)
    st.markdown(f":small[Whoever has the link sees {THINGS[thing.shown].seen}.]")
    _warn(thing, user_id=user.id)
    given = LinkSettings(audience=_audience(thing, user_id=user.id))
    may = may_field(given, key=key)
    with telling(), st.form("review_share", border=False):
        fields = link_fields(given, may=may, key=key)
        first_id, last_id = None, None
        if thing.shown == "session":
            first_id, last_id = _part_fields(thing.id, user_id=user.id)
        with st.container(horizontal=True, horizontal_alignment="right"):  # Enter presses the first
            previewed = st.form_submit_button("Preview", key="review_share_preview", icon=":material/visibility:")
            shared = st.form_submit_button("Share", key="review_share_go", type="primary", icon=":material/share:")
        if shared:
            with fields.telling():
                made = get_services().reviews.share(
                    thing,
                    fields.checked(),
                    user_id=user.id,
                    passcode=fields.passcode,
                    first_id=first_id,
                    last_id=last_id,
                )
                show_address(made, title=f"The link for {made.review.settings.audience} is ready.")
    if previewed:
        _preview(thing, fields.settings, first_id, last_id, user_id=user.id)


def _audience(thing: Thing, *, user_id: int) -> str:
    """Return who a link is for unless somebody says otherwise: the trip's customer, by name where that is known."""
    services = get_services()
    with suppress(NotFoundError):  # whoever shares it is told
        trip_id = thing.id if thing.kind == "trip" else services.sessions.get(thing.id, user_id=user_id).trip_id
        if (trip := services.trip_names.find(trip_id, user_id=user_id)) and trip.customer_name:
            return trip.customer_name
    return "Customer"


def _warn(thing: Thing, *, user_id: int) -> None:
    """Draw what speaks against sharing a deck as it is."""
    if thing.deck:
        with telling():
            draw_deck_warnings(DeckOf(thing.kind, thing.id), user_id=user_id)


def _what_field(thing: Thing, *, key: str, user_id: int) -> Thing:
    """Draw whether the deck is shared, where there is one, and return what is."""
    if get_services().decks.find(DeckOf(thing.kind, thing.id), user_id=user_id) is None:
        return thing
    names = {deck: THINGS[thing._replace(deck=deck).shown].name.capitalize() for deck in (False, True)}
    chosen = st.segmented_control(
        "What they see",
        list(names),
        default=thing.deck,
        required=True,
        format_func=names.__getitem__,
        key=f"{key}_what",
    )
    return thing._replace(deck=bool(chosen))


def _part_fields(session_id: int, *, user_id: int) -> tuple[int | None, int | None]:
    """Draw from which message to which is shared; return their ids, None for the first and for the last."""
    history = get_services().sessions.history(session_id, user_id=user_id, limit=_LISTED)
    shown = [message for message in history.messages if _can_be_shared(message)]
    words = {message.id: f"{number}. {_beginning(message)}" for number, message in enumerate(shown, 1)}
    first, last = {_WHOLE: "The first message"} | words, {_WHOLE: "The last message"} | words
    key = f"review_share_{session_id}"
    begin = _first_for_this(shown)
    if begin:
        which = f"Messages 1 to {begin:,}" if begin < len(shown) else "These messages"
        since = ", so *From* is set to the first one after them" if begin < len(shown) else ""
        st.warning(f"{which} were written for another customer{since}.", icon=":material/group_off:")
    with st.container(horizontal=True):
        first_id = st.selectbox(
            "From",
            list(first),
            index=begin + 1 if 0 < begin < len(shown) else 0,
            format_func=first.__getitem__,
            key=f"{key}_first",
            width=340,
        )
        last_id = st.selectbox("To", list(last), format_func=last.__getitem__, key=f"{key}_last", width=340)
    return first_id or None, last_id or None


def _first_for_this(shown: Sequence[MessageView]) -> int:
    """Return the place of the first message after those that were written for another customer."""
    return next((place for place in range(len(shown), 0, -1) if shown[place - 1].for_another), 0)


def _can_be_shared(message: MessageView) -> bool:
    said = message.role == "assistant" and bool(message.text.strip()) and not message.status.unfinished
    return said or message.role == "user"


def _beginning(message: MessageView) -> str:
    words = one_line(message.text[: 4 * _WORDS_CHARS])
    who = "Assistant" if message.role == "assistant" else "You"
    return f"{who}: {words if len(words) <= _WORDS_CHARS else f'{words[: _WORDS_CHARS - 1]}…'}"


def _preview(
    thing: Thing, settings: LinkSettings, first_id: int | None, last_id: int | None, *, user_id: int
) -> None:
    with telling():
        snapshot = get_services().reviews.preview(thing, user_id=user_id, first_id=first_id, last_id=last_id)
        tell("scroll", {"once": str(time.time_ns()), "key": "review_preview", "to": "start"})
        with st.container(border=True, key="review_preview"):
            st.caption(f"What {escape_label(settings.audience) or 'they'} will see")
            st.subheader(escape_label(snapshot.title), anchor=False)
            if settings.note.strip():
                st.text(settings.note)
            if isinstance(snapshot, DeckSnapshot):
                of = DeckOf(thing.kind, thing.id)
                sha256 = snapshot_hash(snapshot_text(snapshot))
                edition = partial(_edition, of, snapshot.deck, user_id)
                draw_slides(slides_of(snapshot.blocks), Drawn(sha256, False, edition))
            else:
                draw_blocks(snapshot.blocks)


def _edition(of: DeckOf, shared: SharedDeck, user_id: int) -> Edition:
    return replace(get_services().deck_files.edition(of, user_id=user_id), rev=shared.rev, at=shared.at)


@st.dialog("Share again", icon=":material/sync:", width="medium", on_dismiss=close_dialog)
def share_again_dialog(thing: Thing, title: str, review_id: int | None = None, *, user: User) -> None:
    """Ask which links of a thing are to show it as it is now; *review_id* is one that was asked for."""
    st.markdown(f"**{escape_label(title)}**")
    with telling():
        services, name = get_services(), THINGS[thing.shown].name
        links = services.reviews.page(user_id=user.id, of=thing, ended=False, limit=200)
        behind = services.reviews.behind(thing, user_id=user.id)
        if not links:
            st.markdown(f"This {name} has no open link.")
            return
        if not any(behind.values()) and None not in behind.values():
            st.markdown(f"Every open link shows the {name} as it is now. There is nothing to share again.")
            return
        chosen = _choose(links, behind, review_id, name)
        _warn(thing, user_id=user.id)
        outdated = sum(one.approved for one in chosen if behind[one.id])
        if outdated:
            st.markdown(f":material/warning: {counted(outdated, 'approval')} will be outdated.")
        st.markdown(
            ":small[Decisions and comments stay on what they were about. Whoever looks is told what changed.]"
        )
        if st.button("Share again", key="review_again_go", type="primary", icon=":material/sync:"):
            if not chosen:
                raise InvalidInputError("Choose a link at least.")
            changed = services.reviews.share_again([one.id for one in chosen], user_id=user.id)
            renewed = counted(sum(changed.values()), "link")
            st.session_state.session_news = f"Shared again: {renewed} changed."
            leave_dialog()


def _choose(
    links: Sequence[Review], behind: dict[int, bool | None], review_id: int | None, what: str
) -> list[Review]:
    """Draw the links, and a box for each that can show something else; return those that are chosen."""
    chosen = []
    for one in links:
        name, (state, _, icon) = escape_label(one.settings.audience), STATES[one.state]
        if not (differs := behind.get(one.id)):
            why = "cannot show the session any more: a message that it begins or ends at is gone"
            st.markdown(f"**{name}** :small[{icon} {state} · {why if differs is None else 'shows it as it is now'}]")
        elif st.checkbox(
            f"**{name}** :small[{icon} {state} · the {what} has changed since]",
            value=one.settings.follows or one.id == review_id,
            key=f"review_again_{one.id}",
        ):
            chosen.append(one)
    return chosen
