"""Sessions of a trip: moved, counted, and deleted or kept with it."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

import db.reviews
from db.models import (
    AuditAction,
    AuditEntry,
    BackboardThread,
    ChatSession,
    FileCopy,
    Message,
    OutboxEntry,
    SessionFile,
    Trip,
    TripMember,
    utc_now,
)
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.reviews.records import LinkSettings, Thing
from services.reviews.visits import new_reader_key
from services.sessions.deleted import UNDO_S
from services.trips.deleted import remove_deleted_trips
from services.trips.records import TripContents, WithSessions
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask, until
from tests.helpers.trips import team  # noqa: F401 - a fixture


@pytest.fixture
def later(monkeypatch):
    """Give a function after which what was deleted can no longer be brought back."""
    return lambda: monkeypatch.setattr("services.trips.deleted.UNDO_S", -1.0)


def of_trip(database, trip_id):
    with database.read() as db_session:
        return set(db_session.scalars(select(ChatSession.id).where(ChatSession.trip_id == trip_id)))


def outbox(database):
    with database.read() as db_session:
        return sorted(map(tuple, db_session.execute(select(OutboxEntry.kind, OutboxEntry.target_id))))


def filled(services, team):
    """Put a session with a reply, a file and a link into a trip; return its id."""
    accepted, _ = ask(services, team.ada)
    services.trip_sessions.move([accepted.session_id], team.trip_id, user_id=team.ada)
    services.files.add(accepted.session_id, "a.txt", b"Hello", user_id=team.ada)
    services.trip_files.add(team.trip_id, "b.txt", b"Hello", user_id=team.ada)
    services.reviews.share(Thing("session", accepted.session_id), LinkSettings(audience="Customer"), user_id=team.ada)
    return accepted.session_id


def test_several_move_into_a_trip_and_out_again(services, database, team):
    ids = [services.sessions.create(user_id=team.ada).id for _ in range(3)]

    assert services.trip_sessions.move(ids[:2], team.trip_id, user_id=team.ada) == tuple(ids[:2])
    assert services.trip_sessions.move(ids, team.trip_id, user_id=team.ada) == (ids[2],)
    assert of_trip(database, team.trip_id) == set(ids)
    assert services.trip_sessions.move([ids[0]], None, user_id=team.ada) == (ids[0],)

    assert of_trip(database, team.trip_id) == set(ids[1:])
    with database.read() as db_session:
        moves = select(AuditEntry.target_id, AuditEntry.detail).where(AuditEntry.action == AuditAction.MOVE_SESSION)
        assert list(map(tuple, db_session.execute(moves.order_by(AuditEntry.id))))[-1] == (
            ids[0], f"from {team.trip_id} to none",
        )  # fmt: skip


@ON_SQLITE
@pytest.mark.parametrize("carry", [False, True])
def test_assistant_of_a_customer_is_told_earlier_turns_only_where_that_is_wanted(services, emulator, team, carry):
    accepted, _ = ask(services, team.ada, "A room with a view of the river")
    services.trip_sessions.move([accepted.session_id], team.trip_id, user_id=team.ada, carry=carry)

    ask(services, team.ada, "And breakfast?", key="b", session_id=accepted.session_id)

    heard = " ".join(emulator.asked(emulator.runs[-1]["thread_id"]))
    assert "breakfast" in heard
    assert ("river" in heard) == carry


@ON_SQLITE
def test_nobody_moves_what_is_not_theirs_nor_where_they_only_read(services, database, team):
    mine = services.sessions.create(user_id=team.ada).id
    theirs = services.sessions.create(user_id=team.eve).id
    of_cleo = services.sessions.create(user_id=team.cleo).id
    strange = services.trips.create("Oslo", user_id=team.eve).id

    for ids, trip_id, user_id, error in (
        ([mine, theirs], team.trip_id, team.ada, NotFoundError),
        ([mine], strange, team.ada, NotFoundError),
        ([mine, 5], None, team.ada, NotFoundError),
        ([of_cleo], team.trip_id, team.cleo, NotPossibleError),
    ):
        with pytest.raises(error):
            services.trip_sessions.move(ids, trip_id, user_id=user_id)
    assert of_trip(database, team.trip_id) == of_trip(database, strange) == set()


def test_trip_is_made_of_a_session_once_however_often_that_is_asked_for_at_once(services, team):
    session_id = services.sessions.create(user_id=team.ada).id

    def make(_):
        return services.trip_sessions.make_trip(session_id, "Rome", user_id=team.ada, customer="Okafor")

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make, range(4)))

    assert sum(new for _, new in made) == 1
    (trip,) = [one for one in services.trips.page(user_id=team.ada).trips if one.title == "Rome"]
    assert {one.id for one, _ in made} == {services.sessions.get(session_id, user_id=team.ada).trip_id} == {trip.id}
    assert trip.customer_name == "Okafor"
    assert [one.name for one in services.customers.page(user_id=team.ada).customers] == ["Okafor", "Weber"]


@ON_SQLITE
def test_trip_is_not_made_of_a_session_where_anything_is_wrong_with_it(services, team):
    mine = services.sessions.create(user_id=team.ada).id
    theirs = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    stranger = services.customers.create("Tanaka", user_id=team.eve).id

    for session_id, given, error in (
        (mine, {"title": " "}, InvalidFieldsError),
        (mine, {"customer": " "}, InvalidFieldsError),
        (mine, {"customer": stranger}, NotFoundError),
        (mine, {"brief": {"start": "2027-02-30"}, "customer": "Okafor"}, InvalidFieldsError),
        (theirs, {}, NotPossibleError),
        (5, {"customer": "Okafor"}, NotFoundError),
    ):
        with pytest.raises(error):
            services.trip_sessions.make_trip(session_id, **{"title": "Rome", **given}, user_id=team.ada)
    assert [one.title for one in services.trips.page(user_id=team.ada).trips] == ["Lisbon in May"]
    assert [one.name for one in services.customers.page(user_id=team.ada).customers] == ["Weber"]
    assert services.sessions.get(mine, user_id=team.ada).trip_id is None


@ON_SQLITE
def test_session_that_leaves_takes_no_file_of_the_trip_along(services, emulator, database, team):
    accepted, _ = ask(services, team.ada)
    services.trip_sessions.move([accepted.session_id], team.trip_id, user_id=team.ada)
    file = services.trip_files.add(team.trip_id, "b.txt", b"Hello", user_id=team.ada)
    copied_to(database, file.id, accepted.session_id)
    emulator.go_away()  # so that what is to be done there stays where it can be seen

    services.trip_sessions.move([accepted.session_id], None, user_id=team.ada)

    assert outbox(database) == [("document", "doc_1")]
    with database.read() as db_session:
        assert db_session.scalars(select(FileCopy)).all() == []


def copied_to(database, file_id, session_id):
    """Let a file be a document of a session's thread."""
    with database.begin() as db_session:
        thread = db_session.scalars(select(BackboardThread).where(BackboardThread.session_id == session_id)).one()
        db_session.add(FileCopy(file_id=file_id, thread_row_id=thread.id, document_id="doc_1", status="ready"))


