"""Queries on reviews: links, what they show, who looked, what was said and decided.

A link is of a session or of a trip, or of the deck of one: where both can be named, one of them is. The links of a
session are seen by whoever sees that, those of a trip by whoever may change it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from db.ids import new_id
from db.models import (
    ChatSession,
    Review,
    ReviewComment,
    ReviewDecision,
    ReviewReader,
    ReviewVersion,
    Snapshot,
    Trip,
    TripMember,
    User,
    UtcDateTime,
    reviews,
)
from db.plain import OFTEN
from db.trips import EDIT, OWNER, changed_by

_Columns = TypeVarTuple("_Columns")
LinkRow = Row[Review, str, str]  # a link, the title of what it is of, the name of whose that is


class OpenLink(NamedTuple):
    """A link that opens something; *title* is its session's or its trip's."""

    id: int
    audience: str
    title: str
    token_hash: str
    passcode_hash: str | None


_TITLE = func.coalesce(ChatSession.title, Trip.title)
_PLANNER_ID = func.coalesce(ChatSession.user_id, Review.user_id)  # whose name its readers are told
_OPENS_SOMETHING = (ChatSession.deleted_at.is_(None), Trip.deleted_at.is_(None), User.disabled.is_(False))


def _with_things(query: Select[*_Columns]) -> Select[*_Columns]:
    """Return a query on links that has their sessions and trips beside them."""
    query = query.outerjoin(ChatSession, ChatSession.id == Review.session_id)
    return query.outerjoin(Trip, Trip.id == Review.trip_id)


def _seen_by(user_id: int) -> ColumnElement[bool]:
    """Return whether a link is a planner's to see and change: to a session of their own, or to a trip they change."""
    return or_(ChatSession.user_id == user_id, changed_by(user_id))


def _visible(user_id: int) -> Select[Review]:
    return _with_things(select(Review)).where(_seen_by(user_id))


def get_visible(db_session: Session, review_id: int, *, user_id: int) -> Review | None:
    """Return a link that this planner sees, or None."""
    return db_session.scalar(_visible(user_id).where(Review.id == review_id))


def lock_visible(db_session: Session, review_id: int, *, user_id: int) -> Review | None:
    """Return a link that this planner sees, or None."""
    _keep_thing(db_session, Review.id == review_id)
    return db_session.scalar(_visible(user_id).where(Review.id == review_id).with_for_update(of=Review))


def _keep_thing(db_session: Session, link: ColumnElement[bool]) -> None:
    """Let nobody delete a link's session or trip meanwhile: whoever does so holds it, and then waits for the link.

    PostgreSQL looks for them when a row is written a second time in one transaction.
    """
    trip = select(Trip.id).join(Review, Review.trip_id == Trip.id).where(link)
    db_session.execute(trip.with_for_update(read=True, key_share=True, of=Trip))
    session = select(ChatSession.id).join(Review, Review.session_id == ChatSession.id).where(link)
    db_session.execute(session.with_for_update(read=True, key_share=True, of=ChatSession))


def title(db_session: Session, review_id: int) -> str:
    """Return the title of what a link is of."""
    query = _with_things(select(_TITLE).select_from(Review)).where(Review.id == review_id)
    return db_session.scalar(query) or ""


def owner_id(db_session: Session, review_id: int) -> int:
    """Return who owns the session or the trip that a link is of."""
    query = _with_things(select(func.coalesce(ChatSession.user_id, Trip.user_id)).select_from(Review))
    return int(db_session.scalars(query.where(Review.id == review_id)).one())


def page(
    db_session: Session,
    *,
    user_id: int,
    now: datetime,
    ended: bool | None = None,
    session_id: int | None = None,
    trip_id: int | None = None,
    deck: bool = False,
    matching: str = "",
    states: Collection[str] = (),
    limit: int,
    offset: int = 0,
) -> Sequence[Row[Review, str]]:
    """Return links with the titles of what they are of: those due first, without a due date the latest.

    Of a session, of a trip, or of the *deck* of one, all that this planner sees; else those that are their own.
    """
    query = _with_things(select(Review, _TITLE)).where(_seen_by(user_id))
    if ended is not None:
        query = query.where(_has_ended(now) if ended else ~_has_ended(now))
    if session_id is not None or trip_id is not None:
        query = query.where(*_is_of(session_id, trip_id, deck))
    else:  # found by their planner: sessions there may be very many more
        query = query.where(Review.user_id == user_id)
    if matching:
        words = f"%{matching.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        query = query.where(or_(Review.audience.ilike(words, escape="!"), _TITLE.ilike(words, escape="!")))
    if states:
        query = query.where(Review.state.in_(states))
    query = query.order_by(Review.due_on.is_(None), Review.due_on, Review.id.desc())
    return db_session.execute(query.limit(limit).offset(offset)).all()


