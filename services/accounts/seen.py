"""When a user was here last: to the hour, so that looking seldom writes."""

from contextlib import suppress
from datetime import datetime, timedelta

import db.models
import db.users
from db.engine import Database, DatabaseUnavailableError
from db.plain import Plain

_EVERY = timedelta(hours=1)


def note_seen(database: Database, user: Plain[db.models.User], *, now: datetime) -> None:
    """Write down that a user is here, unless that was done within the hour."""
    if user.last_seen_at is None or now - user.last_seen_at >= _EVERY:
        # For show: reading may go on while nothing can be written.
        with suppress(DatabaseUnavailableError), database.begin(relaxed=True) as db_session:
            db.users.seen(db_session, user.id, at=now)
