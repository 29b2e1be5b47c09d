"""What planners think of a reply: a thumb up or down, and why."""

import db.messages
import db.ratings
import db.usage
from db.engine import Database
from db.models import Rating
from services.accounts.roles import writing
from services.errors import InvalidInputError, NotFoundError, ReplyInProgressError
from services.message_status import MessageStatus
from services.sessions.memory_wall import MemoryWall
from services.sessions.records import MessageView
from services.sessions.views import message_view
from services.texts import clean_text

MAX_REASON_CHARS = 1000


class RatingService:
    """Rates replies. Raises DatabaseUnavailableError when the database is away."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def rate(self, message_id: int, value: int | None, *, user_id: int, reason: str | None = None) -> MessageView:
        """Rate a reply 1 or -1, or take the rating back (None), and return the reply as saved.

        Raises InvalidInputError, NotFoundError when the planner has no such reply, and ReplyInProgressError.
        """
        if value not in (1, -1, None):
            raise InvalidInputError("A rating is 1 or -1.")
        kept = clean_text(reason or "")
        if len(kept) > MAX_REASON_CHARS:
            raise InvalidInputError(f"A reason has at most {MAX_REASON_CHARS:,} characters.")
        if kept and value is None:
            raise InvalidInputError("A reason needs a rating.")
        with writing(self._db, user_id) as db_session:
            reply = db.messages.lock_visible(db_session, message_id, user_id=user_id)
            if reply is None or reply.role != "assistant":
                raise NotFoundError("There is no such reply.")
            if MessageStatus(reply.status).unfinished:
                raise ReplyInProgressError("This reply is still being written. Rate it when it is there.")
            if reply.ended_at is None:  # a message that was stored, not asked for
                raise NotFoundError("There is no such reply.")
            rating = db.ratings.get(db_session, message_id, user_id=user_id)
            changes = _changes(rating.value if rating else None, value)
            if rating is None and value is not None:
                rating = Rating(message_id=message_id, user_id=user_id)
                db_session.add(rating)
            if rating is not None and value is None:
                db_session.delete(rating)
                rating = None
            if rating is not None and value is not None:
                rating.value, rating.reason = value, kept or None
            if reply.model and any(changes.values()):  # a sample was written by hand
                day = reply.ended_at.date()
                db.usage.add(db_session, user_id=user_id, day=day, model=reply.model, **changes)
            db_session.flush()
            return message_view(reply, MemoryWall(db_session, user_id=user_id), rating=rating)


def _changes(before: int | None, value: int | None) -> dict[str, int]:
    """Return what a new rating changes in the counts of the day that the reply ended on."""
    return {
        "liked": (value == 1) - (before == 1),
        "disliked": (value == -1) - (before == -1),
    }