def test_contents_are_counted_before_anything_is_deleted(services, team):
    filled(services, team)
    other = services.sessions.create(user_id=team.bob).id
    services.trip_sessions.move([other], team.trip_id, user_id=team.bob)

    assert services.trip_sessions.contents(team.trip_id, user_id=team.cleo) == TripContents(
        sessions=2, of_others=2, messages=2, files=2, links=1
    )
    assert services.trip_sessions.contents(team.trip_id, user_id=team.ada).of_others == 1
    with pytest.raises(NotFoundError):
        services.trip_sessions.contents(team.trip_id, user_id=team.eve)


@ON_SQLITE
def test_link_to_a_session_of_a_deleted_trip_opens_nothing(services, database, team):
    session_id = services.sessions.create(user_id=team.ada, trip_id=team.trip_id).id
    services.replies.store("Hello", role="user", session_id=session_id, user_id=team.ada)
    link = services.reviews.share(Thing("session", session_id), LinkSettings(audience="Customer"), user_id=team.ada)
    key = new_reader_key()

    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.DELETE)
    with pytest.raises(NotFoundError):
        services.visits.find(link.token, key)
    assert services.review_watch.review(link.review.id) is None
    with database.read() as db_session:
        assert db.reviews.active_links(db_session, now=utc_now()) == []

    services.trip_deletion.bring_back(team.trip_id, user_id=team.ada)
    assert services.visits.find(link.token, key)


