"""Who works on a trip: let in by username, taken off, handed over to."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import select

import db.trips
from db.models import AuditAction, AuditEntry, AuditTarget, Trip, User
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.trips import members
from services.trips.records import TripAccess
from tests.helpers.asked import asked
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask, make_user, until, until_ended
from tests.helpers.trips import team  # noqa: F401 - a fixture


def who(services, team, user_id=None):
    return {
        one.username: one.access.value
        for one in services.trip_members.list(team.trip_id, user_id=user_id or team.ada)
    }


@ON_SQLITE
def test_members_are_listed_to_each_other_the_owner_first(services, team):
    assert list(who(services, team, team.cleo).items()) == [("ada", "owner"), ("bob", "edit"), ("cleo", "view")]
    with pytest.raises(NotFoundError):
        services.trip_members.list(team.trip_id, user_id=team.eve)


@ON_SQLITE
def test_new_member_is_named_as_typed_and_sees_the_trip(services, team):
    found = services.trip_members.add(team.trip_id, " Eve ", user_id=team.ada, access="view")

    assert found[-1].username == "eve"
    assert services.trips.get(team.trip_id, user_id=team.eve).access is TripAccess.VIEW


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("username", "access", "field", "says"),
    [
        ("nobody", "edit", "username", "“nobody” is nobody's here"),
        (" ", "edit", "username", "Give the username of a colleague."),
        ("gone", "edit", "username", "“gone” is nobody's here"),
        ("x" * 5_000, "edit", "username", "nobody's here"),
        ("ada", "edit", "username", "your own"),
        ("BOB", "view", "username", "works on this trip already"),
        ("eve", "owner", "access", "edit or view"),
        ("eve", "", "access", "edit or view"),
    ],
)
def test_who_cannot_be_let_in_is_told_at_the_field(services, database, team, username, access, field, says):
    gone = make_user(database, "gone")
    with database.begin() as db_session:
        db_session.get_one(User, gone).disabled = True
    before = who(services, team)

    with pytest.raises(InvalidFieldsError, match=says) as refused:
        services.trip_members.add(team.trip_id, username, user_id=team.ada, access=access)
    assert list(refused.value.problems) == [field]
    assert who(services, team) == before


@ON_SQLITE
def test_no_more_than_fit_are_let_in(services, team, monkeypatch):
    monkeypatch.setattr(members, "MAX_MEMBERS", 3)
    with pytest.raises(NotPossibleError, match="3 members"):
        services.trip_members.add(team.trip_id, "eve", user_id=team.ada)


def test_only_the_owner_lets_in_and_takes_off(services, team):
    for attempt in (
        lambda by: services.trip_members.add(team.trip_id, "eve", user_id=by),
        lambda by: services.trip_members.change(team.trip_id, team.cleo, user_id=by, access="edit"),
        lambda by: services.trip_members.remove(team.trip_id, team.ada, user_id=by),
        lambda by: services.trip_members.hand_over(team.trip_id, team.bob, user_id=by),
    ):
        with pytest.raises(NotPossibleError, match="Only the owner"):
            attempt(team.bob)
        with pytest.raises(NotFoundError):
            attempt(team.eve)
    assert who(services, team) == {"ada": "owner", "bob": "edit", "cleo": "view"}


@ON_SQLITE
def test_member_may_do_more_and_is_taken_off(services, team):
    services.trip_members.change(team.trip_id, team.cleo, user_id=team.ada, access="edit")
    services.trips.change(team.trip_id, user_id=team.cleo, title="Porto")
    services.trip_members.remove(team.trip_id, team.cleo, user_id=team.ada)

    with pytest.raises(NotFoundError):
        services.trips.get(team.trip_id, user_id=team.cleo)
    with pytest.raises(NotFoundError):
        services.customers.get(team.customer_id, user_id=team.cleo)
    assert who(services, team) == {"ada": "owner", "bob": "edit"}
    for attempt in (
        lambda: services.trip_members.remove(team.trip_id, team.eve, user_id=team.ada),
        lambda: services.trip_members.change(team.trip_id, team.eve, user_id=team.ada, access="view"),
        lambda: services.trip_members.hand_over(team.trip_id, team.eve, user_id=team.ada),
    ):
        with pytest.raises(NotFoundError, match="member"):
            attempt()


def test_member_leaves_and_the_owner_hands_over_first(services, database, team):
    for attempt in (
        lambda: services.trip_members.leave(team.trip_id, user_id=team.ada),
        lambda: services.trip_members.remove(team.trip_id, team.ada, user_id=team.ada),
        lambda: services.trip_members.change(team.trip_id, team.ada, user_id=team.ada, access="view"),
    ):
        with pytest.raises(NotPossibleError, match="Hand it over"):
            attempt()
    with pytest.raises(NotPossibleError, match="already"):
        services.trip_members.hand_over(team.trip_id, team.ada, user_id=team.ada)

    services.trip_members.change(team.trip_id, team.bob, user_id=team.ada, access="owner")
    assert who(services, team) == {"bob": "owner", "ada": "edit", "cleo": "view"}
    services.trip_members.leave(team.trip_id, user_id=team.ada)
    services.trip_members.remove(team.trip_id, team.cleo, user_id=team.cleo)

    assert who(services, team, team.bob) == {"bob": "owner"}
    with database.read() as db_session:
        assert db_session.get_one(Trip, team.trip_id).user_id == team.bob
    with pytest.raises(NotFoundError):
        services.trip_members.leave(team.trip_id, user_id=team.ada)


@ON_SQLITE
def test_nothing_is_handed_to_who_cannot_come_in(services, database, team):
    with database.begin() as db_session:
        db_session.get_one(User, team.bob).disabled = True
    with pytest.raises(NotPossibleError, match="disabled"):
        services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)


def test_sessions_are_settled_whenever_members_change(services, team, monkeypatch):
    session = services.sessions.create(user_id=team.ada)
    services.trip_sessions.move([session.id], team.trip_id, user_id=team.ada)
    settled: list[list[int]] = []
    monkeypatch.setattr(db.participants, "settle", lambda _, ids: settled.append(list(ids)))

    services.trip_members.add(team.trip_id, "eve", user_id=team.ada)
    services.trip_members.change(team.trip_id, team.eve, user_id=team.ada, access="view")
    services.trip_members.remove(team.trip_id, team.eve, user_id=team.ada)
    services.trip_members.leave(team.trip_id, user_id=team.cleo)
    services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)
    services.trip_sessions.move([session.id], None, user_id=team.ada)

    assert settled == [[session.id]] * 6


@ON_SQLITE
def test_audit_says_who_let_whom_in(services, database, team):
    services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)
    services.trip_members.remove(team.trip_id, team.cleo, user_id=team.bob)

    with database.read() as db_session:
        query = select(AuditEntry).where(AuditEntry.target_kind == AuditTarget.TRIP).order_by(AuditEntry.id)
        rows = db_session.scalars(query).all()
    assert {row.target_id for row in rows} == {team.trip_id}
    assert [(row.user_id, row.action, row.detail) for row in rows][1:] == [
        (team.ada, AuditAction.SHARE_TRIP, f"edit {team.bob}"),
        (team.ada, AuditAction.SHARE_TRIP, f"view {team.cleo}"),
        (team.ada, AuditAction.HAND_OVER_TRIP, f"to {team.bob}"),
        (team.bob, AuditAction.UNSHARE_TRIP, str(team.cleo)),
    ]


def test_members_are_told_who_handed_over_removed_and_left_as_long_as_the_account_is_there(services, database, team):
    services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)
    services.trip_members.remove(team.trip_id, team.cleo, user_id=team.bob)
    services.trip_members.leave(team.trip_id, user_id=team.ada)

    def told():
        deeds = services.trip_activity.on_members(team.trip_id, user_id=team.bob, limit=5)
        return [(one.by, one.name, one.handed_over) for one in deeds]

    assert told() == [(None, "Ada", False), ("Bob", "Cleo", False), ("Ada", "Bob", True)]
    with pytest.raises(NotFoundError):
        services.trip_activity.on_members(team.trip_id, user_id=team.eve, limit=5)
    with database.begin() as db_session:
        db_session.delete(db_session.get_one(User, team.ada))
    assert told() == [("Bob", "Cleo", False), ("", "Bob", True)]


@pytest.mark.parametrize("end", ["removed", "reads only"])
def test_sessions_that_a_member_has_started_are_the_owners_once_they_stop(services, emulator, database, team, end):
    with database.begin() as db_session:
        db_session.get_one(Trip, team.trip_id).customer_id = None  # then it was their own assistant that heard them
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    ask(services, team.bob, "Three nights in Lisbon", session_id=session_id)
    if end == "removed":
        services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)
    else:
        services.trip_members.change(team.trip_id, team.bob, user_id=team.ada, access="view")

    session = services.sessions.get(session_id, user_id=team.ada)
    assert (session.user_id, session.access) == (team.ada, "owner")
    with pytest.raises(NotFoundError if end == "removed" else NotPossibleError):
        services.replies.send("More", user_id=team.bob, client_message_id="more", session_id=session_id)
    ask(services, team.ada, "And by train?", "b", session_id=session_id)
    assert emulator.asked(emulator.runs[-1]["thread_id"]) == ["And by train?"]  # nothing of what Bob's was told


@ON_SQLITE
def test_reply_of_who_is_taken_off_a_trip_is_followed_by_them_no_more(services, emulator, team):
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    emulator.hold_reply(3)
    accepted = services.replies.send("Lisbon?", user_id=team.bob, client_message_id="a", session_id=session_id)
    watch = services.replies.watch(accepted.reply_id, user_id=team.bob)
    until(lambda: watch.next(0.1).text, what="the reply begins")
    services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)

    def gone() -> bool:
        with suppress(NotFoundError):
            watch.next(0.1)
            return False
        return True

    until(gone, timeout_s=5, what="the stream ends")
    with pytest.raises(NotFoundError):
        services.replies.watch(accepted.reply_id, user_id=team.bob)
    emulator.release()
    until_ended(services, accepted.reply_id, team.ada)


@ON_SQLITE
def test_stream_of_a_program_ends_for_who_is_taken_off_a_trip(services, emulator, team):
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    emulator.hold_reply(3)
    accepted = services.replies.send("Lisbon?", user_id=team.bob, client_message_id="a", session_id=session_id)
    begun = threading.Event()

    async def read() -> None:
        async for snapshot in services.replies.follow(accepted.reply_id, user_id=team.bob):
            if snapshot.text:
                begun.set()

    with ThreadPoolExecutor(1) as reader:
        try:
            reading = reader.submit(asyncio.run, read())
            assert begun.wait(20)
            services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)
            with pytest.raises(NotFoundError):
                reading.result(5)
        finally:
            emulator.release()
    until_ended(services, accepted.reply_id, team.ada)


def test_members_of_a_large_trip_come_and_go_in_sets(services, database, team):
    for _ in range(30):
        services.sessions.create(user_id=team.ada, trip_id=team.trip_id)
    with asked(services) as statements:
        services.trip_members.add(team.trip_id, "eve", user_id=team.ada)
        services.trip_members.remove(team.trip_id, team.eve, user_id=team.ada)

    written = ("INSERT INTO participants", "DELETE FROM participants", "UPDATE participants")
    assert 2 <= len([one for one in statements if one.startswith(written)]) < 6  # one for each session were sixty
