"""Queries on the Backboard assistants that hold what is remembered."""

from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from db.models import Assistant
from db.plain import run

_GET = select(Assistant).where(Assistant.user_id == bindparam("user_id"), Assistant.backend == bindparam("backend"))


def read(db_session: Session, *, user_id: int, backend: str) -> Row[Any] | None:
    """Return this user's assistant at a backend, to be read only, or None."""
    return run(db_session, _GET, {"user_id": user_id, "backend": backend}).one_or_none()


def get(db_session: Session, *, user_id: int, backend: str) -> Assistant | None:
    """Return this user's assistant at a backend, or None."""
    return db_session.scalar(_GET, {"user_id": user_id, "backend": backend})
