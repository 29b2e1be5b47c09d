"""A planner and conversations to query."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.engine import Database
from db.ids import new_id
from db.models import Message, User
from tests.helpers.rows import add_session, see

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

MakeUser = Callable[[str], int]
MakeSession = Callable[..., tuple[int, list[int]]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Say where a backup goes."""
    return tmp_path / "backup.jsonl.gz"


@pytest.fixture
def make_user(database: Database) -> MakeUser:
    """Give a function that makes a user and returns their id."""

    def make(username: str) -> int:
        with database.begin() as db_session:
            user = User(username=username, email=f"{username}@example.com", name=username.title())
            db_session.add(user)
            db_session.flush()
            return user.id

    return make


@pytest.fixture
def make_session(database: Database) -> MakeSession:
    """Give a function that makes a session of alternating turns and returns its id and the messages' ids."""

    def make(user_id: int, texts: list[str], *, hours: int = 0, **columns: object) -> tuple[int, list[int]]:
        with database.begin() as db_session:
            at = START + timedelta(hours=hours)
            session = add_session(db_session, user_id=user_id, last_message_at=at, **columns)
            ids: list[int] = []
            for place, text in enumerate(texts):
                message = Message(
                    id=new_id(), session_id=session.id, user_id=user_id, parent_id=ids[-1] if ids else None,
                    role="assistant" if place % 2 else "user", status="complete", content=text,
                )  # fmt: skip
                db_session.add(message)
                ids.append(message.id)
            db_session.flush()
            see(db_session, session, last_message_id=ids[-1] if ids else None)
            session.message_count = len(ids)
            return session.id, ids

    return make
