"""A trip's brief as an audience sees it: what is known, what is still open, and nothing that is only for the team."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from db.engine import Database
from db.models import Trip
from exports.reviews.records import Block, Snapshot
from services.errors import NotPossibleError
from services.trips.access import changeable_trip, check_may_change, found_trip
from travel.brief import known_brief, placed_questions, shown_fields

_QUESTION = "Open question"


class SharedTrips:
    """Makes snapshots of briefs, for who may change the trip. What is not theirs does not exist: NotFoundError."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def snapshot(self, thing_id: int, *, user_id: int, first_id: int | None, last_id: int | None) -> Snapshot:
        """Return a trip's brief without what is private, always the whole. Raises NotFoundError, NotPossibleError."""
        if first_id is not None or last_id is not None:
            raise NotPossibleError("A brief is shared as a whole.")
        with self._db.snapshot() as db_session:
            row = found_trip(db_session, thing_id, user_id)
            check_may_change(row)
            return brief_snapshot(row[0])

    def hold(self, db_session: Session, thing_id: int, *, user_id: int) -> tuple[str, int]:
        """Hold a trip that somebody shares; return its title, and their own id. Raises as `snapshot` does."""
        return changeable_trip(db_session, thing_id, user_id)[0].title, user_id


def brief_snapshot(trip: Trip) -> Snapshot:
    """Return what an audience would see of a trip now."""
    return Snapshot("trip", trip.title, tuple(_blocks(trip)))


def _blocks(trip: Trip) -> Iterator[Block]:
    """Yield the fields that are known, then the questions that are open."""
    brief = known_brief(trip.brief)
    for field, label, text in shown_fields(brief):
        yield Block(field, "field", label, None, text)
    for anchor, question in placed_questions(brief):
        yield Block(anchor, "question", _QUESTION, None, question.text)
