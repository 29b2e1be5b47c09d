"""Drops what is kept for a time only: the audit, links that ended."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import db.audit
import db.invitations
import db.resets
from db.engine import Database
from db.models import utc_now

_AT_ONCE = 500
_EVERY_S = 60.0


class Pruning:
    """Drops what is older than *audit_days*, a little at a time; for the background, at most once in a minute."""

    def __init__(
        self,
        audit_days: int,
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept = timedelta(days=audit_days)
        self._clock = clock
        self._monotonic = monotonic
        self._next_at = float("-inf")

    def __call__(self, database: Database) -> None:
        """Drop some of it; the next call goes on at once where there is more."""
        if self._monotonic() < self._next_at:
            return
        now = self._clock()
        before = now - self._kept
        with database.read() as db_session:  # most looks find nothing: no write lock for them
            is_due = (
                db.audit.has_older(db_session, than=before)
                or db.invitations.has_older(db_session, than=before)
                or db.resets.has_ended(db_session, now=now)
            )
        if not is_due:
            self._next_at = self._monotonic() + _EVERY_S
            return
        with database.begin() as db_session:
            db.audit.prune(db_session, before=before, limit=_AT_ONCE)
            db.invitations.prune(db_session, before=before)
            db.resets.prune(db_session, now=now)
