"""Queries on replies while they are written: who holds one, and until when. They are rows of messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from db.models import ChatSession, Customer, Message, SessionFile, Trip, TripRevision, UtcDateTime, is_unfinished
from db.plain import Plain, Values, read_one, run
from db.visibility import in_theirs

_HELD_BY_NOBODY = Message.lease_until.is_(None)
# Ordered by the index of unfinished replies: ordered by id, SQLite would look through all messages instead.
_FREE = (
    select(Message.id, Message.fence)
    .where(is_unfinished(), _HELD_BY_NOBODY)
    .where(or_(Message.fence > 0, Message.created_at <= bindparam("until", type_=UtcDateTime)))
    .order_by(Message.lease_until, Message.id)
    .limit(bindparam("limit", type_=Integer))
)
_LEASES = select(Message.id, Message.fence, Message.lease_until).where(
    is_unfinished(), Message.lease_until.is_not(None)
)
_WAITING = select(func.count()).select_from(Message).where(is_unfinished(), _HELD_BY_NOBODY)
_HELD = update(Message).where(
    Message.id == bindparam("held_id"), Message.fence == bindparam("held_by"), is_unfinished()
)
_CLAIM = _HELD.where(
    or_(_HELD_BY_NOBODY, Message.lease_until == bindparam("silent_since", type_=UtcDateTime))
).returning(Message)
_CHANGE_HELD = _HELD.returning(Message.id)
_CHANGE_LOCKED = update(Message).where(Message.id == bindparam("held_id"))
_STILL_HELD = (
    select(Message.id, Message.stop_requested_at, Message.fence)
    .where(Message.id.in_(bindparam("ids", expanding=True)), is_unfinished())
    .order_by(Message.id)
    .with_for_update()
)


_ASKED = (
    select(
        Message.id,
        Message.content,
        ChatSession.model,
        ChatSession.memory,
        ChatSession.instructions,
        ChatSession.web_search,
        exists().where(SessionFile.session_id == ChatSession.id).label("has_files"),
        ChatSession.user_id,
        Trip.id,
        Trip.customer_id,
        exists().where(SessionFile.trip_id == Trip.id).label("trip_has_files"),
        Trip.title,
        Trip.brief,
        Trip.content_hash,
        ChatSession.told_brief,
        Customer.name,
        Customer.language,
    )
    .join(ChatSession, ChatSession.id == Message.session_id)
    .outerjoin(Trip, and_(Trip.id == ChatSession.trip_id, Trip.deleted_at.is_(None)))
    .outerjoin(Customer, Customer.id == Trip.customer_id)
    .where(Message.id == bindparam("question_id"))
)


class Asked(NamedTuple):
    """A message that is to be answered, and how its session wants that."""

    id: int
    content: str
    model: str
    memory: bool
    instructions: str | None
    web_search: bool
    has_files: bool  # the session
    owner_id: int  # the session's
    trip_id: int | None  # the session's trip, that one's customer, and whether it has files
    customer_id: int | None
    trip_has_files: bool
    trip_title: str | None
    brief: dict[str, Any] | None
    brief_hash: str | None
    told_brief: str | None  # the hash of the one that the session's last reply knew
    customer_name: str | None
    customer_language: str | None


def asked(db_session: Session, question_id: int) -> Asked | None:
    """Return a message, of anybody, that is to be answered, or None."""
    found = run(db_session, _ASKED, {"question_id": question_id}).one_or_none()
    return Asked._make(found) if found else None


_BRIEF_THEN = (
    select(TripRevision.brief)
    .where(TripRevision.trip_id == bindparam("trip_id"), TripRevision.content_hash == bindparam("hash"))
    .order_by(TripRevision.rev.desc())
    .limit(1)
)


def brief_then(db_session: Session, trip_id: int, content_hash: str) -> dict[str, Any] | None:
    """Return a trip's brief, of anybody, as it was when it had this hash, or None."""
    found: dict[str, Any] | None = run(
        db_session, _BRIEF_THEN, {"trip_id": trip_id, "hash": content_hash}
    ).scalar_one_or_none()
    return found


def free(db_session: Session, *, limit: int, until: datetime) -> list[tuple[int, int]]:
    """Return the id and fence of unfinished replies, of anybody, that no process holds.

    Those that none has held yet only where they were there at *until*.
    """
    return [(row.id, row.fence) for row in run(db_session, _FREE, {"limit": limit, "until": until})]


def leases(db_session: Session) -> list[tuple[int, int, datetime]]:
    """Return the id, fence and lease of every reply, of anybody, that a process holds, or held when it died."""
    return [(row.id, row.fence, row.lease_until) for row in run(db_session, _LEASES)]


def count_waiting(db_session: Session) -> int:
    """Return how many unfinished replies, of anybody, no process holds."""
    return int(run(db_session, _WAITING).scalar_one())


def claim(
    db_session: Session, reply_id: int, *, fence: int, owner: str, until: datetime, lease: datetime | None = None
) -> Plain[Message] | None:
    """Take an unfinished reply and return it, or None if another was faster.

    It is one that no process holds, or whose *lease* is still this one: nobody renews it.
    """
    values = {"lease_owner": owner, "lease_until": until, "fence": fence + 1}
    return read_one(db_session, _CLAIM, {"held_id": reply_id, "held_by": fence, "silent_since": lease, **values})


def lock_held(db_session: Session, fences: dict[int, int]) -> list[tuple[int, datetime | None]]:
    """Return, of the replies that this process holds by these fences, those it still holds.

    Their ids, and when somebody asked to stop them.
    """
    rows = run(db_session, _STILL_HELD, {"ids": list(fences)})
    return [(row.id, row.stop_requested_at) for row in rows if row.fence == fences[row.id]]


def change_held(db_session: Session, reply_id: int, *, fence: int, values: Values) -> bool:
    """Write to a reply that this process still holds; return False if it does not."""
    return run(db_session, _CHANGE_HELD, {"held_id": reply_id, "held_by": fence, **values}).one_or_none() is not None


def change_locked(db_session: Session, values: Mapping[int, Values]) -> None:
    """Write to replies that `lock_held` has found, by their ids; all of *values* have the same names."""
    if values:
        run(db_session, _CHANGE_LOCKED, [{"held_id": reply_id, **row} for reply_id, row in values.items()])


_IS_THERE = select(Message.id).where(Message.id == bindparam("reply_id"))


_STOP_REQUESTED = select(Message.id).where(
    Message.id == bindparam("reply_id"), Message.stop_requested_at.is_not(None)
)


def stop_requested(db_session: Session, reply_id: int) -> bool:
    """Return whether somebody asked to stop a reply, of anybody, held or not."""
    return run(db_session, _STOP_REQUESTED, {"reply_id": reply_id}).one_or_none() is not None


_IS_VISIBLE = select(Message.id).where(Message.id == bindparam("reply_id"), in_theirs(Message.session_id))


def is_visible(db_session: Session, reply_id: int, *, user_id: int) -> bool:
    """Return whether a reply is in a session that this planner sees."""
    found = run(db_session, _IS_VISIBLE, {"reply_id": reply_id, "owner_id": user_id})
    return found.one_or_none() is not None


def is_there(db_session: Session, reply_id: int) -> bool:
    """Return whether a reply, of anybody, is there still, held or not."""
    return run(db_session, _IS_THERE, {"reply_id": reply_id}).one_or_none() is not None
