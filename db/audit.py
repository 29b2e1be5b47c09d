"""The audit: who did what, written beside what was done."""

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, text
from sqlalchemy.orm import Session

from db.models import AuditAction, AuditEntry, AuditTarget, User, utc_now

asked_from: ContextVar[str] = ContextVar("asked_from", default="")  # the address, where it is known

_ACTIONS = ", ".join(f"'{action}'" for action in AuditAction)
_NUMBER = "rtrim(detail, ' abcdefghijklmnopqrstuvwxyz')"  # of "17" and of "17 pdf"
# The text of a sign-out was "signed in 2026-03-01T12:00:00.123+00:00".
_SIGN_OUTS = (
    "INSERT INTO sign_outs (user_id, signed_in_at) SELECT DISTINCT user_id, {instant} FROM audit "
    "WHERE action = 'sign_out' AND user_id IS NOT NULL AND {readable} ON CONFLICT DO NOTHING"
)
_OF_SQLITE = {
    "instant": "substr(detail, 11, 10) || ' ' || substr(detail, 22, 12) || '000'",
    "readable": "detail GLOB 'signed in ????-??-??T??:??:??.???+00:00'".replace("?", "[0-9]"),
}
_OF_POSTGRES = {
    "instant": "CAST(substr(detail, 11) AS timestamptz)",
    "readable": r"detail ~ '^signed in \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$'",
}
_FROM_TEXT = (
    "UPDATE audit SET detail = substr(action || ' ' || detail, 1, 500), action = 'other' "
    f"WHERE action NOT IN ({_ACTIONS})",
    "UPDATE audit SET target_kind = 'user', target_id = user_id WHERE target_kind IS NULL AND user_id IS NOT NULL "
    "AND action IN ('sign_up', 'sign_in', 'sign_out', 'end_sign_ins', 'change_password', 'change_role')",
    "UPDATE audit SET target_kind = CASE action WHEN 'delete_file' THEN 'file' ELSE 'session' END, "
    f"target_id = CAST({_NUMBER} AS bigint) WHERE target_kind IS NULL "
    "AND (action IN ('delete_session', 'delete_file') OR action = 'export' AND detail NOT LIKE '% sessions') "
    f"AND length({_NUMBER}) BETWEEN 1 AND 18 AND ltrim({_NUMBER}, '0123456789') = ''",
)


def note(
    db_session: Session,
    action: AuditAction,
    *,
    user_id: int | None,
    target: tuple[AuditTarget, int] | None = None,
    detail: str = "",
    at: datetime | None = None,
) -> None:
    """Write down what a user did, or whoever runs this machine (None), to what, and from where.

    Of who reads a review without an account no address is kept.
    """
    kind, target_id = target or (None, None)
    is_reader = user_id is None and kind is AuditTarget.REVIEW
    db_session.add(
        AuditEntry(
            user_id=user_id,
            action=action,
            target_kind=kind,
            target_id=target_id,
            detail=detail,
            address="" if is_reader else asked_from.get(),
            at=at or utc_now(),
        )
    )


def page(
    db_session: Session,
    *,
    username: str | None,
    actions: Collection[AuditAction],
    since: datetime | None,
    until: datetime | None,
    before: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[AuditEntry]:
    """Return rows, the latest first: those from before an instant and id. Every filter that is given has to hold."""
    query = select(AuditEntry)
    if username is not None:
        query = query.where(AuditEntry.user_id == select(User.id).where(User.username == username).scalar_subquery())
    if actions:
        query = query.where(AuditEntry.action.in_(actions))
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before is not None:
        at, row_id = before
        query = query.where(AuditEntry.at <= at, or_(AuditEntry.at < at, AuditEntry.id < row_id))
    return db_session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)).all()


def of_trip(
    db_session: Session, trip_id: int, *, actions: Collection[AuditAction], limit: int
) -> Sequence[AuditEntry]:
    """Return the latest rows of these actions on a trip."""
    is_of_trip = text("audit.target_kind = 'trip'")  # as the index has it
    query = select(AuditEntry).where(is_of_trip, AuditEntry.target_id == trip_id, AuditEntry.action.in_(actions))
    return db_session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def has_older(db_session: Session, *, than: datetime) -> bool:
    """Whether there is a row from before this instant."""
    return bool(db_session.scalar(select(exists().where(AuditEntry.at < than))))


def prune(db_session: Session, *, before: datetime, limit: int) -> None:
    """Drop the oldest rows, of those from before this instant; nothing else hangs on them."""
    oldest = select(AuditEntry.id).where(AuditEntry.at < before).order_by(AuditEntry.at, AuditEntry.id).limit(limit)
    db_session.execute(delete(AuditEntry).where(AuditEntry.id.in_(oldest)))


def take_over_earlier(connection: Connection) -> None:
    """Read from the rows of versions before schema 0010 what only their text said: sign-outs, actions, targets.

    Rows of today stay as they are.
    """
    of_this = _OF_SQLITE if connection.dialect.name == "sqlite" else _OF_POSTGRES
    for statement in (_SIGN_OUTS.format(**of_this), *_FROM_TEXT):
        connection.execute(text(statement))