def _has_ended(now: datetime) -> ColumnElement[bool]:
    return or_(Review.revoked_at.is_not(None), func.coalesce(Review.ends_at <= now, False))


def count(
    db_session: Session, *, session_id: int | None = None, trip_id: int | None = None, deck: bool = False
) -> int:
    """Return how many links a session, a trip, or the deck of one has."""
    return db_session.scalar(select(func.count(Review.id)).where(*_is_of(session_id, trip_id, deck))) or 0


def count_visible(
    db_session: Session,
    *,
    user_id: int,
    session_id: int | None = None,
    trip_id: int | None = None,
    deck: bool = False,
    open_at: datetime | None = None,
) -> int:
    """Return how many links a session, a trip, or the deck of one has, or has open, if this planner sees them."""
    query = _with_things(select(func.count(Review.id)).select_from(Review))
    if open_at is not None:
        query = query.where(~_has_ended(open_at))
    return db_session.scalar(query.where(_seen_by(user_id), *_is_of(session_id, trip_id, deck))) or 0


def _is_of(session_id: int | None, trip_id: int | None, deck: bool) -> tuple[ColumnElement[bool], ...]:
    is_of = Review.session_id == session_id if trip_id is None else Review.trip_id == trip_id
    return is_of, Review.deck.is_(deck)


_BY_TOKEN = (
    _with_things(select(Review, _TITLE, User.name))
    .join(User, User.id == _PLANNER_ID)
    .where(
        Review.token_hash == bindparam("token_hash"),
        ~_has_ended(bindparam("now", type_=UtcDateTime)),  # type: ignore[arg-type]  # a value for it
        *_OPENS_SOMETHING,
    )
    .execution_options(**OFTEN)
)


def active_by_token(db_session: Session, token_hash: str, *, now: datetime) -> LinkRow | None:
    """Return the link of this hash that has not ended, or None; nor has it where its planner is disabled."""
    return db_session.execute(_BY_TOKEN, {"token_hash": token_hash, "now": now}).one_or_none()


def lock_active_by_token(db_session: Session, token_hash: str, *, now: datetime) -> LinkRow | None:
    """Return the link of this hash that has not ended, or None; nor has it where its planner is disabled."""
    _keep_thing(db_session, Review.token_hash == token_hash)
    query = _BY_TOKEN.with_for_update(of=Review)
    return db_session.execute(query, {"token_hash": token_hash, "now": now}).one_or_none()


def active_links(db_session: Session, *, now: datetime) -> Sequence[OpenLink]:
    """Return every link that opens something, of anybody's, oldest first."""
    query = _with_things(select(Review.id, Review.audience, _TITLE, Review.token_hash, Review.passcode_hash))
    query = query.join(User, User.id == _PLANNER_ID).where(~_has_ended(now), *_OPENS_SOMETHING)
    return [OpenLink(*row) for row in db_session.execute(query.order_by(Review.id))]


def touch(review: Review) -> None:
    """Note that something of a link, which is held, is another: the number only rises."""
    review.changed = max(new_id(), review.changed + 1)  # the clocks of two processes differ