def test_deleted_trip_is_out_of_sight_and_comes_back_whole(services, database, team):
    session_id = filled(services, team)
    before = services.trips.get(team.trip_id, user_id=team.cleo)

    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.DELETE)
    for one in team.members:
        assert services.trips.page(user_id=one).trips == ()
        with pytest.raises(NotFoundError):
            services.trips.get(team.trip_id, user_id=one)
    with pytest.raises(NotFoundError):
        services.trip_sessions.move([services.sessions.create(user_id=team.ada).id], team.trip_id, user_id=team.ada)
    with database.read() as db_session:
        assert db_session.get_one(ChatSession, session_id).deleted_at is not None
    remove_deleted_trips(database)
    with pytest.raises(NotFoundError, match="too late"):
        services.trip_deletion.bring_back(team.trip_id, user_id=team.bob)

    services.trip_deletion.bring_back(team.trip_id, user_id=team.ada)

    assert services.trips.get(team.trip_id, user_id=team.cleo) == before
    assert services.trip_sessions.contents(team.trip_id, user_id=team.ada).links == 1
    with database.read() as db_session:
        assert db_session.get_one(ChatSession, session_id).deleted_at is None


@ON_SQLITE
def test_reply_that_ended_while_its_trip_was_deleted_is_found_when_that_is_back(services, emulator, database, team):
    emulator.hold_reply(chunks=3)
    accepted = services.replies.send("Lisbon?", user_id=team.bob, client_message_id="a", trip_id=team.trip_id)
    until(lambda: services.replies.get(accepted.reply_id, user_id=team.bob).text, what="the reply begins")
    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.DELETE)
    emulator.release()

    def reply():
        with database.read() as db_session:
            return db_session.get_one(Message, accepted.reply_id)

    until(lambda: reply().status == "complete", what="the reply ends")
    services.trip_deletion.bring_back(team.trip_id, user_id=team.ada)

    last_word = re.findall(r"\w+", reply().content)[-1]
    for one in team.members:
        assert accepted.reply_id in [hit.message_id for hit in services.sessions.search(last_word, user_id=one)]
    assert services.sessions.search(last_word, user_id=team.eve) == ()


def test_sessions_go_with_their_trip(services, emulator, database, team, later):
    session_id = filled(services, team)
    thread_id = emulator.runs[-1]["thread_id"]
    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.DELETE)

    later()
    remove_deleted_trips(database)

    with database.read() as db_session:
        for kept in (Trip, TripMember, ChatSession, SessionFile):
            assert db_session.scalars(select(kept)).all() == []
        rows = db_session.execute(select(AuditEntry.action, AuditEntry.target_id, AuditEntry.detail))
        told = {action: (target_id, detail) for action, target_id, detail in rows}
    assert services.reviews.page(user_id=team.ada) == ()
    assert told[AuditAction.DELETE_TRIP] == (team.trip_id, "with 1 sessions")
    assert told[AuditAction.DELETE_SESSION] == (session_id, f"{session_id} with its trip")
    until(lambda: emulator.thread_status(thread_id) == 404, what="the thread is deleted")
    with pytest.raises(NotFoundError, match="too late"):
        services.trip_deletion.bring_back(team.trip_id, user_id=team.ada)


def test_sessions_are_kept_where_that_is_wanted(services, emulator, database, team, later):
    session_id = filled(services, team)
    thread_id = emulator.runs[-1]["thread_id"]
    file = services.trip_files.list(team.trip_id, user_id=team.ada)[0]
    copied_to(database, file.id, session_id)
    emulator.go_away()  # so that what is to be done there stays where it can be seen
    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.KEEP)
    assert services.sessions.get(session_id, user_id=team.ada).id == session_id

    later()
    remove_deleted_trips(database)

    assert of_trip(database, team.trip_id) == set()
    assert services.sessions.get(session_id, user_id=team.ada).message_count == 2
    assert [one.info.name for one in services.files.list(session_id, user_id=team.ada)] == ["a.txt"]
    assert len(services.reviews.page(user_id=team.ada)) == 1
    assert outbox(database) == [("document", "doc_1")]
    emulator.come_back()
    assert emulator.thread_status(thread_id) == 200


@ON_SQLITE
def test_only_the_owner_deletes_a_trip(services, team):
    with pytest.raises(NotPossibleError, match="Only the owner"):
        services.trip_deletion.delete(team.trip_id, user_id=team.bob, sessions=WithSessions.KEEP)
    with pytest.raises(NotFoundError):
        services.trip_deletion.delete(team.trip_id, user_id=team.eve, sessions=WithSessions.KEEP)
    assert services.trips.get(team.trip_id, user_id=team.cleo).rev == 1


def test_background_removes_it_by_itself(services, database, user_id, later):
    assert UNDO_S >= 10
    trip = services.trips.create("Lisbon", user_id=user_id)
    later()
    services.trip_deletion.delete(trip.id, user_id=user_id, sessions=WithSessions.KEEP)

    def is_gone():
        with database.read() as db_session:
            return db_session.get(Trip, trip.id) is None

    until(is_gone, what="the trip is removed for good")
