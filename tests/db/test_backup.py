"""A backup holds everything of one moment, and comes back whole or not at all, on either kind of database."""

import gzip
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
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
from db.__main__ import main
from db.backup import BackupError, back_up, restore
from db.engine import Database, DatabaseUnavailableError
from db.ids import new_id
from db.models import AuditAction, Base, ChatSession, Message, User, UtcDateTime, utc_now
from services.errors import NotFoundError
from services.message_status import MessageStatus
from services.reviews.visits import new_reader_key
from settings import ROOT
from tests.helpers.reviews import Reviews
from tests.helpers.rows import add_session, leaf, see
from tests.helpers.services import make_user, until_ended

Rows = dict[str, list[dict[str, Any]]]

ODD_TEXT = "Zażółć 北京 🏖️\u2028“quoted” \\ \t\r\n\x85 \x1f 'x' \U0010ffff"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Say where the backup goes."""
    return tmp_path / "backup.jsonl.gz"


def rows_of(database: Database) -> Rows:
    """Return everything in a database."""
    with database.read() as db_session:
        return {
            table.name: [
                dict(row) for row in db_session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def indexed(database: Database) -> list[tuple[int, int, int, str]]:
    """Return the search index: id, session, owner, and the words as this kind of database has them."""
    owner, key = ("owner", "rowid") if database.engine.dialect.name == "sqlite" else ("user_id", "id")
    query = text(f"SELECT {key}, session_id, {owner}, CAST(body AS text) FROM search_index ORDER BY 1")
    with database.read() as db_session:
        return [(row[0], row[1], int(row[2]), row[3]) for row in db_session.execute(query)]


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


def add_conversation(database: Database, username: str, *texts: str) -> int:
    """Add a planner with a session of these turns, indexed as the services do; return the planner's id."""
    with database.begin() as db_session:
        user = User(id=new_id(), username=username, email=f"{username}@example.com", name=username.title())
        db_session.add(user)
        db_session.flush()
        session, last_id = add_session(db_session, user_id=user.id, title=f"Plans of {username}"), None
        db.search.put(db_session, session.id, session.id, session.title)
        for place, content in enumerate(texts):
            message = Message(
                id=new_id(), session_id=session.id, user_id=user.id, parent_id=last_id,
                role="assistant" if place % 2 else "user", status="complete", content=content,
                parts=[{"kind": "text", "text": content, "data": None}],
            )  # fmt: skip
            db_session.add(message)
            db_session.flush()
            db.search.put(db_session, message.id, session.id, content)
            last_id = message.id
        session.message_count = len(texts)
        see(db_session, session, last_message_id=last_id)
        return user.id


def found(database: Database, query: str, user_id: int) -> list[str]:
    with database.read() as db_session:
        return [hit.content for hit in db.search.find(db_session, query, user_id=user_id, limit=10)]


def change(file: Path, changed: Callable[[list[Any]], object]) -> None:
    """Rewrite a backup with other lines."""
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    changed(lines)
    file.write_bytes(gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))


def downgrade(database: Database, revision: str) -> None:
    with database.begin() as db_session:
        config = db.migrate._config()
        config.attributes["connection"] = db_session.connection()
        command.downgrade(config, revision)


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


@pytest.mark.parametrize(
    ("database_url", "other_url"), [("sqlite", "postgres"), ("postgres", "sqlite")], indirect=True
)
def test_rows_are_never_all_in_memory(database, other_database, file, monkeypatch):
    monkeypatch.setattr("db.backup._AT_ONCE", 40)
    add_conversation(database, "ada", *["x" * 20_000] * 500)  # 10 MB
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

    assert peak < 9e6  # of Python's memory: 5 MB, and all the rows are 10 at the least;
    assert streamed == [True]  # the Postgres driver has memory of its own
    with other_database.read() as db_session:
        assert db_session.scalar(select(func.sum(func.length(Message.content)))) == 10_000_000


# What the file holds.


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


def repeat(place: int, *, table: str | None = None) -> Callable[[list[Any]], None]:
    """Return how to add a row once more, counted, or for another table."""

    def changed(lines: list[Any]) -> None:
        name = table or lines[place]["table"]
        lines.insert(-1, lines[place] | {"table": name})
        lines[-1]["rows"][name] = lines[-1]["rows"].get(name, 0) + 1

    return changed


