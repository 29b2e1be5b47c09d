"""What tests of backups share: conversations to back up, and all that a database and a file hold."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

import db.search
from db.engine import Database
from db.ids import new_id
from db.models import Base, Message, User
from tests.helpers.rows import add_session, see

Rows = dict[str, list[dict[str, Any]]]


def rows_of(database: Database) -> Rows:
    """Return everything in a database."""
    with database.read() as db_session:
        return {
            table.name: [
                dict(row) for row in db_session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def indexed(database: Database) -> list[tuple[int, int, int, str]]:
    """Return the search index: id, session, owner, and the words as this kind of database has them."""
    owner, key = ("owner", "rowid") if database.engine.dialect.name == "sqlite" else ("user_id", "id")
    query = text(f"SELECT {key}, session_id, {owner}, CAST(body AS text) FROM search_index ORDER BY 1")
    with database.read() as db_session:
        return [(row[0], row[1], int(row[2]), row[3]) for row in db_session.execute(query)]


def add_conversation(database: Database, username: str, *texts: str) -> int:
    """Add a planner with a session of these turns, indexed as the services do; return the planner's id."""
    with database.begin() as db_session:
        user = User(id=new_id(), username=username, email=f"{username}@example.com", name=username.title())
        db_session.add(user)
        db_session.flush()
        session, last_id = add_session(db_session, user_id=user.id, title=f"Plans of {username}"), None
        db.search.put(db_session, session.id, session.id, session.title)
        for place, content in enumerate(texts):
            message = Message(
                id=new_id(), session_id=session.id, user_id=user.id, parent_id=last_id,
                role="assistant" if place % 2 else "user", status="complete", content=content,
                parts=[{"kind": "text", "text": content, "data": None}],
            )  # fmt: skip
            db_session.add(message)
            last_id = message.id
        db_session.flush()
        for message in db_session.scalars(select(Message).where(Message.session_id == session.id)):
            db.search.put(db_session, message.id, session.id, message.content)
        session.message_count = len(texts)
        see(db_session, session, last_message_id=last_id)
        return user.id


def found(database: Database, query: str, user_id: int) -> list[str]:
    with database.read() as db_session:
        return [hit.content for hit in db.search.find(db_session, query, user_id=user_id, limit=10)]


def change(file: Path, changed: Callable[[list[Any]], object]) -> None:
    """Rewrite a backup with other lines."""
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    changed(lines)
    file.write_bytes(gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))
