"""Queries on everything that is somebody's, for when their account goes: one statement each, however much there is.

They are called in the order in which they stand here, which is that of the locks (`Database.begin`). Once trips are
handed over, those that go are the trips that are still the user's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

import db.guests
import db.stamps
import db.tries
from db.models import (
    ADMIN,
    ApiToken,
    Assistant,
    BackboardThread,
    ChatSession,
    Customer,
    Deck,
    DeckPicture,
    FileCopy,
    FollowUp,
    Invitation,
    Message,
    Participant,
    Rating,
    Review,
    SessionFile,
    SessionMember,
    SignInFailures,
    Template,
    Trip,
    TripMember,
    Usage,
    User,
    is_unfinished,
)
from db.trips import EDIT, OWNER

_QUIETLY = {"synchronize_session": False}


def _own_trips(user_id: int) -> Select[int]:
    return select(Trip.id).where(Trip.user_id == user_id)


def _own_customers(user_id: int) -> Select[int]:
    return select(Customer.id).where(Customer.user_id == user_id)


def _own_sessions(user_id: int) -> Select[int]:
    return select(ChatSession.id).where(ChatSession.user_id == user_id)


def _going(user_id: int) -> ColumnElement[bool]:
    """Return whether a session goes: it is the user's, or goes with a trip of theirs that is deleted already."""
    with_trip = select(Trip.id).where(Trip.user_id == user_id, Trip.deletes_sessions)
    return or_(ChatSession.user_id == user_id, ChatSession.trip_id.in_(with_trip))


# Trips


def _concerned(user_id: int) -> ColumnElement[bool]:
    member = select(TripMember.trip_id).where(TripMember.user_id == user_id)
    return or_(Trip.user_id == user_id, Trip.id.in_(member), Trip.customer_id.in_(_own_customers(user_id)))


def lock_trips(db_session: Session, user_id: int) -> None:
    """Hold the trips that a user works on, and those of their customers."""
    query = select(Trip.id).where(_concerned(user_id)).order_by(Trip.id)
    db_session.execute(query.with_for_update(key_share=True))


def active_heirs(db_session: Session, user_id: int) -> Sequence[Row[int, str, int, str, str, str]]:
    """Return who else works on the trips that are a user's, of each trip first who changes it, the longest first.

    Trip, its title, member, name, username and access. Whose account is disabled is not among them.
    """
    query = (
        select(Trip.id, Trip.title, User.id.label("member_id"), User.name, User.username, TripMember.access)
        .join(TripMember, TripMember.trip_id == Trip.id)
        .join(User, User.id == TripMember.user_id)
        .where(Trip.user_id == user_id, Trip.deleted_at.is_(None), User.id != user_id, User.disabled.is_(False))
    )
    return db_session.execute(
        query.order_by(Trip.id.desc(), TripMember.access != EDIT, TripMember.created_at, User.id)
    ).all()


def hand_over_trips(db_session: Session, heirs: Mapping[int, int]) -> None:
    """Let members own trips, which are held: by trip, who is to have it."""
    rows = [{"of_trip": trip_id, "heir": heir} for trip_id, heir in sorted(heirs.items())]
    if not rows:
        return
    at = TripMember.__table__.c, Trip.__table__.c
    becomes = update(TripMember.__table__).where(  # type: ignore[arg-type]
        at[0].trip_id == bindparam("of_trip"), at[0].user_id == bindparam("heir")
    )
    db_session.connection().execute(becomes.values(access=OWNER), rows)
    owned = update(Trip.__table__).where(at[1].id == bindparam("of_trip"))  # type: ignore[arg-type]
    db_session.connection().execute(owned.values(user_id=bindparam("heir"), import_key=None), rows)


