"""A number for each planner that rises with every change of what their lists show: who sees what, how it is called.

It is written where a transaction ends (`Database.begin`), so that nobody else's work waits for it, and by rising id:
whoever holds one number of several waits for no other that is held.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Participant, Stamp, Trip, TripMember, User
from db.plain import run

_NOTED, _GONE = "stamps", "stamps of the gone"


def note(db_session: Session, user_ids: Collection[int]) -> None:
    """Let the numbers of these planners rise at the end of this transaction."""
    if user_ids:
        db_session.info.setdefault(_NOTED, set()).update(user_ids)


def note_trip(db_session: Session, trip_id: int) -> None:
    """Note all who work on a trip now."""
    note(db_session, db_session.scalars(select(TripMember.user_id).where(TripMember.trip_id == trip_id)).all())


def note_customer(db_session: Session, customer_id: int) -> None:
    """Note all who work on trips of a customer now."""
    query = select(TripMember.user_id).join(Trip, Trip.id == TripMember.trip_id)
    note(db_session, db_session.scalars(query.where(Trip.customer_id == customer_id).distinct()).all())


def note_sessions(db_session: Session, session_ids: Collection[int]) -> None:
    """Note all who see any of these sessions now."""
    query = select(Participant.user_id).where(Participant.session_id.in_(session_ids)).distinct()
    note(db_session, db_session.scalars(query).all() if session_ids else ())


def forget(db_session: Session, user_id: int) -> None:
    """Let the number of a planner who is deleted go at the end of this transaction."""
    db_session.info.setdefault(_GONE, set()).add(user_id)


def lock_and_prune(db_session: Session) -> None:
    """Drop the numbers of nobody: another transaction may have written one while its planner was deleted."""
    gone = select(Stamp.user_id).where(Stamp.user_id.not_in(select(User.id)))
    db_session.execute(delete(Stamp).where(Stamp.user_id.in_(gone.with_for_update(skip_locked=True))))


def write(db_session: Session) -> None:
    """Write what was noted, as the last thing that a transaction does."""
    gone = db_session.info.pop(_GONE, set())
    user_ids = db_session.info.pop(_NOTED, set()) - gone
    if gone:
        last = max(gone)  # one is deleted at a time
        _rise(db_session, {one for one in user_ids if one < last})
        db_session.execute(delete(Stamp).where(Stamp.user_id.in_(gone)))
        user_ids = {one for one in user_ids if one > last}
    _rise(db_session, user_ids)


def _rise(db_session: Session, user_ids: Collection[int]) -> None:
    if not user_ids:
        return
    insert = sqlite.insert if db_session.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = insert(Stamp)
    rises = new.on_conflict_do_update(index_elements=[Stamp.user_id], set_={"number": Stamp.number + 1})
    run(db_session, rises, [{"user_id": one, "number": 1} for one in sorted(user_ids)])


_LATEST = (  # one by one: the latest of several at once is looked for among all that they have
    select(Participant.last_message_at)
    .where(Participant.user_id == User.id)
    .order_by(Participant.last_message_at.desc())
    .limit(1)
    .scalar_subquery()
)
_ALL = select(User.id, func.coalesce(Stamp.number, 0).label("number"), _LATEST.label("last_message_at"))
_ALL = _ALL.outerjoin(Stamp, Stamp.user_id == User.id)


def of_planners(db_session: Session, user_ids: Collection[int]) -> Sequence[Row[int, int, datetime]]:
    """Return the number of each of these planners, and when anything was last said in a session that they see."""
    return db_session.execute(_ALL.where(User.id.in_(user_ids))).all()
