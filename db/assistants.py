"""Queries on the Backboard assistants that hold what is remembered."""

from typing import NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from db.models import Assistant
from db.plain import Plain, Values, read_one

_AT = select(Assistant).where(Assistant.backend == bindparam("backend"))
_OF_USER = _AT.where(Assistant.user_id == bindparam("user_id"), Assistant.customer_id.is_(None))
_OF_CUSTOMER = _AT.where(Assistant.customer_id == bindparam("customer_id"))


class Whose(NamedTuple):
    """Whose memory: a user's own, or what is remembered about a customer; *user_id* is that customer's owner then."""

    user_id: int
    customer_id: int | None = None


def read(db_session: Session, whose: Whose, *, backend: str) -> Plain[Assistant] | None:
    """Return the assistant of a user, or of a customer, at a backend, to be read only, or None."""
    return read_one(db_session, *_find(whose, backend))


def get(db_session: Session, whose: Whose, *, backend: str) -> Assistant | None:
    """Return the assistant of a user, or of a customer, at a backend, or None."""
    return db_session.scalar(*_find(whose, backend))


def _find(whose: Whose, backend: str) -> tuple[Select[Assistant], Values]:
    if whose.customer_id is None:
        return _OF_USER, {"user_id": whose.user_id, "backend": backend}
    return _OF_CUSTOMER, {"customer_id": whose.customer_id, "backend": backend}
