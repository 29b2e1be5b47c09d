"""Queries on the Backboard assistants that hold what is remembered."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Assistant


def get(db_session: Session, *, user_id: int, backend: str) -> Assistant | None:
    """Return this user's assistant at a backend, or None."""
    return db_session.scalar(select(Assistant).where(Assistant.user_id == user_id, Assistant.backend == backend))
