"""What is said and decided on a link, and what it shows to whoever has it, as JSON. Ids are strings."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from api.review_schemas import LINK_SETTINGS, DecisionOut, Hash, SnapshotOut, VersionOut
from api.schemas import WITHOUT_NUL, Cursor, Given, Id, Instant
from services.reviews.records import Comment, DecisionKind, ReviewMay, ReviewState, Thread, Visit
from services.reviews.texts import MAX_COMMENT_CHARS, MAX_NOTE_CHARS, MAX_PASSAGE_CHARS

Said = Annotated[str, Field(min_length=1, max_length=MAX_COMMENT_CHARS, examples=["Is the hotel near the station?"])]
Called = Annotated[str, Field(min_length=1, max_length=100, examples=["Anna"])]
Passage = Annotated[
    str | None, Field(max_length=MAX_PASSAGE_CHARS, description="Words of the block that it is about, as they stand.")
]
Before = Annotated[
    str | None,
    Field(
        max_length=MAX_PASSAGE_CHARS, description="Words right before the passage, where it stands there repeatedly."
    ),
]
Anchor = Annotated[
    str | None, Field(max_length=100, pattern=WITHOUT_NUL, description="Of a block of the snapshot; null: the whole.")
]


class CommentOut(BaseModel):
    """What somebody said."""

    comment_id: Id
    name: str = Field(description="A stakeholder's as they gave it; nobody checked it.")
    text: str = Field(description="Empty where it was taken back.")
    by_planner: bool
    version: int = Field(description="The version that was shown.")
    created_at: Instant
    edited: bool
    removed: bool
    mine: bool
    changeable: bool = Field(description="Whether the caller can still change it or take it back.")

    @classmethod
    def of(cls, comment: Comment, **more: Any) -> Self:
        """Return a comment as JSON shows it, with what there is *more* of it."""
        known = {name: getattr(comment, name) for name in cls.model_fields if hasattr(comment, name)}
        return cls(comment_id=str(comment.id), **known, **more)


class InternalCommentOut(CommentOut):
    """What somebody said, as planners see it."""

    internal: bool = Field(description="Whether it is for colleagues alone.")


class ResolvedOut(BaseModel):
    """Who said when that what a comment asks for is done, in which version."""

    by: str
    at: Instant
    version: int | None


class ThreadOut(CommentOut):
    """A comment on a message, a passage of it or the whole, and what was answered, oldest first."""

    anchor: str | None
    passage: str | None
    passage_before: str | None = Field(description="The words right before it, where it stands there repeatedly.")
    resolved: ResolvedOut | None
    answers: list[CommentOut]

    @classmethod
    def whole(cls, thread: Thread) -> Self:
        """Return a comment with its answers as JSON shows them."""
        return cls.of(thread.first, answers=[CommentOut.of(one) for one in thread.answers], **_place(thread))


class InternalThreadOut(InternalCommentOut):
    """A comment on a message, a passage of it or the whole, and what was answered, oldest first."""

    anchor: str | None
    passage: str | None
    passage_before: str | None = Field(description="The words right before it, where it stands there repeatedly.")
    resolved: ResolvedOut | None
    answers: list[InternalCommentOut]

    @classmethod
    def whole(cls, thread: Thread) -> Self:
        """Return a comment with its answers as JSON shows them."""
        return cls.of(thread.first, answers=[InternalCommentOut.of(one) for one in thread.answers], **_place(thread))


class CommentList(BaseModel):
    """A page of comments with their answers, latest first."""

    comments: list[ThreadOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, threads: Sequence[Thread], limit: int) -> Self:
        """Return the first *limit* threads, of which one more was asked for, as JSON shows them."""
        shown = [ThreadOut.whole(one) for one in threads[:limit]]
        return cls(comments=shown, count=len(shown), next_cursor=_next(threads, limit))


class InternalCommentList(BaseModel):
    """A page of comments with their answers, latest first."""

    comments: list[InternalThreadOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, threads: Sequence[Thread], limit: int) -> Self:
        """Return the first *limit* threads, of which one more was asked for, as JSON shows them."""
        shown = [InternalThreadOut.whole(one) for one in threads[:limit]]
        return cls(comments=shown, count=len(shown), next_cursor=_next(threads, limit))


class CommentIn(Given):
    """Something to say about a message, a passage of it or the whole, or in answer to another comment."""

    text: Said
    anchor: Anchor = None
    passage: Passage = None
    passage_before: Before = None
    answer_to: Id | None = Field(default=None, description="A comment that is no answer; no anchor is read then.")


class InternalCommentIn(CommentIn):
    """Something for a planner to say, under their own name."""

    internal: bool = Field(default=False, description="For colleagues alone; answers to an internal one are so, too.")


class VisitorCommentIn(CommentIn):
    """Something for a stakeholder to say, under the name that they give."""

    name: Called


class CommentChange(Given):
    """What a comment says now."""

    text: Said


class DecisionIn(Given):
    """What somebody decided about the snapshot of a hash, which has to be the one that is shown."""

    kind: Annotated[DecisionKind, Field(strict=False)]
    name: Called
    sha256: Hash
    note: Annotated[
        str, Field(max_length=MAX_NOTE_CHARS, description="With notes, and to ask for changes, there has to be one.")
    ] = ""


class AnchorCount(BaseModel):
    """How many comments there are about a block, answers not among them. *anchor* null: about the whole."""

    anchor: str | None
    count: int


class VisitOut(SnapshotOut):
    """What a link shows to whoever has it. *approved* of *approvals* approve of this version."""

    title: str
    planner: str
    audience: str
    may: ReviewMay
    download: bool
    note: str
    approvals: int
    approved: int
    due_on: date | None
    ends_at: Instant | None
    state: ReviewState
    decisions: list[DecisionOut] = Field(description="About any version, oldest first.")
    my_decision: DecisionOut | None = Field(description="The last one of this browser.")
    comments: list[AnchorCount]

    @classmethod
    def seen(cls, visit: Visit) -> Self:
        """Return what a link shows as JSON shows it."""
        told = visit.settings
        return cls(
            version=VersionOut.of(visit.version),
            snapshot=visit.snapshot,
            title=visit.snapshot.title,
            planner=visit.planner,
            **{name: getattr(told, name) for name in LINK_SETTINGS - {"follows"}},
            approved=visit.approved,
            state=visit.state,
            decisions=[DecisionOut.of(one) for one in visit.decisions],
            my_decision=DecisionOut.of(visit.my_decision) if visit.my_decision else None,
            comments=[AnchorCount(anchor=anchor, count=count) for anchor, count in visit.threads.items()],
        )


def _next(threads: Sequence[Thread], limit: int) -> str | None:
    return str(threads[limit - 1].id) if len(threads) > limit else None


def _place(thread: Thread) -> dict[str, Any]:
    done = thread.resolved
    resolved = ResolvedOut(by=done.by, at=done.at, version=done.version) if done else None
    about = {"anchor": thread.anchor, "passage": thread.passage, "passage_before": thread.before}
    return about | {"resolved": resolved}
