"""What a planner does with what was said on their links: read, answer, resolve; and decisions taken by phone."""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy.orm import Session

import db.audit
import db.comments
import db.reviews
from db.engine import Database
from db.models import AuditAction, AuditTarget, ReviewComment, ReviewDecision, ReviewVersion, User, utc_now
from db.models import Review as ReviewRow
from services.accounts.roles import writing
from services.errors import (
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    ReviewChangedError,
    TooManyCommentsError,
)
from services.reviews.records import Decision, DecisionKind, Thing, Thread
from services.reviews.reviews import MAX_LINKS, settle
from services.reviews.texts import clean_comment, clean_note, clean_passage, clean_reader_name, find_block, is_anchor
from services.reviews.views import Whose, decisions, snapshot, threads

MAX_COMMENTS, COMMENTS_OF_READER = 5_000, 500  # of one link, and of one browser on it
MAX_DECISIONS, DECISIONS_OF_READER = 1_000, 20  # of one link, and of one browser about one version
COMMENTS_KEPT, DECISIONS_KEPT = 500, 100  # beyond those, for the planner: nobody can shut them out
MAX_PAGE = 100
NOWHERE = (None, None, None)  # what an answer is about: its thread is about something


class CommentService:
    """What was said on a planner's links. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    def threads(
        self,
        review_id: int,
        *,
        user_id: int,
        limit: int = 20,
        before_id: int | None = None,
        unresolved: bool = False,
    ) -> tuple[Thread, ...]:
        """Return the threads of a link, internal ones too, latest first. Raises NotFoundError, InvalidInputError."""
        if not 1 <= limit <= MAX_PAGE + 1:
            raise InvalidInputError(f"Ask for 1 to {MAX_PAGE} threads at a time.")
        with self._db.snapshot() as db_session:
            _there(db.reviews.get_visible(db_session, review_id, user_id=user_id))
            firsts = db.comments.threads(
                db_session, [review_id], internal=True, limit=limit, before_id=before_id, unresolved=unresolved
            )
            return self._threads(db_session, firsts, user_id)

    def thread(self, thread_id: int, *, review_id: int, user_id: int) -> Thread:
        """Return one thread. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            _there(db.reviews.get_visible(db_session, review_id, user_id=user_id))
            firsts = db.comments.threads(db_session, [review_id], internal=True, limit=1, thread_ids=[thread_id])
            found = self._threads(db_session, firsts, user_id)
        if not found:
            raise NotFoundError("There is no such comment.")
        return found[0]

    def open_by_anchor(self, thing: Thing, *, user_id: int) -> dict[str | None, int]:
        """Return how many open threads there are about each piece of a thing, on all its links."""
        with self._db.snapshot() as db_session:
            links = self._links(db_session, thing, user_id)
            return db.comments.count_threads(db_session, links, internal=True, unresolved=True) if links else {}

    def about(self, thing: Thing, anchor: str | None, *, user_id: int, limit: int = 20) -> tuple[Thread, ...]:
        """Return the threads about a piece (None: the whole) on all links of a thing that nobody resolved."""
        if anchor is not None and not is_anchor(anchor):
            return ()
        with self._db.snapshot() as db_session:
            firsts = db.comments.threads(
                db_session,
                self._links(db_session, thing, user_id),
                internal=True,
                limit=limit,
                anchor=anchor,
                whole=anchor is None,
                unresolved=True,
            )
            return self._threads(db_session, firsts, user_id)

    def add(
        self,
        review_id: int,
        text: str,
        *,
        user_id: int,
        thread_id: int | None = None,
        anchor: str | None = None,
        passage: str | None = None,
        before: str | None = None,
        internal: bool = False,
    ) -> Thread:
        """Say something, under the planner's own name, or answer in a thread; return the thread.

        An answer in an internal thread is internal. *before* is as in `VisitService.comment`.

        Raises InvalidInputError, TooManyCommentsError, NotFoundError.
        """
        cleaned, now = clean_comment(text), self._clock()
        with self._db.snapshot() as db_session:
            _there(db.reviews.get_visible(db_session, review_id, user_id=user_id))
            shown, _ = db.reviews.versions(db_session, [review_id])[-1]
            about = place(db_session, shown, anchor, passage, before) if thread_id is None else NOWHERE
        with writing(self._db, user_id) as db_session:
            row = _there(db.reviews.lock_visible(db_session, review_id, user_id=user_id))
            check_room(db_session, review_id, reader_id=None)
            made = ReviewComment(
                review_id=review_id,
                version_id=shown.id,
                anchor=about[0],
                passage=about[1],
                passage_before=about[2],
                internal=internal,
                by_planner=True,
                user_id=user_id,
                name=db_session.get_one(User, user_id).name,
                text=cleaned,
                created_at=now,
            )
            if thread_id is not None:
                first = first_of(db_session, thread_id, review_id, internal=True)
                made.thread_id, made.internal = first.id, internal or first.internal
            db_session.add(made)
            settle(db_session, row)
            self._note(db_session, row, AuditAction.COMMENT, user_id, made.id, "internal" if made.internal else "")
            kept_id = made.thread_id or made.id
        return self.thread(kept_id, review_id=review_id, user_id=user_id)

    def change(self, comment_id: int, text: str, *, review_id: int, user_id: int) -> Thread:
        """Write a comment of one's own anew, within 15 minutes.

        Raises InvalidInputError, NotPossibleError, NotFoundError.
        """
        cleaned = clean_comment(text)
        return self._change(comment_id, cleaned, review_id, user_id)

    def take_back(self, comment_id: int, *, review_id: int, user_id: int) -> Thread:
        """Take a comment of one's own back, within 15 minutes. Raises NotPossibleError, NotFoundError."""
        return self._change(comment_id, None, review_id, user_id)

    def resolve(self, thread_id: int, *, review_id: int, user_id: int) -> Thread:
        """Say that what a thread asks for is done, in the version that the link shows. Raises NotFoundError."""
        with writing(self._db, user_id) as db_session:
            row = _there(db.reviews.lock_visible(db_session, review_id, user_id=user_id))
            first = first_of(db_session, thread_id, review_id, internal=True)
            if first.resolved_at is None:
                shown, _ = db.reviews.versions(db_session, [review_id])[-1]
                first.resolved_at, first.resolved_version = self._clock(), shown.number
                first.resolved_by = db_session.get_one(User, user_id).name
                settle(db_session, row)
                self._note(db_session, row, AuditAction.RESOLVE_COMMENT, user_id, thread_id)
        return self.thread(thread_id, review_id=review_id, user_id=user_id)

    def reopen(self, thread_id: int, *, review_id: int, user_id: int) -> Thread:
        """Say that a thread is not done after all. Raises NotFoundError."""
        with writing(self._db, user_id) as db_session:
            row = _there(db.reviews.lock_visible(db_session, review_id, user_id=user_id))
            first = first_of(db_session, thread_id, review_id, internal=True)
            if first.resolved_at is not None:
                first.resolved_at = first.resolved_by = first.resolved_version = None
                settle(db_session, row)
                self._note(db_session, row, AuditAction.REOPEN_COMMENT, user_id, thread_id)
        return self.thread(thread_id, review_id=review_id, user_id=user_id)

    def record_decision(
        self, review_id: int, kind: DecisionKind, *, user_id: int, name: str, sha256: str, note: str = ""
    ) -> Decision:
        """Write down what somebody decided by phone, about what the link shows; it is marked as such. Return it.

        It replaces what was decided about that under the same name, in whichever browser. *sha256* is of the snapshot
        that they were told of. Raises InvalidInputError, ReviewChangedError, TooManyCommentsError, NotFoundError.
        """
        with writing(self._db, user_id) as db_session:
            row = _there(db.reviews.lock_visible(db_session, review_id, user_id=user_id))
            made = decide(
                db_session, row, kind, name=name, sha256=sha256, note=note, user_id=user_id, now=self._clock()
            )
            self._note(db_session, row, AuditAction.DECIDE, user_id, detail=f"{kind} by phone")
            return made

    def _change(self, comment_id: int, text: str | None, review_id: int, user_id: int) -> Thread:
        now = self._clock()
        with writing(self._db, user_id) as db_session:
            row = _there(db.reviews.lock_visible(db_session, review_id, user_id=user_id))
            found = db.comments.get(db_session, comment_id, review_id=review_id)
            change_comment(found, text, Whose(now, user_id=user_id))
            settle(db_session, row)
            action = AuditAction.TAKE_BACK_COMMENT if text is None else AuditAction.CHANGE_COMMENT
            self._note(db_session, row, action, user_id, comment_id)
            assert found is not None
            kept_id = found.thread_id or found.id
        return self.thread(kept_id, review_id=review_id, user_id=user_id)

    def _links(self, db_session: Session, thing: Thing, user_id: int) -> list[int]:
        found = db.reviews.page(db_session, user_id=user_id, now=self._clock(), limit=MAX_LINKS, **thing.link_columns)
        return [row.id for row, _ in found]

    def _threads(self, db_session: Session, firsts: Collection[ReviewComment], user_id: int) -> tuple[Thread, ...]:
        ids = {one.review_id for one in firsts}
        numbers = {one.id: one.number for one, _ in db.reviews.versions(db_session, ids)}
        whose = Whose(self._clock(), user_id=user_id)
        return threads(db_session, list(firsts), numbers, whose, internal=True)

    def _note(
        self,
        db_session: Session,
        row: ReviewRow,
        action: AuditAction,
        user_id: int,
        comment_id: int | None = None,
        detail: str = "",
    ) -> None:
        told = " ".join(filter(None, (f"comment {comment_id}" if comment_id else "", detail)))
        target = (AuditTarget.REVIEW, row.id)
        db.audit.note(db_session, action, user_id=user_id, target=target, detail=told, at=self._clock())


