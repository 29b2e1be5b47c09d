"""The audit, for admins: who did what, when, to what, and from where."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

import db.audit
import db.people
from db.engine import Database
from db.models import AuditAction, AuditEntry, AuditTarget, utc_now
from services.accounts.passwords import typed_username
from services.people.access import check_admin
from services.people.records import AuditFilter, AuditPage, AuditRow

ROWS_AT_ONCE = 50
MAX_DOWNLOADED = 50_000
_READ_AT_ONCE = 1_000
_ABOUT_COLLEAGUES = (  # whose id is at the end of the detail
    AuditAction.SHARE_SESSION,
    AuditAction.UNSHARE_SESSION,
    AuditAction.SHARE_TRIP,
    AuditAction.UNSHARE_TRIP,
    AuditAction.HAND_OVER_TRIP,
)


class AuditService:
    """Reads the audit. Every method takes the admin who asks: NotFoundError where they are none at that moment.

    Raises DatabaseUnavailableError when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def page(self, wanted: AuditFilter, *, admin_id: int, before: tuple[datetime, int] | None = None) -> AuditPage:
        """Return the latest rows, or those behind what an earlier page ended with."""
        with self._db.read() as db_session:
            check_admin(db_session, admin_id)
            found = _entries(db_session, wanted, before=before, limit=ROWS_AT_ONCE + 1)
            shown = found[:ROWS_AT_ONCE]
            more = (shown[-1].at, shown[-1].id) if len(found) > len(shown) else None
            return AuditPage(_rows(db_session, shown), more)

    def download(self, wanted: AuditFilter, *, admin_id: int) -> tuple[AuditRow, ...]:
        """Return the latest rows, at most 50,000, as of one moment; that they were taken is a row itself."""
        rows: list[AuditRow] = []
        before = None
        with self._db.snapshot() as db_session:
            check_admin(db_session, admin_id)
            while len(rows) < MAX_DOWNLOADED:
                found = _entries(db_session, wanted, before=before, limit=_READ_AT_ONCE)
                rows += _rows(db_session, found)
                if len(found) < _READ_AT_ONCE:
                    break
                before = (found[-1].at, found[-1].id)
                db_session.expunge_all()
        with self._db.begin() as db_session:
            check_admin(db_session, admin_id)
            detail = f"{len(rows)} rows"
            db.audit.note(db_session, AuditAction.EXPORT_AUDIT, user_id=admin_id, detail=detail, at=self._clock())
        return tuple(rows)


def _entries(
    db_session: Session, wanted: AuditFilter, *, before: tuple[datetime, int] | None, limit: int
) -> Sequence[AuditEntry]:
    return db.audit.page(
        db_session,
        username=typed_username(wanted.username.strip().removeprefix("@")) or None,
        actions=wanted.actions,
        since=wanted.since,
        until=wanted.until,
        before=before,
        limit=limit,
    )


def _rows(db_session: Session, entries: Sequence[AuditEntry]) -> tuple[AuditRow, ...]:
    users = [row.target_id for row in entries if row.target_kind is AuditTarget.USER]
    users += [row.user_id for row in entries]
    colleagues = {row.id: _colleague_id(row) for row in entries}
    users += colleagues.values()
    called = db.people.called(db_session, {one for one in users if one is not None})
    known = {row.id: row for row in called}

    def words(user_id: int | None) -> str | None:
        person = known.get(user_id) if user_id is not None else None
        return f"{person.name} ({person.username})" if person else None

    return tuple(
        AuditRow(
            id=row.id,
            at=row.at,
            who=words(row.user_id),
            username=known[row.user_id].username if row.user_id in known else None,
            action=row.action,
            target_kind=row.target_kind,
            target_id=row.target_id,
            target=words(row.target_id) if row.target_kind is AuditTarget.USER else None,
            to_self=row.target_kind is AuditTarget.USER and row.target_id == row.user_id,
            detail=row.detail,
            address=row.address,
            colleague=words(colleagues[row.id]),
        )
        for row in entries
    )


def _colleague_id(row: AuditEntry) -> int | None:
    last = row.detail.rpartition(" ")[2]
    is_id = last.isascii() and last.isdecimal() and len(last) < 19
    return int(last) if row.action in _ABOUT_COLLEAGUES and is_id else None
