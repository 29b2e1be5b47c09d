"""Queries on users as their admins see them."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from db.former import FORMER
from db.models import ADMIN, GUEST, Identity, User


def page_all_or_active(
    db_session: Session, *, words: str, role: str | None, disabled: bool | None, after: str, limit: int
) -> Sequence[User]:
    """Return users by username, those behind *after*; without a *role*, guests are left out, former ones always."""
    query = select(User).where(User.username > after, User.username != FORMER)
    for word in words.split():
        query = query.where(_has(word))
    query = query.where(User.role != GUEST if role is None else User.role == role)
    if disabled is not None:
        query = query.where(User.disabled.is_(disabled))
    return db_session.scalars(query.order_by(User.username).limit(limit)).all()


def issuers(db_session: Session, user_ids: Collection[int]) -> Sequence[Row[int, str]]:
    """Return who says who users are: the id of each and an issuer."""
    query = select(Identity.user_id, Identity.issuer).where(Identity.user_id.in_(user_ids))
    return db_session.execute(query.order_by(Identity.id)).all()


def called(db_session: Session, user_ids: Collection[int]) -> Sequence[Row[int, str, str]]:
    """Return the id, username and name of users."""
    return db_session.execute(select(User.id, User.username, User.name).where(User.id.in_(user_ids))).all()


def lock_with_active_admins(db_session: Session, user_id: int) -> Sequence[User]:
    """Return a user, disabled or not, and all who are admins now: nobody else changes any of them meanwhile."""
    is_admin = and_(User.role == ADMIN, User.disabled.is_(False))
    query = select(User).where(or_(User.id == user_id, is_admin))
    return db_session.scalars(query.order_by(User.id).with_for_update()).all()


def _has(word: str) -> ColumnElement[bool]:
    """Whether a word stands in a username, an e-mail address or a name. SQLite folds the case of ASCII alone."""
    small = word.lower()
    spellings = {word, small, word.upper(), word.title()}
    return or_(
        User.username.contains(small, autoescape=True),
        User.email.contains(small, autoescape=True),
        *(User.name.icontains(one, autoescape=True) for one in sorted(spellings)),
    )
