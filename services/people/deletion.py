"""The end of an account: everything that is somebody's goes, all or nothing, and a receipt says what went."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

import db.audit
import db.former
import db.guests
import db.leaving
import db.models
import db.outbox
import db.participants
import db.resets
import db.tries
import db.trips
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import ADMIN, GUEST, AuditAction, Receipt, utc_now
from services.accounts.records import Confirmed
from services.errors import NotFoundError, NotPossibleError, ServiceError
from services.people.receipts import code_hash, new_code
from services.replies.replies import ReplyService

STOP_WAIT_S = 5.0  # for replies to end; one that does not ends by itself, with nothing left to be written to
_LOOK_S = 0.05
_TRIES = 3
_BUSY = "Something of this account is being written right now. Please try again in a minute."
ONLY_ADMIN = "You are the only admin. Make somebody else an admin first."
_THEIR_ONLY_ADMIN = "They are the only admin. Make somebody else an admin first."


@dataclass(frozen=True, slots=True)
class Heir:
    """Somebody who can be the owner of a trip."""

    user_id: int
    name: str
    username: str


@dataclass(frozen=True, slots=True)
class SharedTrip:
    """A trip that others work on, and who of them can have it, the longest member first."""

    id: int
    title: str
    heirs: tuple[Heir, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What goes with an account, by what it is, and the trips that are handed over first."""

    counts: Mapping[str, int]
    trips: tuple[SharedTrip, ...]


class _ChangedError(Exception):
    """Something became the user's while they were being deleted."""


class DeletionService:
    """Deletes accounts, in one transaction each.

    What was only theirs goes: sessions, trips that nobody else works on, customers, decks, files, templates, tokens,
    usage, ratings. Trips that others work on are handed over first, with their sessions, whoever began those. What
    they wrote in sessions of others stays, as a former colleague's. Links that they gave end. At Backboard threads,
    documents and assistants, and so what is remembered, are deleted now or when it can be reached.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, replies: ReplyService) -> None:
        self._db = database
        self._replies = replies

    def plan(self, user_id: int) -> Leaving:
        """Return what would go, and which trips would be handed over."""
        with self._db.snapshot() as db_session:
            trips = _shared_trips(db_session, user_id)
            return Leaving(db.leaving.counts(db_session, user_id, kept=[one.id for one in trips]), trips)

    def delete_own(self, confirmed: Confirmed, *, heirs: Mapping[int, int] | None = None) -> str:
        """Delete the account of somebody who has just shown that it is them; return the code of the receipt.

        *heirs* say, by the id of each shared trip, which member is to have it. Raises NotPossibleError where one is
        missing, and for the only admin; NotFoundError.
        """
        return self._delete(confirmed.user_id, heirs or {}, by_admin_id=None)

    def delete(self, user_id: int, *, by_admin_id: int) -> str:
        """Delete the account of somebody who left; return the code of the receipt.

        Each shared trip is handed to whoever has changed it the longest. Raises NotPossibleError unless an admin asks
        for somebody else, and for the only admin; NotFoundError.
        """
        with self._db.read() as db_session:
            _check_admin(db_session, by_admin_id)
        if user_id == by_admin_id:
            raise NotPossibleError("Delete your own account under Settings.")
        return self._delete(user_id, None, by_admin_id=by_admin_id)

    def _delete(self, user_id: int, heirs: Mapping[int, int] | None, *, by_admin_id: int | None) -> str:
        self._check(user_id, heirs, by_admin_id)
        self._stop_replies(user_id)
        for _ in range(_TRIES):
            with suppress(_ChangedError), self._db.begin() as db_session:
                return _remove(db_session, user_id, heirs, by_admin_id)
        raise NotPossibleError(_BUSY)

    def _check(self, user_id: int, heirs: Mapping[int, int] | None, by_admin_id: int | None) -> None:
        """Raise what would be raised at the end, before anything is stopped."""
        with self._db.snapshot() as db_session:
            user = db_session.get(db.models.User, user_id)
            if user is None or user.username == db.former.FORMER:
                raise NotFoundError("There is no such user.")
            _chosen(_shared_trips(db_session, user_id), heirs)
            others = any(one.id != user_id and not one.disabled for one in db.users.admins(db_session))
            if user.role == ADMIN and not others:
                raise NotPossibleError(_THEIR_ONLY_ADMIN if by_admin_id else ONLY_ADMIN)

    def _stop_replies(self, user_id: int) -> None:
        """Stop what is being written for a user or in their sessions, and wait for its end."""
        for reply_id in self._unfinished(user_id):
            with suppress(ServiceError):  # it has ended, or they may only read there now
                self._replies.stop(reply_id, user_id=user_id)
        deadline = time.monotonic() + STOP_WAIT_S
        while self._unfinished(user_id) and time.monotonic() < deadline:
            time.sleep(_LOOK_S)

    def _unfinished(self, user_id: int) -> list[int]:
        with self._db.read() as db_session:
            return list(db.leaving.unfinished(db_session, user_id))


def _check_admin(db_session: Session, user_id: int) -> None:
    if not db.users.is_active_admin(db_session, user_id):
        raise NotPossibleError("Only an admin can delete somebody else's account.")


def _shared_trips(db_session: Session, user_id: int) -> tuple[SharedTrip, ...]:
    """Return a user's trips that others work on, with who can have them: where all only read, one of those."""
    found: dict[int, tuple[str, list[Heir], list[Heir]]] = {}
    for row in db.leaving.active_heirs(db_session, user_id):
        _, change, read = found.setdefault(row.id, (row.title, [], []))
        which = change if row.access == db.trips.EDIT else read
        which.append(Heir(row.member_id, row.name, row.username))
    return tuple(
        SharedTrip(trip_id, title, tuple(change or read)) for trip_id, (title, change, read) in found.items()
    )


