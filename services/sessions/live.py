"""What changed in the sessions that several people look at: one look at the database in a second, for all of them."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import db.follow_ups
import db.participants
from db.engine import Database, DatabaseUnavailableError

LOOK_EVERY_S = 0.4
_FORGOTTEN_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class SessionNow:
    """A session as somebody is shown it: what is another here, is another on their page."""

    access: str
    title: str
    model: str
    message_count: int  # in all versions
    last_message_id: int | None  # that they are shown
    people: int
    waiting: tuple[int, int]  # how many messages wait for a reply to end, and the id of the newest


class SessionWatch:
    """Tells pages that are open whether anything of their session is another. While the database is away, nothing is.

    Whoever asks first in a while looks for all that were asked for lately; the others are told what was found.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked: dict[int, float] = {}  # when last, by session
        self._found: dict[tuple[int, int], SessionNow] = {}  # by session and person
        self._looked_at = float("-inf")

    def now(self, session_id: int, *, user_id: int) -> SessionNow | None:
        """Return what somebody is shown of a session, at most a second ago; None where they do not see it."""
        return self._ask(session_id, user_id, LOOK_EVERY_S)

    def look(self, session_id: int, *, user_id: int) -> SessionNow | None:
        """Return the same of this moment: to compare with what `now` says later."""
        return self._ask(session_id, user_id, 0.0)

    def _ask(self, session_id: int, user_id: int, every_s: float) -> SessionNow | None:
        now = self._monotonic()
        with self._lock:
            is_new = session_id not in self._asked
            self._asked[session_id] = now
            if is_new or now - self._looked_at >= every_s:
                self._look(now)
            return self._found.get((session_id, user_id))

    def _look(self, now: float) -> None:
        self._asked = {one: at for one, at in self._asked.items() if now - at < _FORGOTTEN_AFTER_S}
        self._looked_at = now
        try:
            with self._db.read() as db_session:
                rows = db.participants.now(db_session, self._asked)
                waiting = db.follow_ups.newest(db_session, self._asked)
        except DatabaseUnavailableError:
            return
        people = Counter(row.session_id for row in rows)
        self._found = {
            (row.session_id, row.user_id): SessionNow(
                access=row.access,
                title=row.title,
                model=row.model,
                message_count=row.message_count,
                last_message_id=row.last_message_id,
                people=people[row.session_id],
                waiting=waiting.get(row.session_id, (0, 0)),
            )
            for row in rows
        }
