"""Sessions that end because nobody has used them for as many days as a setting says, after a warning."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import db.audit
import db.outbox
import db.retention
import db.sessions
import db.stamps
from db.engine import Database
from db.models import AuditAction, AuditTarget, utc_now
from services.sessions.records import SessionSummary

WARNING = timedelta(days=14)  # before the end of a session
LOOK_EVERY_S = 600.0
_AT_ONCE = 20


class RetentionService:
    """Ends sessions that are unused for *days*; None: none ever.

    Whatever is old on the day that the setting is made, or is made shorter, has the time of the warning left. Raises
    DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(
        self,
        database: Database,
        *,
        days: int | None,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = database
        self._days = days
        self._clock = clock
        self._monotonic = monotonic
        self._look_at = float("-inf")
        self._begins_at: datetime | None = None
        self._lock = threading.Lock()

    def ends(self, sessions: Sequence[SessionSummary], *, user_id: int) -> dict[int, datetime]:
        """Return when those of these sessions end that do so within the time of the warning, by id."""
        if self._days is None:
            return {}
        now, lasts = self._clock(), timedelta(days=self._days)
        since = now - lasts + WARNING
        old = [one.id for one in sessions if one.last_message_at <= since]
        if not old:
            return {}
        begins_at = self._begin(now)
        with self._db.read() as db_session:
            used = db.retention.last_uses(db_session, old, user_id=user_id, since=since)
        return {one: max(at + lasts, begins_at) for one, at in used.items()}

    def look(self) -> None:
        """End what is due, if it is time to look again; for the background."""
        with self._lock:
            if self._monotonic() < self._look_at:
                return
            self._look_at = self._monotonic() + LOOK_EVERY_S
        with self._db.begin() as db_session:
            db.stamps.lock_and_prune(db_session)
            if self._days is None:
                db.retention.forget(db_session)
        if self._days is not None and self._end_old(self._days) == _AT_ONCE:
            self._look_at = float("-inf")  # there may be more

    def _end_old(self, days: int) -> int:
        now = self._clock()
        if now < self._begin(now):
            return 0
        since = now - timedelta(days=days)
        with self._db.read() as db_session:
            found = db.retention.unused(db_session, since=since, limit=_AT_ONCE)
        for session_id in found:
            self._end(session_id, days, since)
        return len(found)

    def _end(self, session_id: int, days: int, since: datetime) -> None:
        """Delete a session as its owner would, unless somebody uses it again."""
        with self._db.begin() as db_session:
            session = db.retention.lock_unused(db_session, session_id, since=since)
            if session is None:
                return
            db.outbox.add_threads_of(db_session, [session_id])
            db.sessions.remove(db_session, [session_id], user_id=session.user_id)
            target = (AuditTarget.SESSION, session_id)
            detail = f"{session_id} unused for {days} days"
            db.audit.note(db_session, AuditAction.END_OLD_SESSION, user_id=None, target=target, detail=detail)

    def _begin(self, now: datetime) -> datetime:
        if self._begins_at is None:
            with self._db.begin() as db_session:
                self._begins_at = db.retention.begins_at(db_session, self._days or 0, now=now, notice=WARNING)
        return self._begins_at
