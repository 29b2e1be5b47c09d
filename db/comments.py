"""Queries on what was said about what is shared."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    ReviewComment,
    is_open,
)


def get(db_session: Session, comment_id: int, *, review_id: int) -> ReviewComment | None:
    """Return a comment of a link's, or None."""
    query = select(ReviewComment).where(ReviewComment.id == comment_id, ReviewComment.review_id == review_id)
    return db_session.scalar(query)


def count(db_session: Session, review_id: int, *, reader_id: int | None = None) -> int:
    """Return how many comments a link has, or one of its readers wrote, those taken back among them."""
    query = select(func.count()).where(ReviewComment.review_id == review_id)
    if reader_id is not None:
        query = query.where(ReviewComment.reader_id == reader_id)
    return db_session.scalar(query) or 0


def threads(
    db_session: Session,
    review_ids: Collection[int],
    *,
    internal: bool,
    limit: int,
    before_id: int | None = None,
    anchor: str | None = None,
    whole: bool = False,
    thread_ids: Collection[int] | None = None,
    unresolved: bool = False,
) -> Sequence[ReviewComment]:
    """Return the first comments of threads, latest first; *whole*: only those about the whole."""
    query = select(ReviewComment).where(ReviewComment.review_id.in_(review_ids), ReviewComment.thread_id.is_(None))
    if not internal:
        query = query.where(ReviewComment.internal.is_(False))
    if unresolved:
        query = query.where(is_open())
    if before_id is not None:
        query = query.where(ReviewComment.id < before_id)
    if thread_ids is not None:
        query = query.where(ReviewComment.id.in_(thread_ids))
    if whole:
        query = query.where(ReviewComment.anchor.is_(None))
    elif anchor is not None:
        query = query.where(ReviewComment.anchor == anchor)
    return db_session.scalars(query.order_by(ReviewComment.id.desc()).limit(limit)).all()


def answers(db_session: Session, thread_ids: Collection[int], *, internal: bool) -> Sequence[ReviewComment]:
    """Return what follows the first comments of these threads, oldest first."""
    if not thread_ids:
        return []
    query = select(ReviewComment).where(ReviewComment.thread_id.in_(thread_ids))
    if not internal:
        query = query.where(ReviewComment.internal.is_(False))
    return db_session.scalars(query.order_by(ReviewComment.id)).all()


def count_answers(db_session: Session, thread_id: int) -> int:
    """Return how many comments follow the first one of a thread."""
    return db_session.scalar(select(func.count()).where(ReviewComment.thread_id == thread_id)) or 0


def count_threads(
    db_session: Session, review_ids: Collection[int], *, internal: bool, unresolved: bool = False
) -> dict[str | None, int]:
    """Return how many threads there are about each anchor, and about the whole (None)."""
    query = select(ReviewComment.anchor, func.count()).where(
        ReviewComment.review_id.in_(review_ids),
        ReviewComment.thread_id.is_(None),
        ReviewComment.removed_at.is_(None),
    )
    if not internal:
        query = query.where(ReviewComment.internal.is_(False))
    if unresolved:
        query = query.where(is_open())
    return {anchor: number for anchor, number in db_session.execute(query.group_by(ReviewComment.anchor))}


def open_passages(
    db_session: Session, review_id: int, *, of: Collection[int], limit: int
) -> list[tuple[str, str, str]]:
    """Return anchor, passage and the words kept of before it, latest first, of the open threads about one.

    Only of those that began on a version in *of*. Internal ones are left out.
    """
    query = select(ReviewComment.anchor, ReviewComment.passage, ReviewComment.passage_before).where(
        ReviewComment.review_id == review_id,
        ReviewComment.internal.is_(False),
        ReviewComment.anchor.is_not(None),
        ReviewComment.passage.is_not(None),
        ReviewComment.version_id.in_(of),
        is_open(),
    )
    rows = db_session.execute(query.order_by(ReviewComment.id.desc()).limit(limit))
    return [(anchor, passage, before or "") for anchor, passage, before in rows if anchor and passage]


def newer(
    db_session: Session, review_id: int, *, than: int, but_of: int | None, limit: int
) -> Sequence[ReviewComment]:
    """Return the latest comments for stakeholders that came after one, but those of one reader."""
    query = select(ReviewComment).where(
        ReviewComment.review_id == review_id,
        ReviewComment.id > than,
        ReviewComment.internal.is_(False),
        ReviewComment.removed_at.is_(None),
    )
    if but_of is not None:
        query = query.where(or_(ReviewComment.reader_id.is_(None), ReviewComment.reader_id != but_of))
    return db_session.scalars(query.order_by(ReviewComment.id.desc()).limit(limit)).all()


def latest_id(db_session: Session, review_id: int) -> int:
    """Return the id of the latest comment of a link's, 0 without any."""
    return db_session.scalar(select(func.max(ReviewComment.id)).where(ReviewComment.review_id == review_id)) or 0


def count_open(db_session: Session, review_id: int) -> int:
    """Return how many threads of a link's that stakeholders see nobody has resolved."""
    query = select(func.count()).select_from(ReviewComment)
    query = query.where(ReviewComment.review_id == review_id, is_open(), ReviewComment.internal.is_(False))
    return db_session.scalar(query) or 0


def commented_since(db_session: Session, review_id: int, *, since: datetime) -> int:
    """Return how many comments of stakeholders there are since an instant."""
    query = select(func.count()).where(
        ReviewComment.review_id == review_id,
        ReviewComment.created_at > since,
        ReviewComment.by_planner.is_(False),
        ReviewComment.removed_at.is_(None),
    )
    return db_session.scalar(query) or 0
