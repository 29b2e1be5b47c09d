"""Rows of reviews made into records."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import db.comments
import db.reviews
from db.models import Review as ReviewRow
from db.models import ReviewComment, ReviewDecision, ReviewVersion
from exports.reviews.records import Snapshot, read_snapshot
from services.reviews.records import (
    Comment,
    Decision,
    DecisionKind,
    LinkSettings,
    Resolved,
    Review,
    ReviewMay,
    ReviewState,
    Thing,
    Thread,
    Version,
)
from services.reviews.state import standing, state_of

CHANGEABLE_FOR = timedelta(minutes=15)


class Whose:
    """Who asks, to tell what is theirs and what is new for them."""

    def __init__(
        self, now: datetime, *, user_id: int | None = None, reader_id: int | None = None, seen_id: int | None = None
    ) -> None:
        self.now = now
        self.user_id = user_id
        self.reader_id = reader_id
        self.seen_id = seen_id

    def wrote(self, row: ReviewComment) -> bool:
        """Whether a comment is theirs."""
        if self.user_id is not None:
            return row.user_id == self.user_id
        return self.reader_id is not None and row.reader_id == self.reader_id

    def may_change(self, row: ReviewComment) -> bool:
        """Whether they can still change a comment or take it back."""
        return self.wrote(row) and row.removed_at is None and self.now - row.created_at <= CHANGEABLE_FOR

    def has_not_seen(self, row: ReviewComment) -> bool:
        """Whether a comment is new for them."""
        return self.seen_id is not None and row.id > self.seen_id and not self.wrote(row) and row.removed_at is None


def settings_of(row: ReviewRow) -> LinkSettings:
    """Return what a planner said of a link."""
    return LinkSettings(
        audience=row.audience,
        may=ReviewMay(row.may),
        download=row.download,
        note=row.note,
        approvals=row.approvals,
        due_on=row.due_on,
        ends_at=row.ends_at,
        follows=row.follows,
    )


def thing_of(row: ReviewRow) -> Thing:
    """Return what a link is of."""
    if row.session_id is not None:
        return Thing("session", row.session_id, row.deck)
    assert row.trip_id is not None  # the database says so
    return Thing("trip", row.trip_id, row.deck)


def has_ended(row: ReviewRow, now: datetime) -> bool:
    """Whether a link opens no more."""
    return row.revoked_at is not None or (row.ends_at is not None and row.ends_at <= now)


def is_kept_by(db_session: Session, row: ReviewRow, user_id: int) -> bool:
    """Whether a link is somebody's to change: they made it, or own what it shows. Others may learn no address."""
    return user_id in (row.user_id, db.reviews.owner_id(db_session, row.id))


def version(row: ReviewVersion, sha256: str) -> Version:
    """Return what a link shows, or showed."""
    return Version(row.number, sha256, row.created_at)


def review(
    row: ReviewRow,
    title: str,
    shown: tuple[ReviewVersion, str],
    decisions: Sequence[ReviewDecision],
    now: datetime,
) -> Review:
    """Return a link as its planner sees it; *shown* is its latest version, *decisions* are all of its own."""
    state, approved = state_of(decisions, version_id=shown[0].id, approvals=row.approvals)
    return Review(
        id=row.id,
        thing=thing_of(row),
        title=title,
        settings=settings_of(row),
        state=ReviewState.ENDED if has_ended(row, now) else state,
        outcome=state,
        approved=approved,
        version=version(*shown),
        has_passcode=row.passcode_hash is not None,
        revoked=row.revoked_at is not None,
        ended_why=row.ended_why,
        opened_at=row.opened_at,
        last_opened_at=row.last_opened_at,
        open_threads=row.open_threads,
        unseen=row.unseen,
        first_id=row.first_id,
        last_id=row.last_id,
        created_at=row.created_at,
        changed=row.changed,
    )


def decisions(rows: Sequence[ReviewDecision], numbers: dict[int, int], shown_id: int) -> tuple[Decision, ...]:
    """Return all decisions of a link; *numbers* are those of its versions by id, of which it shows *shown_id*."""
    stands = standing(rows)
    return tuple(_decision(row, numbers, shown_id, replaced=row.id not in stands) for row in rows)


def _decision(row: ReviewDecision, numbers: dict[int, int], shown_id: int, *, replaced: bool) -> Decision:
    return Decision(
        id=row.id,
        kind=DecisionKind(row.kind),
        note=row.note,
        name=row.name,
        by_phone=row.by_phone,
        version=numbers[row.version_id],
        sha256=row.sha256,
        outdated=row.version_id != shown_id,
        replaced=replaced,
        at=row.created_at,
    )


def threads(
    db_session: Session,
    firsts: Sequence[ReviewComment],
    numbers: dict[int, int],
    whose: Whose,
    *,
    internal: bool,
) -> tuple[Thread, ...]:
    """Return threads with what was answered, in the order of their first comments."""
    answers: dict[int, list[Comment]] = {}
    for row in db.comments.answers(db_session, [one.id for one in firsts], internal=internal):
        answers.setdefault(row.thread_id or 0, []).append(_comment(row, numbers, whose))
    return tuple(
        Thread(
            review_id=row.review_id,
            anchor=row.anchor,
            passage=row.passage,
            before=row.passage_before,
            first=_comment(row, numbers, whose),
            answers=tuple(answers.get(row.id, ())),
            resolved=Resolved(row.resolved_by or "", row.resolved_at, row.resolved_version)
            if row.resolved_at
            else None,
        )
        for row in firsts
    )


def _comment(row: ReviewComment, numbers: dict[int, int], whose: Whose) -> Comment:
    return Comment(
        id=row.id,
        name=row.name,
        text=row.text,
        by_planner=row.by_planner,
        internal=row.internal,
        version=numbers[row.version_id],
        created_at=row.created_at,
        edited=row.edited_at is not None,
        removed=row.removed_at is not None,
        mine=whose.wrote(row),
        changeable=whose.may_change(row),
        new=whose.has_not_seen(row),
    )


def snapshot(db_session: Session, snapshot_id: int) -> Snapshot:
    """Return what was shared."""
    return read_snapshot(db.reviews.content(db_session, snapshot_id).decode())
