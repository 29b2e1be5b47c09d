"""A backup holds everything of one moment, and comes back whole, on either kind of database."""

import gzip
import json
import os
import sqlite3
import stat
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Enum,
    LargeBinary,
    String,
    Table,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)

import db.audit
import db.migrate
import db.path_ends
import db.search
import db.users
from db.backup import BackupError, back_up, restore
from db.engine import Database, DatabaseUnavailableError
from db.ids import new_id
from db.models import Base, ChatSession, Message, UtcDateTime, utc_now
from services.message_status import MessageStatus
from tests.helpers.backups import add_conversation, found, indexed, rows_of
from tests.helpers.databases import ACROSS, ALIKE, ON_SQLITE
from tests.helpers.rows import leaf, see
from tests.helpers.services import until_ended

ODD_TEXT = "Zażółć 北京 🏖️\u2028“quoted” \\ \t\r\n\x85 \x1f 'x' \U0010ffff"


OF_ONE_THING = ("snapshots", "reviews", "decks")  # a session or a trip


def fill_every_table(database: Database) -> None:
    """Put two rows into each table: one with a value everywhere, one with NULL wherever it may stand."""
    with database.begin() as db_session:
        made: dict[str, list[dict[str, Any]]] = {}
        for table in Base.metadata.sorted_tables:
            db_session.execute(delete(table))  # what the database itself made
            for number in (1, 2):
                row = {column.name: value(column, number, made) for column in table.columns}
                db_session.execute(insert(table), row)
                made.setdefault(table.name, []).append(row)


def value(column: Column[Any], number: int, made: dict[str, list[dict[str, Any]]]) -> object:
    """Return a value for a column of the first or second row; *made* holds the rows of each table so far."""
    if column.table.name in OF_ONE_THING and column.name == "trip_id":  # the first row is of a session
        return made["trips"][1]["id"] if number == 2 else None
    if number == 2 and column.nullable:
        return None
    for key in column.foreign_keys:
        assert isinstance(key.column.table, Table)
        rows = made.get(key.column.table.name)
        return rows[number - 1][key.column.name] if rows else None
    match column.type:
        case UtcDateTime():
            return datetime(2026, 3, 29, 1, 59, 59, 123_456 + number, tzinfo=UTC)
        case JSON():
            return [{"text": ODD_TEXT + "\x00\ud83d", "deep": {"a": [1, 2.5, None, True, 2**60]}}]
        case Date():
            return date(2026, 2, 28 - number)
        case LargeBinary():
            return bytes(range(256))
        case Boolean():
            return number == 1
        case BigInteger():
            return 2**62 + number  # no float holds it
        case Enum() as kind:
            return kind.enums[number]
        case String() as kind:
            return f"{number}{column.name}{ODD_TEXT}"[: kind.length]
    raise AssertionError(f"{column}: nothing says how to fill it")


# There and back, from each kind to each kind.


def test_every_row_of_every_table_comes_back(database, other_database, file):
    fill_every_table(database)
    add_conversation(database, "ada", f"Five days in 北京? {ODD_TEXT}", "", "Grüße aus Łódź\u2028und mehr", "🏖️")
    before = rows_of(database)
    assert all(len(rows) >= 2 for rows in before.values())

    written = back_up(database, file)
    restored = restore(other_database, file)

    assert rows_of(other_database) == before
    assert rows_of(database) == before
    assert (written.made_at, written.rows) == (restored.made_at, restored.rows)
    assert restored.rows == {name: len(rows) for name, rows in before.items()}


@ACROSS
def test_search_finds_the_same_afterwards(database, other_database, file):
    ada = add_conversation(database, "ada", "5 days in Łódź", "我想去北京旅行")
    eve = add_conversation(database, "eve", "Łódź")

    back_up(database, file)
    restore(other_database, file)

    assert found(other_database, "lodz", ada) == ["5 days in Łódź"]
    assert found(other_database, "北京", ada) == ["我想去北京旅行"]
    assert found(other_database, "北京", eve) == []
    assert len(found(other_database, "plans", eve)) == 1  # the title
    assert [row[:3] for row in indexed(other_database)] == [row[:3] for row in indexed(database)]


