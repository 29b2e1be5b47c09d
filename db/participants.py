"""Queries on who sees a session, and on what is only theirs of it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

import db.search
import db.stamps
from db.models import ChatSession, FollowUp, Participant, PathEnd, SessionMember, TripMember, User, is_unseen
from db.plain import run
from db.visibility import THEIR_ID, may

_AT_ONCE = 500
_RANK = {"view": 0, "edit": 1, "owner": 2}
_PERSONAL = ("user_id", "session_id", "pinned", "archived", "unseen", "last_message_id")
_COPIES = ("trip_id", "title", "model", "message_count", "total_tokens", "last_message_at", "created_at")

_GET = select(Participant).where(
    Participant.session_id == bindparam("session_id", type_=BigInteger), Participant.user_id == THEIR_ID
)


def get(db_session: Session, session_id: int, *, user_id: int) -> Participant | None:
    """Return what is only this planner's of a session, or None where they do not see it."""
    return db_session.scalar(_GET, {"session_id": session_id, "owner_id": user_id})


_LOCK = (  # both are read as they are once the lock is there
    select(ChatSession, Participant)
    .join_from(ChatSession, Participant, Participant.session_id == ChatSession.id)
    .where(ChatSession.id == bindparam("session_id", type_=BigInteger), Participant.user_id == THEIR_ID)
    .with_for_update()
)


def lock_with_session(db_session: Session, session_id: int, *, user_id: int) -> Participant | None:
    """Return what is only this planner's of a session, or None where they do not see it; both are locked."""
    found = db_session.execute(_LOCK, {"session_id": session_id, "owner_id": user_id}).one_or_none()
    return found[1] if found else None


def change(db_session: Session, session_ids: Collection[int], *, user_id: int, **values: Any) -> int:
    """Change what is only this planner's of sessions; return how many of these they see."""
    query = update(Participant).where(Participant.session_id.in_(session_ids), Participant.user_id == user_id)
    query = query.values(values).returning(Participant.session_id).execution_options(synchronize_session=False)
    return len(db_session.scalars(query).all())


_MARK_SEEN = (
    update(Participant)
    .where(Participant.session_id == bindparam("of_session"), Participant.user_id == THEIR_ID, is_unseen())
    .values(unseen=False)
)
_MARK_UNSEEN = update(Participant).where(Participant.session_id == bindparam("of_session")).values(unseen=True)
_OF_SESSION = (
    update(Participant)
    .where(Participant.session_id == bindparam("of_session"))
    .values(last_message_id=bindparam("to_id", type_=BigInteger))
)
_FOLLOW = _OF_SESSION.where(Participant.last_message_id == bindparam("from_id", type_=BigInteger))
_FOLLOW_FIRST = _OF_SESSION.where(Participant.last_message_id.is_(None))


def mark_seen(db_session: Session, session_id: int, *, user_id: int) -> None:
    """Note that this planner has looked at the last answer of a session."""
    run(db_session, _MARK_SEEN, {"of_session": session_id, "owner_id": user_id})


def mark_unseen(db_session: Session, session_id: int) -> None:
    """Note that an answer has ended that nobody who sees the session has looked at yet; the session is held then."""
    run(db_session, _MARK_UNSEEN, {"of_session": session_id})


def follow(db_session: Session, session_id: int, *, from_id: int | None, to_id: int | None) -> None:
    """Let everybody whose path ends with one message be shown the path to another; the session is held then."""
    values = {"of_session": session_id, "to_id": to_id}
    if from_id is None:
        run(db_session, _FOLLOW_FIRST, values)
    else:
        run(db_session, _FOLLOW, values | {"from_id": from_id})


def of_session(db_session: Session, session_id: int) -> Sequence[Participant]:
    """Return everybody who sees a session, its owner among them."""
    query = select(Participant).where(Participant.session_id == session_id)
    return db_session.scalars(query.order_by(Participant.user_id)).all()


def people(db_session: Session, session_id: int, *, user_id: int) -> list[tuple[int, str, str, str]]:
    """Return id, name, user name and access of everybody who sees a session that this planner sees."""
    query = select(User.id, User.name, User.username, Participant.access)
    query = query.join(Participant, Participant.user_id == User.id).where(Participant.session_id == session_id)
    rows = db_session.execute(query.order_by(User.id)).all()
    found = [(row.id, row.name, row.username, row.access) for row in rows]
    return found if any(row[0] == user_id for row in found) else []


_NOW = select(
    Participant.session_id,
    Participant.user_id,
    may(Participant.access, Participant.user_id).label("access"),
    Participant.title,
    Participant.model,
    Participant.message_count,
    Participant.last_message_id,
).where(Participant.session_id.in_(bindparam("session_ids", expanding=True)))


