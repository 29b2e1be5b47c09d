"""Files of a trip: there for all who work on it."""

import pytest
from sqlalchemy import select

from db.models import AuditAction, AuditEntry, BackboardThread, FileCopy, OutboxEntry, SessionFile
from db.room import LEAST_BYTES
from services.errors import FileQuotaError, FileRefusedError, NotFoundError, NotPossibleError
from services.sessions import files as shelf
from services.sessions.files import FileShelf
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask
from tests.helpers.trips import team  # noqa: F401 - a fixture


def names(services, team, user_id):
    return [(one.name, one.by) for one in services.trip_files.list(team.trip_id, user_id=user_id)]


def test_members_find_what_others_added(services, team):
    first = services.trip_files.add(team.trip_id, "../../brief.txt", b"Lisbon", user_id=team.ada)
    services.trip_files.add(team.trip_id, "brief.txt", b"Porto", user_id=team.bob)

    assert names(services, team, team.cleo) == [("brief.txt", "Ada"), ("brief (2).txt", "Bob")]
    assert services.trip_files.get(team.trip_id, first.id, user_id=team.cleo) == ("brief.txt", b"Lisbon")
    assert services.files.room(user_id=team.bob).used_bytes > 0
    for attempt in (
        lambda: services.trip_files.list(team.trip_id, user_id=team.eve),
        lambda: services.trip_files.get(team.trip_id, first.id, user_id=team.eve),
        lambda: services.trip_files.add(team.trip_id, "a.txt", b"x", user_id=team.eve),
        lambda: services.trip_files.remove(team.trip_id, first.id, user_id=team.eve),
        lambda: services.trip_files.remove(team.trip_id, 5, user_id=team.ada),
        lambda: services.files.get(first.id, user_id=team.ada),  # it is no file of a session
    ):
        with pytest.raises(NotFoundError):
            attempt()


@pytest.mark.parametrize("how", ["taken off", "leaves", "may only read"])
def test_what_a_former_member_added_takes_room_of_the_owner(services, team, how):
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    of_owner = services.sessions.create(user_id=team.ada, trip_id=team.trip_id).id
    elsewhere = services.sessions.create(user_id=team.bob).id
    services.trip_files.add(team.trip_id, "a.txt", b"x", user_id=team.bob)
    for one in (session_id, of_owner, elsewhere):
        services.files.add(one, "b.txt", b"x", user_id=team.bob)

    def taken():
        return [services.files.room(user_id=one).used_bytes // LEAST_BYTES for one in (team.ada, team.bob)]

    assert taken() == [0, 4]
    match how:
        case "taken off":
            services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)
        case "leaves":
            services.trip_members.leave(team.trip_id, user_id=team.bob)
        case _:
            services.trip_members.change(team.trip_id, team.bob, user_id=team.ada, access="view")
    assert taken() == [3, 1]
    assert names(services, team, team.ada) == [("a.txt", "Bob")]


@ON_SQLITE
def test_file_of_another_trip_or_session_is_not_one_of_this(services, team):
    other = services.trips.create("Oslo", user_id=team.ada)
    of_trip = services.trip_files.add(other.id, "a.txt", b"x", user_id=team.ada)
    of_session = services.files.add(services.sessions.create(user_id=team.ada).id, "b.txt", b"x", user_id=team.ada)

    for file_id in (of_trip.id, of_session.id):
        with pytest.raises(NotFoundError):
            services.trip_files.get(team.trip_id, file_id, user_id=team.ada)
        with pytest.raises(NotFoundError):
            services.trip_files.remove(team.trip_id, file_id, user_id=team.ada)


def test_no_more_files_than_fit(services, database, team, monkeypatch):
    monkeypatch.setattr(shelf, "MAX_FILES", 1)
    services.trip_files.add(team.trip_id, "a.txt", b"x", user_id=team.ada)
    with pytest.raises(FileRefusedError, match="A trip holds at most 1 files"):
        services.trip_files.add(team.trip_id, "b.txt", b"x", user_id=team.ada)
    with pytest.raises(FileRefusedError):
        services.trip_files.add(team.trip_id, "b.exe", b"x", user_id=team.ada)
    monkeypatch.setattr(shelf, "MAX_FILES", 5)
    monkeypatch.setattr(services.trip_files, "_shelf", FileShelf(4_096))
    with pytest.raises(FileQuotaError):
        services.trip_files.add(team.trip_id, "b.txt", b"x", user_id=team.ada)
    assert names(services, team, team.ada) == [("a.txt", "Ada")]


@ON_SQLITE
@pytest.mark.parametrize(
    ("document_id", "status", "left"),
    [("doc_1", "ready", [("document", "doc_1")]), (None, "uploading", [("thread", None)]), (None, "failed", [])],
)
def test_removed_file_goes_from_every_thread(services, emulator, database, team, document_id, status, left):
    accepted, _ = ask(services, team.ada)
    services.trip_sessions.move([accepted.session_id], team.trip_id, user_id=team.ada)
    file = services.trip_files.add(team.trip_id, "a.txt", b"x", user_id=team.bob)
    emulator.go_away()  # so that what is to be done there stays where it can be seen
    with database.begin() as db_session:
        thread = db_session.scalars(select(BackboardThread)).one()
        thread_id = thread.thread_id
        db_session.add(FileCopy(file_id=file.id, thread_row_id=thread.id, document_id=document_id, status=status))

    with pytest.raises(NotPossibleError):
        services.trip_files.remove(team.trip_id, file.id, user_id=team.cleo)
    services.trip_files.remove(team.trip_id, file.id, user_id=team.bob)

    with database.read() as db_session:
        rows = db_session.execute(select(OutboxEntry.kind, OutboxEntry.target_id))
        assert list(map(tuple, rows)) == [(kind, target or thread_id) for kind, target in left]
        assert db_session.scalars(select(SessionFile)).all() == db_session.scalars(select(FileCopy)).all() == []
        last = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (last.user_id, last.action, last.target_id) == (team.bob, AuditAction.DELETE_FILE, file.id)
