"""The query behind the table of all sessions: any order, any filter, as many rows as are shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.models import Participant
from db.search import sessions_with
from db.sessions import SUMMARIES, SummaryRow, summaries

ORDERS: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {  # each has its index
    "last_used": (Participant.last_message_at.desc(), Participant.session_id.desc()),
    "created": (Participant.created_at.desc(), Participant.session_id.desc()),
    "title": (func.lower(Participant.title).asc(), Participant.session_id.asc()),
    "messages": (Participant.message_count.desc(), Participant.session_id.desc()),
    "tokens": (Participant.total_tokens.desc(), Participant.session_id.desc()),
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
    trip_id: int | None = None,
) -> Iterable[SummaryRow]:
    """Yield this planner's sessions in an order of `ORDERS`, and whether each is being answered.

    Every filter that is given has to hold: *words* all stand in the title, with its trip's, or in one message,
    *since* the session was used. They are read some hundreds at a time; the database session has to stay open
    meanwhile.
    """
    query = SUMMARIES
    if words.strip():
        query = query.where(sessions_with(db_session, words, user_id=user_id))
    if model is not None:
        query = query.where(Participant.model == model)
    if archived is not None:
        query = query.where(Participant.archived == archived)
    if since is not None:
        query = query.where(Participant.last_message_at >= since)
    if trip_id is not None:
        query = query.where(Participant.trip_id == trip_id)
    query = query.order_by(*ORDERS[order]).limit(limit)
    return summaries(db_session, query.execution_options(yield_per=_ROWS_AT_ONCE), {"owner_id": user_id})


def models(db_session: Session, *, user_id: int) -> Sequence[str]:
    """Return the models (`provider/name`) that this planner's sessions use, by name."""
    # From each model to the next in the index: DISTINCT would read every session.
    theirs = Participant.user_id == user_id
    found = select(func.min(Participant.model).label("model")).where(theirs).cte("found", recursive=True)
    later = select(func.min(Participant.model)).where(theirs, Participant.model > found.c.model)
    found = found.union_all(select(later.scalar_subquery()).where(found.c.model.is_not(None)))
    return db_session.scalars(select(found.c.model).where(found.c.model.is_not(None)).order_by(found.c.model)).all()
