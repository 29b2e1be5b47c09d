"""New sessions, within what a planner may begin. Inside the caller's transaction."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

import db.participants
import db.search
import db.sessions
import db.trips
import db.usage
import db.users
from db.ids import new_id
from db.models import ChatSession, Participant, utc_now
from exports.sessions.settings import PERSONAL, SessionSettings, setting_values
from services.errors import NotFoundError, NotPossibleError, TooManySessionsError
from services.model_names import model_here

MAX_SESSIONS_A_DAY = 2_000  # of one planner


def new_session(
    db_session: Session,
    chosen: Mapping[str, Any],
    *,
    user_id: int,
    title: str,
    default_model: str,
    chat_name: str | None = None,
    trip_id: int | None = None,
) -> Participant:
    """Add an empty session with the settings that were chosen, *title* where none was; to a trip, if there is one.

    Its model is the one that was chosen, else the planner's last choice, else *default_model*; one that is not there
    now does not count. With *trip_id* it is in a trip, which the planner may change.

    Raises TooManySessionsError, NotFoundError and NotPossibleError for the trip.
    """
    check_sessions(db_session, user_id)
    if trip_id is not None:
        _check_trip(db_session, trip_id, user_id)
    model = model_here(chosen.get("model"), default=default_model)
    if model != chosen.get("model"):
        model = model_here(db.users.read(db_session, user_id).last_model, default=default_model)
    settings = SessionSettings(**{"title": title, **chosen, "model": model})
    mine = add_session(db_session, setting_values(settings), user_id=user_id, chat_name=chat_name, trip_id=trip_id)
    mine.session.title_chosen = "title" in chosen
    db.usage.add(db_session, user_id=user_id, day=utc_now().date(), model=model, sessions=1)
    return mine


def add_session(db_session: Session, settings: Mapping[str, Any], *, user_id: int, **columns: Any) -> Participant:
    """Add a session with all of these settings and *columns* of its own; return what is its owner's of it."""
    own = {name: value for name, value in settings.items() if name not in PERSONAL}
    session = ChatSession(id=new_id(), user_id=user_id, **{"message_count": 0, "total_tokens": 0}, **own)
    for name, value in columns.items():
        setattr(session, name, value)
    db_session.add(session)
    db_session.flush()
    mine = db.participants.get(db_session, session.id, user_id=user_id)  # the database has made it
    if mine is None:
        raise AssertionError("A session without its owner.")
    for name in PERSONAL:
        setattr(mine, name, settings[name])
    db.search.put(db_session, session.id, session.id, session.title)
    if session.trip_id is not None:
        db.participants.settle(db_session, [session.id])
    return mine


def _check_trip(db_session: Session, trip_id: int, user_id: int) -> None:
    row = db.trips.lock_visible(db_session, trip_id, user_id=user_id)
    if row is None:
        raise NotFoundError("There is no such trip.")
    if row.may == db.trips.VIEW:
        raise NotPossibleError("You can read this trip, but not change it.")


def check_sessions(db_session: Session, user_id: int) -> None:
    """Raise TooManySessionsError where a planner has begun as many sessions within a day as nobody does by hand.

    Imported ones do not count: they were begun elsewhere.
    """
    day_ago = utc_now() - timedelta(days=1)
    if db.sessions.begun_since(db_session, day_ago, user_id=user_id, number=MAX_SESSIONS_A_DAY):
        raise TooManySessionsError(
            f"You have started {MAX_SESSIONS_A_DAY:,} sessions within a day. Continue one of them, or wait a day."
        )
