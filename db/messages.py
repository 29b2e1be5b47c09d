"""Queries on messages and replies."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from db.models import ChatSession, Message, is_deleted, is_unfinished, is_untold
from db.sessions import visible_to


def get_visible(db_session: Session, message_id: int, *, user_id: int, lock: bool = False) -> Message | None:
    """Return a message in a session of this planner's, locked against other writers if asked, or None."""
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.id == message_id, Message.deleted_at.is_(None), visible_to(user_id))
    return db_session.scalar(query.with_for_update(of=Message) if lock else query)


def by_client_id(db_session: Session, client_message_id: str, *, user_id: int) -> Message | None:
    """Return the message that this planner's program named so, or None."""
    return db_session.scalar(
        select(Message).where(Message.user_id == user_id, Message.client_message_id == client_message_id)
    )


def unfinished(db_session: Session, session_id: int, *, user_id: int) -> Message | None:
    """Return the reply being written in a session of this planner's, or None."""
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    return db_session.scalar(query.where(Message.session_id == session_id, is_unfinished(), visible_to(user_id)))


def newest_reply(db_session: Session, message_id: int, *, user_id: int) -> Message | None:
    """Return the latest reply to a planner's message, or None."""
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.parent_id == message_id, Message.role == "assistant", visible_to(user_id))
    query = query.where(Message.deleted_at.is_(None))
    return db_session.scalar(query.order_by(Message.id.desc()).limit(1))


def first_of_planner(db_session: Session, session_id: int, *, user_id: int) -> Message | None:
    """Return the first message that a planner wrote in a session, or None."""
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.session_id == session_id, Message.role == "user", visible_to(user_id))
    return db_session.scalar(query.where(Message.deleted_at.is_(None)).order_by(Message.id).limit(1))


def first_whole_reply_id(db_session: Session, session_id: int, *, user_id: int) -> int | None:
    """Return the id of the first complete reply of a session, on any path, or None."""
    query = select(Message.id).join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.session_id == session_id, Message.role == "assistant", visible_to(user_id))
    return db_session.scalar(query.where(Message.status == "complete").order_by(Message.id).limit(1))


def path(db_session: Session, leaf_id: int, *, user_id: int, limit: int) -> Sequence[Message]:
    """Return the last *limit* messages on the path that ends at *leaf_id*, oldest first."""
    values = {"leaf_id": leaf_id, "user_id": user_id, "limit": limit}
    return db_session.scalars(_path_query(), values).all()


def path_ids(db_session: Session, leaf_id: int, *, user_id: int, down_to: int) -> Sequence[int]:
    """Return the ids on the path from *leaf_id* up to and including *down_to*, latest first; or to the start."""
    values = {"leaf_id": leaf_id, "user_id": user_id, "down_to": down_to}
    return db_session.scalars(_path_ids_query(), values).all()


@cache  # it takes longer to build than to run
def _path_query() -> Select[Message]:
    step = _steps(lambda step: step.c.shown < bindparam("limit", type_=Integer))
    query = select(Message).join(step, Message.id == step.c.id).where(Message.deleted_at.is_(None))
    return query.order_by(step.c.steps.desc())


@cache
def _path_ids_query() -> Select[int]:
    step = _steps(lambda step: step.c.id != bindparam("down_to", type_=BigInteger))
    return select(step.c.id).order_by(step.c.steps)


def _steps(goes_on: Callable[[CTE], ColumnElement[bool]]) -> CTE:
    """Return the way up from the message `:leaf_id` of `:user_id` while *goes_on* says so.

    One row (id, parent_id, steps from 1, how many of them are shown: not deleted) for each message.
    """
    step = (
        select(Message.id, Message.parent_id, literal(1).label("steps"), _is_shown(Message).label("shown"))
        .join(ChatSession, ChatSession.id == Message.session_id)
        .where(
            Message.id == bindparam("leaf_id", type_=BigInteger), visible_to(bindparam("user_id", type_=BigInteger))
        )
        .cte("path", recursive=True)
    )
    above = aliased(Message)
    return step.union_all(
        select(above.id, above.parent_id, step.c.steps + 1, step.c.shown + _is_shown(above))
        .join(step, above.id == step.c.parent_id)
        .where(goes_on(step))
    )