def leave_trips(db_session: Session, user_id: int) -> None:
    """Take a user off the trips that stay, which are held."""
    stays = and_(TripMember.user_id == user_id, TripMember.trip_id.not_in(_own_trips(user_id)))
    trips = select(TripMember.trip_id).where(TripMember.user_id == user_id)
    others = select(TripMember.user_id).where(TripMember.trip_id.in_(trips)).distinct()
    db.stamps.note(db_session, db_session.scalars(others).all())
    db_session.execute(delete(TripMember).where(stays).execution_options(**_QUIETLY))


# Sessions


def lock_sessions(db_session: Session, user_id: int) -> None:
    """Hold the sessions that a user sees, and those of the trips that are held."""
    seen = select(Participant.session_id).where(Participant.user_id == user_id)
    trips = select(Trip.id).where(_concerned(user_id))
    query = select(ChatSession.id).where(
        or_(ChatSession.user_id == user_id, ChatSession.id.in_(seen), ChatSession.trip_id.in_(trips))
    )
    db_session.execute(query.order_by(ChatSession.id).with_for_update())


def counts(db_session: Session, user_id: int, *, kept: Sequence[int]) -> dict[str, int]:
    """Return how much of what goes with a user whose trips *kept* are handed over."""
    trips = select(Trip.id).where(Trip.user_id == user_id, Trip.id.not_in(kept))
    of_others = select(Trip.id).where(or_(Trip.user_id != user_id, Trip.id.in_(kept)))
    goes = and_(_going(user_id), or_(ChatSession.trip_id.is_(None), ChatSession.trip_id.not_in(of_others)))
    sessions = select(ChatSession.id).where(goes)

    def of_both(kind: Any) -> ColumnElement[bool]:
        return or_(kind.session_id.in_(sessions), kind.trip_id.in_(trips))

    going: dict[str, tuple[Any, ColumnElement[bool]]] = {
        "sessions": (ChatSession, goes),
        "messages": (Message, Message.session_id.in_(sessions)),
        "files": (SessionFile, of_both(SessionFile)),
        "trips": (Trip, Trip.id.in_(trips)),
        "customers": (Customer, Customer.user_id == user_id),
        "decks": (Deck, of_both(Deck)),
        "links": (Review, Review.user_id == user_id),
        "templates": (Template, Template.user_id == user_id),
        "tokens": (ApiToken, ApiToken.user_id == user_id),
    }
    numbers = (
        select(func.count()).select_from(kind).where(which).scalar_subquery().label(name)
        for name, (kind, which) in going.items()
    )
    return {name: int(number) for name, number in db_session.execute(select(*numbers)).one()._mapping.items()}


def _staying(user_id: int) -> ColumnElement[bool]:
    """Return whether a session of the user's stays, as it is in somebody else's trip."""
    others = select(Trip.id).where(Trip.user_id != user_id)
    return and_(ChatSession.user_id == user_id, ChatSession.trip_id.in_(others))


def begin_afresh(db_session: Session, user_id: int) -> None:
    """Let nothing be told any more of the sessions that stay and that the user's own assistant knows.

    See `db.sides`.
    """
    with_customer = select(Trip.id).where(Trip.customer_id.is_not(None))
    by_their_own = or_(ChatSession.told_customer_id.is_(None), ChatSession.trip_id.not_in(with_customer))
    for kind in (Message, FollowUp, SessionFile):
        last = select(func.max(kind.id)).where(kind.session_id == ChatSession.id).scalar_subquery()
        query = update(ChatSession).where(
            _staying(user_id), by_their_own, last > func.coalesce(ChatSession.told_after, 0)
        )
        db_session.execute(query.values(told_after=last).execution_options(**_QUIETLY))


def _ending_threads(user_id: int) -> ColumnElement[bool]:
    """Return whether a thread goes: its session does, or it is on an assistant of the user's."""
    going = select(ChatSession.id).where(_going(user_id), ~_staying(user_id))
    return or_(
        BackboardThread.customer_id.in_(_own_customers(user_id)),
        BackboardThread.session_id.in_(going),
        and_(BackboardThread.customer_id.is_(None), BackboardThread.session_id.in_(_own_sessions(user_id))),
    )