def changed_of_active(db_session: Session, review_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """Return, of those of these links that have not ended, what `touch` set last."""
    query = _with_things(select(Review.id, Review.changed)).join(User, User.id == _PLANNER_ID)
    query = query.where(Review.id.in_(review_ids), ~_has_ended(now), *_OPENS_SOMETHING)
    return {row.id: row.changed for row in db_session.execute(query)}


def changed_for(db_session: Session, user_ids: Collection[int]) -> dict[int, int]:
    """Return, for each of these planners, what `touch` set last of any link of theirs or of a trip they help with."""
    latest = func.max(Review.changed)
    theirs = select(Review.user_id, latest).where(Review.user_id.in_(user_ids)).group_by(Review.user_id)
    helped = select(TripMember.user_id, latest).join(Review, Review.trip_id == TripMember.trip_id)
    helped = helped.where(TripMember.user_id.in_(user_ids), TripMember.access == EDIT, TripMember.access != OWNER)
    rows = [*db_session.execute(theirs), *db_session.execute(helped.group_by(TripMember.user_id))]
    return {user_id: changed for user_id, changed in sorted(rows, key=lambda row: row[1])}


def news(db_session: Session, *, user_id: int) -> int:
    """Return how many links of this planner's have something that they have not looked at."""
    return db_session.scalar(select(func.count(Review.id)).where(reviews.is_unseen(), Review.user_id == user_id)) or 0


def hand_over(db_session: Session, trip_id: int, *, from_id: int, to_id: int, of_sessions: bool = False) -> None:
    """Let the links to a trip that are somebody's, or those to its sessions, be somebody else's; it is held then."""
    now = new_id()
    changed = case((Review.changed < now, now), else_=Review.changed + 1)  # as `touch` has it
    query = update(Review).where(*_theirs_of_trip(trip_id, from_id, of_sessions))
    db_session.execute(query.values(user_id=to_id, changed=changed))


def _theirs_of_trip(trip_id: int, user_id: int, of_sessions: bool) -> tuple[ColumnElement[bool], ...]:
    sessions = select(ChatSession.id).where(ChatSession.trip_id == trip_id)
    return Review.session_id.in_(sessions) if of_sessions else Review.trip_id == trip_id, Review.user_id == user_id


def count_open_of(db_session: Session, trip_id: int, *, user_id: int, now: datetime) -> int:
    """Return how many links to a trip and its sessions that are somebody's have not ended."""
    count = select(func.count(Review.id))
    kinds = (count.where(*_theirs_of_trip(trip_id, user_id, one), ~_has_ended(now)) for one in (False, True))
    return sum(db_session.scalar(query) or 0 for query in kinds)


def end(
    db_session: Session, trip_id: int, *, of_id: int, why: str, at: datetime, of_sessions: bool = False
) -> Sequence[Row[int, str]]:
    """Revoke the links to a trip that are somebody's, or those to its sessions; return their ids and audiences.

    Also those that came to their end: they would open again with a later one. They are held then.
    """
    query = update(Review).where(*_theirs_of_trip(trip_id, of_id, of_sessions), Review.revoked_at.is_(None))
    query = query.values(revoked_at=at, ended_why=why).returning(Review.id, Review.audience)
    return db_session.execute(query).all()


# What a link shows


def keep_snapshot(
    db_session: Session,
    *,
    session_id: int | None = None,
    trip_id: int | None = None,
    sha256: str,
    content: bytes,
    at: datetime,
) -> Snapshot:
    """Return the snapshot of a session or a trip, which is held, with this content; made if there is none."""
    is_of = Snapshot.session_id == session_id if trip_id is None else Snapshot.trip_id == trip_id
    found = db_session.scalar(select(Snapshot).where(is_of, Snapshot.sha256 == sha256))
    if found is None:
        found = Snapshot(session_id=session_id, trip_id=trip_id, sha256=sha256, content=content, created_at=at)
        db_session.add(found)
        db_session.flush()
    return found


def versions(db_session: Session, review_ids: Collection[int]) -> Sequence[Row[ReviewVersion, str]]:
    """Return every version of these links and its snapshot's hash, oldest first."""
    query = select(ReviewVersion, Snapshot.sha256).join(Snapshot, Snapshot.id == ReviewVersion.snapshot_id)
    query = query.where(ReviewVersion.review_id.in_(review_ids))
    return db_session.execute(query.order_by(ReviewVersion.review_id, ReviewVersion.number)).all()


def showing(db_session: Session, trip_id: int, *, sha256: str) -> Sequence[Row[Review, int]]:
    """Return the links to a trip that show, or showed, what has this hash, each with that version's id, in order."""
    query: Select[Review, int] = select(Review, ReviewVersion.id)
    query = query.join(ReviewVersion, ReviewVersion.review_id == Review.id)
    query = query.join(Snapshot, Snapshot.id == ReviewVersion.snapshot_id)
    query = query.where(Snapshot.trip_id == trip_id, Snapshot.sha256 == sha256)
    return db_session.execute(query.order_by(ReviewVersion.id)).all()


def decided_decks(
    db_session: Session, *, session_id: int | None = None, trip_id: int | None = None
) -> Sequence[Row[Review, int, int]]:
    """Return the links to a deck with what of it somebody decided about: each version's id, and its snapshot's."""
    query: Select[Review, int, int] = select(Review, ReviewVersion.id, ReviewVersion.snapshot_id)
    query = query.join(ReviewVersion, ReviewVersion.review_id == Review.id)
    decided = select(ReviewDecision.id).where(ReviewDecision.version_id == ReviewVersion.id)
    query = query.where(*_is_of(session_id, trip_id, True), decided.exists())
    return db_session.execute(query.order_by(ReviewVersion.id.desc())).all()


def content(db_session: Session, snapshot_id: int) -> bytes:
    """Return what a snapshot holds."""
    found: bytes = db_session.scalars(select(Snapshot.content).where(Snapshot.id == snapshot_id)).one()
    return found


# Who looks


def reader(db_session: Session, review_id: int, key_hash: str) -> ReviewReader | None:
    """Return the browser of this key in which a link was opened, or None."""
    query = select(ReviewReader).where(ReviewReader.review_id == review_id, ReviewReader.key_hash == key_hash)
    return db_session.scalar(query)


def count_readers(db_session: Session, review_id: int) -> int:
    """Return in how many browsers a link was opened."""
    return db_session.scalar(select(func.count()).where(ReviewReader.review_id == review_id)) or 0


def forget_silent_reader(db_session: Session, review_id: int) -> bool:
    """Forget the latest browser in which nobody said anything; return whether there was one."""
    silent = select(ReviewReader.id).where(ReviewReader.review_id == review_id, ReviewReader.name.is_(None))
    latest = db_session.scalar(silent.order_by(ReviewReader.id.desc()).limit(1))
    if latest is not None:
        db_session.execute(delete(ReviewReader).where(ReviewReader.id == latest))
    return latest is not None


# What was said and decided


def decisions(db_session: Session, review_ids: Collection[int]) -> Sequence[ReviewDecision]:
    """Return every decision on these links, oldest first."""
    query = select(ReviewDecision).where(ReviewDecision.review_id.in_(review_ids))
    return db_session.scalars(query.order_by(ReviewDecision.id)).all()


def latest_comments(db_session: Session, trip_id: int, *, limit: int) -> Sequence[Row[datetime, str, int, bool, str]]:
    """Return when, by whom and on which link of a trip stakeholders commented last; its kind is empty."""
    query = select(ReviewComment.created_at, ReviewComment.name, Review.id, Review.deck, literal(""))
    query = query.join(Review, Review.id == ReviewComment.review_id).where(Review.trip_id == trip_id)
    query = query.where(ReviewComment.by_planner.is_(False), ReviewComment.removed_at.is_(None))
    return db_session.execute(query.order_by(ReviewComment.id.desc()).limit(limit)).all()


def latest_decisions(
    db_session: Session, trip_id: int, *, limit: int
) -> Sequence[Row[datetime, str, int, bool, str]]:
    """Return when, by whom, on which link of a trip and what was decided last."""
    query = select(ReviewDecision.created_at, ReviewDecision.name, Review.id, Review.deck, ReviewDecision.kind)
    query = query.join(Review, Review.id == ReviewDecision.review_id).where(Review.trip_id == trip_id)
    return db_session.execute(query.order_by(ReviewDecision.id.desc()).limit(limit)).all()


def count_decisions(db_session: Session, review_id: int) -> int:
    """Return how many decisions a link has."""
    return db_session.scalar(select(func.count()).where(ReviewDecision.review_id == review_id)) or 0


def count_decisions_of(db_session: Session, reader_id: int, *, version_id: int) -> int:
    """Return how many decisions a reader made about one version."""
    query = select(func.count()).where(ReviewDecision.reader_id == reader_id, ReviewDecision.version_id == version_id)
    return db_session.scalar(query) or 0


# What mail tells


MAIL_KEPT = timedelta(days=1)  # what nobody sent by then, as no server was set, is no news any more


def any_mail_due(db_session: Session, *, now: datetime) -> bool:
    """Return whether any planner is to get mail now."""
    return db_session.scalar(_mail_due(select(Review.id), now).limit(1)) is not None


def lock_due_mail(db_session: Session, *, now: datetime, hold_until: datetime) -> Review | None:
    """Return a link whose planner is to get mail now, or None; nobody else takes it before *hold_until*."""
    query = _mail_due(select(Review), now).order_by(Review.mail_due_at)
    found: Review | None = db_session.scalar(query.limit(1).with_for_update(skip_locked=True))
    if found is not None:
        found.mail_due_at = hold_until
    return found


def _mail_due(query: Select[Any], now: datetime) -> Select[Any]:
    return query.where(
        Review.mail_due_at.is_not(None), Review.mail_due_at <= now, Review.mail_due_at > now - MAIL_KEPT
    )


def mailed(db_session: Session, review_id: int, *, changed: int, at: datetime, next_at: datetime) -> None:
    """Note that a mail has gone off about a link as it was at *changed*; what came since is told at *next_at*."""
    later = case((Review.changed == changed, None), else_=next_at)
    db_session.execute(update(Review).where(Review.id == review_id).values(mailed_at=at, mail_due_at=later))
