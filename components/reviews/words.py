"""Words about reviews, with days and times as the reader's browser writes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

import streamlit as st
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from components.labels import counted, escape_label, local_time, planner_zone
from exports.reviews.records import Block, ThingKind
from services.reviews.records import DecisionKind, LinkSettings, Review, ReviewMay, ReviewState


class ThingWords(NamedTuple):
    """What is said of a kind of thing, of what an audience sees of it, and of its pieces."""

    name: str
    icon: str
    seen: str
    about: str
    go_there: str
    gone: str
    passage: str


THINGS: dict[ThingKind, ThingWords] = {
    "session": ThingWords(
        name="session",
        icon=":material/chat:",
        seen="the conversation as it is now, and nothing else: no instructions, memories, models or costs",
        about="On a message",
        go_there="Go to message",
        gone="On messages that are gone",
        passage="Words of the message that this is about",
    ),
    "trip": ThingWords(
        name="brief",
        icon=":material/luggage:",
        seen=(
            "the trip's title, its brief as it is now, and what is still open: no notes for the team, and needs of "
            "travellers only where the brief says that they may be told"
        ),
        about="On an entry",
        go_there="Go there",
        gone="On what the brief no longer says",
        passage="Words that this is about",
    ),
    "deck": ThingWords(
        name="deck",
        icon=":material/slideshow:",
        seen=(
            "the slides of the deck as they look now, and nothing else: no hidden slides, no notes, and not the "
            "conversation that they are made of"
        ),
        about="On a slide",
        go_there="Go to slide",
        gone="On slides that are gone",
        passage="Words of the slide that this is about",
    ),
}
STATES = {
    ReviewState.OPEN: ("Open", "blue", ":material/forum:"),
    ReviewState.CHANGES_ASKED: ("Changes requested", "orange", ":material/edit_note:"),
    ReviewState.DECLINED: ("Declined", "red", ":material/cancel:"),
    ReviewState.APPROVED: ("Approved", "green", ":material/check_circle:"),
    ReviewState.OUTDATED: ("Outdated", "gray", ":material/history:"),
    ReviewState.ENDED: ("Ended", "gray", ":material/link_off:"),
}
DECISIONS = {
    DecisionKind.APPROVE: ("Approved", ":material/check_circle:"),
    DecisionKind.APPROVE_WITH_NOTES: ("Approved with notes", ":material/check_circle:"),
    DecisionKind.ASK_FOR_CHANGES: ("Asked for changes", ":material/edit_note:"),
    DecisionKind.DECLINE: ("Declined", ":material/cancel:"),
}
_HASH_CHARS = 16
_OF_BRIEFS = Locale("en")  # in which the days and amounts of a brief stand in its snapshot

_language: ContextVar[Locale | None] = ContextVar("reviews_language", default=None)


@contextmanager
def written_like(thing: ThingKind) -> Iterator[None]:
    """Write days, times and numbers as what is shown has them in its own words, about which its readers decide."""
    before = _language.set(_OF_BRIEFS if thing == "trip" else None)
    try:
        yield
    finally:
        _language.reset(before)


def state_badge(review: Review, *, changed: bool = False) -> None:
    """Draw where a link stands, with its approvals where there are several; of one that has ended, why and how.

    *changed*: what it is of has become something else than it shows.
    """
    name, colour, icon = STATES[review.state]
    if review.state is ReviewState.ENDED:
        name = " · ".join(filter(None, (_ending(review), _outcome(review))))
    else:
        name = with_approvals(name, review.approved, review.settings)
    st.badge(name, icon=icon, color=colour)  # type: ignore[arg-type]
    if changed:
        st.badge("Changed since", icon=":material/history:", color="orange")


def with_approvals(state: str, approved: int, settings: LinkSettings) -> str:
    """Return where a link stands, and of several approvals how many there are: the same to planners and readers."""
    if settings.may is ReviewMay.DECIDE and max(approved, settings.approvals) > 1:
        return f"{state} · {approved} of {counted(settings.approvals, 'approval')}"
    return state


def open_badge(review: Review) -> None:
    """Draw how many comments on a link nobody has resolved; nothing where there are none."""
    if review.open_threads:
        st.badge(counted(review.open_threads, "open comment"), icon=":material/forum:", color="orange")


def _ending(review: Review) -> str:
    if review.ended_why:
        return "Ended"
    return "Revoked" if review.revoked else "Ran out"


def _outcome(review: Review) -> str:
    """Return how a link came out; nothing where nobody has decided about what it shows."""
    match review.outcome:
        case ReviewState.APPROVED:
            return f"approved by {review.approved}"
        case ReviewState.OPEN if review.approved:
            return f"{review.approved} of {review.settings.approvals} approved"
        case ReviewState.DECLINED | ReviewState.CHANGES_ASKED:
            return STATES[review.outcome][0].lower()
    return ""


def instant(at: datetime) -> str:
    """Return an instant in the language and the zone of the browser."""
    return _instant(at, planner_zone(), _locale())


@lru_cache(maxsize=2_000)
def _instant(at: datetime, zone: tzinfo, locale: Locale) -> str:
    local = local_time(at, zone)
    return f"{format_date(local, 'medium', locale=locale)}, {format_time(local, 'short', tzinfo=zone, locale=locale)}"


def time_of_day(at: datetime) -> str:
    """Return when on its day an instant is, in the language and the zone of the browser."""
    zone = planner_zone()
    return str(format_time(local_time(at, zone), "short", tzinfo=zone, locale=_locale()))


def day(on: date) -> str:
    """Return a day in the language of the browser."""
    return str(format_date(on, "long", locale=_locale()))


def how_many(number: int, noun: str) -> str:
    """Return a number, as the language of the browser writes it, and its noun."""
    return f"{format_decimal(number, locale=_locale())} {noun if number == 1 else f'{noun}s'}"


def said(block: Block) -> str:
    """Return, as Markdown, who said a block and when, or what it is called."""
    name = f"**{escape_label(block.author)}**"
    return f"{name} · {escape_label(instant(block.at))}" if block.at else name


def _locale() -> Locale:
    if chosen := _language.get():
        return chosen
    try:
        return Locale.parse(st.context.locale or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def short_hash(sha256: str) -> str:
    """Return as much of a hash as people compare. Not drawn as code: that is a typeface more to load."""
    return " ".join(sha256[at : at + 4] for at in range(0, _HASH_CHARS, 4))