@ACROSS
def test_rows_are_never_all_in_memory(database, other_database, file, monkeypatch):
    monkeypatch.setattr("db.backup._AT_ONCE", 20)
    add_conversation(database, "ada", *["x" * 20_000] * 250)  # 5 MB
    streamed: list[bool] = []

    def note(_connection, cursor, statement, _parameters, _context, _many):
        if "FROM messages" in statement:
            streamed.append(isinstance(cursor, psycopg.ServerCursor | sqlite3.Cursor))

    event.listen(database.engine, "before_cursor_execute", note)
    tracemalloc.start()
    try:
        back_up(database, file)
        restore(other_database, file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 4.5e6  # of Python's memory: 2.5 MB, and all the rows are 5 at the least;
    assert streamed == [True]  # the Postgres driver has memory of its own
    with other_database.read() as db_session:
        assert db_session.scalar(select(func.sum(func.length(Message.content)))) == 5_000_000


def test_restored_backup_can_be_restored_over_itself(database, file):
    fill_every_table(database)
    before = rows_of(database)
    back_up(database, file)

    for _ in range(2):
        restore(database, file, replace=True)
        assert rows_of(database) == before


# What the file holds.


@ALIKE
def test_backup_while_others_write_is_of_one_moment(database, database_url, other_database, file):
    add_conversation(database, "ada", "one", "two")
    before, index = rows_of(database), indexed(database)
    writer = Database(database_url)
    names: list[str] = []

    def write(_connection, _cursor, statement, _parameters, _context, _many):
        if "FROM users" in statement or "FROM sessions" in statement or "FROM messages" in statement:
            names.append(f"writer{len(names)}")
            add_conversation(writer, names[-1], "Is this", "in the file?")
            with writer.begin() as db_session:
                db_session.execute(text("UPDATE messages SET content = content || '!'"))
                db_session.execute(text("DELETE FROM sessions WHERE title = 'Plans of ada'"))

    event.listen(database.engine, "before_cursor_execute", write)
    back_up(database, file)
    event.remove(database.engine, "before_cursor_execute", write)
    restore(other_database, file)

    assert len(names) == 3
    assert {row["username"] for row in rows_of(writer)["users"]} == {"ada", *names}
    writer.close()
    assert rows_of(other_database) == before
    assert len(indexed(other_database)) == len(index) == 3


@ON_SQLITE
def test_file_says_what_it_is_and_ends_with_counts(database, file):
    add_conversation(database, "ada", "one", "two")
    started = utc_now()

    back_up(database, file)

    packed = gzip.decompress(file.read_bytes())
    assert packed.isascii()
    first, *rows, last = (json.loads(line) for line in packed.splitlines())
    made_at = datetime.fromisoformat(first.pop("made_at"))
    assert first == {"app": "Backboard Travel-Bot", "format": 1, "revision": db.migrate.newest_revision()}
    assert started <= made_at <= utc_now()
    assert made_at.utcoffset() == timedelta(0)
    assert [row["table"] for row in rows] == ["users", "sessions", "messages", "messages", "participants"]
    assert last == {"rows": {name: len(found) for name, found in rows_of(database).items()}}


@ON_SQLITE
def test_file_is_its_owners_alone_and_is_not_written_over(database, file):
    file.write_text("precious")
    with pytest.raises(BackupError, match=r"is already there\. --force"):
        back_up(database, file)
    assert file.read_text() == "precious"

    file.unlink()
    umask = os.umask(0)
    try:
        back_up(database, file)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    add_conversation(database, "ada", "one")
    assert back_up(database, file, force=True).rows["users"] == 1
    assert [path.name for path in file.parent.glob("backup*")] == [file.name]


@ON_SQLITE
def test_backup_that_fails_leaves_the_earlier_file_and_nothing_else(database, file):
    file.write_text("precious")
    reads = 0

    def fail(_connection, _cursor, statement, _parameters, _context, _many):
        nonlocal reads
        if "FROM messages" in statement:
            reads += 1
            raise DatabaseUnavailableError("gone")

    event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises(DatabaseUnavailableError):
        back_up(database, file, force=True)

    assert reads == 1
    assert file.read_text() == "precious"
    assert [path.name for path in file.parent.glob("backup*")] == [file.name]


@ON_SQLITE
def test_another_backup_under_way_is_left_alone(database, file):
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text("half")

    with pytest.raises(BackupError, match="partial is already there"):
        back_up(database, file)
    assert partial.read_text() == "half"

    back_up(database, file, force=True)
    assert file.exists()
    assert not partial.exists()


# What is refused, and that nothing is changed then.

# What is special about some rows.


@ON_SQLITE
@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "queued"])
def test_reply_that_was_being_written_is_taken_over_and_not_paid_for_again(
    database, start_services, emulator, monkeypatch, file, sent
):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 0.5)
    ada = add_conversation(database, "ada", "How long does a train to Łódź take?")
    long_away = utc_now() + timedelta(hours=5)
    with database.begin() as db_session:
        session = db_session.scalars(select(ChatSession)).one()
        reply = Message(
            id=new_id(), session_id=session.id, user_id=ada, parent_id=leaf(db_session, session.id), role="assistant",
            status="running" if sent else "queued", content="From Warsaw" if sent else "", model=session.model,
            sent_at=utc_now() - timedelta(seconds=9) if sent else None,
            lease_owner="a process that is no more", lease_until=long_away, fence=3,
        )  # fmt: skip
        db_session.add(reply)
        session.message_count = 2
        see(db_session, session, last_message_id=reply.id)
    written = back_up(database, file)
    before = rows_of(database)["messages"][-1]

    restore(database, file, replace=True)

    after = rows_of(database)["messages"][-1]
    sent_at = before["sent_at"] or written.made_at
    assert after == before | {"lease_owner": None, "lease_until": None, "sent_at": sent_at}
    assert found(database, "warsaw", ada) == []  # it is searchable from its end on
    services = start_services()
    snapshot = until_ended(services, reply.id, ada)
    assert (snapshot.status, snapshot.text) == (MessageStatus.INTERRUPTED, "From Warsaw" if sent else "")
    assert emulator.paid_calls == 0
    again = services.replies.retry(reply.id, user_id=ada)
    assert until_ended(services, again.reply_id, ada).status is MessageStatus.COMPLETE
    assert emulator.paid_calls == 1


