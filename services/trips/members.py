"""Who works on a trip: its owner lets others in by their username, and may hand it over."""

from sqlalchemy.orm import Session

import db.audit
import db.decks
import db.outbox
import db.participants
import db.reviews
import db.sides
import db.stamps
import db.threads
import db.trip_files
import db.trip_sessions
import db.trips
import db.users
from db.engine import Database
from db.models import GUEST, AuditAction, AuditTarget, ChatSession, Trip, TripMember, utc_now
from services.accounts.guests import refuse_guest
from services.accounts.passwords import typed_username
from services.accounts.roles import check_may_write, writing
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError
from services.trips.access import found_trip, owned_trip
from services.trips.records import Member, TripAccess
from services.trips.views import member_view

MAX_MEMBERS = 50  # of one trip, its owner among them


class TripMembers:
    """The members of a planner's trips. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def list(self, trip_id: int, *, user_id: int) -> tuple[Member, ...]:
        """Return who works on a trip: first its owner, then by when they came. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            return _members(db_session, trip_id)

    def add(self, trip_id: int, username: str, *, user_id: int, access: str = TripAccess.EDIT) -> tuple[Member, ...]:
        """Let somebody work on a trip; returns all who do then.

        Raises InvalidFieldsError where nobody is called so, or they work on it; NotFoundError, NotPossibleError,
        GuestLimitError.
        """
        given = _checked_access(access)
        name = typed_username(username)
        if not name:
            raise InvalidFieldsError({"username": "Give the username of a colleague."})
        with writing(self._db, user_id) as db_session:
            trip, owner, *_ = owned_trip(db_session, trip_id, user_id, to="share it")
            db.trip_sessions.lock_session_ids(db_session, trip_id)
            refuse_guest(db_session, user_id, to="share a trip")
            other = db.users.active_by_username(db_session, name)
            if other is None or other.role == GUEST:
                raise InvalidFieldsError({"username": f"The username “{name[:40]}” is nobody's here."})
            if other.id == user_id:
                raise InvalidFieldsError({"username": "The username is your own: you own this trip already."})
            there = _members(db_session, trip_id)
            if any(one.user_id == other.id for one in there):
                sentence = f"The username is {other.name}'s, who works on this trip already."
                raise InvalidFieldsError({"username": sentence})
            if len(there) >= MAX_MEMBERS:
                raise NotPossibleError(f"This trip has {MAX_MEMBERS} members, and more cannot work on it.")
            db.trips.add_member(db_session, trip, other.id, access=given, last_used_at=owner.last_used_at)
            return self._settled(db_session, trip_id, AuditAction.SHARE_TRIP, user_id, f"{given} {other.id}")

    def change(self, trip_id: int, member_id: int, *, user_id: int, access: str) -> tuple[Member, ...]:
        """Let a member do more, or less; returns all members. With `owner` the trip is handed over.

        What somebody has started or added who may only read from now on is the owner's, and their links end, as when
        they leave.

        Raises InvalidFieldsError, NotFoundError, NotPossibleError.
        """
        if access == TripAccess.OWNER:
            return self.hand_over(trip_id, member_id, user_id=user_id)
        given = _checked_access(access)
        with writing(self._db, user_id) as db_session:
            trip = owned_trip(db_session, trip_id, user_id, to="say what others may do")[0]
            db.trip_sessions.lock_session_ids(db_session, trip_id)
            member = _found(db_session, trip_id, member_id)
            if member.user_id == user_id:
                raise NotPossibleError("You own this trip. Hand it over to somebody first.")
            member.access = given
            db_session.flush()
            if given == TripAccess.VIEW:
                _take_over(db_session, trip, member_id)
            members = self._settled(db_session, trip_id, AuditAction.SHARE_TRIP, user_id, f"{given} {member_id}")
            if given is TripAccess.VIEW:
                _end_links(db_session, trip, member_id, "may only read the trip now", by_id=user_id)
            return members

    def remove(self, trip_id: int, member_id: int, *, user_id: int) -> tuple[Member, ...]:
        """Let a member work on a trip no more; returns who is left.

        The sessions that they have started in it, and the files that they have added, stay and are its owner's; so do
        their links for reviews, but open nothing until the owner gives them another address.
        Raises NotFoundError, NotPossibleError.
        """
        if member_id == user_id:
            self.leave(trip_id, user_id=user_id)
            return ()
        with writing(self._db, user_id) as db_session:
            trip = owned_trip(db_session, trip_id, user_id, to="take others off it")[0]
            db.trip_sessions.lock_session_ids(db_session, trip_id)
            _found(db_session, trip_id, member_id)
            _let_go(db_session, trip, member_id)
            members = self._settled(db_session, trip_id, AuditAction.UNSHARE_TRIP, user_id, str(member_id))
            _end_links(db_session, trip, member_id, "was taken off the trip", by_id=user_id)
            return members

    def leave(self, trip_id: int, *, user_id: int) -> None:
        """Work on somebody else's trip no more; what one has started in it, or added, stays and is its owner's.

        One's links for reviews end. Who may only read does so too. Raises NotFoundError; NotPossibleError for its
        owner.
        """
        with self._db.begin() as db_session:
            row = db.trips.lock_visible(db_session, trip_id, user_id=user_id)
            if row is None:
                raise NotFoundError("There is no such trip.")
            db.trip_sessions.lock_session_ids(db_session, trip_id)
            if row[1].access == TripAccess.OWNER:
                check_may_write(db_session, user_id)
                raise NotPossibleError("You own this trip. Hand it over to a member before you leave it.")
            _let_go(db_session, row[0], user_id)
            self._settled(db_session, trip_id, AuditAction.UNSHARE_TRIP, user_id, str(user_id))
            _end_links(db_session, row[0], user_id, "has left the trip", by_id=user_id)

    def count_links(self, trip_id: int, member_id: int, *, user_id: int) -> int:
        """Return how many open links for reviews of a trip and its sessions would end with a member.

        The owner is told, and everybody of their own. Raises NotFoundError, NotPossibleError.
        """
        with self._db.snapshot() as db_session:
            row = found_trip(db_session, trip_id, user_id)
            if user_id not in (member_id, row[0].user_id):
                raise NotPossibleError("Only the owner of this trip can ask for the links of others.")
            return db.reviews.count_open_of(db_session, trip_id, user_id=member_id, now=utc_now())

    def hand_over(self, trip_id: int, member_id: int, *, user_id: int) -> tuple[Member, ...]:
        """Let a member be the owner of a trip; whoever was works on it as before. Returns all members.

        Its customer stays with who keeps it; its deck looks as the new owner's do. Raises NotFoundError,
        NotPossibleError.
        """
        with writing(self._db, user_id) as db_session:
            trip, owner, *_ = owned_trip(db_session, trip_id, user_id, to="hand it over")
            db.trip_sessions.lock_session_ids(db_session, trip_id)
            member = _found(db_session, trip_id, member_id)
            if member.user_id == user_id:
                raise NotPossibleError("You own this trip already.")
            if db.users.get_active(db_session, member_id) is None:
                raise NotPossibleError("Their account is disabled: choose somebody else.")
            owner.access, member.access, trip.user_id = TripAccess.EDIT, TripAccess.OWNER, member_id
            trip.import_key = None  # it names where the first owner has it from
            db_session.flush()
            members = self._settled(db_session, trip_id, AuditAction.HAND_OVER_TRIP, user_id, f"to {member_id}")
            db.decks.hand_over(db_session, trip_id, from_id=user_id, to_id=member_id)
            return members

    def _settled(
        self, db_session: Session, trip_id: int, action: AuditAction, user_id: int, detail: str
    ) -> tuple[Member, ...]:
        db.participants.settle(db_session, db.trips.session_ids(db_session, trip_id))
        db.stamps.note_trip(db_session, trip_id)
        db.audit.note(db_session, action, user_id=user_id, target=(AuditTarget.TRIP, trip_id), detail=detail)
        return _members(db_session, trip_id)


