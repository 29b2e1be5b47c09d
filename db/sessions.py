"""Queries on sessions."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

import db.participants
import db.stamps
from db.models import ChatSession, Message, Participant, TripMember, User, UtcDateTime, is_unfinished, is_unseen
from db.plain import Plain, Values, run
from db.visibility import THEIR_ID, in_theirs, may, visible_to

# A session with what is only the planner's of it, and whether a reply is being written in it.
SummaryRow = tuple[Plain[ChatSession], bool]


def get_visible(db_session: Session, session_id: int, *, user_id: int) -> ChatSession | None:
    """Return a session of this planner's, or None."""
    return db_session.scalar(_visible(session_id, user_id))


def lock_visible(db_session: Session, session_id: int, *, user_id: int) -> ChatSession | None:
    """Return a session of this planner's, or None."""
    return db_session.scalar(_visible(session_id, user_id).with_for_update())


def _visible(session_id: int, user_id: int) -> Select[ChatSession]:
    return select(ChatSession).where(ChatSession.id == session_id, visible_to(user_id))


def by_chat_name(db_session: Session, chat_name: str, *, user_id: int) -> ChatSession | None:
    """Return the session of this planner's own that their program named so, or None."""
    mine = ChatSession.user_id == user_id
    return db_session.scalar(select(ChatSession).where(ChatSession.chat_name == chat_name, mine))


def imported(db_session: Session, import_keys: Sequence[str], *, user_id: int) -> Sequence[ChatSession]:
    """Return the sessions of this planner's own that were imported under one of these keys."""
    query = select(ChatSession).where(ChatSession.import_key.in_(import_keys), ChatSession.user_id == user_id)
    return db_session.scalars(query.order_by(ChatSession.id)).all()


def begun_since(db_session: Session, since: datetime, *, user_id: int, number: int) -> bool:
    """Return whether this planner has so many sessions that were begun since an instant."""
    query = select(ChatSession.id).where(ChatSession.user_id == user_id, ChatSession.created_at >= since)
    last = query.order_by(ChatSession.created_at.desc(), ChatSession.id.desc()).offset(number - 1).limit(1)
    return db_session.scalar(last) is not None


def has_any(db_session: Session, *, user_id: int) -> bool:
    """Return whether this planner sees a session, archived or not."""
    query = select(Participant.session_id).where(Participant.user_id == user_id)
    return db_session.scalar(query.order_by(Participant.last_message_at.desc()).limit(1)) is not None


_answering = exists().where(Message.session_id == ChatSession.id, is_unfinished()).label("answering")
_EACH = aliased(Participant)
_PEOPLE = select(func.count()).where(_EACH.session_id == Participant.session_id).scalar_subquery()
_OWNER_NAME = select(User.name).where(User.id == ChatSession.user_id).scalar_subquery()
_TRIP_ACCESS = (
    select(may(TripMember.access, THEIR_ID))
    .where(TripMember.trip_id == Participant.trip_id, TripMember.user_id == Participant.user_id)
    .scalar_subquery()
)
SUMMARIES = (  # of the planner `:owner_id`
    select(
        ChatSession,
        may(Participant.access, THEIR_ID).label("access"),
        Participant.pinned,
        Participant.archived,
        Participant.unseen,
        Participant.last_message_id,
        _PEOPLE.label("people"),
        case((Participant.access != "owner", _OWNER_NAME)).label("owner_name"),
        _TRIP_ACCESS.label("trip_access"),
        _answering,
    )
    .join_from(Participant, ChatSession, ChatSession.id == Participant.session_id)
    .where(Participant.user_id == THEIR_ID)
)
_SUMMARY = SUMMARIES.where(Participant.session_id == bindparam("session_id"))


def summary(db_session: Session, session_id: int, *, user_id: int) -> SummaryRow | None:
    """Return one session of this planner's and whether it is being answered, or None."""
    found = list(summaries(db_session, _SUMMARY, {"session_id": session_id, "owner_id": user_id}))
    return found[0] if found else None


def summaries(db_session: Session, query: Select[*tuple[Any, ...]], values: Values) -> Iterator[SummaryRow]:
    """Yield what a query made from SUMMARIES gives."""
    for row in run(db_session, query, values, options={}):
        yield row, row.answering  # type: ignore[misc]  # see Plain


