"""What a transaction waits for."""

from collections.abc import Iterator

import pytest

from db.engine import Database

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