def now(db_session: Session, session_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Return what everybody who sees one of these sessions is shown of it."""
    return run(db_session, _NOW, {"session_ids": list(session_ids)}).all()


def hide(db_session: Session, session_ids: Collection[int]) -> list[dict[str, Any]]:
    """Let nobody see these sessions, which are held; return what was only theirs of them, for `show_again`."""
    columns = [getattr(Participant, name) for name in _PERSONAL]
    gone = delete(Participant).where(Participant.session_id.in_(session_ids)).returning(*columns)
    hidden = [dict(row) for row in db_session.execute(gone).mappings()]
    db.stamps.note(db_session, {row["user_id"] for row in hidden})
    return hidden


def show_again(db_session: Session, hidden: Sequence[dict[str, Any]]) -> None:
    """Let those see sessions again, which are held, who saw them, and may still; with what was only theirs."""
    saw: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)  # by session and person
    for row in hidden:
        saw[row["session_id"]][row["user_id"]] = row
    ids = sorted(saw)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        wanted = _wanted(db_session, some)
        rows = [
            {"session_id": one, "user_id": user_id, "access": access, **saw[one].get(user_id, {})}
            for one in some
            for user_id, access in wanted[one].items()
        ]
        _let_in(db_session, rows)
        db.search.settle(db_session, [one for one in some if wanted[one].keys() != saw[one].keys()])
        db.search.put_missing(db_session, some)
        db.search.put_titles(db_session, some)


def settle(db_session: Session, session_ids: Collection[int]) -> None:
    """Let exactly those see these sessions who own them, with whom they are shared or who work on their trip.

    The sessions are held then, and none is deleted with its trip. Who comes sees what the owner is shown; of who
    goes, messages that wait go too, and where they left a version.
    """
    ids = sorted(session_ids)
    for start in range(0, len(ids), _AT_ONCE):
        _settle(db_session, ids[start : start + _AT_ONCE])


def _settle(db_session: Session, ids: Sequence[int]) -> None:
    db_session.flush()
    wanted, found = _wanted(db_session, ids), _found(db_session, ids)
    gone: dict[int, list[int]] = defaultdict(list)  # sessions, by person
    changed: dict[tuple[int, str], list[int]] = defaultdict(list)  # by person and what they may do now
    new = []
    for one in ids:
        for user_id in found[one].keys() - wanted[one].keys():
            gone[user_id].append(one)
        for user_id, access in wanted[one].items():
            if user_id not in found[one]:
                new.append({"session_id": one, "user_id": user_id, "access": access})
            elif found[one][user_id] != access:
                changed[user_id, access].append(one)
    for user_id, session_ids in gone.items():
        _let_go(db_session, session_ids, user_id)
    for (user_id, access), session_ids in changed.items():
        change(db_session, session_ids, user_id=user_id, access=access)
    _let_in(db_session, new)
    db.stamps.note(db_session, {*gone, *(user_id for user_id, _ in changed)})
    db_session.expire_all()
    db.search.settle(db_session, [one for one in ids if wanted[one].keys() != found[one].keys()])
    db.search.put_titles(db_session, ids)  # with that of the trip, if all who see one see the other


def _wanted(db_session: Session, ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Return who is to see these sessions, by session and person, and what they may do there."""
    wanted: dict[int, dict[int, str]] = defaultdict(dict)
    for session_id, user_id, access in _accesses(db_session, ids):
        if _RANK[access] >= _RANK[wanted[session_id].get(user_id, "view")]:
            wanted[session_id][user_id] = access
    return wanted


def _found(db_session: Session, ids: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    query = select(Participant.session_id, Participant.user_id, Participant.access)
    for session_id, user_id, access in db_session.execute(query.where(Participant.session_id.in_(ids))):
        found[session_id][user_id] = access
    return found


def _accesses(db_session: Session, ids: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Yield session, person and access, once for every reason why they see it."""
    owned = select(ChatSession.id, ChatSession.user_id).where(ChatSession.id.in_(ids))
    for row in db_session.execute(owned):
        yield row.id, row.user_id, "owner"
    shared = select(SessionMember.session_id, SessionMember.user_id, SessionMember.access)
    for one, user_id, access in db_session.execute(shared.where(SessionMember.session_id.in_(ids))):
        yield one, user_id, access
    query = select(ChatSession.id, TripMember.user_id, TripMember.access)
    query = query.join(TripMember, TripMember.trip_id == ChatSession.trip_id).where(ChatSession.id.in_(ids))
    for one, user_id, access in db_session.execute(query):
        yield one, user_id, "edit" if access == "owner" else access


def _let_go(db_session: Session, session_ids: Sequence[int], user_id: int) -> None:
    for table in (Participant, FollowUp, PathEnd):
        gone = delete(table).where(table.session_id.in_(session_ids), table.user_id == user_id)
        db_session.execute(gone.execution_options(synchronize_session=False))


def _let_in(db_session: Session, new: Sequence[dict[str, Any]]) -> None:
    if not new:
        return
    db.stamps.note(db_session, {row["user_id"] for row in new})
    query = select(ChatSession.id, Participant.last_message_id, *(getattr(ChatSession, name) for name in _COPIES))
    owner = (Participant.session_id == ChatSession.id) & (Participant.user_id == ChatSession.user_id)
    query = query.outerjoin(Participant, owner).where(ChatSession.id.in_({row["session_id"] for row in new}))
    shown = {row["id"]: dict(row) for row in db_session.execute(query).mappings()}
    rows = []
    for row in new:
        copies = {name: value for name, value in shown[row["session_id"]].items() if name != "id"}
        rows.append({"pinned": False, "archived": False, "unseen": False, **copies, **row})
    db_session.execute(insert(Participant), rows)
