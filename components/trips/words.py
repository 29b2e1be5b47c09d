"""Words about trips, with days as the reader's browser writes them."""

from datetime import date
from functools import cache

import streamlit as st
from babel import Locale
from babel.dates import format_interval, format_skeleton

from services.trips.records import TripAccess, TripSummary
from travel.brief import FIELDS, Brief, needs_text, shown, shown_fields
from travel.status import TripStatus
from travel.types import locale_of

STATUSES = {
    TripStatus.DRAFT: ("Draft", "gray", ":material/edit_note:"),
    TripStatus.PROPOSED: ("Proposed", "blue", ":material/outgoing_mail:"),
    TripStatus.APPROVED: ("Approved", "green", ":material/check_circle:"),
    TripStatus.BOOKED: ("Booked", "violet", ":material/confirmation_number:"),
    TripStatus.TRAVELLING: ("Travelling", "orange", ":material/flight_takeoff:"),
    TripStatus.DONE: ("Done", "gray", ":material/task_alt:"),
    TripStatus.CANCELLED: ("Cancelled", "red", ":material/cancel:"),
}
NO_CUSTOMER = "No customer"
_OF_A_COUNTRY = ("pt_BR", "pt_PT", "zh_Hans", "zh_Hant", "en_GB", "en_US")


def status_name(status: TripStatus) -> str:
    """Return what a status is called."""
    return STATUSES[status][0]


def status_badge(status: TripStatus) -> None:
    """Draw how far a trip is."""
    name, colour, icon = STATUSES[status]
    st.badge(name, icon=icon, color=colour)  # type: ignore[arg-type]


def days_words(start: date | None, end: date | None) -> str:
    """Return from when to when in the language of the browser; nothing where it is not known."""
    if start is None or end is None:
        return ""
    return str(format_interval(start, end, "yMMMd", locale=locale_of(st.context.locale)))


def month_name(month: str) -> str:
    """Return a month in the language of the browser."""
    return str(format_skeleton("yMMMM", date.fromisoformat(f"{month}-01"), locale=locale_of(st.context.locale)))


def when_words(trip: TripSummary) -> str:
    """Return from when to when a trip is, or in which months; nothing where neither is known."""
    return days_words(trip.start, trip.end) or ", ".join(map(month_name, trip.months))


def trip_words(trip: TripSummary) -> list[str]:
    """Return who a trip is for, when it is, and who else works on it, as far as there is something to say."""
    others = trip.members - 1
    shared = f"shared with {others}" if trip.access is TripAccess.OWNER else "shared with you"
    return [
        *([trip.customer_name] if trip.customer_name else []),
        *([when] if (when := when_words(trip)) else []),
        *([shared] if others else []),
    ]


def brief_rows(brief: Brief) -> tuple[tuple[str, str], ...]:
    """Return what is known of a trip, for those who work on it: labels and plain texts."""
    return shown(brief, st.context.locale, private=True)


def brief_fields(brief: Brief) -> tuple[tuple[str, str, str], ...]:
    """Return what others than the team may know, each row with the name of its field first."""
    rows = shown_fields(brief, st.context.locale)
    return tuple((field, label, text.capitalize() if field == "pace" else text) for field, label, text in rows)


def private_fields(brief: Brief) -> tuple[tuple[str, str, str], ...]:
    """Return what the team alone may know, as rows like those of `brief_fields`."""
    needs = "" if brief.tell_needs else needs_text(brief)
    rows = ("needs", "What they need", needs), ("notes_private", FIELDS["notes_private"], brief.notes_private)
    return tuple(row for row in rows if row[2])


@cache
def languages() -> dict[str, str]:
    """Return the languages that a customer may have, by code, in the order of their names."""
    known = Locale("en").languages
    codes = [*(str(code) for code in known if len(str(code)) == 2), *_OF_A_COUNTRY]
    names = {code.replace("_", "-"): str(known.get(code) or code) for code in codes}
    return dict(sorted(names.items(), key=lambda one: one[1]))


def language_name(code: str) -> str:
    """Return what a language is called in English."""
    return "Not known" if not code else languages().get(code, code)
