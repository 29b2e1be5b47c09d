"""What a planner may see: the one predicate that every query on sessions, and on what is in them, asks."""

from sqlalchemy import BigInteger, BindParameter, ColumnElement, bindparam, case, exists
from sqlalchemy.orm import InstrumentedAttribute

from db.models import VIEWER, ChatSession, Participant, User

THEIR_ID = bindparam("owner_id", type_=BigInteger)  # of the planner, in statements that are built once


def visible_to(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return whether a planner may see a session: own, shared with them, or of a trip that they work on."""
    return exists().where(Participant.session_id == ChatSession.id, Participant.user_id == user_id)


def in_theirs(session_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Return whether a session is one that the planner `:owner_id` may see.

    For rows that are found by something else than their session.
    """
    return exists().where(Participant.session_id == session_id, Participant.user_id == THEIR_ID)


def may(
    access: InstrumentedAttribute[str], user_id: InstrumentedAttribute[int] | BindParameter[int]
) -> ColumnElement[str]:
    """Return what a planner may do with what they see, of which they have this access: a viewer only reads it."""
    is_viewer = exists().where(User.id == user_id, User.role == VIEWER).correlate_except(User)
    return case((is_viewer, "view"), else_=access)