def check_room(db_session: Session, review_id: int, *, reader_id: int | None) -> None:
    """Raise TooManyCommentsError where a link takes no more comments of a reader, or (None) of its planner."""
    most = MAX_COMMENTS + (COMMENTS_KEPT if reader_id is None else 0)
    if db.comments.count(db_session, review_id) >= most:
        raise TooManyCommentsError(f"There are {most:,} comments already, the most that a link takes.")
    if reader_id and db.comments.count(db_session, review_id, reader_id=reader_id) >= COMMENTS_OF_READER:
        raise TooManyCommentsError(f"You have written {COMMENTS_OF_READER:,} comments here, the most that one can.")


def place(
    db_session: Session, version: ReviewVersion, anchor: str | None, passage: str | None, before: str | None
) -> tuple[str | None, str | None, str | None]:
    """Return the anchor and the passage of what is said about a version, and the words before where they tell which.

    Raises InvalidInputError.
    """
    block = find_block(snapshot(db_session, version.snapshot_id), anchor)
    return anchor, *clean_passage(passage, block, before=before)


def first_of(db_session: Session, thread_id: int, review_id: int, *, internal: bool) -> ReviewComment:
    """Return the first comment of a thread; without *internal*, one for colleagues is none. Raises NotFoundError."""
    first = db.comments.get(db_session, thread_id, review_id=review_id)
    if first is None or first.thread_id is not None or (first.internal and not internal):
        raise NotFoundError("There is no such comment.")
    return first


