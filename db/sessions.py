"""Queries on sessions."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    delete,
    exists,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from db.models import ChatSession, Message, UtcDateTime, is_unfinished, is_unseen
from db.plain import Plain, Values, run
from db.visibility import THEIR_ID, visible_to

SummaryRow = tuple[Plain[ChatSession], bool]  # a session, and whether a reply is being written in it


def get_visible(db_session: Session, session_id: int, *, user_id: int) -> ChatSession | None:
    """Return a session of this planner's, or None."""
    return db_session.scalar(_visible(session_id, user_id))


def lock_visible(db_session: Session, session_id: int, *, user_id: int) -> ChatSession | None:
    """Return a session of this planner's, or None."""
    return db_session.scalar(_visible(session_id, user_id).with_for_update())


def _visible(session_id: int, user_id: int) -> Select[ChatSession]:
    return select(ChatSession).where(ChatSession.id == session_id, visible_to(user_id))


def by_chat_name(db_session: Session, chat_name: str, *, user_id: int) -> ChatSession | None:
    """Return the session that this planner's program named so, or None."""
    return db_session.scalar(select(ChatSession).where(ChatSession.chat_name == chat_name, visible_to(user_id)))


def imported(db_session: Session, import_keys: Sequence[str], *, user_id: int) -> Sequence[ChatSession]:
    """Return the sessions of this planner's that were imported under one of these keys."""
    query = select(ChatSession).where(ChatSession.import_key.in_(import_keys), visible_to(user_id))
    return db_session.scalars(query.order_by(ChatSession.id)).all()


def begun_since(db_session: Session, since: datetime, *, user_id: int, number: int) -> bool:
    """Return whether this planner has so many sessions that were begun since an instant."""
    query = select(ChatSession.id).where(ChatSession.user_id == user_id, ChatSession.created_at >= since)
    last = query.order_by(ChatSession.created_at.desc(), ChatSession.id.desc()).offset(number - 1).limit(1)
    return db_session.scalar(last) is not None


def has_any(db_session: Session, *, user_id: int) -> bool:
    """Return whether this planner has a session, archived or not."""
    return db_session.scalar(select(ChatSession.id).where(visible_to(user_id)).limit(1)) is not None


_answering = exists().where(Message.session_id == ChatSession.id, is_unfinished()).label("answering")
SUMMARIES = select(ChatSession, _answering).where(visible_to(THEIR_ID))  # of the planner `:owner_id`
_SUMMARY = SUMMARIES.where(ChatSession.id == bindparam("session_id"))


def summary(db_session: Session, session_id: int, *, user_id: int) -> SummaryRow | None:
    """Return one session of this planner's and whether it is being answered, or None."""
    found = list(summaries(db_session, _SUMMARY, {"session_id": session_id, "owner_id": user_id}))
    return found[0] if found else None


def summaries(db_session: Session, query: Select[ChatSession, bool], values: Values) -> Iterator[SummaryRow]:
    """Yield what a query made from SUMMARIES gives."""
    for row in run(db_session, query, values, options={}):
        yield row, row.answering  # type: ignore[misc]  # see Plain


def page(
    db_session: Session,
    *,
    user_id: int,
    pinned: bool | None = None,
    archived: bool = False,
    limit: int,
    before: tuple[datetime, int] | None = None,
    matching: ColumnElement[bool] | None = None,
) -> Sequence[SummaryRow]:
    """Return sessions of this planner's, last used first, and whether each is being answered."""
    query = _page(of_pinned=pinned is not None, goes_on=before is not None)
    values: dict[str, Any] = {"owner_id": user_id, "archived": archived, "pinned": pinned, "limit": limit}
    if matching is not None:
        query = query.where(matching)
    if before is not None:
        values["before_at"], values["before_id"] = before
    return list(summaries(db_session, query, values))


@cache
def _page(*, of_pinned: bool, goes_on: bool) -> Select[ChatSession, bool]:
    query = SUMMARIES.where(ChatSession.archived == bindparam("archived"))
    if of_pinned:
        query = query.where(ChatSession.pinned == bindparam("pinned"))
    if goes_on:
        before = bindparam("before_at", type_=UtcDateTime), bindparam("before_id", type_=BigInteger)
        query = query.where(tuple_(ChatSession.last_message_at, ChatSession.id) < tuple_(*before))
    query = query.order_by(ChatSession.last_message_at.desc(), ChatSession.id.desc())
    return query.limit(bindparam("limit", type_=Integer))


def latest_id(db_session: Session, *, user_id: int) -> int | None:
    """Return the id of the planner's session with the latest message, or None."""
    query = (
        select(ChatSession.id)
        .where(visible_to(user_id), ChatSession.archived.is_(False))
        .order_by(ChatSession.last_message_at.desc())
        .limit(1)
    )
    return db_session.scalar(query)


