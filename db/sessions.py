"""Queries on sessions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Row, delete, exists, select, tuple_, update
from sqlalchemy.orm import Session

from db.models import ChatSession, Message, is_unfinished, is_unseen

SummaryRow = Row[ChatSession, bool]


def visible_to(user_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return the one predicate that says which sessions a planner may see."""
    return ChatSession.user_id == user_id


def get_visible(db_session: Session, session_id: int, *, user_id: int, lock: bool = False) -> ChatSession | None:
    """Return a session of this planner's, locked against other writers if asked, or None."""
    query = select(ChatSession).where(ChatSession.id == session_id, visible_to(user_id))
    return db_session.scalar(query.with_for_update() if lock else query)


def by_chat_name(db_session: Session, chat_name: str, *, user_id: int) -> ChatSession | None:
    """Return the session that this planner's program named so, or None."""
    return db_session.scalar(select(ChatSession).where(ChatSession.chat_name == chat_name, visible_to(user_id)))


def imported(db_session: Session, import_keys: Sequence[str], *, user_id: int) -> Sequence[ChatSession]:
    """Return the sessions of this planner's that were imported under one of these keys."""
    query = select(ChatSession).where(ChatSession.import_key.in_(import_keys), visible_to(user_id))
    return db_session.scalars(query.order_by(ChatSession.id)).all()


def has_any(db_session: Session, *, user_id: int) -> bool:
    """Return whether this planner has a session, archived or not."""
    return db_session.scalar(select(ChatSession.id).where(visible_to(user_id)).limit(1)) is not None


def with_answering() -> ColumnElement[bool]:
    """Return whether a reply is being written in the session."""
    return exists().where(Message.session_id == ChatSession.id, is_unfinished())


def summary(db_session: Session, session_id: int, *, user_id: int) -> SummaryRow | None:
    """Return one session of this planner's and whether it is being answered, or None."""
    query = select(ChatSession, with_answering()).where(ChatSession.id == session_id, visible_to(user_id))
    return db_session.execute(query).one_or_none()


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
    query = select(ChatSession, with_answering()).where(visible_to(user_id), ChatSession.archived == archived)
    if pinned is not None:
        query = query.where(ChatSession.pinned == pinned)
    if matching is not None:
        query = query.where(matching)
    if before is not None:
        query = query.where(tuple_(ChatSession.last_message_at, ChatSession.id) < before)
    query = query.order_by(ChatSession.last_message_at.desc(), ChatSession.id.desc()).limit(limit)
    return db_session.execute(query).all()


def latest_id(db_session: Session, *, user_id: int) -> int | None:
    """Return the id of the planner's session with the latest message, or None."""
    query = (
        select(ChatSession.id)
        .where(visible_to(user_id), ChatSession.archived.is_(False))
        .order_by(ChatSession.last_message_at.desc())
        .limit(1)
    )
    return db_session.scalar(query)


def title_and_end(db_session: Session, session_id: int, *, user_id: int) -> tuple[str, int | None] | None:
    """Return the title of a session of this planner's and the id of its last message; None if there is none."""
    query = select(ChatSession.title, ChatSession.last_message_id)
    row = db_session.execute(query.where(ChatSession.id == session_id, visible_to(user_id))).one_or_none()
    return (row.title, row.last_message_id) if row else None


def titles(db_session: Session, session_ids: Collection[int], *, user_id: int) -> dict[int, str]:
    """Return the titles of those of these sessions that are this planner's, by id."""
    query = select(ChatSession.id, ChatSession.title)
    rows = db_session.execute(query.where(ChatSession.id.in_(session_ids), visible_to(user_id)))
    return {row.id: row.title for row in rows}


def marks(db_session: Session, *, user_id: int) -> tuple[set[int], set[int]]:
    """Return the ids of this planner's sessions being answered, and of those with an answer not yet seen."""
    # From the few that are being written to whose they are; a join would go through all of the planner's sessions.
    theirs = exists().where(ChatSession.id == Message.session_id, visible_to(user_id))
    answering = select(Message.session_id).where(is_unfinished(), theirs)
    unseen = select(ChatSession.id).where(visible_to(user_id), is_unseen()).limit(1000)
    return set(db_session.scalars(answering)), set(db_session.scalars(unseen))


def visible_ids(db_session: Session, session_ids: Sequence[int], *, user_id: int) -> Sequence[int]:
    """Return those of these ids that are sessions of this planner's, locked against other writers."""
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
