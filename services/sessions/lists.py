"""What changed in the lists that planners have open: one look at the database in a second, for all of them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import db.stamps
from db.engine import Database, DatabaseUnavailableError

LOOK_EVERY_S = 0.8
_FORGOTTEN_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class ListsNow:
    """What a planner's lists are like: what is another here, is another there."""

    changes: int  # so far, of who sees what, what it is called, and what is in their trips
    last_message_at: datetime | None  # in any session that they see


class ListWatch:
    """Tells pages that are open whether anything in the lists of their planner is another: trips, and sessions.

    While the database is away, nothing is. Whoever asks first in a while looks for all that were asked for lately;
    the others are told what was found.
    """

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked: dict[int, float] = {}  # when last, by planner
        self._found: dict[int, ListsNow] = {}
        self._looked_at = float("-inf")

    def now(self, user_id: int) -> ListsNow | None:
        """Return what somebody's lists are like, at most a second ago; None where that is not known."""
        return self._ask(user_id, LOOK_EVERY_S)

    def look(self, user_id: int) -> ListsNow | None:
        """Return the same of this moment: to compare with what `now` says later."""
        return self._ask(user_id, 0.0)

    def _ask(self, user_id: int, every_s: float) -> ListsNow | None:
        now = self._monotonic()
        with self._lock:
            is_new = user_id not in self._asked
            self._asked[user_id] = now
            if is_new or now - self._looked_at >= every_s:
                self._look(now)
            return self._found.get(user_id)

    def _look(self, now: float) -> None:
        self._asked = {one: at for one, at in self._asked.items() if now - at < _FORGOTTEN_AFTER_S}
        self._looked_at = now
        try:
            with self._db.read() as db_session:
                rows = db.stamps.of_planners(db_session, self._asked)
        except DatabaseUnavailableError:
            return
        self._found = {row.id: ListsNow(row.number, row.last_message_at) for row in rows}
