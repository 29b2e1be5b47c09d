"""Queries on API tokens."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Row, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from db.models import ApiToken, User, UtcDateTime
from db.plain import OFTEN

_ALL_VALID = (
    select(ApiToken, User)
    .join(User, User.id == ApiToken.user_id)
    .where(
        or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > bindparam("now", type_=UtcDateTime)),
        User.disabled.is_(False),
    )
    .execution_options(**OFTEN)
)
_VALID = _ALL_VALID.where(ApiToken.token_hash == bindparam("token_hash"))
_STILL_VALID = _ALL_VALID.where(ApiToken.id == bindparam("token_id", type_=BigInteger)).with_only_columns(ApiToken.id)


def valid_of_active(db_session: Session, token_hash: str, *, now: datetime) -> Row[ApiToken, User] | None:
    """Return the token of this hash and its user, unless it has expired."""
    return db_session.execute(_VALID, {"token_hash": token_hash, "now": now}).one_or_none()


def is_valid_of_active(db_session: Session, token_id: int, *, now: datetime) -> bool:
    """Return whether a token lets anybody in: it is there, has not expired, and its user is not disabled."""
    return db_session.scalar(_STILL_VALID, {"token_id": token_id, "now": now}) is not None


def of_user(db_session: Session, *, user_id: int) -> Sequence[ApiToken]:
    """Return a user's tokens, latest first."""
    return db_session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())).all()


def count(db_session: Session, *, user_id: int) -> int:
    """Return how many tokens a user has."""
    return db_session.scalar(select(func.count()).where(ApiToken.user_id == user_id)) or 0


def note_use(db_session: Session, token_id: int, *, at: datetime) -> None:
    """Write down when a token was used."""
    db_session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=at))


def remove_all(db_session: Session, *, user_id: int) -> Sequence[Row[int, str]]:
    """Delete every token of a user; return the id and name of each."""
    query = delete(ApiToken).where(ApiToken.user_id == user_id)
    return db_session.execute(query.returning(ApiToken.id, ApiToken.name)).all()


def remove(db_session: Session, token_id: int, *, user_id: int) -> str | None:
    """Delete a token of this user's; return its name, or None if there is none."""
    query = delete(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id)
    return db_session.scalar(query.returning(ApiToken.name))
