"""Trips with hundreds of sessions are deleted, brought back and removed in as many steps as small ones."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import event, select

import db.participants
import db.search
import db.trips
from db.engine import Database
from db.models import BackboardThread, ChatSession, FileCopy, Message, OutboxEntry, SessionFile, Trip, utc_now
from services.trips.deleted import TripDeletion, remove_deleted_trips
from services.trips.records import WithSessions
from tests.helpers.rows import add_session
from tests.helpers.services import make_user


@pytest.fixture
def steps(database: Database) -> Iterator[Callable[[Callable[[], object]], int]]:
    """Give a function that tells how many statements something takes."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        seen.append(statement)

    def count(do: Callable[[], object]) -> int:
        seen.clear()
        do()
        return len(seen)

    event.listen(database.engine, "before_cursor_execute", note)
    yield count
    event.remove(database.engine, "before_cursor_execute", note)


def large(database: Database, user_id: int, member_id: int, sessions: int) -> int:
    """Make a trip of two people, with sessions of both that hold messages, threads and copies of its file."""
    with database.begin() as db_session:
        trip = Trip(user_id=user_id, title="Lisbon", status="draft", brief={}, content_hash="0" * 64)
        db.trips.add(db_session, trip, at=utc_now())
        db.trips.add_member(db_session, trip, member_id, access="edit", last_used_at=utc_now())
        of_file = {"name": "a.txt", "media_type": "text/plain", "size": 1, "content": b"a"}
        file = SessionFile(user_id=member_id, trip_id=trip.id, **of_file)
        db_session.add(file)
        db_session.flush()
        ids = []
        for number in range(sessions):
            owner_id = (user_id, member_id)[number % 2]
            session = add_session(db_session, user_id=owner_id, trip_id=trip.id, message_count=1)
            thread = BackboardThread(session_id=session.id, backend="demo", thread_id=f"t{session.id}")
            said = {"role": "user", "status": "complete", "content": "Zebra crossings"}
            message = Message(session_id=session.id, user_id=owner_id, **said)
            db_session.add_all([thread, message])
            db_session.flush()
            copy = FileCopy(file_id=file.id, thread_row_id=thread.id, document_id=f"d{session.id}", status="ready")
            db_session.add(copy)
            ids.append(session.id)
        db.participants.settle(db_session, ids)
        db.search.put_missing(db_session, ids)
        return trip.id


@pytest.mark.parametrize("kept", [WithSessions.DELETE, WithSessions.KEEP], ids=str)
def test_a_trip_goes_and_comes_back_in_as_many_steps_however_many_sessions_it_has(
    database, user_id, monkeypatch, steps, kept
):
    member_id, deletion = make_user(database, "bob"), TripDeletion(database)
    monkeypatch.setattr("services.trips.deleted.UNDO_S", -1.0)

    def counted(sessions: int) -> dict[str, int]:
        trip_id = large(database, user_id, member_id, sessions)
        return {
            "delete": steps(lambda: deletion.delete(trip_id, user_id=user_id, sessions=kept)),
            "undo": steps(lambda: deletion.bring_back(trip_id, user_id=user_id)),
            "again": steps(lambda: deletion.delete(trip_id, user_id=user_id, sessions=kept)),
            "remove": steps(lambda: remove_deleted_trips(database)),
        }

    few, many = counted(4), counted(120)

    assert many == few
    with database.read() as db_session:
        assert db_session.scalars(select(Trip.id)).all() == []
        deleted = kept is WithSessions.DELETE
        assert len(db_session.scalars(select(ChatSession.id)).all()) == (0 if deleted else 124)
        assert len(db_session.scalars(select(OutboxEntry.id)).all()) == (
            248 if deleted else 124
        )  # threads, documents
