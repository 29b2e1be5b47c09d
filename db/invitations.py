"""Queries on invitations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from db.models import Invitation, User

_MAKER, _INVITED = aliased(User), aliased(User)


def page(db_session: Session, *, before: int | None, limit: int) -> Sequence[Row[Invitation, User, str]]:
    """Return invitations, the latest first, each with who made it, and the username of who came by it, if any."""
    query = (
        select(Invitation, _MAKER, _INVITED.username)
        .outerjoin(_MAKER, _MAKER.id == Invitation.made_by_id)
        .outerjoin(_INVITED, _INVITED.id == Invitation.used_by_id)
    )
    if before is not None:
        query = query.where(Invitation.id < before)
    return db_session.execute(query.order_by(Invitation.id.desc()).limit(limit)).all()


def count_open(db_session: Session, *, now: datetime) -> int:
    """Return how many can still be used."""
    query = select(func.count()).where(Invitation.used_by_id.is_(None), Invitation.ends_at > now)
    return db_session.scalar(query) or 0


def by_hash(db_session: Session, token_hash: str) -> Invitation | None:
    """Return the invitation of a link, used or ended ones too."""
    return db_session.scalar(select(Invitation).where(Invitation.token_hash == token_hash))


def lock_by_hash(db_session: Session, token_hash: str) -> Invitation | None:
    """Return the same, held until the transaction ends."""
    return db_session.scalar(select(Invitation).where(Invitation.token_hash == token_hash).with_for_update())


def has_older(db_session: Session, *, than: datetime) -> bool:
    """Whether there is one that ended before this instant."""
    return bool(db_session.scalar(select(exists().where(Invitation.ends_at < than))))


def prune(db_session: Session, *, before: datetime) -> None:
    """Drop those that ended before this instant."""
    db_session.execute(delete(Invitation).where(Invitation.ends_at < before))
