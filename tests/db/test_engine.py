"""What a transaction waits for."""

import sqlite3
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

import db.replies
import db.search
import db.sessions
from db.engine import Database
from db.migrate import migrate
from db.models import User

FULL, NORMAL = 2, 1  # https://www.sqlite.org/pragma.html#pragma_synchronous


@pytest.fixture
def file(tmp_path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'travelbot.db'}")
    yield opened
    opened.close()


def synchronous(database: Database, *, relaxed: bool) -> int:
    with database.begin(relaxed=relaxed) as db_session:
        found: int = db_session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one()
        return found


def test_sqlite_waits_for_the_disk_but_where_it_is_relaxed(file):
    assert [synchronous(file, relaxed=relaxed) for relaxed in (False, True, False)] == [FULL, NORMAL, FULL]


def test_new_file_that_another_process_is_writing_to_is_waited_for(file, tmp_path):
    other = sqlite3.connect(tmp_path / "travelbot.db", isolation_level=None, check_same_thread=False)
    other.executescript("BEGIN IMMEDIATE; CREATE TABLE theirs (x)")  # not a WAL file yet
    threading.Timer(0.3, other.execute, ["COMMIT"]).start()

    with file.begin() as db_session:
        connection = db_session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("SELECT count(*) FROM theirs").scalar_one() == 0
    other.close()


def test_an_error_does_not_list_what_people_wrote(file: Database):
    migrate(file)
    with pytest.raises(IntegrityError) as refused, file.begin() as db_session:
        db_session.execute(insert(User).values(id=1, username="a very private name", name=None, email="x"))

    assert "a very private name" not in str(refused.value)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_postgres_prepares_what_comes_often_but_nothing_that_looks_for_words(database: Database):
    with database.read() as db_session:
        for _ in range(9):
            db.replies.is_there(db_session, 1)
            db.search.find(db_session, "lisbon", user_id=1, limit=9)
            db.sessions.page(db_session, limit=9, user_id=1)
        prepared = (
            db_session.connection().exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars().all()
        )

    assert [statement.split()[1] for statement in prepared] == ["messages.id"]