def test_index_is_the_one_that_the_services_keep(database, start_services, emulator, file):
    services = start_services()
    ada = add_conversation(database, "ada")

    def ask(words: str, **more: int) -> Any:
        accepted = services.replies.send(words, user_id=ada, client_message_id=words, **more)
        until_ended(services, accepted.reply_id, ada)
        return accepted.session_id

    session_id = ask("5 days in Lisbon")
    services.sessions.change(session_id, user_id=ada, title="Zażółć gęślą jaźń")
    services.replies.store("a note by another program", role="system", session_id=session_id, user_id=ada)
    emulator.fault({"fault": "status:401"})
    ask("And this fails", session_id=session_id)
    emulator.no_more_faults()
    emulator.fault({"fault": "error_event:3"})
    ask("And this breaks off", session_id=session_id)
    emulator.no_more_faults()
    services.sessions.delete([ask("3 days in Porto")], user_id=ada)
    services.sessions.create(user_id=ada)
    services.close()
    kept = indexed(database)
    assert {row["status"] for row in rows_of(database)["messages"]} == {"complete", "failed"}

    back_up(database, file)
    restore(database, file, replace=True)

    assert indexed(database) == kept
    assert len(kept) == 9  # three titles, three questions, a note, an answer, and what there is of another


@ACROSS
def test_message_may_refer_to_one_with_a_later_id(database, other_database, file):
    ada = add_conversation(database, "ada", "one")
    with database.begin() as db_session:
        later = db_session.scalars(select(Message)).one()
        earlier = Message(
            id=later.id - 5, session_id=later.session_id, user_id=ada, parent_id=later.id,
            role="assistant", status="complete", content="from a process whose clock is behind",
        )  # fmt: skip
        db_session.add(earlier)

    back_up(database, file)
    restore(other_database, file)

    assert rows_of(other_database) == rows_of(database)
    assert [row["parent_id"] for row in rows_of(other_database)["messages"]] == [later.id, None]


@ON_SQLITE
def test_nul_that_only_sqlite_keeps_does_not_stop_a_move(database, other_database, file):
    add_conversation(database, "ada", "one\x00two")

    back_up(database, file)
    restore(other_database, file)

    sqlite = other_database.engine.dialect.name == "sqlite"
    assert rows_of(other_database)["messages"][0]["content"] == ("one\x00two" if sqlite else "onetwo")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_no_table_counts_its_ids_itself(database):
    """A restore sets no sequence: there is none, all ids are made by the app."""
    with database.read() as db_session:
        assert inspect(db_session.connection()).get_sequence_names() == []