_TITLE_AND_END = select(ChatSession.title, ChatSession.last_message_id, ChatSession.message_count).where(
    ChatSession.id == bindparam("session_id"), visible_to(THEIR_ID)
)


def title_and_end(db_session: Session, session_id: int, *, user_id: int) -> tuple[str, int | None, int] | None:
    """Return a session's title, its last message's id and how many it has; None if this planner has none such."""
    row = run(db_session, _TITLE_AND_END, {"session_id": session_id, "owner_id": user_id}).one_or_none()
    return (row.title, row.last_message_id, row.message_count) if row else None


def titles(db_session: Session, session_ids: Collection[int], *, user_id: int) -> dict[int, str]:
    """Return the titles of those of these sessions that are this planner's, by id."""
    query = select(ChatSession.id, ChatSession.title)
    rows = db_session.execute(query.where(ChatSession.id.in_(session_ids), visible_to(user_id)))
    return {row.id: row.title for row in rows}


# From the few that are being written to whose they are; a join would go through all of the planner's sessions.
_ANSWERING = select(Message.session_id).where(
    is_unfinished(), exists().where(ChatSession.id == Message.session_id, visible_to(THEIR_ID))
)
_UNSEEN = select(ChatSession.id).where(visible_to(THEIR_ID), is_unseen()).limit(1000)


def marks(db_session: Session, *, user_id: int) -> tuple[set[int], set[int]]:
    """Return the ids of this planner's sessions being answered, and of those with an answer not yet seen."""
    values = {"owner_id": user_id}
    return set(run(db_session, _ANSWERING, values).scalars()), set(run(db_session, _UNSEEN, values).scalars())


_MARK_SEEN = (
    update(ChatSession)
    .where(ChatSession.id == bindparam("session_id"), visible_to(THEIR_ID), is_unseen())
    .values(unseen=False)
)


def mark_seen(db_session: Session, session_id: int, *, user_id: int) -> None:
    """Note that somebody has looked at the last answer of a session of this planner's."""
    run(db_session, _MARK_SEEN, {"session_id": session_id, "owner_id": user_id})


_COUNT_REPLY = (
    update(ChatSession)
    .where(ChatSession.id == bindparam("session_id"))
    .values(
        unseen=True,
        total_tokens=ChatSession.total_tokens + bindparam("tokens", type_=BigInteger),
        cost_micros=ChatSession.cost_micros + bindparam("known_micros", type_=BigInteger),
        unpriced=ChatSession.unpriced + bindparam("not_known", type_=BigInteger),
        last_message_at=bindparam("now", type_=UtcDateTime),
        updated_at=bindparam("now", type_=UtcDateTime),
        last_message_preview=func.coalesce(bindparam("preview", type_=String), ChatSession.last_message_preview),
    )
)


def count_reply(
    db_session: Session, session_id: int, *, now: datetime, tokens: int, cost_micros: int | None, preview: str | None
) -> None:
    """Add a reply that has just ended to what a session, of anybody, counts and shows of itself; it is held then."""
    values = {"tokens": tokens, "known_micros": cost_micros or 0, "not_known": int(cost_micros is None)}
    run(db_session, _COUNT_REPLY, {"session_id": session_id, "now": now, "preview": preview, **values})


_CHANGE_MODEL = (
    update(ChatSession)
    .where(ChatSession.id == bindparam("session_id"), ChatSession.model == bindparam("before", type_=String))
    .values(model=bindparam("now", type_=String))
)


def change_model(db_session: Session, session_id: int, *, before: str, now: str) -> None:
    """Give a session, of anybody, another model in the place of one; it is held then."""
    run(db_session, _CHANGE_MODEL, {"session_id": session_id, "before": before, "now": now})


def lock_visible_ids(db_session: Session, session_ids: Sequence[int], *, user_id: int) -> Sequence[int]:
    """Return those of these ids that are sessions of this planner's."""
    query = select(ChatSession.id).where(ChatSession.id.in_(session_ids), visible_to(user_id))
    return db_session.scalars(query.order_by(ChatSession.id).with_for_update()).all()


def set_archived(db_session: Session, session_ids: Sequence[int], *, user_id: int, archived: bool) -> int:
    """Archive or bring back sessions of this planner's; return how many."""
    query = update(ChatSession).where(ChatSession.id.in_(session_ids), visible_to(user_id))
    return len(db_session.scalars(query.values(archived=archived).returning(ChatSession.id)).all())


def remove(db_session: Session, session_ids: Sequence[int], *, user_id: int) -> Sequence[int]:
    """Delete sessions of this planner's; return the id of each one deleted."""
    query = delete(ChatSession).where(ChatSession.id.in_(session_ids), visible_to(user_id)).returning(ChatSession.id)
    return db_session.scalars(query).all()
