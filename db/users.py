"""Queries on users, on how they signed in, and on log-ins that failed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from db.models import ADMIN, AdminCode, SignInFailures, SignOut, User, UtcDateTime
from db.plain import Plain, read_one, run

_SIGNED_IN = select(User).where(
    User.disabled.is_(False),
    User.sessions_valid_from < bindparam("before"),
    ~exists().where(SignOut.user_id == User.id, SignOut.signed_in_at == bindparam("at")),
)
_SIGNED_IN_BY_ID = _SIGNED_IN.where(User.id == bindparam("who"))
_SIGNED_IN_BY_NAME = _SIGNED_IN.where(User.username == bindparam("who"))


_READ = select(User).where(User.id == bindparam("user_id"))
_ROLE = select(User.role).where(User.id == bindparam("user_id"))
_OPENED = update(User).where(User.id == bindparam("user_id")).values(last_session_id=bindparam("session_id"))
_SEEN = update(User).where(User.id == bindparam("user_id")).values(last_seen_at=bindparam("at", type_=UtcDateTime))


def read(db_session: Session, user_id: int) -> Plain[User]:
    """Return the user, to be read only. Raises NoResultFound."""
    found = read_one(db_session, _READ, {"user_id": user_id})
    if found is None:
        raise NoResultFound("There is no such user.")
    return found


def role(db_session: Session, user_id: int) -> str | None:
    """Return a user's role; None where there is no such user."""
    found: str | None = run(db_session, _ROLE, {"user_id": user_id}).scalar_one_or_none()
    return found


def set_last_session(db_session: Session, user_id: int, session_id: int) -> None:
    """Remember which session a user looked at last."""
    run(db_session, _OPENED, {"user_id": user_id, "session_id": session_id})


def seen(db_session: Session, user_id: int, *, at: datetime) -> None:
    """Write down when a user was here."""
    run(db_session, _SEEN, {"user_id": user_id, "at": at})


def get_active(db_session: Session, user_id: int) -> User | None:
    """Return the user, or None."""
    return db_session.scalar(_active(user_id))


def lock_active(db_session: Session, user_id: int) -> User | None:
    """Return the user, or None."""
    return db_session.scalar(_active(user_id).with_for_update())


def _active(user_id: int) -> Select[User]:
    return select(User).where(User.id == user_id, User.disabled.is_(False))


def lock(db_session: Session, user_id: int) -> None:
    """Let no other transaction that asks for the same go on with this user until this one ends.

    What only refers to the user, as their messages do, does not wait.
    """
    db_session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


def by_username(db_session: Session, username: str) -> User | None:
    """Return the user of this name (lower case), or None."""
    return db_session.scalar(select(User).where(User.username == username))


def by_email(db_session: Session, email: str) -> User | None:
    """Return the user of this e-mail address (lower case), or None."""
    return db_session.scalar(select(User).where(User.email == email))


def names(db_session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """Return the names of users, by their ids."""
    rows = db_session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}


def active_by_username(db_session: Session, username: str) -> User | None:
    """Return the user of this name (lower case), or None."""
    return db_session.scalar(select(User).where(User.username == username, User.disabled.is_(False)))


def is_active_admin(db_session: Session, user_id: int) -> bool:
    """Whether this user sees what everybody does."""
    user = get_active(db_session, user_id)
    return user is not None and user.role == ADMIN


def admins(db_session: Session) -> Sequence[User]:
    """Return the admins by name."""
    return db_session.scalars(select(User).where(User.role == ADMIN).order_by(User.username)).all()


def has_admin(db_session: Session) -> bool:
    """Whether anybody is an admin."""
    return bool(db_session.scalar(select(exists().where(User.role == ADMIN))))


def lock_admin_code_hashes(db_session: Session) -> Sequence[str]:
    """Return the hashes of the codes that make an admin."""
    return db_session.scalars(select(AdminCode.code_hash).with_for_update()).all()


def has_admin_code(db_session: Session) -> bool:
    """Whether a code is out that makes an admin."""
    return bool(db_session.scalar(select(exists(select(AdminCode.code_hash)))))


def forget_admin_codes(db_session: Session) -> None:
    """Drop the codes: there is an admin."""
    db_session.execute(delete(AdminCode))


def active_signed_in(
    db_session: Session, *, at: datetime, user_id: int | None = None, username: str | None = None
) -> Plain[User] | None:
    """Return the user whose sign-in of instant *at* (whole milliseconds) still holds, or None.

    It ends when the user is disabled, when all sign-ins so far were ended, and when it was signed out of.
    """
    query, who = (_SIGNED_IN_BY_ID, user_id) if username is None else (_SIGNED_IN_BY_NAME, username)
    values = {"who": who, "before": at + timedelta(milliseconds=1), "at": at}
    return read_one(db_session, query, values)


def sign_out(db_session: Session, user_id: int, *, at: datetime) -> None:
    """End the user's sign-in of instant *at* (whole milliseconds), which may have been ended before."""
    insert = postgresql.insert if db_session.get_bind().dialect.name == "postgresql" else sqlite.insert
    db_session.execute(insert(SignOut).values(user_id=user_id, signed_in_at=at).on_conflict_do_nothing())


def taken(db_session: Session, *, username: str, email: str) -> tuple[bool, bool]:
    """Say whether somebody has the username, and whether somebody has the e-mail address."""
    rows = db_session.execute(
        select(User.username, User.email).where(or_(User.username == username, User.email == email))
    ).all()
    return any(row.username == username for row in rows), any(row.email == email for row in rows)


def failures_of(db_session: Session, username: str, *, now: datetime) -> SignInFailures:
    """Return the failed log-ins of a typed name, new or not, held until the transaction ends."""
    insert = postgresql.insert if db_session.get_bind().dialect.name == "postgresql" else sqlite.insert
    upsert = (
        insert(SignInFailures)
        .values(username=username, failures=0, updated_at=now)
        .on_conflict_do_update(index_elements=[SignInFailures.username], set_={"updated_at": now})
        .returning(SignInFailures)
    )
    return db_session.scalars(upsert).one()


def known_failures(db_session: Session, username: str) -> SignInFailures | None:
    """Return the failed log-ins of a typed name, if there were any; for reading."""
    return db_session.get(SignInFailures, username)


def forget_failures(db_session: Session, username: str) -> None:
    """Start from nought for this name."""
    db_session.execute(delete(SignInFailures).where(SignInFailures.username == username))


def prune_failures(db_session: Session, *, before: datetime, most: int) -> None:
    """Drop what was last counted before this instant, and all but the latest: made-up names do not fill the table."""
    latest = select(SignInFailures.updated_at).order_by(SignInFailures.updated_at.desc())
    one_too_many = latest.offset(most).limit(1).scalar_subquery()
    too_old = or_(SignInFailures.updated_at < before, SignInFailures.updated_at <= one_too_many)
    db_session.execute(delete(SignInFailures).where(too_old))
