"""What a planner may see: the one predicate that every query on sessions, and on what is in them, asks."""

from sqlalchemy import BigInteger, BindParameter, ColumnElement, bindparam, exists
from sqlalchemy.orm import InstrumentedAttribute

from db.models import ChatSession

THEIR_ID = bindparam("owner_id", type_=BigInteger)  # of the planner, in statements that are built once


def visible_to(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return whether a planner may see a session."""
    return ChatSession.user_id == user_id


def in_theirs(session_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return whether a session is one that the planner `:owner_id` may see.

    For rows that are found by something else than their session: with a join SQLite begins with all of the planner's.
    """
    return exists().where(ChatSession.id == session_id, visible_to(THEIR_ID))
