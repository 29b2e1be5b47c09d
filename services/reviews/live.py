"""What changed on the reviews that somebody looks at: one look at the database in a second, for all of them."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

import db.reviews
from db.engine import Database, DatabaseUnavailableError
from db.models import utc_now

LOOK_EVERY_S = 1.0
_FORGOTTEN_AFTER_S = 30.0


class ReviewWatch:
    """Tells pages that are open whether anything of their review is another. While the database is away, nothing is.

    Whoever asks first in a second looks for all that were asked for lately; the others are told what was found.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = database
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, int], float] = {}  # when last, by kind and id
        self._found: dict[tuple[str, int], int] = {}
        self._looked_at = float("-inf")

    def review(self, review_id: int) -> int | None:
        """Return a number that rises with every change of a link; None once it has ended or is gone."""
        return self._ask("review", review_id)

    def planner(self, user_id: int) -> int | None:
        """Return a number that is another with every change of a link that a planner sees; None without links.

        Of what is theirs, or of a trip that they help with; not what a helper made on their own trip.
        """
        return self._ask("planner", user_id)

    def _ask(self, kind: str, of: int) -> int | None:
        key, now = (kind, of), self._monotonic()
        with self._lock:
            is_new = key not in self._asked
            self._asked[key] = now
            if is_new or now - self._looked_at >= LOOK_EVERY_S:
                self._look(now)
            return self._found.get(key)

    def _look(self, now: float) -> None:
        self._asked = {key: at for key, at in self._asked.items() if now - at < _FORGOTTEN_AFTER_S}
        self._looked_at = now
        reviews = [of for kind, of in self._asked if kind == "review"]
        planners = [of for kind, of in self._asked if kind == "planner"]
        try:
            with self._db.read() as db_session:
                found = db.reviews.changed_of_active(db_session, reviews, now=self._clock()) if reviews else {}
                theirs = db.reviews.changed_for(db_session, planners) if planners else {}
        except DatabaseUnavailableError:
            return
        self._found = {("review", of): number for of, number in found.items()}
        self._found |= {("planner", of): number for of, number in theirs.items()}
