"""The query behind the table of all sessions: any order, any filter, as many rows as are shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import ChatSession
from db.search import sessions_with
from db.sessions import SummaryRow, visible_to, with_answering

_ORDERS: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "last_used": ChatSession.last_message_at.desc(),
    "created": ChatSession.created_at.desc(),
    "title": func.lower(ChatSession.title),
    "messages": ChatSession.message_count.desc(),
    "tokens": ChatSession.total_tokens.desc(),
}
_ROWS_AT_ONCE = 500


def rows(
    db_session: Session,
    *,
    user_id: int,
    order: str,
    limit: int | None,
    words: str = "",
    model: str | None = None,
    archived: bool | None = None,
    since: datetime | None = None,
) -> Iterable[SummaryRow]:
    """Yield this planner's sessions in an order of `_ORDERS`, and whether each is being answered.

    Every filter that is given has to hold: *words* all stand in the title or in one message, *since* the session
    was used. They are read some hundreds at a time; the database session has to stay open meanwhile.
    """
    query = select(ChatSession, with_answering()).where(visible_to(user_id))
    if words.strip():
        query = query.where(sessions_with(db_session, words))
    if model is not None:
        query = query.where(ChatSession.model == model)
    if archived is not None:
        query = query.where(ChatSession.archived == archived)
    if since is not None:
        query = query.where(ChatSession.last_message_at >= since)
    query = query.order_by(_ORDERS[order], ChatSession.id.desc()).limit(limit)
    return db_session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))


def models(db_session: Session, *, user_id: int) -> Sequence[str]:
    """Return the models (`provider/name`) that this planner's sessions use, by name."""
    query = select(ChatSession.model).distinct().where(visible_to(user_id)).order_by(ChatSession.model)
    return db_session.scalars(query).all()
