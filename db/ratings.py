"""Queries on what people think of replies."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models import Rating
from db.plain import Plain, read_all
from db.visibility import THEIR_ID

_BY_MESSAGE = select(Rating).where(
    Rating.message_id.in_(bindparam("message_ids", expanding=True)), Rating.user_id == THEIR_ID
)


def get(db_session: Session, message_id: int, *, user_id: int) -> Rating | None:
    """Return this planner's rating of a reply, or None."""
    return db_session.get(Rating, (message_id, user_id))


def by_message(db_session: Session, message_ids: Sequence[int], *, user_id: int) -> dict[int, Plain[Rating]]:
    """Return this planner's ratings of these messages, by the message's id."""
    if not message_ids:
        return {}
    rows = read_all(db_session, _BY_MESSAGE, {"message_ids": message_ids, "owner_id": user_id})
    return {row.message_id: row for row in rows}
