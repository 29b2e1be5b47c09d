"""Reviews: what was shared, by which link, who looked, and what they said and decided."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from db.ids import new_id
from db.models.base import Base, utc_now

_OF_ONE_THING = "(session_id IS NULL) <> (trip_id IS NULL)"


class Snapshot(Base):
    """A session, or a trip's brief, as it was when it was shared: the audience's view, typed. Kept once."""

    __tablename__ = "snapshots"
    __table_args__ = (
        CheckConstraint(_OF_ONE_THING, name="snapshots_of_one_thing"),
        Index("snapshots_once", "session_id", "sha256", unique=True),
        Index("snapshots_once_of_trip", "trip_id", "sha256", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    trip_id: Mapped[int | None] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    sha256: Mapped[str] = mapped_column(String(64))  # hex, of the content in UTF-8
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # JSON, in UTF-8
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Review(Base):
    """A link for one audience to a session or a trip's brief, or to the deck of one. It shows its latest version.

    `user_id` is whose link it is: the session's owner, or who has shared the brief.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(_OF_ONE_THING, name="reviews_of_one_thing"),
        Index("reviews_in_session", "session_id", "id"),
        Index("reviews_of_trip", "trip_id", "id"),
        Index("reviews_of_user", "user_id", "revoked_at", "due_on", "id"),
        Index("reviews_news", "user_id", sqlite_where=text("unseen"), postgresql_where=text("unseen")),
        Index(
            "reviews_mail",
            "mail_due_at",
            sqlite_where=text("mail_due_at IS NOT NULL"),
            postgresql_where=text("mail_due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    trip_id: Mapped[int | None] = mapped_column(ForeignKey("trips.id", ondelete="CASCADE"))
    deck: Mapped[bool] = mapped_column(default=False)  # it shows the deck of that
    audience: Mapped[str] = mapped_column(String(100))
    may: Mapped[str] = mapped_column(String(20))  # look, comment, decide: each may also do what stands before it
    download: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(Text, default="")  # to them
    approvals: Mapped[int] = mapped_column(default=1)  # how many are asked for
    due_on: Mapped[date | None]
    ends_at: Mapped[datetime | None]
    follows: Mapped[bool] = mapped_column(default=True)  # a new snapshot of what it shows
    first_id: Mapped[int | None]  # the message that it begins at; None: the first
    last_id: Mapped[int | None]  # and ends at; None: the last
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex
    passcode_hash: Mapped[str | None] = mapped_column(String(100))
    revoked_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(
        String(200)
    )  # where nobody revoked it: who made it works there no more
    state: Mapped[str] = mapped_column(String(20), default="open")  # as `services.reviews.state` has it
    open_threads: Mapped[int] = mapped_column(default=0)  # of stakeholders, not resolved
    unseen: Mapped[bool] = mapped_column(default=False)  # something came that its planner has not looked at
    opened_at: Mapped[datetime | None]
    last_opened_at: Mapped[datetime | None]
    changed: Mapped[int] = mapped_column(default=new_id)  # another number whenever anything of it is another
    mail_due_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


def is_unseen() -> TextClause:
    """Return the condition that something came on a link that its planner has not looked at, as the index has it."""
    return text("reviews.unseen")


class ReviewVersion(Base):
    """A snapshot as one link shows, or showed, it."""

    __tablename__ = "review_versions"
    __table_args__ = (Index("review_versions_in_order", "review_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]  # from 1
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ReviewReader(Base):
    """A browser in which a link was opened. Nothing is kept of the person but the name that they give."""

    __tablename__ = "review_readers"
    __table_args__ = (Index("review_readers_once", "review_id", "key_hash", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    key_hash: Mapped[str] = mapped_column(String(64))  # SHA-256 of what the browser keeps, for this link
    name: Mapped[str | None] = mapped_column(String(100))
    unlocked: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the hash of the passcode that they knew
    seen_version: Mapped[int] = mapped_column(default=0)  # its number
    seen_comment_id: Mapped[int] = mapped_column(default=0)  # the latest that there was
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ReviewComment(Base):
    """What somebody said about a message, a passage of it or the whole, or in answer to that."""

    __tablename__ = "review_comments"
    __table_args__ = (
        Index("review_comments_in_order", "review_id", "id"),
        Index(
            "review_comments_of_thread",  # of answers alone: SQLite would look here for all threads that there are
            "thread_id",
            "id",
            sqlite_where=text("thread_id IS NOT NULL"),
            postgresql_where=text("thread_id IS NOT NULL"),
        ),
        Index(
            "review_comments_open",
            "review_id",
            "anchor",
            sqlite_where=text("thread_id IS NULL AND resolved_at IS NULL AND removed_at IS NULL"),
            postgresql_where=text("thread_id IS NULL AND resolved_at IS NULL AND removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("review_versions.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("review_comments.id", ondelete="CASCADE"))  # its first
    anchor: Mapped[str | None] = mapped_column(String(100))  # a message's id, a field's name; None: the whole
    passage: Mapped[str | None] = mapped_column(String(1000))
    passage_before: Mapped[str | None] = mapped_column(String(200))  # the words before it, where it stands repeatedly
    internal: Mapped[bool] = mapped_column(default=False)  # for colleagues: no stakeholder is shown it
    by_planner: Mapped[bool] = mapped_column(default=False)  # by a user of this app
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("review_readers.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    edited_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]  # taken back: its text is gone
    resolved_at: Mapped[datetime | None]  # of the first of a thread
    resolved_by: Mapped[str | None] = mapped_column(String(100))
    resolved_version: Mapped[int | None]  # the number of the version that it is done in
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


def is_open() -> TextClause:
    """Return the condition that a comment begins a thread that nobody has resolved, as the partial index has it."""
    return text(
        "review_comments.thread_id IS NULL AND review_comments.resolved_at IS NULL "
        "AND review_comments.removed_at IS NULL"
    )


class ReviewDecision(Base):
    """What somebody decided about one snapshot. It is never changed and never moves to another."""

    __tablename__ = "review_decisions"
    __table_args__ = (Index("review_decisions_in_order", "review_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("review_versions.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))  # of the snapshot that they saw
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    name: Mapped[str] = mapped_column(String(100))  # not verified
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("review_readers.id", ondelete="SET NULL"), index=True)
    by_phone: Mapped[bool] = mapped_column(default=False)  # its planner wrote it down
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)  # who did
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
