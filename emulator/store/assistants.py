"""Assistants as rows. Each belongs to an *account*: a fingerprint of the API key that made it."""

import json
import uuid
from sqlite3 import Row

from emulator.store.database import Database, Json, now_iso

DEFAULT_NAME = "Default assistant"
_DEFAULTS: Json = {
    "description": None,
    "system_prompt": None,
    "tools": None,
    "tok_k": 10,
    "embedding_provider": "openai",
    "embedding_model_name": "text-embedding-3-large",
    "embedding_dims": 3072,
    "custom_fact_extraction_prompt": None,
    "custom_update_memory_prompt": None,
}


class Assistants:
    """Reads and writes assistants; every answer is the object that Backboard would send."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, account: str, name: str, config: Json) -> Json:
        """Make an assistant. *config* holds the optional fields that were given."""
        made = {"assistant_id": str(uuid.uuid4()), "name": name, **_DEFAULTS, **config, "created_at": now_iso()}
        self._db.run(
            "INSERT INTO assistants (assistant_id, account, name, config, created_at) VALUES (?, ?, ?, ?, ?)",
            made["assistant_id"],
            account,
            name,
            json.dumps({key: made[key] for key in _DEFAULTS}),
            made["created_at"],
        )
        return made

    def find(self, account: str, *, name: str | None, skip: int, limit: int) -> list[Json]:
        """Return assistants, oldest first; *name* must match exactly."""
        rows = self._db.all(
            "SELECT * FROM assistants WHERE account = ? AND (? IS NULL OR name = ?) ORDER BY seq LIMIT ? OFFSET ?",
            account,
            name,
            name,
            limit,
            skip,
        )
        return [_wire(row) for row in rows]

    def get(self, account: str, assistant_id: str) -> Json | None:
        """Return one assistant, or None when this account has no such one."""
        row = self._db.one("SELECT * FROM assistants WHERE account = ? AND assistant_id = ?", account, assistant_id)
        return _wire(row) if row else None

    def update(self, account: str, assistant_id: str, changes: Json) -> Json | None:
        """Change the given fields, keep the others; None when there is no such assistant."""
        old = self.get(account, assistant_id)
        if old is None:
            return None
        new = {**old, **changes}
        self._db.run(
            "UPDATE assistants SET name = ?, config = ? WHERE assistant_id = ?",
            new["name"],
            json.dumps({key: new[key] for key in _DEFAULTS}),
            assistant_id,
        )
        return new

    def delete(self, account: str, assistant_id: str) -> bool:
        """Delete an assistant with its threads and memories; False when there is none."""
        return bool(
            self._db.run("DELETE FROM assistants WHERE account = ? AND assistant_id = ?", account, assistant_id)
        )

    def default(self, account: str) -> Json:
        """Return the account's assistant for messages that name none, made when first needed."""
        found = self.find(account, name=DEFAULT_NAME, skip=0, limit=1)
        return found[0] if found else self.create(account, DEFAULT_NAME, {})


def _wire(row: Row) -> Json:
    return {
        "assistant_id": row["assistant_id"],
        "name": row["name"],
        **json.loads(row["config"]),
        "created_at": row["created_at"],
    }