def change_comment(row: ReviewComment | None, text: str | None, whose: Whose) -> None:
    """Write a comment anew, or (None) take it back. Raises NotFoundError where it is not theirs, NotPossibleError."""
    if row is None or not whose.wrote(row) or row.removed_at is not None:
        raise NotFoundError("There is no such comment of yours.")
    if not whose.may_change(row):
        raise NotPossibleError("A comment can be edited or deleted for 15 minutes. Write another one instead.")
    if text is None:
        row.text, row.removed_at = "", whose.now
    else:
        row.text, row.edited_at = text, whose.now


def decide(
    db_session: Session,
    row: ReviewRow,
    kind: DecisionKind,
    *,
    name: str,
    sha256: str,
    note: str,
    now: datetime,
    user_id: int | None = None,
    reader_id: int | None = None,
) -> Decision:
    """Keep what somebody decided about the snapshot of this hash, and return it.

    Raises ReviewChangedError, InvalidInputError, TooManyCommentsError.
    """
    whose = "their" if reader_id is None else "your"
    called, said = clean_reader_name(name, whose=whose), clean_note(note)
    if kind is DecisionKind.APPROVE_WITH_NOTES and not said:
        raise InvalidInputError(f"Say what {whose} notes are, or approve without notes.")
    if kind is DecisionKind.ASK_FOR_CHANGES and not said:
        raise InvalidInputError("Say what should change.")
    shown, shown_hash = db.reviews.versions(db_session, [row.id])[-1]
    if sha256 != shown_hash:
        raise ReviewChangedError("This has changed since you looked. Please look at what is new, then decide.")
    most = MAX_DECISIONS + (DECISIONS_KEPT if reader_id is None else 0)
    if db.reviews.count_decisions(db_session, row.id) >= most:
        raise TooManyCommentsError(f"There are {most:,} decisions already, the most that a link takes.")
    if reader_id and db.reviews.count_decisions_of(db_session, reader_id, version_id=shown.id) >= DECISIONS_OF_READER:
        raise TooManyCommentsError(
            f"You have decided {DECISIONS_OF_READER} times about this version, which is the most. "
            "What you decided last counts."
        )
    made = ReviewDecision(
        review_id=row.id,
        version_id=shown.id,
        sha256=shown_hash,
        kind=kind.value,
        note=said,
        name=called,
        by_phone=reader_id is None,
        user_id=user_id,
        reader_id=reader_id,
        created_at=now,
    )
    db_session.add(made)
    settle(db_session, row)
    return decisions([made], {shown.id: shown.number}, shown.id)[0]


def _there(row: ReviewRow | None) -> ReviewRow:
    if row is None:
        raise NotFoundError("There is no such review.")
    return row
