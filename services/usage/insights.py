"""What was used, by day and model: planners see their own, admins everybody's."""

from datetime import date

from sqlalchemy.orm import Session

import db.room
import db.usage
import db.users
from db.engine import Database
from db.models import User
from services.errors import InvalidInputError, NotFoundError
from services.usage.records import PersonRoom, PersonUsage, RoomOrder, UsageDay

MAX_DAYS = 400
MAX_PEOPLE = 500
MAX_KEEPERS = 50


class InsightsService:
    """Reads what was counted; days are UTC. Raises DatabaseUnavailableError when the database is away."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def days(self, start: date, end: date, *, viewer_id: int, of: int | None) -> tuple[UsageDay, ...]:
        """Return what the user *of* used, or all together (None), from *start* to *end*, both included.

        One record for each day and model with any use, by day and model. Raises InvalidInputError, and NotFoundError
        when the viewer is no admin and asks for others.
        """
        _check_period(start, end)
        with self._db.read() as db_session:
            if of != viewer_id:
                _check_admin(db_session, viewer_id)
            if of is None:
                rows = db.usage.of_everybody(db_session, start=start, end=end)
            elif of == viewer_id or db_session.get(User, of) is not None:
                rows = db.usage.of_user(db_session, user_id=of, start=start, end=end)
            else:
                raise NotFoundError("There is no such user.")
            return tuple(UsageDay(*row) for row in rows)

    def people(self, start: date, end: date, *, viewer_id: int) -> tuple[PersonUsage, ...]:
        """Return who used something, who spent most first; at most 500. For admins: else NotFoundError."""
        _check_period(start, end)
        with self._db.read() as db_session:
            _check_admin(db_session, viewer_id)
            rows = db.usage.by_person(db_session, start=start, end=end, limit=MAX_PEOPLE)
            return tuple(
                PersonUsage(
                    user_id=row.user.id,
                    username=row.user.username,
                    name=row.user.name,
                    sessions=row.sessions,
                    replies=row.replies,
                    cost_micros=row.cost_micros,
                    unpriced=row.unpriced,
                    limit_micros=row.user.monthly_limit_micros,
                )
                for row in rows
            )

    def room(self, order: RoomOrder, *, viewer_id: int) -> tuple[PersonRoom, ...]:
        """Return who keeps how much, at most 50 people, in this order. For admins: else NotFoundError."""
        with self._db.read() as db_session:
            _check_admin(db_session, viewer_id)
            rows = db.room.by_person(db_session, order=order, limit=MAX_KEEPERS)
            return tuple(PersonRoom(user.id, user.username, user.name, *room) for user, *room in rows)


def _check_period(start: date, end: date) -> None:
    if not 0 <= (end - start).days < MAX_DAYS:
        raise InvalidInputError(f"A period has 1 to {MAX_DAYS} days, and its start comes first.")


def _check_admin(db_session: Session, viewer_id: int) -> None:
    if not db.users.is_active_admin(db_session, viewer_id):
        raise NotFoundError("There is no such user.")