def documents(db_session: Session, user_id: int) -> Sequence[tuple[str, str]]:
    """Return backend and Backboard's id of every document that goes: of a thread, or of a trip's file."""
    query = (
        select(BackboardThread.backend, FileCopy.document_id)
        .join(FileCopy, FileCopy.thread_row_id == BackboardThread.id)
        .join(SessionFile, SessionFile.id == FileCopy.file_id)
        .where(or_(_ending_threads(user_id), SessionFile.trip_id.in_(_own_trips(user_id))))
    )
    return [(backend, one) for backend, one in db_session.execute(query) if one is not None]


def remove_threads(db_session: Session, user_id: int) -> Sequence[Row[str, str]]:
    """Forget the threads that go; return their backends and Backboard's ids."""
    query = delete(BackboardThread).where(_ending_threads(user_id)).execution_options(**_QUIETLY)
    return db_session.execute(query.returning(BackboardThread.backend, BackboardThread.thread_id)).all()


def hand_over_sessions(db_session: Session, user_id: int) -> int:
    """Let the sessions that stay be their trips' owners', with what takes room there; return how many they are."""
    of_trip = select(Trip.user_id).where(Trip.id == ChatSession.trip_id).scalar_subquery()
    query = update(ChatSession).where(_staying(user_id))
    query = query.values(user_id=of_trip, chat_name=None, import_key=None).execution_options(**_QUIETLY)
    moved = len(db_session.scalars(query.returning(ChatSession.id)).all())
    for owner, stays in _owners(SessionFile, user_id):
        values = {"user_id": owner, "added_by_id": func.coalesce(SessionFile.added_by_id, SessionFile.user_id)}
        theirs = update(SessionFile).where(SessionFile.user_id == user_id, stays)
        db_session.execute(theirs.values(values).execution_options(**_QUIETLY))
    for owner, stays in _owners(Deck, user_id):
        whose = select(owner.label("owner")).where(Deck.id == DeckPicture.deck_id).scalar_subquery()
        stays_there = DeckPicture.deck_id.in_(select(Deck.id).where(stays))
        pictures = update(DeckPicture).where(DeckPicture.user_id == user_id, stays_there)
        db_session.execute(pictures.values(user_id=whose).execution_options(**_QUIETLY))
    return moved


def _owners(kind: Any, user_id: int) -> tuple[tuple[Any, ColumnElement[bool]], ...]:
    """Return who owns the session, or the trip, of what stays there, and whether it does."""
    return tuple(
        (
            select(thing.user_id).where(thing.id == its_id).correlate(kind).scalar_subquery(),
            its_id.in_(select(thing.id).where(thing.user_id != user_id)),
        )
        for thing, its_id in ((ChatSession, kind.session_id), (Trip, kind.trip_id))
    )


def remove_sessions(db_session: Session, user_id: int) -> None:
    """Delete the sessions that go, then the trips that go; what others have begun in those stays in none."""
    seen = select(Participant.session_id).join(ChatSession, ChatSession.id == Participant.session_id)
    others = select(Participant.user_id).where(Participant.session_id.in_(seen.where(_going(user_id)))).distinct()
    db.stamps.note(db_session, db_session.scalars(others).all())
    db_session.execute(delete(ChatSession).where(_going(user_id)).execution_options(**_QUIETLY))
    left = update(ChatSession).where(ChatSession.trip_id.in_(_own_trips(user_id)))
    left = left.values(trip_id=None, told_brief=None, deleted_at=None)
    db_session.execute(left.execution_options(**_QUIETLY))
    db_session.execute(delete(Trip).where(Trip.user_id == user_id).execution_options(**_QUIETLY))


