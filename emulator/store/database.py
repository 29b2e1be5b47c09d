"""The emulator's SQLite file: schema, one connection, and small helpers over it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]
"""An object as it goes over the wire."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS assistants (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, assistant_id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    name TEXT NOT NULL, config TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS assistants_by_account ON assistants (account, name);
CREATE TABLE IF NOT EXISTS threads (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, thread_id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL REFERENCES assistants (assistant_id) ON DELETE CASCADE, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS threads_by_assistant ON threads (assistant_id);
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL REFERENCES threads (thread_id) ON DELETE CASCADE,
    role TEXT NOT NULL, content TEXT, status TEXT NOT NULL, metadata TEXT, model_provider TEXT, model_name TEXT,
    input_tokens INTEGER, output_tokens INTEGER, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_thread ON messages (thread_id, seq);
-- No foreign keys: what was asked stays counted when its thread is deleted.
CREATE TABLE IF NOT EXISTS runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, thread_id TEXT NOT NULL,
    assistant_id TEXT NOT NULL, user_message_id TEXT NOT NULL, message_id TEXT NOT NULL, status TEXT NOT NULL,
    settings TEXT NOT NULL, text TEXT, reasoning TEXT, error TEXT, tool_calls TEXT, retrieved_memories TEXT,
    memory_operation_id TEXT, input_tokens INTEGER, output_tokens INTEGER, started_at TEXT NOT NULL, ended_at TEXT);
CREATE INDEX IF NOT EXISTS runs_by_thread ON runs (thread_id, status);
CREATE TABLE IF NOT EXISTS memories (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, memory_id TEXT NOT NULL UNIQUE,
    assistant_id TEXT NOT NULL REFERENCES assistants (assistant_id) ON DELETE CASCADE,
    content TEXT NOT NULL, metadata TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS memories_by_assistant ON memories (assistant_id);
CREATE TABLE IF NOT EXISTS operations (
    operation_id TEXT PRIMARY KEY, assistant_id TEXT NOT NULL REFERENCES assistants (assistant_id) ON DELETE CASCADE,
    status TEXT NOT NULL, facts TEXT NOT NULL, memory_ids TEXT NOT NULL, due_at REAL NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL UNIQUE,
    assistant_id TEXT REFERENCES assistants (assistant_id) ON DELETE CASCADE,
    thread_id TEXT REFERENCES threads (thread_id) ON DELETE CASCADE,
    filename TEXT NOT NULL, size INTEGER NOT NULL, text TEXT NOT NULL, error TEXT,
    begun_at REAL NOT NULL, due_at REAL, created_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_by_thread ON documents (thread_id);
CREATE INDEX IF NOT EXISTS documents_by_assistant ON documents (assistant_id);
CREATE INDEX IF NOT EXISTS operations_by_status ON operations (status, due_at);
"""


def now_iso() -> str:
    """Return the present instant as Backboard writes it: UTC, microseconds, a trailing Z."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _make_private(path: Path) -> None:
    """Have the file there, and SQLite's own beside it, for its owner alone to read, as far as that can be had."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):  # it is there; or what is wrong with the place, SQLite says
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with suppress(OSError):
            file.chmod(0o600)


class Database:
    """One connection to the state file; used by one thread at a time (the emulator's event loop)."""

    def __init__(self, path: Path | str) -> None:
        """Open *path*, made with its folder if missing; ``":memory:"`` keeps nothing."""
        if str(path) != ":memory:":
            _make_private(Path(path))
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        try:
            self._connection.row_factory = sqlite3.Row
            # WAL without a sync per commit: a killed process loses nothing, only a crashed machine might.
            self._connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            )
            self._connection.executescript(_SCHEMA)
        except BaseException:
            self.close()
            raise

    def run(self, sql: str, *values: object) -> int:
        """Run one statement; return how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Return the first row, or None."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return every row."""
        return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all statements inside, or none when one of them raises."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