def _chosen(trips: tuple[SharedTrip, ...], heirs: Mapping[int, int] | None) -> dict[int, int]:
    """Return who is to have each trip: as chosen, or (None) the longest member. Raises NotPossibleError."""
    if heirs is None:
        return {trip.id: trip.heirs[0].user_id for trip in trips}
    for trip in trips:
        if heirs.get(trip.id) not in {one.user_id for one in trip.heirs}:
            raise NotPossibleError(f"Choose who is to have the trip “{trip.title}”, which others work on.")
    return {trip.id: heirs[trip.id] for trip in trips}


def _remove(db_session: Session, user_id: int, heirs: Mapping[int, int] | None, by_admin_id: int | None) -> str:
    """Delete a user with all that is theirs; return the code of the receipt."""
    db.leaving.take_your_time(db_session)
    now, receipt_id, code = utc_now(), new_id(), new_code()
    db.leaving.lock_trips(db_session, user_id)
    chosen = _chosen(_shared_trips(db_session, user_id), heirs)
    db.leaving.lock_sessions(db_session, user_id)
    counts = db.leaving.counts(db_session, user_id, kept=list(chosen))
    db.leaving.hand_over_trips(db_session, chosen)
    db.leaving.leave_trips(db_session, user_id)
    db.leaving.begin_afresh(db_session, user_id)
    documents = db.leaving.documents(db_session, user_id)
    threads = db.leaving.remove_threads(db_session, user_id)
    db.leaving.hand_over_sessions(db_session, user_id)
    db.leaving.remove_sessions(db_session, user_id)
    db.former.become_former(db_session, user_id)
    db.leaving.remove_used(db_session, user_id)
    db.participants.settle(db_session, db.leaving.seen_elsewhere(db_session, user_id))
    db.former.end_links(db_session, user_id, at=now)
    db.leaving.lock_customers(db_session, user_id)
    assistants = db.leaving.remove_customers(db_session, user_id)
    user, other_admins = db.leaving.lock_with_active_admins(db_session, user_id)
    if user is None:
        raise NotFoundError("There is no such user.")
    if by_admin_id is not None:  # all admins are held now; replies were waited for since this was asked
        _check_admin(db_session, by_admin_id)
    if user.role == ADMIN:
        if not other_admins:
            raise NotPossibleError(_THEIR_ONLY_ADMIN if by_admin_id else ONLY_ADMIN)
        db.resets.remove_everybodys(db_session)  # they may have made some
    if db.leaving.has_more(db_session, user_id):
        raise _ChangedError
    there = {"document": documents, "thread": threads, "assistant": assistants}
    parts = {(backend, kind, one) for kind, rows in there.items() for backend, one in rows}
    counts |= {"handed_over": len(chosen), "at_backboard": len(parts)}
    db_session.add(Receipt(id=receipt_id, code_hash=code_hash(code), counts=counts, created_at=now))
    db.outbox.add_all(db_session, parts, receipt_id=receipt_id)
    db.former.forget_in_audit(db_session, user_id)
    if user.role == GUEST:
        db.tries.forget(db_session, [db.guests.counted_as(user_id)])
    db.leaving.remove_user(db_session, user)
    detail = f"{counts['sessions']} sessions, {counts['trips']} trips, {counts['files']} files"
    db.audit.note(db_session, AuditAction.DELETE_ACCOUNT, user_id=by_admin_id, detail=detail, at=now)
    return code