def _let_go(db_session: Session, trip: Trip, member_id: int) -> None:
    """Take a member off a trip."""
    db.trips.remove_member(db_session, trip.id, user_id=member_id)
    _take_over(db_session, trip, member_id)


def _take_over(db_session: Session, trip: Trip, member_id: int) -> None:
    """Let the sessions of a trip that somebody has started, and the files that they added there, be its owner's.

    What no customer's assistant has heard, their own did: the owner's hears nothing of what was said so far, also
    where the trip has got a customer since.
    """
    db.trip_files.hand_over(db_session, trip.id, from_id=member_id, to_id=trip.user_id)
    theirs = db.trip_sessions.hand_over(db_session, trip.id, from_id=member_id, to_id=trip.user_id)
    moved = [db_session.get_one(ChatSession, one) for one in theirs]
    for session in moved:
        db_session.refresh(session)
    by_their_own = [one for one in moved if None in (one.told_customer_id, trip.customer_id)]
    with_theirs = db.threads.of_owners(db_session, theirs)  # an empty one would be the owner's next
    db.outbox.add_threads_of(db_session, sorted({one.id for one in by_their_own} | with_theirs))
    for session in by_their_own:
        db.sides.begin_afresh(db_session, session)
    db_session.flush()


def _end_links(db_session: Session, trip: Trip, member_id: int, what: str, *, by_id: int) -> None:
    """Let the links to a trip and its sessions that are a former member's be its owner's, and open nothing.

    Whoever made a link knows its address, and would go on reading by it. The owner opens it at another one. They are
    held last.
    """
    why = f"{db.users.names(db_session, {member_id})[member_id]} {what}."
    for of_sessions in (False, True):
        ended = db.reviews.end(db_session, trip.id, of_id=member_id, why=why, at=utc_now(), of_sessions=of_sessions)
        db.reviews.hand_over(db_session, trip.id, from_id=member_id, to_id=trip.user_id, of_sessions=of_sessions)
        for review_id, audience in ended:
            target = (AuditTarget.REVIEW, review_id)
            detail = f"for {audience}"
            db.audit.note(db_session, AuditAction.REVOKE_REVIEW, user_id=by_id, target=target, detail=detail)


def _members(db_session: Session, trip_id: int) -> tuple[Member, ...]:
    return tuple(member_view(*row) for row in db.trips.members(db_session, trip_id))


def _found(db_session: Session, trip_id: int, member_id: int) -> TripMember:
    member = db.trips.member(db_session, trip_id, user_id=member_id)
    if member is None:
        raise NotFoundError("There is no such member.")
    return member


def _checked_access(access: str) -> TripAccess:
    if access not in (TripAccess.EDIT, TripAccess.VIEW):
        raise InvalidFieldsError({"access": "The access of a member is edit or view."})
    return TripAccess(access)
