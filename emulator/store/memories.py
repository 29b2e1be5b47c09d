"""Memories and the operations that write them in the background.

An operation needs no task of its own: it carries the time at which it is due, and is finished by whoever looks
next. So it also survives a killed process.
"""

import json
import re
import time
import uuid
from collections.abc import Sequence
from sqlite3 import Row

from emulator.store.database import Database, Json, now_iso

_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")  # scripts without spaces: each character


class Memories:
    """Reads and writes an assistant's memories."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, assistant_id: str, content: str, metadata: Json | None) -> Json:
        """Store a memory at once."""
        memory_id, now = f"mem_{uuid.uuid4().hex[:12]}", now_iso()
        self._db.run(
            "INSERT INTO memories (memory_id, assistant_id, content, metadata, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            memory_id,
            assistant_id,
            content,
            None if metadata is None else json.dumps(metadata),
            now,
            now,
        )
        return self._wire(memory_id, content, metadata, now, now)

    def all_of(self, assistant_id: str) -> list[Json]:
        """Return all memories, oldest first."""
        self._settle()
        rows = self._db.all("SELECT * FROM memories WHERE assistant_id = ? ORDER BY seq", assistant_id)
        return [self._of(row) for row in rows]

    def get(self, assistant_id: str, memory_id: str) -> Json | None:
        """Return one memory, or None."""
        self._settle()
        row = self._db.one("SELECT * FROM memories WHERE assistant_id = ? AND memory_id = ?", assistant_id, memory_id)
        return self._of(row) if row else None

    def update(self, assistant_id: str, memory_id: str, content: str, metadata: Json | None) -> Json | None:
        """Change a memory's text, and its metadata if given; None when there is no such memory."""
        self._db.run(
            "UPDATE memories SET content = ?, metadata = coalesce(?, metadata), updated_at = ?"
            " WHERE assistant_id = ? AND memory_id = ?",
            content,
            None if metadata is None else json.dumps(metadata),
            now_iso(),
            assistant_id,
            memory_id,
        )
        return self.get(assistant_id, memory_id)

    def delete(self, assistant_id: str, memory_id: str) -> bool:
        """Delete one memory; False when there is none."""
        return bool(
            self._db.run("DELETE FROM memories WHERE assistant_id = ? AND memory_id = ?", assistant_id, memory_id)
        )

    def delete_all(self, assistant_id: str) -> None:
        """Delete every memory, and what is still being written."""
        self._settle()
        with self._db.transaction():
            self._db.run("DELETE FROM memories WHERE assistant_id = ?", assistant_id)
            self._db.run(
                "UPDATE operations SET facts = '[]' WHERE assistant_id = ? AND status = 'IN_PROGRESS'", assistant_id
            )

    def search(self, assistant_id: str, query: str, *, limit: int) -> list[Json]:
        """Return memories that share a word with *query*, best first, each with a score between 0 and 1."""
        return [memory for memory in self.ranked(assistant_id, query) if memory["score"] > 0][:limit]

    def ranked(self, assistant_id: str, query: str) -> list[Json]:
        """Return all memories with their scores, best first, the newest first among equals."""
        wanted = _words(query)
        scored = [{**memory, "score": _score(wanted, memory["content"])} for memory in self.all_of(assistant_id)]
        return sorted(reversed(scored), key=lambda memory: -memory["score"])

    def begin_operation(self, assistant_id: str, facts: Sequence[str], *, delay_s: float) -> str | None:
        """Begin to remember *facts*; they can be seen after *delay_s* seconds. None when the assistant is gone."""
        operation_id, now = str(uuid.uuid4()), now_iso()
        begun = self._db.run(
            "INSERT INTO operations (operation_id, assistant_id, status, facts, memory_ids, due_at, created_at,"
            " updated_at) SELECT ?, assistant_id, 'IN_PROGRESS', ?, '[]', ?, ?, ? FROM assistants"
            " WHERE assistant_id = ?",
            operation_id,
            json.dumps(list(facts)),
            time.time() + delay_s,
            now,
            now,
            assistant_id,
        )
        return operation_id if begun else None

    def operation(self, account: str, operation_id: str) -> Json | None:
        """Return the state of a background write, or None."""
        self._settle()
        row = self._db.one(
            "SELECT operations.* FROM operations JOIN assistants USING (assistant_id)"
            " WHERE account = ? AND operation_id = ?",
            account,
            operation_id,
        )
        if row is None:
            return None
        memory_ids = json.loads(row["memory_ids"])
        return {
            "operation_id": row["operation_id"],
            "status": row["status"],
            "memory_ids": memory_ids,
            "result_count": len(memory_ids),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
        }

    def _settle(self) -> None:
        """Finish the operations that are due."""
        due = self._db.all("SELECT * FROM operations WHERE status = 'IN_PROGRESS' AND due_at <= ?", time.time())
        for row in due:
            with self._db.transaction():
                memory_ids = [
                    self.add(row["assistant_id"], fact, None)["id"]
                    for fact in json.loads(row["facts"])
                    if not self._knows(row["assistant_id"], fact)
                ]
                self._db.run(
                    "UPDATE operations SET status = 'COMPLETED', memory_ids = ?, updated_at = ?"
                    " WHERE operation_id = ?",
                    json.dumps(memory_ids),
                    now_iso(),
                    row["operation_id"],
                )

    def _knows(self, assistant_id: str, fact: str) -> bool:
        rows = self._db.all("SELECT content FROM memories WHERE assistant_id = ?", assistant_id)
        return any(row["content"].casefold() == fact.casefold() for row in rows)

    def _of(self, row: Row) -> Json:
        metadata = None if row["metadata"] is None else json.loads(row["metadata"])
        return self._wire(row["memory_id"], row["content"], metadata, row["created_at"], row["updated_at"])

    @staticmethod
    def _wire(memory_id: str, content: str, metadata: Json | None, created_at: str, updated_at: str) -> Json:
        return {
            "id": memory_id,
            "content": content,
            "metadata": metadata,
            "score": None,
            "created_at": created_at,
            "updated_at": updated_at,
        }


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORDS.findall(text)}


def _score(wanted: set[str], text: str) -> float:
    """Return which part of the wanted words the text has; long words match by their first five letters."""
    if not wanted:
        return 0.0
    known = {word[:5] for word in _words(text)}
    return round(sum(word[:5] in known for word in wanted) / len(wanted), 3)
