"""What a planner may see: the one predicate that every query on sessions, and on what is in them, asks."""

from sqlalchemy import BigInteger, BindParameter, ColumnElement, bindparam, exists
from sqlalchemy.orm import InstrumentedAttribute

from db.models import ChatSession, Participant

THEIR_ID = bindparam("owner_id", type_=BigInteger)  # of the planner, in statements that are built once


def visible_to(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return whether a planner may see a session: own, shared with them, or of a trip that they work on."""
    return exists().where(Participant.session_id == ChatSession.id, Participant.user_id == user_id)


def in_theirs(session_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return whether a session is one that the planner `:owner_id` may see.

    For rows that are found by something else than their session.
    """
    return exists().where(Participant.session_id == session_id, Participant.user_id == THEIR_ID)
