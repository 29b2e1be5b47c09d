"""Threads and their messages as rows."""

import json
import uuid
from sqlite3 import Row

from emulator.store.database import Database, Json, now_iso

_OWNED = "FROM threads JOIN assistants USING (assistant_id) WHERE account = ?"


class Threads:
    """Reads and writes threads and messages; every answer is the object that Backboard would send."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, assistant_id: str) -> Json:
        """Make an empty thread."""
        thread_id, created_at = str(uuid.uuid4()), now_iso()
        self._db.run(
            "INSERT INTO threads (thread_id, assistant_id, created_at) VALUES (?, ?, ?)",
            thread_id,
            assistant_id,
            created_at,
        )
        return {
            "thread_id": thread_id,
            "assistant_id": assistant_id,
            "created_at": created_at,
            "metadata_": None,
            "messages": [],
        }

    def assistant_of(self, account: str, thread_id: str) -> str | None:
        """Return the id of a thread's assistant, or None when this account has no such thread."""
        row = self._db.one(f"SELECT threads.assistant_id {_OWNED} AND thread_id = ?", account, thread_id)
        return row["assistant_id"] if row else None

    def find(
        self, account: str, *, assistant_id: str | None, skip: int, limit: int, include_messages: bool
    ) -> list[Json]:
        """Return threads with their messages, oldest thread first."""
        rows = self._db.all(
            f"SELECT threads.* {_OWNED} AND (? IS NULL OR threads.assistant_id = ?)"
            " ORDER BY threads.seq LIMIT ? OFFSET ?",
            account,
            assistant_id,
            assistant_id,
            limit,
            skip,
        )
        return [self._wire(row, include_messages=include_messages) for row in rows]

    def get(self, account: str, thread_id: str) -> Json | None:
        """Return one thread with all its messages, oldest first, or None."""
        row = self._db.one(f"SELECT threads.* {_OWNED} AND thread_id = ?", account, thread_id)
        return self._wire(row, include_messages=True) if row else None

    def delete(self, thread_id: str) -> None:
        """Delete a thread with its messages."""
        self._db.run("DELETE FROM threads WHERE thread_id = ?", thread_id)

    def add_message(
        self,
        thread_id: str,
        role: str,
        content: str | None,
        *,
        status: str = "COMPLETED",
        metadata: Json | None = None,
        model: tuple[str | None, str | None] | None = None,
    ) -> str:
        """Store a message and return its id."""
        message_id = str(uuid.uuid4())
        provider, name = model or (None, None)
        self._db.run(
            "INSERT INTO messages (message_id, thread_id, role, content, status, metadata, model_provider,"
            " model_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            message_id,
            thread_id,
            role,
            content,
            status,
            None if metadata is None else json.dumps(metadata),
            provider,
            name,
            now_iso(),
        )
        return message_id

    def latest_messages(self, thread_id: str, *, limit: int) -> list[Json]:
        """Return the last messages of a thread, oldest first."""
        rows = self._db.all("SELECT * FROM messages WHERE thread_id = ? ORDER BY seq DESC LIMIT ?", thread_id, limit)
        return [_message(row) for row in reversed(rows)]

    def get_message(self, message_id: str) -> Json | None:
        """Return one message, or None (its thread may have been deleted)."""
        row = self._db.one("SELECT * FROM messages WHERE message_id = ?", message_id)
        return _message(row) if row else None

    def _wire(self, row: Row, *, include_messages: bool) -> Json:
        rows = (
            self._db.all("SELECT * FROM messages WHERE thread_id = ? ORDER BY seq", row["thread_id"])
            if include_messages
            else []
        )
        return {
            "thread_id": row["thread_id"],
            "assistant_id": row["assistant_id"],
            "created_at": row["created_at"],
            "metadata_": None,
            "messages": [_message(message) for message in rows],
        }


def _message(row: Row) -> Json:
    total = None if row["output_tokens"] is None else row["input_tokens"] + row["output_tokens"]
    return {
        "message_id": row["message_id"],
        "role": row["role"],
        "content": row["content"],
        "status": row["status"],
        "metadata_": None if row["metadata"] is None else json.loads(row["metadata"]),
        "model_provider": row["model_provider"],
        "model_name": row["model_name"],
        "input_tokens": row["input_tokens"],
        "output_tokens": row["output_tokens"],
        "total_tokens": total,
        "created_at": row["created_at"],
        "attachments": [],
    }
