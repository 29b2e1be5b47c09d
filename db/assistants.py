"""Queries on the Backboard assistants that hold what is remembered."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models import Assistant
from db.plain import Plain, read_one

_GET = select(Assistant).where(Assistant.user_id == bindparam("user_id"), Assistant.backend == bindparam("backend"))


def read(db_session: Session, *, user_id: int, backend: str) -> Plain[Assistant] | None:
    """Return this user's assistant at a backend, to be read only, or None."""
    return read_one(db_session, _GET, {"user_id": user_id, "backend": backend})


def get(db_session: Session, *, user_id: int, backend: str) -> Assistant | None:
    """Return this user's assistant at a backend, or None."""
    return db_session.scalar(_GET, {"user_id": user_id, "backend": backend})
