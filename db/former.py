"""Queries on what stays of somebody whose account goes: it is a former colleague's, and names nobody."""

from datetime import datetime

from sqlalchemy import case, exists, func, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.ids import new_id
from db.models import (
    NO_MAIL,
    VIEWER,
    AuditEntry,
    AuditTarget,
    ChatSession,
    Message,
    Review,
    ReviewComment,
    SessionFile,
    Trip,
    User,
)

FORMER_NAME = "Former colleague"
FORMER = "former colleague"  # the username; nobody can type one with a space
_QUIETLY = {"synchronize_session": False}


def become_former(db_session: Session, user_id: int) -> None:
    """Let what a user wrote or added in the sessions and trips of others be a former colleague's."""
    former_id = _former_id(db_session)
    written = update(Message).where(Message.user_id == user_id)
    values = {"user_id": former_id, "client_message_id": null()}
    db_session.execute(written.values(values).execution_options(**_QUIETLY))
    added = update(SessionFile).where(SessionFile.added_by_id == user_id)
    db_session.execute(added.values(added_by_id=former_id).execution_options(**_QUIETLY))


def _former_id(db_session: Session) -> int:
    """Return the id of whom all former colleagues are now; nobody signs in as that."""
    insert = postgresql.insert if db_session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = insert(User).values(
        id=new_id(),
        username=FORMER,
        email=f"former{NO_MAIL}",
        name=FORMER_NAME,
        role=VIEWER,
        provider="nobody",
        disabled=True,
    )
    db_session.execute(new.on_conflict_do_nothing())
    return db_session.scalars(select(User.id).where(User.username == FORMER)).one()


def end_links(db_session: Session, user_id: int, *, at: datetime) -> None:
    """Let the links that a user has given to what stays end, and be its owner's; and take their name off comments."""
    of_session = select(ChatSession.user_id).where(ChatSession.id == Review.session_id).scalar_subquery()
    of_trip = select(Trip.user_id).where(Trip.id == Review.trip_id).scalar_subquery()
    now = new_id()
    values = {
        "user_id": func.coalesce(of_session, of_trip),
        "revoked_at": func.coalesce(Review.revoked_at, at),
        "mail_due_at": null(),
        "changed": case((Review.changed < now, now), else_=Review.changed + 1),  # as `db.reviews.touch` has it
    }
    links = update(Review).where(Review.user_id == user_id)
    db_session.execute(links.values(values).execution_options(**_QUIETLY))
    said = update(ReviewComment).where(ReviewComment.user_id == user_id)
    db_session.execute(said.values(name=FORMER_NAME, user_id=None).execution_options(**_QUIETLY))
    name = select(User.name).where(User.id == user_id).scalar_subquery()
    namesakes = exists().where(User.name == name, User.id != user_id)
    resolved = update(ReviewComment).where(ReviewComment.resolved_by == name, ~namesakes)
    db_session.execute(resolved.values(resolved_by=FORMER_NAME).execution_options(**_QUIETLY))


def forget_in_audit(db_session: Session, user_id: int) -> None:
    """Take a user out of the audit: what they did stays without them, and what was done to them without a name."""
    own = update(AuditEntry).where(AuditEntry.user_id == user_id)
    db_session.execute(own.values(user_id=None, detail="", address="").execution_options(**_QUIETLY))
    to_them = (AuditEntry.target_kind == AuditTarget.USER) & (AuditEntry.target_id == user_id)
    number = str(user_id)
    named = or_(  # `handed over to 123`
        AuditEntry.detail == number,
        *(AuditEntry.detail.like(one) for one in (f"{number} %", f"% {number}", f"% {number} %")),
    )
    target_id = case((to_them, null()), else_=AuditEntry.target_id)
    about = update(AuditEntry).where(or_(to_them, named))
    db_session.execute(about.values(target_id=target_id, detail="").execution_options(**_QUIETLY))
