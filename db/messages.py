"""Queries on messages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

import db.participants
import db.path_ends
from db.models import ChatSession, Message, is_deleted, is_unfinished, is_untold
from db.plain import Plain, Values, read_all, read_one, run
from db.visibility import THEIR_ID, in_theirs, visible_to

_VISIBLE = select(Message).join(ChatSession, ChatSession.id == Message.session_id).where(visible_to(THEIR_ID))
_GET = _VISIBLE.where(Message.id == bindparam("message_id"), Message.deleted_at.is_(None))


def get_visible(db_session: Session, message_id: int, *, user_id: int) -> Message | None:
    """Return a message in a session of this planner's, or None."""
    return db_session.scalar(_GET, {"message_id": message_id, "owner_id": user_id})


def lock_visible(db_session: Session, message_id: int, *, user_id: int) -> Message | None:
    """Return a message in a session of this planner's, or None."""
    return db_session.scalar(_GET.with_for_update(of=Message), {"message_id": message_id, "owner_id": user_id})


def read_visible(db_session: Session, message_id: int, *, user_id: int) -> Plain[Message] | None:
    """Return a message in a session of this planner's, to be read only, or None."""
    return read_one(db_session, _GET, {"message_id": message_id, "owner_id": user_id})


def lock_session_of(db_session: Session, message_id: int, *, user_id: int) -> Plain[Message] | None:
    """Return a message in a session of this planner's, or None; it is the session that is locked."""
    return read_one(db_session, _GET.with_for_update(of=ChatSession), {"message_id": message_id, "owner_id": user_id})


_BY_CLIENT_ID = select(Message).where(Message.user_id == THEIR_ID, Message.client_message_id == bindparam("name"))


def by_client_id(db_session: Session, client_message_id: str, *, user_id: int) -> Plain[Message] | None:
    """Return the message that this planner's program named so, or None."""
    return read_one(db_session, _BY_CLIENT_ID, {"name": client_message_id, "owner_id": user_id})


_UNFINISHED = _VISIBLE.where(Message.session_id == bindparam("session_id"), is_unfinished())


def unfinished(db_session: Session, session_id: int, *, user_id: int) -> Plain[Message] | None:
    """Return the reply being written in a session of this planner's, or None."""
    return read_one(db_session, _UNFINISHED, {"session_id": session_id, "owner_id": user_id})


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


def path(db_session: Session, leaf_id: int, *, user_id: int, limit: int) -> Sequence[Plain[Message]]:
    """Return the last *limit* messages on the path that ends at *leaf_id*, oldest first."""
    return read_all(db_session, _path_query(), {"leaf_id": leaf_id, "owner_id": user_id, "limit": limit})


def path_ids(db_session: Session, leaf_id: int, *, user_id: int, down_to: int) -> Sequence[int]:
    """Return the ids on the path from *leaf_id* up to and including *down_to*, latest first; or to the start."""
    values = {"leaf_id": leaf_id, "owner_id": user_id, "down_to": down_to}
    return run(db_session, _path_ids_query(), values).scalars().all()


@cache
def _path_query() -> Select[Message]:
    step = _steps(lambda step: step.c.shown < bindparam("limit", type_=Integer))
    query = select(Message).join(step, Message.id == step.c.id).where(Message.deleted_at.is_(None))
    return query.order_by(step.c.steps.desc())


@cache
def _path_ids_query() -> Select[int]:
    step = _steps(lambda step: step.c.id != bindparam("down_to", type_=BigInteger))
    return select(step.c.id).order_by(step.c.steps)


