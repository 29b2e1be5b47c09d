"""What it costs that every statement is timed: the same reads with and without, in turns.

.venv-dev/bin/python -m benchmarks.counting
"""

import tempfile
from collections.abc import Callable
from contextlib import closing
from time import perf_counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.migrate import migrate
from db.models import User
from services.usage.metrics import Numbers

TURNS, STATEMENTS = 60, 500


def main() -> None:
    """Print the time of a statement in microseconds, and what timing adds to it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/counting.db"
        with closing(Database(url)) as plain, closing(Database(url)) as timed:
            migrate(plain)
            Numbers().measure_database(timed.engine)
            for told, read in (
                ("one row by its key, through the ORM", _row),
                ("SELECT 1, the cheapest there is", _one),
            ):
                turns = [(_each_us(plain, read), _each_us(timed, read)) for _ in range(TURNS)]
                base, with_times = (min(column) for column in zip(*turns, strict=True))  # the least disturbed turns
                print(f"{told}: {base:.1f} µs, timed {with_times - base:+.1f} µs")


def _each_us(database: Database, read: Callable[[Session], object]) -> float:
    with database.read() as db_session:
        begin = perf_counter()
        for _ in range(STATEMENTS):
            read(db_session)
        return (perf_counter() - begin) / STATEMENTS * 1e6


def _row(db_session: Session) -> object:
    return db_session.execute(select(User).where(User.id == 1)).all()


def _one(db_session: Session) -> object:
    return db_session.connection().exec_driver_sql("SELECT 1").scalar()


if __name__ == "__main__":
    main()
