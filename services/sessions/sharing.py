"""With whom a session is shared by itself: its owner lets others in by their username."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

import db.audit
import db.participants
import db.session_members
import db.users
from db.engine import Database
from db.models import GUEST, AuditAction, AuditTarget, Participant
from services.accounts.guests import refuse_guest
from services.accounts.passwords import typed_username
from services.accounts.roles import check_may_write, writing
from services.errors import InvalidFieldsError, NotFoundError, NotPossibleError

MAX_PEOPLE = 50  # who see one session, its owner among them
OWNER, EDIT, VIEW = "owner", "edit", "view"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who sees a session. *alone*: it was shared with them by itself, so that this can end."""

    user_id: int
    name: str
    username: str
    access: str  # owner, edit or view
    alone: bool


class SessionSharing:
    """Shares single sessions. What a planner does not see does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def people(self, session_id: int, *, user_id: int) -> tuple[Person, ...]:
        """Return who sees a session: first its owner, then by name. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            return _people(db_session, session_id, user_id)

    def add(self, session_id: int, username: str, *, user_id: int, access: str = EDIT) -> tuple[Person, ...]:
        """Let somebody see a session, and write in it with `edit`; returns who sees it then.

        Raises InvalidFieldsError where nobody is called so, or they see it; NotFoundError, NotPossibleError,
        GuestLimitError.
        """
        _check_access(access)
        name = typed_username(username)
        if not name:
            raise InvalidFieldsError({"username": "Give the username of a colleague."})
        with writing(self._db, user_id) as db_session:
            _hold_own(db_session, session_id, user_id, to="share it")
            refuse_guest(db_session, user_id, to="share a session")
            other = db.users.active_by_username(db_session, name)
            if other is None or other.role == GUEST:
                raise InvalidFieldsError({"username": f"The username “{name[:40]}” is nobody's here."})
            if other.id == user_id:
                raise InvalidFieldsError({"username": "The username is your own: this session is yours already."})
            there = _people(db_session, session_id, user_id)
            if any(one.user_id == other.id and (one.alone or one.access != VIEW) for one in there):
                raise InvalidFieldsError({"username": f"The username is {other.name}'s, who sees this already."})
            if len(there) >= MAX_PEOPLE:
                raise NotPossibleError(f"{MAX_PEOPLE} people see this session, and more cannot.")
            db.session_members.put(db_session, session_id, other.id, access=access)
            return _settled(db_session, session_id, AuditAction.SHARE_SESSION, user_id, f"{access} {other.id}")

    def change(self, session_id: int, member_id: int, *, user_id: int, access: str) -> tuple[Person, ...]:
        """Let somebody with whom a session is shared do more there, or less; returns who sees it.

        Raises InvalidFieldsError, NotFoundError, NotPossibleError.
        """
        _check_access(access)
        with writing(self._db, user_id) as db_session:
            _hold_own(db_session, session_id, user_id, to="say what others may do")
            if not db.session_members.is_there(db_session, session_id, member_id):
                raise NotFoundError("This session is not shared with them by itself.")
            db.session_members.put(db_session, session_id, member_id, access=access)
            return _settled(db_session, session_id, AuditAction.SHARE_SESSION, user_id, f"{access} {member_id}")

    def remove(self, session_id: int, member_id: int, *, user_id: int) -> tuple[Person, ...]:
        """Share a session with somebody no more, or leave it oneself; returns who sees it, as far as that is seen.

        Raises NotFoundError, NotPossibleError.
        """
        if member_id == user_id:
            return self.leave(session_id, user_id=user_id)
        with writing(self._db, user_id) as db_session:
            _hold_own(db_session, session_id, user_id, to="stop sharing it")
            return _ended(db_session, session_id, member_id, user_id)

    def leave(self, session_id: int, *, user_id: int) -> tuple[Person, ...]:
        """Leave a session of somebody else, as who may only read does too; returns who sees it, if one still does.

        Raises NotFoundError; NotPossibleError for its owner.
        """
        with self._db.begin() as db_session:
            if _hold(db_session, session_id, user_id).access == OWNER:
                check_may_write(db_session, user_id)
                raise NotPossibleError("You own this session. Stop sharing it with the others, or delete it.")
            return _ended(db_session, session_id, user_id, user_id)


def _hold(db_session: Session, session_id: int, user_id: int) -> Participant:
    mine = db.participants.lock_with_session(db_session, session_id, user_id=user_id)
    if mine is None:
        raise NotFoundError("There is no such session.")
    return mine


def _hold_own(db_session: Session, session_id: int, user_id: int, *, to: str) -> None:
    if _hold(db_session, session_id, user_id).access != OWNER:
        raise NotPossibleError(f"Only the owner of this session can {to}.")


def _ended(db_session: Session, session_id: int, member_id: int, user_id: int) -> tuple[Person, ...]:
    if not db.session_members.is_there(db_session, session_id, member_id):
        raise NotFoundError("This session is not shared with them by itself.")
    db.session_members.remove(db_session, session_id, member_id)
    return _settled(db_session, session_id, AuditAction.UNSHARE_SESSION, user_id, str(member_id))


def _settled(
    db_session: Session, session_id: int, action: AuditAction, user_id: int, detail: str
) -> tuple[Person, ...]:
    db.participants.settle(db_session, [session_id])
    target = (AuditTarget.SESSION, session_id)
    db.audit.note(db_session, action, user_id=user_id, target=target, detail=detail)
    if db.participants.get(db_session, session_id, user_id=user_id) is None:  # who has just left
        return ()
    return _people(db_session, session_id, user_id)


def _people(db_session: Session, session_id: int, user_id: int) -> tuple[Person, ...]:
    rows = db.participants.people(db_session, session_id, user_id=user_id)
    if not rows:
        raise NotFoundError("There is no such session.")
    alone = db.session_members.ids(db_session, session_id)
    people = [Person(*row, alone=row[0] in alone) for row in rows]
    return tuple(sorted(people, key=lambda one: (one.access != OWNER, one.name.casefold(), one.username)))


def _check_access(access: str) -> None:
    if access not in (EDIT, VIEW):
        raise InvalidFieldsError({"access": "The access of a person is edit or view."})
