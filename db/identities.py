"""Queries on what companies and proxies call users."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import CompanySignIn, Identity, User


def find(db_session: Session, issuer: str, subject: str) -> Identity | None:
    """Return what an issuer calls somebody, or None where nobody came in as that."""
    return db_session.scalar(select(Identity).where(Identity.issuer == issuer, Identity.subject == subject))


def user_of(db_session: Session, issuer: str, subject: str) -> User | None:
    """Return the user whom an issuer calls so, disabled or not."""
    query = select(User).join(Identity, Identity.user_id == User.id)
    return db_session.scalar(query.where(Identity.issuer == issuer, Identity.subject == subject))


def of_user(db_session: Session, user_id: int) -> Sequence[Identity]:
    """Return what issuers call a user, oldest first."""
    return db_session.scalars(select(Identity).where(Identity.user_id == user_id).order_by(Identity.id)).all()


def signed_in_at(db_session: Session, identity_id: int, issued_at: int) -> datetime | None:
    """Return the instant of the sign-in that an answer, issued at a second, was for; None for a new answer."""
    found = db_session.get(CompanySignIn, (identity_id, issued_at))
    return found.signed_in_at if found else None


def prune(db_session: Session, *, before: datetime) -> None:
    """Drop answers whose sign-in began before this instant: it holds no more."""
    db_session.execute(delete(CompanySignIn).where(CompanySignIn.signed_in_at < before))