def page(
    db_session: Session,
    *,
    user_id: int,
    pinned: bool | None = None,
    archived: bool = False,
    trip_id: int | None = None,
    limit: int,
    before: tuple[datetime, int] | None = None,
    matching: ColumnElement[bool] | None = None,
) -> Sequence[SummaryRow]:
    """Return sessions that this planner sees, last used first, and whether each is being answered.

    With a *trip_id*, only those of that trip.
    """
    query = _page(of_pinned=pinned is not None, of_trip=trip_id is not None, goes_on=before is not None)
    values: dict[str, Any] = {"owner_id": user_id, "archived": archived, "pinned": pinned, "limit": limit}
    values["trip_id"] = trip_id
    if matching is not None:
        query = query.where(matching)
    if before is not None:
        values["before_at"], values["before_id"] = before
    return list(summaries(db_session, query, values))


@cache
def _page(*, of_pinned: bool, of_trip: bool, goes_on: bool) -> Select[*tuple[Any, ...]]:
    query = SUMMARIES.where(Participant.archived == bindparam("archived"))
    if of_pinned:
        query = query.where(Participant.pinned == bindparam("pinned"))
    if of_trip:
        query = query.where(Participant.trip_id == bindparam("trip_id", type_=BigInteger))
    if goes_on:
        before = bindparam("before_at", type_=UtcDateTime), bindparam("before_id", type_=BigInteger)
        query = query.where(tuple_(Participant.last_message_at, Participant.session_id) < tuple_(*before))
    query = query.order_by(Participant.last_message_at.desc(), Participant.session_id.desc())
    return query.limit(bindparam("limit", type_=Integer))


def latest_id(db_session: Session, *, user_id: int) -> int | None:
    """Return the id of the planner's session with the latest message, or None."""
    query = (
        select(Participant.session_id)
        .where(Participant.user_id == user_id, Participant.archived.is_(False))
        .order_by(Participant.last_message_at.desc())
        .limit(1)
    )
    return db_session.scalar(query)


_TITLE_AND_END = select(Participant.title, Participant.last_message_id, Participant.message_count).where(
    Participant.session_id == bindparam("session_id"), Participant.user_id == THEIR_ID
)


def title_and_end(db_session: Session, session_id: int, *, user_id: int) -> tuple[str, int | None, int] | None:
    """Return a session's title, the id of the last message that this planner is shown there, and how many it has.

    None where they do not see it.
    """
    row = run(db_session, _TITLE_AND_END, {"session_id": session_id, "owner_id": user_id}).one_or_none()
    return (row.title, row.last_message_id, row.message_count) if row else None


# From the last message that the planner is shown on: what is newer is not above it, so it is in another version.
_ELSEWHERE = (
    select(Message.id, User.name)
    .join_from(Participant, Message, Message.session_id == Participant.session_id)
    .join(User, User.id == Message.user_id)
    .where(
        Participant.session_id == bindparam("session_id", type_=BigInteger),
        Participant.user_id == THEIR_ID,
        Message.id > func.coalesce(Participant.last_message_id, 0),
        Message.user_id != THEIR_ID,
        Message.role.in_(("user", "assistant")),
        Message.deleted_at.is_(None),
    )
    .order_by(Message.id.desc())
    .limit(1)
)


def elsewhere(db_session: Session, session_id: int, *, user_id: int) -> tuple[int, str] | None:
    """Return the newest message that others wrote in a version that this planner is not shown, and who did, or None.

    What is older than all that they are shown does not count.
    """
    row = run(db_session, _ELSEWHERE, {"session_id": session_id, "owner_id": user_id}).one_or_none()
    return (row.id, row.name) if row else None


def titles(db_session: Session, session_ids: Collection[int], *, user_id: int) -> dict[int, str]:
    """Return the titles of those of these sessions that are this planner's, by id."""
    query = select(ChatSession.id, ChatSession.title)
    rows = db_session.execute(query.where(ChatSession.id.in_(session_ids), visible_to(user_id)))
    return {row.id: row.title for row in rows}


# From the few that are being written to who sees them; a join would go through all of the planner's sessions.
_ANSWERING = select(Message.session_id).where(is_unfinished(), in_theirs(Message.session_id))
_UNSEEN = select(Participant.session_id).where(Participant.user_id == THEIR_ID, is_unseen()).limit(1000)


