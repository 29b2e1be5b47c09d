"""Queries on links that set a new password."""

from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from db.models import PasswordReset


def user_id_of(db_session: Session, token_hash: str, *, now: datetime) -> int | None:
    """Return the id of whose password a link sets, while it does."""
    query = select(PasswordReset.user_id).where(PasswordReset.token_hash == token_hash, PasswordReset.ends_at > now)
    return db_session.scalar(query)


def count_since(db_session: Session, user_id: int, *, since: datetime) -> int:
    """Return how many links were made for a user since then, and not used."""
    query = select(func.count()).where(PasswordReset.user_id == user_id, PasswordReset.created_at >= since)
    return db_session.scalar(query) or 0


def remove(db_session: Session, token_hash: str) -> None:
    """Let a link open nothing any more."""
    db_session.execute(delete(PasswordReset).where(PasswordReset.token_hash == token_hash))


def remove_all(db_session: Session, *, user_id: int) -> None:
    """Let no link set a user's password any more."""
    db_session.execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))


def remove_everybodys(db_session: Session) -> None:
    """Let no link set anybody's password any more: an admin lost the role, who may have made one to come back by."""
    db_session.execute(delete(PasswordReset))


def has_ended(db_session: Session, *, now: datetime) -> bool:
    """Whether there is one that has ended."""
    return bool(db_session.scalar(select(exists().where(PasswordReset.ends_at <= now))))


def prune(db_session: Session, *, now: datetime) -> None:
    """Drop those that have ended."""
    db_session.execute(delete(PasswordReset).where(PasswordReset.ends_at <= now))
