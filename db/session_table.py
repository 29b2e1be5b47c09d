"""The query behind the table of all sessions: any order, any filter, as many rows as are shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.models import ChatSession
from db.search import sessions_with
from db.sessions import SUMMARIES, SummaryRow, summaries
from db.visibility import visible_to

ORDERS: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {  # each has its index
    "last_used": (ChatSession.last_message_at.desc(), ChatSession.id.desc()),
    "created": (ChatSession.created_at.desc(), ChatSession.id.desc()),
    "title": (func.lower(ChatSession.title).asc(), ChatSession.id.asc()),
    "messages": (ChatSession.message_count.desc(), ChatSession.id.desc()),
    "tokens": (ChatSession.total_tokens.desc(), ChatSession.id.desc()),
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
    """Yield this planner's sessions in an order of `ORDERS`, and whether each is being answered.

    Every filter that is given has to hold: *words* all stand in the title or in one message, *since* the session
    was used. They are read some hundreds at a time; the database session has to stay open meanwhile.
    """
    query = SUMMARIES
    if words.strip():
        query = query.where(sessions_with(db_session, words, user_id=user_id))
    if model is not None:
        query = query.where(ChatSession.model == model)
    if archived is not None:
        query = query.where(ChatSession.archived == archived)
    if since is not None:
        query = query.where(ChatSession.last_message_at >= since)
    query = query.order_by(*ORDERS[order]).limit(limit)
    return summaries(db_session, query.execution_options(yield_per=_ROWS_AT_ONCE), {"owner_id": user_id})


def models(db_session: Session, *, user_id: int) -> Sequence[str]:
    """Return the models (`provider/name`) that this planner's sessions use, by name."""
    # From each model to the next in the index: DISTINCT would read every session.
    found = select(func.min(ChatSession.model).label("model")).where(visible_to(user_id)).cte("found", recursive=True)
    later = select(func.min(ChatSession.model)).where(visible_to(user_id), ChatSession.model > found.c.model)
    found = found.union_all(select(later.scalar_subquery()).where(found.c.model.is_not(None)))
    return db_session.scalars(select(found.c.model).where(found.c.model.is_not(None)).order_by(found.c.model)).all()