def _is_shown(message: type[Message]) -> ColumnElement[int]:
    return case((message.deleted_at.is_(None), 1), else_=0)


def versions(db_session: Session, messages: Sequence[Message], *, user_id: int) -> dict[int, list[int]]:
    """Return, for each of these messages of one session, the ids of all its versions: what follows the same turn."""
    found: dict[int | None, list[int]] = {}
    below = [message.parent_id for message in messages if message.parent_id is not None]
    places: list[ColumnElement[bool]] = [Message.parent_id.in_(below)] if below else []
    if len(below) < len(messages):
        places.append(and_(Message.session_id == messages[0].session_id, Message.parent_id.is_(None)))
    for place in places:
        query = select(Message.id, Message.parent_id).join(ChatSession, ChatSession.id == Message.session_id)
        query = query.where(place, Message.deleted_at.is_(None), visible_to(user_id)).order_by(Message.id)
        for row in db_session.execute(query):
            found.setdefault(row.parent_id, []).append(row.id)
    return {message.id: found.get(message.parent_id, []) for message in messages}


def keep_leaf(db_session: Session, message_id: int, leaf_id: int) -> None:
    """Remember at a version where the path below it ended."""
    db_session.execute(update(Message).where(Message.id == message_id).values(leaf_id=leaf_id))


def newest_leaf(db_session: Session, message_id: int) -> int:
    """Return the end of the path that goes on from a message with the newest version of every turn."""
    step = select(literal(message_id, BigInteger).label("id")).cte("down", recursive=True)
    below = aliased(Message)
    newest = select(func.max(below.id)).where(below.parent_id == step.c.id).correlate(step).scalar_subquery()
    step = step.union_all(select(newest).where(step.c.id.is_not(None)))
    leaf_id: int = db_session.scalars(select(func.max(step.c.id))).one()
    return leaf_id


def by_ids(db_session: Session, message_ids: Sequence[int]) -> Sequence[Message]:
    """Return these messages, in no order."""
    return db_session.scalars(select(Message).where(Message.id.in_(message_ids))).all()


def last_shown(db_session: Session, message_id: int) -> int | None:
    """Return the first message on the way up from this one, itself included, that is not deleted, or None."""
    at: int | None = message_id
    while at is not None:
        row = db_session.execute(select(Message.parent_id, Message.deleted_at).where(Message.id == at)).one()
        if row.deleted_at is None:
            return at
        at = row.parent_id
    return None


def deleted(db_session: Session, session_id: int) -> Sequence[Message]:
    """Return the messages of a session that are hidden and will be removed, latest first."""
    query = select(Message).where(Message.session_id == session_id, is_deleted())
    return db_session.scalars(query.order_by(Message.id.desc())).all()


def sessions_with_deleted(db_session: Session, *, before: datetime, limit: int) -> Sequence[int]:
    """Return sessions, of anybody, with messages that were deleted before an instant."""
    query = select(Message.session_id).where(is_deleted(), Message.deleted_at < before)
    return db_session.scalars(query.distinct().limit(limit)).all()


def get_deleted(db_session: Session, message_id: int, *, user_id: int) -> Message | None:
    """Return a deleted message of this planner's that is not yet removed, or None."""
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    return db_session.scalar(query.where(Message.id == message_id, is_deleted(), visible_to(user_id)))


def remove(db_session: Session, message: Message) -> None:
    """Delete a message for good; what follows it then follows what it followed."""
    below = update(Message).where(Message.parent_id == message.id)
    db_session.execute(below.values(parent_id=message.parent_id).execution_options(synchronize_session=False))
    ends = update(Message).where(Message.session_id == message.session_id, Message.leaf_id == message.id)
    db_session.execute(ends.values(leaf_id=message.parent_id).execution_options(synchronize_session=False))
    db_session.execute(delete(Message).where(Message.id == message.id).execution_options(synchronize_session=False))


def siblings(db_session: Session, parent_ids: Sequence[int], *, user_id: int) -> Sequence[Message]:
    """Return every reply to these messages, oldest first."""
    if not parent_ids:  # SQLite would look through the planner's sessions for nothing
        return []
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.parent_id.in_(parent_ids), Message.role == "assistant", visible_to(user_id))
    return db_session.scalars(query.order_by(Message.id)).all()


