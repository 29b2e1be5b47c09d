"""Words about reviews, with days and times as the reader's browser writes them."""

from datetime import date, datetime

import streamlit as st
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from components.labels import local_time, planner_zone
from services.reviews.records import DecisionKind, ReviewState

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


def state_badge(state: ReviewState, *, approved: int, asked: int) -> None:
    """Draw where a link stands; of several approvals that are asked for, how many there are."""
    name, colour, icon = STATES[state]
    counts = state in (ReviewState.OPEN, ReviewState.APPROVED) and (asked > 1 or approved > 1)
    st.badge(f"{name} ({approved} of {asked})" if counts else name, icon=icon, color=colour)  # type: ignore[arg-type]


def instant(at: datetime) -> str:
    """Return an instant in the language and the zone of the browser."""
    zone, locale = planner_zone(), _locale()
    local = local_time(at, zone)
    return f"{format_date(local, 'medium', locale=locale)}, {format_time(local, 'short', tzinfo=zone, locale=locale)}"


def day(on: date) -> str:
    """Return a day in the language of the browser."""
    return str(format_date(on, "long", locale=_locale()))


def _locale() -> Locale:
    try:
        return Locale.parse(st.context.locale or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def short_hash(sha256: str) -> str:
    """Return as much of a hash as people compare."""
    return sha256[:12]
