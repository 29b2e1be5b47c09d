"""What happened to a trip: its latest activity, and its revisions, compared and restored.

In `st.session_state`: `trips_revisions` is {"of": the id of the trip, "shown": how many are asked for}.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

from components.labels import escape_label, relative_time
from components.problems import draw_problem, telling
from components.resources import get_services
from components.state import REVIEWS_PAGE, show_page, show_session
from components.trips.places import show_part
from components.trips.trip_list import gathered
from services.errors import NotFoundError
from services.reviews.records import DecisionKind
from services.sessions.records import SessionSummary
from services.trips.records import Member, RevisionSummary, Trip, TripFile
from travel.brief import FieldChange

ROWS_AT_FIRST = 10
_LATEST = 5
_ON_LINKS = {  # what was done, and its icon
    "": ("commented on {}", "forum"),
    DecisionKind.APPROVE: ("approved {}", "check_circle"),
    DecisionKind.APPROVE_WITH_NOTES: ("approved {} with notes", "check_circle"),
    DecisionKind.ASK_FOR_CHANGES: ("asked for changes to {}", "change_circle"),
    DecisionKind.DECLINE: ("declined {}", "cancel"),
}


def draw_activity(
    trip: Trip,
    sessions: Sequence[SessionSummary],
    files: Sequence[TripFile],
    members: Sequence[Member],
    *,
    user_id: int,
    now: datetime,
) -> None:
    """Draw what was done last: changes of the brief, sessions that were used, files and members that were added.

    And what was said and decided on its links.
    """
    latest = sorted(
        [
            *_changed(trip, user_id=user_id),
            *_written(trip, sessions, user_id=user_id),
            *(_Deed(one.created_at, one.by, f"added {one.name}", "attach_file", *_at_file(one)) for one in files),
            *_came(members),
            *_on_members(trip, user_id=user_id),
            *_on_links(trip, user_id=user_id),
        ],
        key=lambda one: one.at,
        reverse=True,
    )
    st.header("Latest activity", anchor=False)
    with st.container(key="trips_activity", gap=None):
        for number, one in enumerate(latest[:_LATEST]):
            who = f"**{escape_label(one.by)}** " if one.by else ""
            st.button(
                f"{who}{escape_label(one.did)} :small[:gray[{relative_time(one.at, now=now)}]]",
                key=f"trips_deed_{number}",
                icon=f":material/{one.icon}:",
                type="tertiary",
                on_click=one.show,
                args=one.args,
            )


@dataclass(frozen=True, slots=True)
class _Deed:
    """What somebody did, and the callback that shows it."""

    at: datetime
    by: str
    did: str
    icon: str
    show: Callable[..., None]
    args: tuple[Any, ...]


def _changed(trip: Trip, *, user_id: int) -> Iterator[_Deed]:
    for one in get_services().trip_revisions.page(trip.id, user_id=user_id, limit=_LATEST).revisions:
        yield _Deed(one.at, _who(one), _did(one.summary), "edit_note", _show_revisions, (trip.id,))


def _written(trip: Trip, sessions: Sequence[SessionSummary], *, user_id: int) -> Iterator[_Deed]:
    """Yield who wrote last in each session, or had the assistant answer."""
    ids = [one.last_message_id for one in sessions[:_LATEST] if one.last_message_id is not None]
    writers = get_services().trip_sessions.writers(trip.id, ids, user_id=user_id)
    for one in sessions[:_LATEST]:
        if one.last_message_id in writers:
            did = f"wrote in {one.title}"
            show = show_session, (one.id, one.last_message_id)
            yield _Deed(one.last_message_at, writers[one.last_message_id], did, "chat", *show)


def _at_file(file: TripFile) -> tuple[Callable[..., None], tuple[Any, ...]]:
    return show_part, (f"trips_line_file_{file.id}",)


def _came(members: Sequence[Member]) -> Iterator[_Deed]:
    """Yield who came to work on a trip, but for who was there first."""
    for one in sorted(members, key=lambda one: one.since)[1:]:
        yield _Deed(one.since, one.name, "joined", "group_add", show_part, (f"trips_line_member_{one.user_id}",))


def _on_members(trip: Trip, *, user_id: int) -> Iterator[_Deed]:
    """Yield who left, took others off the trip, or handed it over to them."""
    for one in get_services().trip_activity.on_members(trip.id, user_id=user_id, limit=_LATEST):
        who, did, icon = one.by or "Somebody", f"removed {one.name}", "group_remove"
        if one.handed_over:
            did, icon = f"handed the trip to {one.name}", "key"
        elif one.by is None:
            who, did = one.name, "left"
        yield _Deed(one.at, who, did, icon, show_part, ("trips_members",))


def _on_links(trip: Trip, *, user_id: int) -> Iterator[_Deed]:
    """Yield what stakeholders said and decided."""
    for one in get_services().trip_activity.on_links(trip.id, user_id=user_id, limit=_LATEST):
        did, icon = _ON_LINKS[one.kind]
        did = did.format("the slides" if one.deck else "the brief")
        yield _Deed(one.at, one.name, did, icon, partial(show_page, REVIEWS_PAGE, review=str(one.review_id)), ())


def _show_revisions(trip_id: int) -> None:
    st.session_state[_revisions_key(trip_id)] = True
    show_part(_revisions_key(trip_id))


def _revisions_key(trip_id: int) -> str:
    return f"trips_revisions_{trip_id}"


def draw_revisions(trip: Trip, *, user_id: int, now: datetime) -> None:
    """Draw who changed what and when, once it is opened."""
    shown = st.expander(  # of a name that never changes: with another it would be another one, and closed
        "Revisions", icon=":material/history:", key=_revisions_key(trip.id), on_change="rerun"
    )
    if not shown.open:
        return
    revisions = get_services().trip_revisions

    def page(limit: int, cursor: str | None) -> tuple[Sequence[RevisionSummary], str | None]:
        found = revisions.page(trip.id, user_id=user_id, limit=limit, cursor=cursor)
        return found.revisions, found.next_cursor

    wanted = _wanted(trip.id)
    with shown:
        rows, has_more = gathered(page, wanted)
        for one in rows:
            _row(trip, one, user_id=user_id, now=now)
        draw_problem("trip_revisions")
        if has_more and st.button("Show more", key="trips_revisions_more", icon=":material/expand_more:"):
            st.session_state.trips_revisions["shown"] = wanted + ROWS_AT_FIRST
            st.rerun()
        if trip.rev > 1:
            _compare(trip, rows, user_id=user_id)


def _wanted(trip_id: int) -> int:
    shown = st.session_state.get("trips_revisions", {})
    if shown.get("of") != trip_id:
        shown = st.session_state.trips_revisions = {"of": trip_id, "shown": ROWS_AT_FIRST}
    return int(shown["shown"])


def _who(one: RevisionSummary) -> str:
    return one.by or "Somebody"


def _did(summary: str) -> str:
    """Return what somebody did in a revision, as it goes on after their name."""
    first, _, rest = summary.lower().partition(" ")
    if first in ("created", "copied", "imported"):
        return f"{first} the trip{f' {rest}' if rest else ''}"
    return f"{first} {rest}" if first == "restored" else f"changed {_listed(summary.lower().split(', '))}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _row(trip: Trip, one: RevisionSummary, *, user_id: int, now: datetime) -> None:
    with st.container(
        key=f"trips_revision_{one.rev}", horizontal=True, wrap=False, vertical_alignment="center", gap="small"
    ):
        told = f"{escape_label(_who(one))} · {relative_time(one.at, now=now)}"
        st.markdown(f"**{one.rev}** {escape_label(one.summary)} :small[:gray[{told}]]", width="stretch")
        if trip.access.may_change and one.rev != trip.rev:
            st.button(
                f"Restore revision {one.rev}",
                key=f"trips_restore_{one.rev}",
                icon=":material/settings_backup_restore:",
                type="tertiary",
                help="Make title and brief what they were then. Customer and status stay.",
                on_click=_restore,
                args=(trip.id, one.rev, user_id),
            )


def _restore(trip_id: int, rev: int, user_id: int) -> None:
    with telling("trip_revisions"):
        get_services().trip_revisions.restore(trip_id, rev, user_id=user_id)
        st.session_state.session_news = f"Restored revision {rev}."
        show_part(_revisions_key(trip_id), to="nearest", focus=True)  # the button that had the focus is gone


def _compare(trip: Trip, rows: Sequence[RevisionSummary], *, user_id: int) -> None:
    st.markdown("**Compare two revisions**")
    numbers = [one.rev for one in rows]
    with st.container(horizontal=True, key="trips_compare"):
        before = st.selectbox("From", numbers, index=1, key=f"trips_compare_from_{trip.id}_{trip.rev}", width=110)
        after = st.selectbox("To", numbers, index=0, key=f"trips_compare_to_{trip.id}_{trip.rev}", width=110)
    try:
        found = get_services().trip_revisions.compare(trip.id, before, after, user_id=user_id)
    except NotFoundError as exc:
        st.warning(exc.message)
        return
    if not found.changes:
        st.caption("Nothing differs between these two.")
    for change in found.changes:
        draw_change(change)


def draw_change(change: FieldChange) -> None:
    """Draw what a field was and what it is after a change; of a list what went and what came."""
    if change.removed or change.added:
        went = [f":material/remove: ~~{escape_label(one)}~~" for one in change.removed]
        came = [f":material/add: **{escape_label(one)}**" for one in change.added]
        st.markdown("  \n".join([f":small[:gray[{change.label}]]", *went, *came]))
        return
    before, after = (escape_label(text) or "*nothing*" for text in (change.before, change.after))
    st.markdown(f":small[:gray[{change.label}]]  \n{before} :material/arrow_forward: **{after}**")
