"""Documents of assistants and threads.

Indexing needs no task: a document carries the time at which it is done, as an operation on memories does.
"""

import time
import uuid
from sqlite3 import Row

from emulator.store.database import Database, Json, now_iso

_READABLE_CHARS = 500_000  # of all documents of a thread; comparing them takes a fifth of a second
_OWNED = (
    "FROM documents LEFT JOIN threads USING (thread_id) JOIN assistants"
    " ON assistants.assistant_id = coalesce(documents.assistant_id, threads.assistant_id) WHERE account = ?"
)


class Documents:
    """Reads and writes documents; every answer is the object that Backboard would send."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(
        self,
        filename: str,
        size: int,
        *,
        assistant_id: str | None = None,
        thread_id: str | None = None,
        text: str = "",
        error: str | None = None,
        delay_s: float | None,
    ) -> Json:
        """Store a document of an assistant or of a thread. It is indexed after *delay_s*; None: never.

        With an *error* it ends in that instead.
        """
        document_id, now = str(uuid.uuid4()), time.time()
        self._db.run(
            "INSERT INTO documents (document_id, assistant_id, thread_id, filename, size, text, error, begun_at,"
            " due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            document_id,
            assistant_id,
            thread_id,
            filename,
            size,
            text,
            error,
            now + (delay_s or 0) / 3,
            None if delay_s is None else now + delay_s,
            now_iso(),
        )
        row = self._db.one("SELECT * FROM documents WHERE document_id = ?", document_id)
        assert row is not None
        return _wire(row)

    def of_assistant(self, assistant_id: str) -> list[Json]:
        """Return an assistant's documents, oldest first."""
        rows = self._db.all("SELECT * FROM documents WHERE assistant_id = ? ORDER BY seq", assistant_id)
        return [_wire(row) for row in rows]

    def of_thread(self, thread_id: str) -> list[Json]:
        """Return a thread's documents, oldest first."""
        rows = self._db.all("SELECT * FROM documents WHERE thread_id = ? ORDER BY seq", thread_id)
        return [_wire(row) for row in rows]

    def status(self, account: str, document_id: str) -> Json | None:
        """Return where a document is on its way to being indexed, or None."""
        row = self._db.one(f"SELECT documents.* {_OWNED} AND document_id = ?", account, document_id)
        return _wire_status(row) if row else None

    def delete(self, document_id: str) -> None:
        """Delete a document."""
        self._db.run("DELETE FROM documents WHERE document_id = ?", document_id)

    def readable(self, thread_id: str, assistant_id: str) -> list[tuple[str, str]]:
        """Return name and text of what can be looked up in from a thread, oldest first; an image has no text.

        Each reply compares all of it: where there is much, each text is cut to an equal share.
        """
        rows = self._db.all(
            "SELECT filename, substr(text, 1, ? / count(*) OVER ()) AS text FROM documents"
            " WHERE (thread_id = ? OR assistant_id = ?) AND error IS NULL AND due_at <= ? ORDER BY seq",
            _READABLE_CHARS,
            thread_id,
            assistant_id,
            time.time(),
        )
        return [(row["filename"], row["text"]) for row in rows]


def _status(row: Row) -> str:
    now = time.time()
    if row["due_at"] is not None and row["due_at"] <= now:
        return "error" if row["error"] else "indexed"
    return "processing" if row["begun_at"] <= now else "pending"


def _wire(row: Row) -> Json:
    status = _status(row)
    return {
        "document_id": row["document_id"],
        "filename": row["filename"],
        "status": status,
        "status_message": row["error"] if status == "error" else None,
        "summary": None,
        "metadata_": None,
        "created_at": row["created_at"],
        "updated_at": None,
    }


def _wire_status(row: Row) -> Json:
    wire = _wire(row)
    indexed = wire["status"] == "indexed"
    del wire["summary"], wire["metadata_"]
    return wire | {
        "document_type": "thread" if row["thread_id"] else "assistant",
        "file_size_bytes": row["size"],
        "total_tokens": len(row["text"]) // 4 if indexed else None,
        "chunk_count": len(row["text"]) // 1000 + 1 if indexed else None,
        "processing_started_at": None,
        "processing_completed_at": None,
    }
