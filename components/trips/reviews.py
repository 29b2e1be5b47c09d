"""The reviews of a trip's brief and deck on its page: links, what is said on them, and the status that they offer."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from components.dialogs import open_dialog
from components.labels import counted, escape_label
from components.problems import telling
from components.resources import get_services
from components.reviews.beside import slides_comments
from components.reviews.entry import follow_reviews
from components.reviews.link_list import due_words, opened_words
from components.reviews.things import changed_since, may_share_again
from components.reviews.words import open_badge, state_badge
from components.state import REVIEWS_PAGE, reads_only
from components.trips.words import status_name
from services.reviews.records import Review, ReviewState, Thing
from services.trips.records import Trip
from travel.brief import DATES, FIELDS
from travel.status import TripStatus

_LISTED = 10
_AGREED = (TripStatus.APPROVED, TripStatus.BOOKED, TripStatus.TRAVELLING)


def draw_offer(trip: Trip, *, user_id: int) -> None:
    """Draw the status that a trip could be given as its brief is approved, or that it is not the one any more.

    An empty place where there is neither.
    """
    status = get_services().trip_approval.offered_status(trip.id, user_id=user_id)
    if status is None:
        if not _draw_changed(trip, user_id=user_id):
            st.empty()
        return
    notes = get_services().trip_approval.notes(trip.id, user_id=user_id)
    with st.container(key="trips_offer", border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            how = ", with notes" if notes else ""
            st.markdown(f":green[:material/check_circle:] The brief is approved as it is now{how}.", width="stretch")
            st.button(
                f"Set status to {status_name(status).lower()}",
                key=f"trips_accept_{trip.id}",
                icon=":material/check:",
                on_click=_accept,
                args=(trip.id, user_id),
            )
        for name, note in notes:
            st.text(f"{name}: {note}")


def _draw_changed(trip: Trip, *, user_id: int) -> bool:
    """Draw that a trip's brief is not as it was approved, and what shares it again; return whether that is so."""
    if trip.status not in _AGREED or not trip.access.may_change or reads_only():
        return False
    thing = Thing("trip", trip.id)
    approved = get_services().reviews.page(
        user_id=user_id, ended=False, of=thing, states=[ReviewState.APPROVED], limit=_LISTED
    )
    if not approved or len(changed_since(thing, approved, user_id=user_id)) < len(approved):
        return False
    with st.container(key="trips_changed", border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(":orange[:material/history:] The brief has changed since it was approved.", width="stretch")
        _button("Share again", "sync", "review_again", thing, trip.title, key="trips_changed_again")
    return True


def draw_reviews(trip: Trip, *, user_id: int, now: datetime) -> None:
    """Draw a trip's links and what shares its brief or its deck; nothing for whoever may only read it.

    But a viewer reads the links of a trip that they were let into as somebody who changes it.
    """
    if not trip.access.may_change and not reads_only():
        return
    follow_reviews(user_id=user_id)
    services, thing = get_services(), Thing("trip", trip.id)
    number = services.reviews.count(thing, user_id=user_id)
    of_deck = services.reviews.count(thing._replace(deck=True), user_id=user_id)
    if reads_only() and not (number or of_deck):
        return
    with st.container(key="trips_reviews_header", horizontal=True, vertical_alignment="center"):
        st.header("Reviews", anchor=False, width="stretch")
        if number and may_share_again(thing, user_id=user_id):
            _button("Share again", "sync", "review_again", thing, trip.title)
        if of_deck and may_share_again(thing._replace(deck=True), user_id=user_id):
            _button("Share the slides again", "sync", "review_again", thing._replace(deck=True), trip.title)
        if not reads_only():
            _button("Share for review", "share", "review_share", thing, trip.title)
    with st.container(key="trips_reviews", gap="xsmall"):
        for of in (thing, thing._replace(deck=True)):
            links = services.reviews.page(user_id=user_id, of=of, limit=_LISTED)
            changed = changed_since(of, links, user_id=user_id)
            for review in links:
                _link(review, changed=review.id in changed, now=now)
    if not (number or of_deck):
        st.caption("Let a customer look at the brief, comment on it and approve it, without an account.")
    if max(number, of_deck) > _LISTED:
        st.page_link(REVIEWS_PAGE, label="All reviews", icon=":material/arrow_forward:")
    if of_deck:
        slides_comments(thing, user_id=user_id)
    _comments(thing, services.comments.open_by_anchor(thing, user_id=user_id))


def _button(label: str, icon: str, dialog: str, thing: Thing, title: str, *, key: str = "") -> None:
    st.button(
        label,
        key=key or f"trips_{dialog}{'_deck' if thing.deck else ''}",
        icon=f":material/{icon}:",
        on_click=open_dialog,
        args=(dialog,),
        kwargs={"thing": thing, "title": title},
    )


def _link(review: Review, *, changed: bool, now: datetime) -> None:
    told = (due_words(review, today=now.date()), opened_words(review, now=now))
    with st.container(
        key=f"trips_link_{review.id}", horizontal=True, gap="small", vertical_alignment="center", border=True
    ):
        st.page_link(
            REVIEWS_PAGE,
            label=f"**{escape_label(review.settings.audience)}** :small[{' · '.join(filter(None, told))}]",
            icon=":material/slideshow:" if review.thing.deck else ":material/link:",
            query_params={"review": str(review.id)},
            width="stretch",
        )
        open_badge(review)
        state_badge(review, changed=changed)


def _comments(thing: Thing, counts: Mapping[str | None, int]) -> None:
    """Draw what opens the comments that nobody has resolved, by what they are about."""
    if not counts:
        return
    with st.container(key="trips_comments", horizontal=True, gap="small"):
        for anchor, number in counts.items():
            st.button(
                f"{_called(anchor)}: {counted(number, 'comment')}",
                key=f"trips_comments_{anchor or 'whole'}",
                icon=":material/forum:",
                type="tertiary",
                on_click=open_dialog,
                args=("message_comments",),
                kwargs={"thing": thing, "anchor": anchor},
            )


def _called(anchor: str | None) -> str:
    if anchor is None:
        return "In general"
    field = anchor.removeprefix("ask_")
    if field.startswith("questions_"):
        return "Open question"
    return "Dates" if field == DATES else FIELDS.get(field, "An earlier version")


def _accept(trip_id: int, user_id: int) -> None:
    with telling("trips"):
        trip = get_services().trip_approval.accept(trip_id, user_id=user_id)
        st.session_state.session_news = f"The status is {status_name(trip.status).lower()} now."