def _steps(goes_on: Callable[[CTE], ColumnElement[bool]]) -> CTE:
    """Return the way up from the message `:leaf_id` of `:owner_id` while *goes_on* says so.

    One row (id, parent_id, steps from 1, how many of them are shown: not deleted) for each message.
    """
    step = (
        select(Message.id, Message.parent_id, literal(1).label("steps"), _is_shown(Message).label("shown"))
        .join(ChatSession, ChatSession.id == Message.session_id)
        .where(Message.id == bindparam("leaf_id", type_=BigInteger), visible_to(THEIR_ID))
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


_VERSIONS = (
    select(Message.id, Message.parent_id)
    .where(Message.deleted_at.is_(None), in_theirs(Message.session_id))
    .order_by(Message.id)
)
_VERSIONS_BELOW = _VERSIONS.where(Message.parent_id.in_(bindparam("below", expanding=True)))
_VERSIONS_OF_FIRST = _VERSIONS.where(Message.session_id == bindparam("session_id"), Message.parent_id.is_(None))


def versions(db_session: Session, messages: Sequence[Plain[Message]], *, user_id: int) -> dict[int, list[int]]:
    """Return, for each of these messages of one session, the ids of all its versions: what follows the same turn."""
    found: dict[int | None, list[int]] = {}
    below = [message.parent_id for message in messages if message.parent_id is not None]
    places: list[tuple[Select[int, int | None], Values]] = [(_VERSIONS_BELOW, {"below": below})] if below else []
    if len(below) < len(messages):
        places.append((_VERSIONS_OF_FIRST, {"session_id": messages[0].session_id}))
    for query, place in places:
        for row in run(db_session, query, {"owner_id": user_id, **place}):
            found.setdefault(row.parent_id, []).append(row.id)
    return {message.id: found.get(message.parent_id, []) for message in messages}


def newest_leaf(db_session: Session, message_id: int) -> int:
    """Return the newest message below a message, itself included, that is not deleted: the end of a path."""
    step = select(literal(message_id, BigInteger).label("id")).cte("down", recursive=True)
    step = step.union_all(select(Message.id).join(step, Message.parent_id == step.c.id))
    newest = select(func.max(Message.id)).join(step, Message.id == step.c.id).where(Message.deleted_at.is_(None))
    leaf_id: int = db_session.scalars(newest).one()
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
    """Delete a message for good; what follows it, and whose path ended with it, then follows what it followed."""
    db.participants.follow(db_session, message.session_id, from_id=message.id, to_id=message.parent_id)
    below = update(Message).where(Message.parent_id == message.id)
    db_session.execute(below.values(parent_id=message.parent_id).execution_options(synchronize_session=False))
    db.path_ends.remove(db_session, message)
    db_session.execute(delete(Message).where(Message.id == message.id).execution_options(synchronize_session=False))


_REPLIES_TO = _VISIBLE.where(Message.parent_id == bindparam("question_id"), Message.role == "assistant").order_by(
    Message.id
)


def replies_to(db_session: Session, question_id: int, *, user_id: int) -> Sequence[Plain[Message]]:
    """Return every reply to a message, deleted ones too, oldest first."""
    return read_all(db_session, _REPLIES_TO, {"question_id": question_id, "owner_id": user_id})


_UNTOLD = (
    select(Message.id, Message.parent_id, Message.role, Message.content)
    .where(Message.session_id == bindparam("session_id"), is_untold())
    .order_by(Message.id)
)


class Untold(NamedTuple):
    """A message that Backboard was not told yet."""

    id: int
    parent_id: int | None
    role: str
    content: str


def untold(db_session: Session, session_id: int) -> list[Untold]:
    """Return the messages of a session that Backboard was not told yet, oldest first."""
    return [Untold._make(row) for row in run(db_session, _UNTOLD, {"session_id": session_id})]


def mark_told(db_session: Session, message_ids: Sequence[int]) -> None:
    """Write down that Backboard has these messages."""
    if message_ids:
        db_session.execute(update(Message).where(Message.id.in_(message_ids)).values(untold=False))


# Written so that the index of the few unfinished ones is walked, and none of all of the planner's.
_COUNT_UNFINISHED = select(func.count()).select_from(Message).where(is_unfinished(), Message.user_id + 0 == THEIR_ID)


def count_unfinished(db_session: Session, *, user_id: int) -> int:
    """Return how many replies are being written that this planner asked for."""
    return int(run(db_session, _COUNT_UNFINISHED, {"owner_id": user_id}).scalar_one())


_ADD = insert(Message)


def add(db_session: Session, rows: Sequence[Values]) -> None:
    """Add messages, each after the one that it names; all have the same columns."""
    run(db_session, _ADD, rows)


def in_session(
    db_session: Session, session_id: int, *, user_id: int, limit: int, before_id: int | None = None
) -> Sequence[Message]:
    """Return the last *limit* messages of a session, on every path, or those before a message; latest first."""
    query = select(Message).join(ChatSession, ChatSession.id == Message.session_id)
    query = query.where(Message.session_id == session_id, Message.deleted_at.is_(None), visible_to(user_id))
    if before_id is not None:
        query = query.where(Message.id < before_id)
    return db_session.scalars(query.order_by(Message.id.desc()).limit(limit)).all()