def set_in(place: int, *path: str, to: object) -> Callable[[list[Any]], None]:
    def changed(lines: list[Any]) -> None:
        target = lines[place]
        for name in path[:-1]:
            target = target[name]
        target[path[-1]] = to

    return changed


DAMAGE: dict[str, tuple[Callable[[list[Any]], object], str]] = {
    "no last line": (lambda lines: lines.pop(), "is cut off or damaged"),
    "a row less": (lambda lines: lines.pop(-2), "is cut off or damaged"),
    "more after the end": (lambda lines: lines.append(lines[-2]), "is cut off or damaged"),
    "another table": (repeat(1, table="shoes"), "is cut off or damaged"),
    "another column": (set_in(1, "row", "shoe_size", to=43), "is cut off or damaged"),
    "a row without its key": (lambda lines: lines[1]["row"].pop("id"), "is cut off or damaged"),
    "no time": (set_in(1, "row", "created_at", to="yesterday"), "is cut off or damaged"),
    "a number as a time": (set_in(1, "row", "created_at", to=7), "is cut off or damaged"),
    "not a row": (lambda lines: lines.insert(1, 7), "is cut off or damaged"),
    "the same row twice": (repeat(1), "database refuses"),
    "nobody's session": (set_in(-4, "row", "user_id", to=5), "database refuses"),
    "a value missing": (lambda lines: lines[1]["row"].pop("email"), "database refuses"),
    "newer format": (set_in(0, "format", to=2), "was made by a newer version"),
    "newer schema": (set_in(0, "revision", to="9999"), "was made by a newer version"),
    "another program's": (set_in(0, "app", to="Travel-Bot 2000"), "is not a backup of this app"),
    "no time at all": (set_in(0, "made_at", to="yesterday"), "is not a backup of this app"),
    "only a number": (lambda lines: lines.insert(0, 7), "is not a backup of this app"),
    "nothing": (lambda lines: lines.clear(), "is not a backup of this app"),
}
BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "is not a backup of this app"),
    "plain text": (lambda packed: gzip.decompress(packed), "is not a backup of this app"),
    "another packed file": (lambda _: gzip.compress(b"\x00\xff shopping list"), "is not a backup of this app"),
    "packed JSON": (lambda _: gzip.compress(b'[{"table": "users"}]'), "is not a backup of this app"),
    "cut by a byte": (lambda packed: packed[:-1], "is cut off or damaged"),
    "cut in the middle": (lambda packed: packed[: len(packed) // 2], "is cut off or damaged"),
    "cut at the start": (lambda packed: packed[:12], "is cut off or damaged"),
    "a byte changed": (lambda p: p[: len(p) // 2] + bytes([p[len(p) // 2] ^ 255]) + p[len(p) // 2 + 1 :], "damaged"),
}


@pytest.fixture
def untouched(database, file):
    """Make a backup, let the database go on, and see that a refused restore leaves it as it was."""
    ada = add_conversation(database, "ada", *(f"{number} days in Łódź" for number in range(1, 4)))
    back_up(database, file)
    add_conversation(database, "eve", "Porto")
    before = rows_of(database), indexed(database)

    def refused(sentence: str) -> None:
        with pytest.raises(BackupError, match=sentence):
            restore(database, file, replace=True)
        assert (rows_of(database), indexed(database)) == before
        assert len(found(database, "lodz", ada)) == 3

    return refused


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_file_changes_nothing(untouched, file, name):
    damage, sentence = DAMAGE[name]
    change(file, damage)

    untouched(sentence)


@pytest.mark.parametrize("name", BYTES)
def test_broken_file_changes_nothing(untouched, file, name):
    damage, sentence = BYTES[name]
    file.write_bytes(damage(file.read_bytes()))

    untouched(sentence)


def test_lost_connection_in_the_middle_changes_nothing(database, database_url, untouched, file):
    before = rows_of(database)

    def fail(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.startswith("INSERT INTO messages"):
            raise DatabaseUnavailableError("gone")

    event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises(DatabaseUnavailableError):
        restore(database, file, replace=True)

    assert rows_of(database) == before


def test_nobody_else_writes_while_a_restore_is_under_way(database, database_url, file):
    add_conversation(database, "ada", "one")
    before = rows_of(database)
    back_up(database, file)
    other = Database(database_url, busy_timeout_s=0.1)
    refused: list[str] = []

    def add_eve() -> None:
        with other.begin() as db_session:
            if database.engine.dialect.name == "postgresql":
                db_session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            db_session.add(User(username="eve", email="eve@example.com", name="Eve"))

    def write(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.startswith("INSERT INTO messages"):
            with pytest.raises(DatabaseUnavailableError):
                add_eve()
            refused.append("eve")

    event.listen(database.engine, "before_cursor_execute", write)
    restore(database, file, replace=True)
    other.close()

    assert refused == ["eve"]
    assert rows_of(database) == before


def test_rows_that_are_there_stay_unless_they_are_to_be_replaced(database, other_database, file):
    ada = add_conversation(database, "ada", "Łódź")
    eve = add_conversation(other_database, "eve", "Łódź too", "and Porto")
    back_up(database, file)
    before = rows_of(other_database)

    filled = r"there are rows in users, sessions, messages, participants\. --replace"
    with pytest.raises(BackupError, match=f"not empty: {filled}"):
        restore(other_database, file)
    assert rows_of(other_database) == before

    restore(other_database, file, replace=True)
    assert rows_of(other_database) == rows_of(database)
    assert found(other_database, "lodz", ada) == ["Łódź"]
    assert found(other_database, "lodz", eve) == []
    assert len(indexed(other_database)) == 2


def test_restored_backup_can_be_restored_over_itself(database, file):
    fill_every_table(database)
    before = rows_of(database)
    back_up(database, file)

    for _ in range(2):
        restore(database, file, replace=True)
        assert rows_of(database) == before


# Other versions of the schema.


def test_backup_of_an_earlier_version_takes_defaults_for_what_it_lacks(database, other_database, file):
    add_conversation(database, "ada", "one", "two")
    expected = rows_of(database)
    back_up(database, file)

    def as_in_0001(lines: list[Any]) -> None:
        lines[0]["revision"] = "0001"
        del lines[-1]["rows"]["api_tokens"]
        for line in lines[1:-1]:
            line["row"].pop("untold", None)
            line["row"].pop("chat_name", None)

    change(file, as_in_0001)
    restore(other_database, file)

    assert rows_of(other_database) == expected


def test_backup_of_when_all_shared_where_a_version_was_left_gives_it_to_the_owner(database, other_database, file):
    ada = add_conversation(database, "ada", "one", "two")
    with database.begin() as db_session:
        first, last = db_session.scalars(select(Message).order_by(Message.id)).all()
        db.path_ends.keep(db_session, first.id, last.id, session_id=first.session_id, user_id=ada)
    expected = rows_of(database)
    back_up(database, file)

    def as_in_0015(lines: list[Any]) -> None:
        lines[0]["revision"] = "0015"
        del lines[-1]["rows"]["path_ends"]
        lines[1:-1] = [line for line in lines[1:-1] if line["table"] != "path_ends"]
        for line in lines[1:-1]:
            if line["table"] == "messages":
                line["row"]["leaf_id"] = last.id if line["row"]["id"] == first.id else None

    change(file, as_in_0015)
    restore(other_database, file)

    assert rows_of(other_database) == expected


def test_backup_of_before_there_were_sign_outs_signs_nobody_back_in(database, other_database, file):
    ada = add_conversation(database, "ada")
    at = utc_now().replace(microsecond=7_000) + timedelta(days=1)
    with database.begin() as db_session:
        detail = f"signed in {at.isoformat(timespec='milliseconds')}"
        db.audit.note(db_session, AuditAction.SIGN_OUT, user_id=ada, detail=detail)
    back_up(database, file)

    def as_in_0009(lines: list[Any]) -> None:
        lines[0]["revision"] = "0009"
        del lines[-1]["rows"]["sign_outs"]
        for line in lines[1:-1]:
            line["row"].pop("target_kind", None)
            line["row"].pop("target_id", None)

    change(file, as_in_0009)
    restore(other_database, file)

    with other_database.read() as db_session:
        assert db.users.active_signed_in(db_session, user_id=ada, at=at) is None
        assert db.users.active_signed_in(db_session, user_id=ada, at=at + timedelta(milliseconds=1)) is not None


def test_database_of_an_earlier_version_is_not_backed_up_and_is_migrated_by_a_restore(database, file):
    add_conversation(database, "ada", "one", "two")
    back_up(database, file)
    expected, whole = rows_of(database), file.read_bytes()
    downgrade(database, "0002")

    with pytest.raises(BackupError, match="another version of this app"):
        back_up(database, file, force=True)
    assert file.read_bytes() == whole

    file.write_bytes(whole[:-1])
    with pytest.raises(BackupError, match="cut off"):
        restore(database, file, replace=True)
    with database.read() as db_session:
        assert db.migrate.revision(db_session.connection()) == "0002"

    file.write_bytes(whole)
    restore(database, file, replace=True)
    assert rows_of(database) == expected
    with database.read() as db_session:
        assert db.migrate.revision(db_session.connection()) == db.migrate.newest_revision()


def test_database_of_a_newer_version_is_left_alone(database, file):
    back_up(database, file)
    with database.begin() as db_session:
        db_session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(BackupError, match="newer version"):
        restore(database, file, replace=True)
    with pytest.raises(BackupError, match="another version"):
        back_up(database, file, force=True)


def test_new_database_is_made_by_a_restore(database, file, tmp_path):
    add_conversation(database, "ada", "one", "two")
    back_up(database, file)
    new = Database(f"sqlite:///{tmp_path / 'new' / 'travelbot.db'}")

    with pytest.raises(BackupError, match="There is no database of this app here"):
        back_up(new, tmp_path / "none.gz")
    restore(new, file)

    assert rows_of(new) == rows_of(database)
    new.close()


# What is special about some rows.


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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
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


# The command.


@pytest.fixture
def run(database_url, monkeypatch, tmp_path, capsys):
    """Give a function that does what the command line does, for this test's database alone."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        return (code, *capsys.readouterr())

    return run


@pytest.mark.parametrize(("database_url", "other_url"), [("sqlite", "postgres")], indirect=True)
def test_command_moves_a_database(database, database_url, other_database, other_url, file, tmp_path):
    add_conversation(database, "ada", "one", "two")

    def typed(action: str, url: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "db", action, file],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env=os.environ | {"DATABASE_URL": url, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    code, told, error = typed("backup", database_url)
    assert (code, error) == (0, "")
    assert told.startswith(f"{file} holds 1 user, 1 session and 2 messages: ")
    assert told.endswith(" kB.\n")

    code, told, error = typed("restore", other_url)
    assert (code, error) == (0, "")
    assert told.startswith("The database holds 1 user, 1 session and 2 messages, as they were at ")
    assert rows_of(other_database) == rows_of(database)


def test_command_destroys_nothing_unless_it_is_told_to(database, run):
    add_conversation(database, "ada", "one")
    assert run("backup", "a.gz")[0] == 0
    add_conversation(database, "eve", "two")
    both = rows_of(database)

    code, told, error = run("restore", "a.gz")
    assert (code, told) == (1, "")
    assert error.startswith("The database is not empty: there are rows in users, sessions, messages, participants.")
    assert rows_of(database) == both

    assert run("backup", "a.gz") == (1, "", "a.gz is already there. --force writes over it.\n")
    assert run("restore", "a.gz", "--replace")[0] == 0
    assert [row["username"] for row in rows_of(database)["users"]] == ["ada"]
    assert run("backup", "a.gz", "--force")[0] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("action", "name", "settings", "sentence"),
    [
        ("restore", "none.gz", {}, "none.gz: No such file or directory\n"),
        ("restore", "/", {}, "/: Is a directory\n"),
        ("backup", "no/such/folder.gz", {}, "no/such/folder.gz.partial: No such file or directory\n"),
        (
            "backup",
            "a.gz",
            {"DATABASE_URL": "postgresql://ada:s3cret@127.0.0.1:1/b"},
            "The database cannot be reached",
        ),
        ("backup", "a.gz", {"DATABASE_URL": "postgresql://ada:s3cret@:x/b"}, "DATABASE_URL is not"),
        ("backup", "a.gz", {"DATABASE_URL": "s3cret"}, "DATABASE_URL is not"),
        ("backup", "a.gz", {"DATABASE_URL": "mysql+nosuch://ada:s3cret@127.0.0.1/b"}, "DATABASE_URL is not"),
        ("backup", "a.gz", {"DATABASE_URL": "sqlite:///words.txt"}, "The database cannot be used"),
        ("backup", "a.gz", {"DATABASE_URL": "sqlite:///words.txt/a.db"}, "words.txt: File exists\n"),
        ("backup", "a.gz", {"REQUESTS_PER_MINUTE": "many"}, "requests_per_minute: "),
    ],
)
def test_refusal_is_a_sentence(run, monkeypatch, tmp_path, action, name, settings, sentence):
    (tmp_path / "words.txt").write_text("words, words, words " * 100)
    for setting, given in settings.items():
        monkeypatch.setenv(setting, given)

    code, told, error = run(action, name)

    assert (code, told) == (1, "")
    assert error.startswith(sentence)
    assert "s3cret" not in error
    assert not list(tmp_path.glob("a.gz*"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_command_finds_the_database_where_the_app_does(run, database, monkeypatch, tmp_path, database_url):
    add_conversation(database, "ada", "one")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere.db")
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()

    secrets.write_text(f'DATABASE_URL = "{database_url}"\nreplies_at_once = 7\nCOOKIE_KEY = ""\n[other]\nkey = 1')
    code, told, error = run("backup", "a.gz")
    assert (code, error) == (0, "")
    assert "1 user, 1 session and 1 message:" in told

    secrets.write_text("DATABASE_URL = ")
    code, _, error = run("backup", "b.gz")
    assert code == 1
    assert error.startswith("secrets.toml cannot be read: ")


@pytest.mark.parametrize("since", ["revoke", "new_address", "passcode", "delete", "nothing"])
def test_restore_says_which_links_are_open_again(database, run, user_id, since):
    reviews = Reviews(database, now=utc_now())
    session_id = reviews.session(user_id)
    link, ended = reviews.share(session_id, user_id), reviews.share(session_id, user_id, audience="Ended")
    reviews.links.revoke(ended.review.id, user_id=user_id)
    key = new_reader_key()
    said = reviews.visits.comment(link.token, key, "Lovely", name="Anna").id
    reviews.comments.add(link.review.id, "Thank you", user_id=user_id, thread_id=said)
    run("backup", "a.gz")
    match since:
        case "revoke":
            reviews.links.revoke(link.review.id, user_id=user_id)
        case "new_address":
            reviews.links.new_address(link.review.id, user_id=user_id)
        case "passcode":
            reviews.links.change(link.review.id, link.review.settings, user_id=user_id, passcode="tram 28!")
        case "delete":
            with database.begin() as db_session:
                db_session.delete(db_session.get_one(ChatSession, session_id))

    _, told, _ = run("restore", "a.gz", "--replace")

    if since == "nothing":
        assert "1 link to reviews is open, as before." in told
    else:
        assert "1 link to reviews is open. These are open again" in told
        assert f"\n  {link.review.id} for Customer: Lisbon in May\n" in told
    assert ended.review.settings.audience not in told
    [thread] = reviews.visits.threads(link.token, key, anchor=None)
    assert (thread.first.mine, thread.answers[0].text) == (True, "Thank you")
    with pytest.raises(NotFoundError):
        reviews.visits.look(ended.token, key)


def test_restore_into_an_empty_database_says_how_many_links_are_open(database, other_database, file):
    reviews = Reviews(database, now=utc_now())
    user_id = make_user(database, "ada")
    reviews.share(reviews.session(user_id), user_id)
    back_up(database, file)

    restored = restore(other_database, file)

    assert (len(restored.open_links), restored.opened_again) == (1, None)
