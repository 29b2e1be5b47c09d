"""A backup comes back whole or not at all, and from earlier versions too."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    event,
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
from db.models import AuditAction, Message, User, utc_now
from tests.helpers.backups import add_conversation, change, found, indexed, rows_of
from tests.helpers.databases import ACROSS, ALIKE, ON_SQLITE, TO_SQLITE
from tests.helpers.reviews import Reviews
from tests.helpers.services import make_user


def downgrade(database: Database, revision: str) -> None:
    with database.begin() as db_session:
        config = db.migrate._config()
        config.attributes["connection"] = db_session.connection()
        command.downgrade(config, revision)


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

    def refused(sentence: str, *, what: str) -> None:
        with pytest.raises(BackupError) as caught:
            restore(database, file, replace=True)
        assert sentence in str(caught.value), what
        assert (rows_of(database), indexed(database)) == before, what
        assert len(found(database, "lodz", ada)) == 3, what

    return refused


@ON_SQLITE
def test_damaged_file_changes_nothing(untouched, file):
    whole = file.read_bytes()
    for name, (damage, sentence) in DAMAGE.items():
        file.write_bytes(whole)
        change(file, damage)

        untouched(sentence, what=name)


@ON_SQLITE
def test_broken_file_changes_nothing(untouched, file):
    whole = file.read_bytes()
    for name, (damage, sentence) in BYTES.items():
        file.write_bytes(damage(whole))

        untouched(sentence, what=name)


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


@ALIKE
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


# Other versions of the schema.


@ACROSS
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


@ON_SQLITE
@TO_SQLITE
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


@ON_SQLITE
@TO_SQLITE
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


@ON_SQLITE
def test_database_of_a_newer_version_is_left_alone(database, file):
    back_up(database, file)
    with database.begin() as db_session:
        db_session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(BackupError, match="newer version"):
        restore(database, file, replace=True)
    with pytest.raises(BackupError, match="another version"):
        back_up(database, file, force=True)


@ON_SQLITE
def test_new_database_is_made_by_a_restore(database, file, tmp_path):
    add_conversation(database, "ada", "one", "two")
    back_up(database, file)
    new = Database(f"sqlite:///{tmp_path / 'new' / 'travelbot.db'}")

    with pytest.raises(BackupError, match="There is no database of this app here"):
        back_up(new, tmp_path / "none.gz")
    restore(new, file)

    assert rows_of(new) == rows_of(database)
    new.close()


@ON_SQLITE
@TO_SQLITE
def test_restore_into_an_empty_database_says_how_many_links_are_open(database, other_database, file):
    reviews = Reviews(database, now=utc_now())
    user_id = make_user(database, "ada")
    reviews.share(reviews.session(user_id), user_id)
    back_up(database, file)

    restored = restore(other_database, file)

    assert (len(restored.open_links), restored.opened_again) == (1, None)
