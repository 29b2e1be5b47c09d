"""Words about sessions: labels that show people's text as it is, groups by age, relative times."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo

import streamlit as st

from services.sessions.records import SessionSummary

ACCESS = {"owner": "Owner", "edit": "Can edit", "view": "Can view"}  # to a trip, or to a session
_JOINER = "\u2060"  # takes no room; parts what Streamlit would read all the same, escaped or not
_READ_ALL_THE_SAME = re.compile(
    r"""
    :(?=[\w+/-])                              # a shortcode, or an address with a scheme: http://
    | (?<!\S)(?:<(?=->(?!\S))|[-<>~](?=[->=-](?!\S)))  # an arrow
    | www(?=\.)                               # an address without one
    | [-.\w+](?=@)                            # an e-mail address
    """,
    re.VERBOSE | re.IGNORECASE,
)
# But for % ' ( ) , and ; which mean nothing by themselves: a screen reader says the backslashes of a label.
_PUNCTUATION = re.compile(r"[!-$&*-+\--/:<-@\[-`{-~]")
_NUMBERED = re.compile(r"^(\d+)\)")  # a list would begin there


def escape_label(text: str) -> str:
    """Return Markdown for a label that shows *text*, people's own words, exactly as it is, on one line.

    No part of it is a link, a picture, a symbol, a colour or a formula.
    """
    parted = _READ_ALL_THE_SAME.sub(rf"\g<0>{_JOINER}", " ".join(text.split()))
    return _NUMBERED.sub(r"\1\\)", _PUNCTUATION.sub(r"\\\g<0>", parted))


def planner_zone() -> tzinfo:
    """Return the time zone of the planner's browser; UTC where it is not known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (LookupError, ValueError, OSError):
        return UTC


def local_time(at: datetime, zone: tzinfo | None) -> datetime:
    """Return an instant in a zone; as it is where that is before the year 1 or after 9999 there."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def in_groups(sessions: Iterable[SessionSummary], *, now: datetime) -> Iterator[tuple[str, list[SessionSummary]]]:
    """Yield the name of each group and its sessions; they come, and go, last used first.

    *now* is in the planner's zone: days and months are theirs.
    """
    for name, group in groupby(sessions, key=lambda session: group_name(session.last_message_at, now=now)):
        yield name, list(group)


def group_name(at: datetime, *, now: datetime) -> str:
    """Return the name of the group that an instant belongs to: Today, Yesterday, Last 7 days, or a month."""
    local = local_time(at, now.tzinfo)
    days = (now.date() - local.date()) / timedelta(days=1)
    if days < 1:
        return "Today"
    if days < 2:
        return "Yesterday"
    return "Last 7 days" if days <= 7 else f"{local:%B %Y}"


def relative_time(at: datetime, *, now: datetime) -> str:
    """Return how long ago an instant was; beyond a week the day, in the zone of *now*."""
    age = now - at
    if age < timedelta(minutes=1):
        return "just now"
    if age < timedelta(hours=1):
        return f"{age // timedelta(minutes=1)} min ago"
    local = local_time(at, now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0 or age < timedelta(hours=6):
        return f"{age // timedelta(hours=1)} h ago"
    if days <= 7:
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{local.day} {local:%b}" if local.year == now.year else f"{local.day} {local:%b %Y}"


def name_in(names: Mapping[int, str], chosen_id: int) -> str:
    """Return a name by its id, for a choice whose values are ids: `partial(name_in, names)` can be pickled."""
    return names.get(chosen_id, "")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number and its noun, in the plural where it has to be."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