def marks(db_session: Session, *, user_id: int) -> tuple[set[int], set[int]]:
    """Return the ids of this planner's sessions being answered, and of those with an answer not yet seen."""
    values = {"owner_id": user_id}
    return set(run(db_session, _ANSWERING, values).scalars()), set(run(db_session, _UNSEEN, values).scalars())


_COUNT_REPLY = (
    update(ChatSession)
    .where(ChatSession.id == bindparam("session_id"))
    .values(
        total_tokens=ChatSession.total_tokens + bindparam("tokens", type_=BigInteger),
        cost_micros=ChatSession.cost_micros + bindparam("known_micros", type_=BigInteger),
        unpriced=ChatSession.unpriced + bindparam("not_known", type_=BigInteger),
        last_message_at=bindparam("now", type_=UtcDateTime),
        updated_at=bindparam("now", type_=UtcDateTime),
        last_message_preview=func.coalesce(bindparam("preview", type_=String), ChatSession.last_message_preview),
    )
)


def count_reply(
    db_session: Session, session_id: int, *, now: datetime, tokens: int, cost_micros: int | None, preview: str | None
) -> None:
    """Add a reply that has just ended to what a session, of anybody, counts and shows of itself; it is held then."""
    values = {"tokens": tokens, "known_micros": cost_micros or 0, "not_known": int(cost_micros is None)}
    run(db_session, _COUNT_REPLY, {"session_id": session_id, "now": now, "preview": preview, **values})
    db.participants.mark_unseen(db_session, session_id)


_CHANGE_MODEL = (
    update(ChatSession)
    .where(ChatSession.id == bindparam("session_id"), ChatSession.model == bindparam("before", type_=String))
    .values(model=bindparam("now", type_=String))
)


_TOLD_AFTER = select(ChatSession.told_after).where(ChatSession.id == bindparam("session_id"))


def told_after(db_session: Session, session_id: int) -> int | None:
    """Return the last message of a session, of anybody, of which its assistant is told nothing (see `db.sides`)."""
    found: int | None = run(db_session, _TOLD_AFTER, {"session_id": session_id}).scalar_one_or_none()
    return found


_NOTE_BRIEF = (
    update(ChatSession)
    .where(ChatSession.id == bindparam("session_id"), ChatSession.trip_id == bindparam("of_trip", type_=BigInteger))
    .values(told_brief=bindparam("hash", type_=String))
)


def note_brief(db_session: Session, session_id: int, *, trip_id: int, content_hash: str | None) -> None:
    """Write down which brief the last reply of a session, of anybody, knows, while it is in that trip."""
    run(db_session, _NOTE_BRIEF, {"session_id": session_id, "of_trip": trip_id, "hash": content_hash})


def change_model(db_session: Session, session_id: int, *, before: str, now: str) -> None:
    """Give a session, of anybody, another model in the place of one; it is held then."""
    run(db_session, _CHANGE_MODEL, {"session_id": session_id, "before": before, "now": now})


def lock_visible_ids(db_session: Session, session_ids: Sequence[int], *, user_id: int) -> Sequence[int]:
    """Return those of these ids that are sessions of this planner's."""
    query = select(ChatSession.id).where(ChatSession.id.in_(session_ids), visible_to(user_id))
    return db_session.scalars(query.order_by(ChatSession.id).with_for_update()).all()


def lock_owned_ids(db_session: Session, session_ids: Sequence[int], *, user_id: int) -> Sequence[int]:
    """Return those of these ids that are sessions of this planner's own."""
    query = select(ChatSession.id).where(ChatSession.id.in_(session_ids), ChatSession.user_id == user_id)
    return db_session.scalars(query.order_by(ChatSession.id).with_for_update()).all()


def remove(db_session: Session, session_ids: Sequence[int], *, user_id: int) -> Sequence[int]:
    """Delete sessions of this planner's own; return the id of each one deleted."""
    db.stamps.note_sessions(db_session, session_ids)
    query = delete(ChatSession).where(ChatSession.id.in_(session_ids), ChatSession.user_id == user_id)
    return db_session.scalars(query.returning(ChatSession.id)).all()