def _held_by_nobody(now: datetime) -> ColumnElement[bool]:
    # Nobody holds a reply for a minute ahead: there the clock was set back, and who held it may be gone.
    until = Message.lease_until
    return or_(until.is_(None), until < now, until > now + timedelta(minutes=1))


def claimable(db_session: Session, *, now: datetime, limit: int) -> Sequence[Row[int, int]]:
    """Return the id and fence of unfinished replies, of anybody, that no process holds."""
    query = select(Message.id, Message.fence).where(is_unfinished(), _held_by_nobody(now))
    # Ordered by the index of unfinished replies: ordered by id, SQLite would look through all messages instead.
    return db_session.execute(query.order_by(Message.lease_until, Message.id).limit(limit)).all()


def count_waiting(db_session: Session, *, now: datetime) -> int:
    """Return how many unfinished replies, of anybody, no process holds."""
    query = select(func.count()).select_from(Message)
    return db_session.scalar(query.where(is_unfinished(), _held_by_nobody(now))) or 0


def claim(
    db_session: Session, reply_id: int, *, fence: int, owner: str, until: datetime, now: datetime
) -> Message | None:
    """Take an unfinished reply that no process holds and return it, or None if another was faster."""
    query = (
        update(Message)
        .where(
            Message.id == reply_id,
            Message.fence == fence,
            is_unfinished(),
            _held_by_nobody(now),
        )
        .values(lease_owner=owner, lease_until=until, fence=fence + 1)
        .returning(Message)
    )
    return db_session.scalar(query)


def held(db_session: Session, fences: dict[int, int]) -> list[tuple[int, datetime | None]]:
    """Lock, of the replies that this process holds by these fences, those it still holds.

    Returns their ids, and when somebody asked to stop them.
    """
    query = select(Message.id, Message.stop_requested_at, Message.fence).where(
        Message.id.in_(fences), is_unfinished()
    )
    rows = db_session.execute(query.with_for_update()).all()
    return [(row.id, row.stop_requested_at) for row in rows if row.fence == fences[row.id]]


def change_held(db_session: Session, reply_id: int, *, fence: int, values: dict[str, Any]) -> bool:
    """Write to a reply that this process still holds; return False if it does not."""
    query = update(Message).where(Message.id == reply_id, Message.fence == fence, is_unfinished())
    return db_session.scalar(query.values(**values).returning(Message.id)) is not None


def change_locked(db_session: Session, values: Sequence[dict[str, Any]]) -> None:
    """Write to replies that `held` has found and locked; each of *values* has the "id" beside what changes."""
    if values:
        db_session.execute(update(Message), values)


def untold(db_session: Session, session_id: int) -> Sequence[Row[int, int | None, str, str]]:
    """Return the id, parent, role and text of messages of a session that Backboard was not told yet, oldest first."""
    query = select(Message.id, Message.parent_id, Message.role, Message.content)
    query = query.where(Message.session_id == session_id, is_untold())
    return db_session.execute(query.order_by(Message.id)).all()


def mark_told(db_session: Session, message_ids: Sequence[int]) -> None:
    """Write down that Backboard has these messages."""
    if message_ids:
        db_session.execute(update(Message).where(Message.id.in_(message_ids)).values(untold=False))


def count_unfinished(db_session: Session, *, user_id: int) -> int:
    """Return how many replies are being written for this planner."""
    theirs = exists().where(ChatSession.id == Message.session_id, visible_to(user_id))
    return db_session.scalar(select(func.count()).select_from(Message).where(is_unfinished(), theirs)) or 0


def in_session(
    db_session: Session, session_id: int, *, user_id: int, limit: int, before_id: int | None = None
) -> Sequence[Message]:
    """Return the last *limit* messages of a session, on every path, or those before a message; latest first."""
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.session_id == session_id, Message.deleted_at.is_(None), visible_to(user_id))
    if before_id is not None:
        query = query.where(Message.id < before_id)
    return db_session.scalars(query.order_by(Message.id.desc()).limit(limit)).all()
