"""Trips: made, found, changed by two at once, and copied without a word of the first customer."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import pytest
from sqlalchemy import select

from db.models import AuditAction, AuditEntry, Customer, Trip, TripMember, TripRevision
from services.errors import (
    InvalidFieldsError,
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    TripChangedError,
)
from services.trips.records import TripAccess, TripOrder
from tests.helpers.databases import ON_SQLITE
from tests.helpers.trips import team  # noqa: F401 - a fixture
from travel.brief import FIELDS, Brief, brief_values, content_hash
from travel.status import TripStatus


def titles(services, user_id, **asked):
    return [one.title for one in services.trips.page(user_id=user_id, **asked).trips]


@ON_SQLITE
def test_trip_needs_a_title_and_nothing_else(services, user_id):
    made = services.trips.create("  Lisbon\n in May ", user_id=user_id)

    assert (made.title, made.status, made.brief, made.rev) == ("Lisbon in May", TripStatus.DRAFT, Brief(), 1)
    assert (made.access, made.members, made.customer_id, made.customer_name) == (TripAccess.OWNER, 1, None, None)
    assert made.content_hash == content_hash("Lisbon in May", Brief())
    assert services.trips.get(made.id, user_id=user_id) == made


def test_members_read_it_and_strangers_find_nothing(services, team):
    for one in team.members:
        seen = services.trips.get(team.trip_id, user_id=one)
        assert (seen.title, seen.customer_name, seen.members) == ("Lisbon in May", "Weber", 3)
        assert titles(services, one, words="weber") == ["Lisbon in May"]
    assert titles(services, team.eve) == []
    with pytest.raises(NotFoundError):
        services.trips.get(team.trip_id, user_id=team.eve)


@ON_SQLITE
def test_what_is_wrong_is_told_by_field_and_changes_nothing(services, team):
    wrong = {
        "title": "\n" * 1_000,
        "status": "perhaps",
        "brief": {"start": "2027-02-30", "budget": {"high": {"amount": "5", "currency": "EURO"}}, "adults": -1},
    }
    with pytest.raises(InvalidFieldsError) as refused:
        services.trips.change(team.trip_id, user_id=team.ada, **wrong)
    assert {"title", "status", "start", "budget", "travellers"} <= refused.value.problems.keys()
    named = {"title": "title", "status": "status", "start": "start", "budget": "budget", "travellers": "adults"}
    for field, name in named.items():
        assert name in refused.value.problems[field]
    with pytest.raises(InvalidFieldsError, match="end"):
        services.trips.change(team.trip_id, user_id=team.ada, brief={"end": "2027-05-01"})
    with pytest.raises(InvalidFieldsError, match="revision 9"):
        services.trips.change(team.trip_id, user_id=team.ada, rev=9, title="Porto")

    assert services.trips.get(team.trip_id, user_id=team.ada).rev == 1
    with pytest.raises(InvalidFieldsError, match="title"):
        services.trips.create("\u200b", user_id=team.ada)


def test_each_change_is_a_revision_that_says_what_was_changed(services, team):
    changed = services.trips.change(team.trip_id, user_id=team.bob, title="Porto", brief={"pace": "relaxed"})
    same = services.trips.change(team.trip_id, user_id=team.bob, title="Porto", brief={"where": ["Lisbon"]})
    booked = services.trips.change(team.trip_id, user_id=team.ada, status="booked", customer_id=None)

    assert (changed.rev, same.rev, booked.rev) == (2, 2, 3)
    assert booked.brief.where == ("Lisbon",)
    assert booked.content_hash == changed.content_hash != services.trip_revisions.get(
        team.trip_id, 1, user_id=team.ada
    ).content_hash  # fmt: skip
    listed = services.trip_revisions.page(team.trip_id, user_id=team.cleo).revisions
    assert [(one.rev, one.by, one.summary) for one in listed] == [
        (3, "Ada", "Status, Customer"),
        (2, "Bob", "Title, Pace"),
        (1, "Ada", "Created"),
    ]


@ON_SQLITE
def test_revisions_stay_as_they_were_written_with_who_and_when(services, team):
    first = services.trip_revisions.get(team.trip_id, 1, user_id=team.ada)
    changed = services.trips.change(team.trip_id, user_id=team.bob, title="Porto", brief={"pace": "relaxed"})
    second = services.trip_revisions.get(team.trip_id, 2, user_id=team.ada)
    services.trip_revisions.restore(team.trip_id, 1, user_id=team.ada)
    services.trips.change(team.trip_id, user_id=team.ada, status="booked", brief={"where": None})

    assert (first.by, second.by, second.at) == ("Ada", "Bob", changed.updated_at)
    assert first.at < second.at
    for one in (first, second):
        assert services.trip_revisions.get(team.trip_id, one.rev, user_id=team.cleo) == one
        assert one.content_hash == content_hash(one.title, one.brief)


def test_two_who_change_other_fields_both_have_their_way(services, team):
    services.trips.change(team.trip_id, user_id=team.bob, rev=1, title="Porto", brief={"pace": "full"})
    both = services.trips.change(
        team.trip_id, user_id=team.ada, rev=1, title="Lisbon in May", status="proposed", brief={"where": ["Faro"]}
    )

    assert (both.title, both.brief.pace, both.status, both.brief.where) == (
        "Porto", "full", TripStatus.PROPOSED, ("Faro",),
    )  # fmt: skip
    assert both.rev == 3


@ON_SQLITE
def test_later_one_is_told_of_a_field_that_somebody_else_changed(services, team):
    services.trips.change(team.trip_id, user_id=team.bob, rev=1, title="Porto", brief={"end": "2027-05-09"})
    both = "Title is now “Porto”, and was to be “Faro”. End is now “May 9, 2027”, and was to be “May 8, 2027”."
    with pytest.raises(TripChangedError, match=both) as refused:
        services.trips.change(
            team.trip_id, user_id=team.ada, rev=1, title="Faro", brief={"end": "2027-05-08", "pace": "full"}
        )

    found = {one.field: (one.before, one.after) for one in refused.value.fields}
    assert found == {"title": ("Porto", "Faro"), "end": ("May 9, 2027", "May 8, 2027")}
    now = services.trips.get(team.trip_id, user_id=team.ada)
    assert (now.title, now.rev, now.brief.pace) == ("Porto", 2, None)
    chosen = services.trips.change(team.trip_id, user_id=team.ada, rev=refused.value.rev, title="Faro")
    assert (chosen.title, chosen.rev) == ("Faro", 3)
    services.trips.change(team.trip_id, user_id=team.bob, rev=1, title="Faro")  # both want the same


@ON_SQLITE
def test_what_comes_together_must_be_possible(services, team):
    services.trips.change(team.trip_id, user_id=team.bob, rev=1, brief={"start": "2027-05-06"})
    with pytest.raises(InvalidFieldsError, match="end"):
        services.trips.change(team.trip_id, user_id=team.ada, rev=1, brief={"end": "2027-05-05"})

    assert services.trips.get(team.trip_id, user_id=team.ada).brief.end.isoformat() == "2027-05-07"


def test_many_at_once_lose_no_change(services, team):
    def change(number):
        try:
            services.trips.change(team.trip_id, user_id=team.ada, rev=1, brief={"purpose": f"No. {number}"})
        except TripChangedError:
            return 0
        return 1

    with ThreadPoolExecutor(6) as threads:
        done = sum(threads.map(change, range(6)))
    assert done == 1
    assert services.trips.get(team.trip_id, user_id=team.ada).rev == 2


@ON_SQLITE
def test_who_may_only_read_changes_nothing(services, team):
    for attempt in (
        lambda: services.trips.change(team.trip_id, user_id=team.cleo, title="Mine"),
        lambda: services.trip_revisions.restore(team.trip_id, 1, user_id=team.cleo),
        lambda: services.trip_files.add(team.trip_id, "a.txt", b"Hello", user_id=team.cleo),
    ):
        with pytest.raises(NotPossibleError, match="You can read this trip, but not change it"):
            attempt()
    assert services.trips.get(team.trip_id, user_id=team.ada).rev == 1


@ON_SQLITE
def test_customer_of_somebody_else_is_not_chosen(services, team):
    """Whoever is taken off a trip would else go on reading what is remembered about its customer."""
    stranger = services.customers.create("Tanaka", user_id=team.eve)
    with pytest.raises(NotFoundError):
        services.trips.create("Mine", user_id=team.ada, customer_id=stranger.id)
    with pytest.raises(InvalidFieldsError, match="customer"):
        services.trips.create("Mine", user_id=team.bob, customer_id=team.customer_id)
    with pytest.raises(InvalidFieldsError, match="customer"):
        services.trips.copy(team.trip_id, "Mine", user_id=team.bob, customer_id=team.customer_id)
    assert titles(services, team.bob) == ["Lisbon in May"]

    own = services.customers.create("Okafor", user_id=team.bob)
    with pytest.raises(NotPossibleError, match="Only the owner"):  # else they would go on hearing, once taken off it
        services.trips.change(team.trip_id, user_id=team.bob, customer_id=own.id)
    with pytest.raises(NotPossibleError, match="Only the owner"):
        services.trips.change(team.trip_id, user_id=team.bob, customer_id=None)


def test_pages_follow_one_another_and_keep_to_their_order(services, user_id):
    for title in ("b", "a", "d", "c"):
        services.trips.create(title, user_id=user_id)

    def all_of(order):
        found, cursor = [], None
        while True:
            page = services.trips.page(user_id=user_id, limit=3, order=order, cursor=cursor)
            found += [one.title for one in page.trips]
            if (cursor := page.next_cursor) is None:
                return found

    assert all_of(TripOrder.LAST_USED) == ["c", "d", "a", "b"]
    assert all_of(TripOrder.TITLE) == ["a", "b", "c", "d"]
    by_title = services.trips.page(user_id=user_id, limit=1, order=TripOrder.TITLE).next_cursor
    for wrong in (by_title, "x", "5", "-", "1-x", "²-5", f"{'9' * 19}-1"):
        with pytest.raises(InvalidInputError):
            services.trips.page(user_id=user_id, cursor=wrong)
    for wrong in ("5-5", "ÿ.5", "AA.5", "YQ", "YQ.x", "_w.5"):
        with pytest.raises(InvalidInputError):
            services.trips.page(user_id=user_id, cursor=wrong, order=TripOrder.TITLE)


def test_archive_is_each_members_own(services, team):
    services.trips.set_archived([team.trip_id], True, user_id=team.cleo)

    assert (titles(services, team.cleo), titles(services, team.cleo, archived=True)) == ([], ["Lisbon in May"])
    assert titles(services, team.ada) == ["Lisbon in May"]
    with pytest.raises(NotFoundError):
        services.trips.set_archived([team.trip_id], True, user_id=team.eve)


MARK = "Qxzw"
FIRST = {
    "where": [f"{MARK} where"],
    "purpose": f"{MARK} purpose",
    "start": "2027-05-03",
    "end": "2027-05-07",
    "date_flex_days": 3,
    "travellers": [
        {"label": f"{MARK} label", "band": "child", "age_at_travel": 7, "needs": [
            {"kind": "allergy", "text": f"{MARK} need", "hard": True}]},
    ],
    "budget": {"low": {"amount": "17.31", "currency": "CHF"}, "basis": "total", "hard": True},
    "pace": "relaxed",
    "must": [{"text": f"{MARK} must", "hard": True}],
    "avoid": [{"text": f"{MARK} avoid", "hard": False}],
    "questions": [f"{MARK} question?"],
    "tell_needs": True,
    "notes_private": f"{MARK} notes",
}  # fmt: skip


def test_copy_holds_no_word_of_the_first_customer(services, database, user_id):
    first = services.customers.create(
        f"{MARK} name", user_id=user_id, contact=f"{MARK} contact", language="gsw-CH", notes=f"{MARK} c-notes"
    )
    other = services.customers.create("Okafor", user_id=user_id)
    trip = services.trips.create(f"{MARK} title", user_id=user_id, customer_id=first.id, brief=FIRST)
    assert brief_values(trip.brief).keys() == FIELDS.keys() - {"months"}
    services.trips.change(trip.id, user_id=user_id, title=f"{MARK} title again", status="booked")
    services.trip_files.add(trip.id, f"{MARK}.txt", f"{MARK} content".encode(), user_id=user_id)
    session = services.sessions.create(user_id=user_id, title=f"{MARK} session")
    services.trip_sessions.move([session.id], trip.id, user_id=user_id)

    copy = services.trips.copy(
        trip.id, "Lisbon again", user_id=user_id, customer_id=other.id, brief={"start": "2028-06-01"}
    )

    assert {name for name in FIELDS if getattr(copy.brief, name)} == {"start", "end", "pace"}
    assert (copy.brief.start.isoformat(), copy.brief.end.isoformat()) == ("2028-06-01", "2028-06-05")
    assert (copy.rev, copy.status, copy.members) == (1, TripStatus.DRAFT, 1)
    assert services.trip_files.list(copy.id, user_id=user_id) == ()
    with database.read() as db_session:
        rows = [
            db_session.get_one(Trip, copy.id),
            db_session.get_one(Customer, other.id),
            *db_session.scalars(select(TripMember).where(TripMember.trip_id == copy.id)),
            *db_session.scalars(select(TripRevision).where(TripRevision.trip_id == copy.id)),
        ]
        kept = json.dumps([{name: str(value) for name, value in vars(row).items()} for row in rows])
        audit = json.dumps([row.detail for row in db_session.scalars(select(AuditEntry))])
    assert len(rows) == 4
    for sign in (MARK, str(first.id), "17.31", "CHF"):
        assert sign not in kept
        assert sign not in repr(copy)
    assert MARK not in audit
    for customer_id in (other.id, None):
        with pytest.raises(InvalidFieldsError, match="cannot go along: budget, travellers"):
            services.trips.copy(
                trip.id, "Again", user_id=user_id, customer_id=customer_id, keep=["travellers", "budget"]
            )
    same = services.trips.copy(trip.id, "Again", user_id=user_id, customer_id=first.id, keep=["travellers", "budget"])
    assert {name for name in FIELDS if getattr(same.brief, name)} == {"travellers", "budget", "pace"}


@ON_SQLITE
def test_copy_keeps_what_the_planner_names_and_no_more(services, team):
    copy = services.trips.copy(team.trip_id, "Lisbon again", user_id=team.cleo, keep=["where"])
    dated = services.trips.copy(
        team.trip_id, "And again", user_id=team.ada, brief={"start": "2028-01-01", "end": "2028-01-02"}
    )

    assert (copy.brief.where, copy.brief.start, copy.access) == (("Lisbon",), None, TripAccess.OWNER)
    assert dated.brief.end.isoformat() == "2028-01-02"
    with pytest.raises(InvalidFieldsError, match="notes_private"):
        services.trips.copy(team.trip_id, "x", user_id=team.ada, keep=["notes_private"])
    with pytest.raises(InvalidFieldsError, match="start"):
        services.trips.copy(team.trip_id, "x", user_id=team.ada, brief={"start": "2028-02-31"})
    with pytest.raises(NotFoundError):
        services.trips.copy(team.trip_id, "x", user_id=team.eve)


@ON_SQLITE
def test_revisions_are_compared_and_restored_as_new_ones(services, team):
    services.trips.change(
        team.trip_id, user_id=team.bob, title="Porto", brief={"where": ["Porto"]}, status="proposed"
    )
    found = services.trip_revisions.compare(team.trip_id, 1, 2, user_id=team.cleo)
    assert {one.field: (one.before, one.after) for one in found.changes} == {
        "title": ("Lisbon in May", "Porto"), "status": ("draft", "proposed"), "where": ("Lisbon", "Porto"),
    }  # fmt: skip

    restored = services.trip_revisions.restore(team.trip_id, 1, user_id=team.bob)
    again = services.trip_revisions.restore(team.trip_id, 1, user_id=team.bob)

    first = services.trip_revisions.get(team.trip_id, 1, user_id=team.ada)
    assert (restored.rev, restored.title, restored.brief, restored.status) == (
        3, first.title, first.brief, TripStatus.PROPOSED,
    )  # fmt: skip
    assert restored.content_hash == first.content_hash
    assert again.rev == 3
    pages = services.trip_revisions.page(team.trip_id, user_id=team.ada, limit=2)
    rest = services.trip_revisions.page(team.trip_id, user_id=team.ada, limit=2, cursor=pages.next_cursor)
    assert [one.summary for one in (*pages.revisions, *rest.revisions)] == [
        "Restored revision 1", "Title, Status, Where to", "Created",
    ]  # fmt: skip
    assert rest.next_cursor is None
    for attempt in (
        lambda: services.trip_revisions.get(team.trip_id, 4, user_id=team.ada),
        lambda: services.trip_revisions.compare(team.trip_id, 1, 4, user_id=team.ada),
        lambda: services.trip_revisions.restore(team.trip_id, 4, user_id=team.ada),
        lambda: services.trip_revisions.get(team.trip_id, 1, user_id=team.eve),
        lambda: services.trip_revisions.page(team.trip_id, user_id=team.eve),
    ):
        with pytest.raises(NotFoundError):
            attempt()


@ON_SQLITE
def test_audit_says_who_made_and_copied_what(services, database, user_id):
    trip = services.trips.create("Lisbon", user_id=user_id)
    copy = services.trips.copy(trip.id, "Porto", user_id=user_id)

    with database.read() as db_session:
        rows = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.user_id, row.action, row.target_id) for row in rows] == [
        (user_id, AuditAction.CREATE_TRIP, trip.id),
        (user_id, AuditAction.CREATE_TRIP, copy.id),
        (user_id, AuditAction.COPY_TRIP, trip.id),
    ]


@ON_SQLITE
def test_every_field_of_a_brief_can_be_made_unknown_again(services, user_id):
    trip = services.trips.create("Lisbon", user_id=user_id, brief=FIRST)

    emptied = services.trips.change(trip.id, user_id=user_id, brief={one.name: None for one in fields(Brief)})

    assert emptied.brief == Brief()