def seen_elsewhere(db_session: Session, user_id: int) -> Sequence[int]:
    """Share nothing with a user any more; return the sessions that they see yet, for `db.participants.settle`."""
    db_session.execute(delete(SessionMember).where(SessionMember.user_id == user_id).execution_options(**_QUIETLY))
    query = select(Participant.session_id).where(Participant.user_id == user_id)
    return db_session.scalars(query).all()


# What they wrote, used and said


def remove_used(db_session: Session, user_id: int) -> None:
    """Forget what a user used, their messages that wait, with the files of these, and their ratings."""
    waiting = select(FollowUp.id).where(FollowUp.user_id == user_id)
    db_session.execute(delete(Usage).where(Usage.user_id == user_id).execution_options(**_QUIETLY))
    files = delete(SessionFile).where(SessionFile.follow_up_id.in_(waiting))
    db_session.execute(files.execution_options(**_QUIETLY))
    for kind in (FollowUp, Rating):
        db_session.execute(delete(kind).where(kind.user_id == user_id).execution_options(**_QUIETLY))


# Who they are


def lock_customers(db_session: Session, user_id: int) -> None:
    """Hold a user's customers."""
    query = select(Customer.id).where(Customer.user_id == user_id).order_by(Customer.id).with_for_update()
    db_session.execute(query)


def remove_customers(db_session: Session, user_id: int) -> Sequence[Row[str, str]]:
    """Delete a user's customers, held, whose trips go on; return backend and id of the user's assistants."""
    gone = delete(Assistant).where(Assistant.user_id == user_id).execution_options(**_QUIETLY)
    assistants = db_session.execute(gone.returning(Assistant.backend, Assistant.assistant_id)).all()
    db_session.execute(delete(Customer).where(Customer.user_id == user_id).execution_options(**_QUIETLY))
    return assistants


def lock_with_active_admins(db_session: Session, user_id: int) -> tuple[User | None, bool]:
    """Hold a user and all admins; return the user, and whether somebody else is an active admin."""
    query = select(User).where(or_(User.id == user_id, User.role == ADMIN)).order_by(User.id)
    rows = db_session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    others = any(row.role == ADMIN and not row.disabled for row in rows if row.id != user_id)
    return next((row for row in rows if row.id == user_id), None), others


def has_more(db_session: Session, user_id: int) -> bool:
    """Return whether something has become a user's meanwhile, who is held now, that has to go before them."""
    kinds = (ChatSession, Trip, Customer, Assistant, Message, Review)
    return bool(db_session.scalar(select(or_(*(exists().where(kind.user_id == user_id) for kind in kinds)))))


def remove_user(db_session: Session, user: User) -> None:
    """Delete a user, who is held, with what else is theirs alone: tokens, templates, their brand, sign-ins."""
    tries = (user.username, f"signed in {user.id}", f"admin code {user.id}")
    db_session.execute(delete(SignInFailures).where(SignInFailures.username.in_(tries)))
    db.tries.forget(db_session, [db.guests.counted_as(user.id)])
    for_them = update(Invitation).where(Invitation.used_by_id == user.id)
    db_session.execute(for_them.values(note="").execution_options(**_QUIETLY))
    db_session.execute(delete(User).where(User.id == user.id).execution_options(**_QUIETLY))
    db_session.expunge(user)
    db.stamps.forget(db_session, user.id)


def take_your_time(db_session: Session) -> None:
    """Let PostgreSQL work longer on one statement than it may otherwise: an account can be large."""
    if db_session.get_bind().dialect.name == "postgresql":
        db_session.execute(text("SET LOCAL statement_timeout = '10min'"))


def unfinished(db_session: Session, user_id: int) -> Sequence[int]:
    """Return the replies that are being written for a user, or in a session of theirs."""
    query = select(Message.id).where(is_unfinished(), or_(Message.user_id == user_id, _of_own_session(user_id)))
    return db_session.scalars(query.order_by(Message.id)).all()


def _of_own_session(user_id: int) -> ColumnElement[bool]:
    return exists().where(ChatSession.id == Message.session_id, ChatSession.user_id == user_id)
