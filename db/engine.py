"""The engine, and the ways to use it: to read, to write, and to read all of one moment."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import psycopg
import stamina
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

import db.stamps
from settings import make_private


class DatabaseUnavailableError(Exception):
    """The database is away, locked for too long, full, or its disk is; nothing was written."""


class Database:
    """One database, SQLite or PostgreSQL, used by many threads.

    Raises DatabaseUnavailableError from every way of use when the database cannot be reached.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = 5) -> None:
        self.engine = _sqlite_engine(url, busy_timeout_s) if url.startswith("sqlite") else _postgres_engine(url)
        self._writer = sessionmaker(self.engine, expire_on_commit=False)
        self._relaxed = sessionmaker(
            self.engine.execution_options(sqlite_synchronous="NORMAL"), expire_on_commit=False
        )
        self._reader = sessionmaker(self.engine.execution_options(sqlite_begin="BEGIN"), expire_on_commit=False)
        self._frozen = sessionmaker(
            self.engine.execution_options(sqlite_begin="BEGIN")
            if url.startswith("sqlite")  # in WAL mode whoever reads sees one moment anyway
            else self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
            expire_on_commit=False,
        )
        self._writers = _Queue(busy_timeout_s) if url.startswith("sqlite") else nullcontext()

    @contextmanager
    def begin(self, *, relaxed: bool = False) -> Iterator[Session]:
        """Give a session that may write; commits at the end, or rolls back on an error.

        PostgreSQL locks rows. Who takes several locks takes them in one order, so that no two ever wait for each
        other: trips, sessions, threads, messages, usage, follow-ups, reviews, decks, customers, users, brands; of one
        kind by rising id. Rows that a transaction has made itself do not count: nobody else sees them yet. Whoever
        holds a session may write who sees it, and whoever holds a trip who works on it; a review's rows hang on the
        review in the same way, and a new snapshot on the session, which is held first. What `db.stamps` writes comes
        last.

        *relaxed* is for what can be made up for: it outlives a process that is killed, but on SQLite not a machine
        that loses power before the next commit that is not relaxed. It does not wait for the disk.
        """
        with _translated(), self._writers, (self._relaxed if relaxed else self._writer).begin() as db_session:
            yield db_session
            db.stamps.write(db_session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that only reads; on SQLite it neither waits for a writer nor holds one up."""
        with _translated(), self._reader.begin() as db_session:
            yield db_session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Give a session that only reads, and sees one moment however long it reads and others write."""
        with _translated(), self._frozen.begin() as db_session:
            yield db_session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class _Queue:
    """Lets one thread in at a time. SQLite has one writer; those who wait for it there sleep, ever longer."""

    def __init__(self, timeout_s: float) -> None:
        self._lock = threading.Lock()
        self._timeout_s = timeout_s

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._timeout_s):
            raise DatabaseUnavailableError("The database is being written to for too long.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as exc:
        raise DatabaseUnavailableError("The database cannot be reached right now.") from exc


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # they are people's words, and errors are logged
        pool_pre_ping=True,
        pool_use_lifo=True,  # so that few connections do the work, which know its statements
        pool_size=10,
        max_overflow=20,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=10000",
        },
    )

    @event.listens_for(engine, "do_execute")
    def _execute(cursor: Any, statement: str, values: Any, context: Any) -> bool:
        # To parse and plan a statement takes PostgreSQL longer than to run it, so what comes often is prepared. Not
        # where words are looked for: a plan made for any word is ten times slower for a rare one.
        if context.execution_options.get("often") or isinstance(cursor, psycopg.ServerCursor):  # which never prepares
            return False
        cursor.execute(statement, values, prepare=False)
        return True

    return engine


def _sqlite_engine(url: str, busy_timeout_s: float) -> Engine:
    if path := make_url(url).database:
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError):  # what is wrong with the place, SQLite says
            make_private(Path(path))  # and SQLite makes the files beside it as this one is
        for beside in ("-wal", "-shm"):
            with suppress(OSError):
                Path(path + beside).chmod(0o600)
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": busy_timeout_s},
        pool_size=10,
        max_overflow=20,
        pool_timeout=10,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.execute("PRAGMA foreign_keys = ON").close()
        # SQLite waits for nobody who makes the same new file a WAL one in this moment.
        for attempt in stamina.retry_context(_is_busy, timeout=busy_timeout_s, attempts=None, wait_initial=0.01):
            with attempt:
                connection.execute("PRAGMA journal_mode = WAL").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A read lock that turns into a write lock is refused at once when another writer was faster, busy timeout
        # or not; so whoever may write takes the write lock at the start.
        options = connection.get_execution_options()
        begin = options.get("sqlite_begin", "BEGIN IMMEDIATE")
        if begin == "BEGIN IMMEDIATE":
            connection.exec_driver_sql(f"PRAGMA synchronous = {options.get('sqlite_synchronous', 'FULL')}").close()
        connection.exec_driver_sql(begin)

    return engine


def _is_busy(exc: Exception) -> bool:
    return isinstance(exc, sqlite3.OperationalError) and exc.sqlite_errorcode == sqlite3.SQLITE_BUSY
