"""Reviews as JSON: links, what they show, what was said and decided. Ids are strings."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from api.schemas import Cursor, Given, Id, Instant
from exports.reviews.records import AnySnapshot, Snapshot
from services.reviews.records import (
    Decision,
    DecisionKind,
    LinkSettings,
    NewLink,
    Review,
    ReviewDetails,
    ReviewMay,
    ReviewState,
    Version,
)
from services.reviews.texts import (
    MAX_APPROVALS,
    MAX_NOTE_CHARS,
    MAX_PASSCODE_CHARS,
    MIN_PASSCODE_CHARS,
)

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d.*)?")
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=["9f86d081884c7d65" * 4])]


def _is_written(value: object) -> object:
    """Refuse what pydantic would take for a day or an instant although it is a number."""
    if value is not None and not (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        raise ValueError("Write it as in 2026-05-01, or 2026-05-01T09:30:00Z.")
    return value


May = Annotated[ReviewMay, Field(strict=False, description="Each may also do what stands before it.")]
Audience = Annotated[str, Field(min_length=1, max_length=100, examples=["Customer"])]
Note = Annotated[str, Field(max_length=MAX_NOTE_CHARS, description="What they are told above it.")]
Approvals = Annotated[int, Field(ge=1, le=MAX_APPROVALS, description="How many are asked for.")]
DueOn = Annotated[Annotated[date, Field(strict=False)] | None, BeforeValidator(_is_written)]
EndsAt = Annotated[
    Annotated[AwareDatetime, Field(strict=False)] | None,
    BeforeValidator(_is_written),
    Field(description="Null: when it is revoked."),
]
Follows = Annotated[bool, Field(description="Whether it goes along when what it shows is shared again.")]
Passcode = Annotated[str, Field(min_length=MIN_PASSCODE_CHARS, max_length=MAX_PASSCODE_CHARS)]
LINK_SETTINGS = {"audience", "may", "download", "note", "approvals", "due_on", "ends_at", "follows"}


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


# Of what is not named no value is used.
_LEFT: Any = Field(default=None, json_schema_extra=_without_default)


class ReviewIn(Given):
    """A link to make, and what it shows: a trip's brief, a session, whole or in part, or the deck of one of both.

    One of *session_id* and *trip_id* is given.
    """

    session_id: Id | None = None
    trip_id: Id | None = Field(default=None, description="Of the trip whose brief is shown, always as a whole.")
    deck: bool = Field(default=False, description="Whether the deck of the session or trip is shown instead.")
    audience: Audience
    may: May = ReviewMay.DECIDE
    download: bool = Field(default=False, description="Whether they may take it as a PDF.")
    note: Note = ""
    approvals: Approvals = 1
    due_on: DueOn = None
    ends_at: EndsAt = None
    follows: Follows = True
    passcode: Passcode | None = None
    first_message_id: Id | None = None
    last_message_id: Id | None = None

    def settings(self) -> LinkSettings:
        """Return what is said of the link."""
        return LinkSettings(**self.model_dump(include=LINK_SETTINGS))


class ReviewChange(Given):
    """What of a link is to change; the rest stays."""

    audience: Audience = _LEFT
    may: May = _LEFT
    download: bool = _LEFT
    note: Note = _LEFT
    approvals: Approvals = _LEFT
    due_on: DueOn = _LEFT
    ends_at: EndsAt = _LEFT
    follows: Follows = _LEFT
    passcode: Annotated[Passcode | None, Field(description="Another one; null: none any more.")] = _LEFT

    def settings(self, before: LinkSettings) -> LinkSettings:
        """Return what is said of a link of which *before* was said."""
        return replace(before, **self.model_dump(include=LINK_SETTINGS & self.model_fields_set))

    def new_passcode(self) -> str | None:
        """Return the passcode as the service takes it: None: as it is; empty: none any more."""
        return self.passcode or "" if "passcode" in self.model_fields_set else None


class VersionOut(BaseModel):
    """A snapshot as a link shows, or showed, it."""

    number: int = Field(description="From 1.")
    sha256: Hash
    created_at: Instant

    @classmethod
    def of(cls, version: Version) -> Self:
        """Return a version as JSON shows it."""
        return cls(number=version.number, sha256=version.sha256, created_at=version.created_at)


class SnapshotOut(BaseModel):
    """What a link shows, or showed.

    `version.sha256` is the SHA-256 of `snapshot` as JSON in UTF-8 with its names in order, no spaces between, and
    nothing but quotes, backslashes and control characters escaped.
    """

    version: VersionOut
    snapshot: AnySnapshot

    @classmethod
    def of(cls, shown: tuple[Version, Snapshot]) -> Self:
        """Return a snapshot as JSON shows it."""
        return cls(version=VersionOut.of(shown[0]), snapshot=shown[1])


class ReviewOut(BaseModel):
    """A link. *approved* of *approvals* approve of the version that it shows."""

    review_id: Id
    session_id: Id | None = Field(description="Of the session that it shows; null: it is of a trip.")
    trip_id: Id | None = Field(description="Of the trip whose brief it shows; null: it is of a session.")
    deck: bool = Field(description="Whether it shows the deck of that.")
    title: str = Field(description="Of the session or the trip.")
    audience: str
    may: ReviewMay
    download: bool
    note: str
    approvals: int
    due_on: date | None
    ends_at: Instant | None
    follows: bool
    state: ReviewState
    approved: int
    version: VersionOut
    has_passcode: bool
    revoked: bool
    ended_why: str | None = Field(
        description="Why it is revoked where nobody revoked it: who made it works on the trip no more. "
        "Another address opens it again; else null."
    )
    opened_at: Instant | None
    last_opened_at: Instant | None
    open_comments: int = Field(description="That nobody has resolved, internal ones and answers not among them.")
    unseen: bool = Field(description="Whether something came that nobody has looked at on a screen.")
    first_message_id: Id | None
    last_message_id: Id | None
    created_at: Instant

    @classmethod
    def of(cls, review: Review, **more: Any) -> Self:
        """Return a link as JSON shows it, with what there is *more* of it."""
        return cls(
            review_id=str(review.id),
            session_id=_id(review.session_id),
            trip_id=_id(review.trip_id),
            deck=review.thing.deck,
            title=review.title,
            **{name: getattr(review.settings, name) for name in LINK_SETTINGS},
            state=review.state,
            approved=review.approved,
            version=VersionOut.of(review.version),
            has_passcode=review.has_passcode,
            revoked=review.revoked,
            ended_why=review.ended_why,
            opened_at=review.opened_at,
            last_opened_at=review.last_opened_at,
            open_comments=review.open_threads,
            unseen=review.unseen,
            first_message_id=_id(review.first_id),
            last_message_id=_id(review.last_id),
            created_at=review.created_at,
            **more,
        )


class ReviewMade(ReviewOut):
    """A link and where it opens. That is told here once, and kept nowhere."""

    link: str = Field(description="What opens it, and what `/review/{link}` is asked with: keep it to yourself.")
    address: str = Field(description="Of its page.", examples=["https://trips.example/review?link=…"])

    @classmethod
    def made(cls, new: NewLink, page: str) -> Self:
        """Return a link just made as JSON shows it; *page* is the address of what shows reviews."""
        return cls.of(new.review, link=new.token, address=f"{page}?link={new.token}")


class ReviewList(BaseModel):
    """A page of links; *count* is how many are on it."""

    reviews: list[ReviewOut]
    count: int
    next_cursor: Cursor


class DecisionOut(BaseModel):
    """What somebody decided about one version.

    *outdated*: the link shows another one now; *replaced*: by a later decision about the same one, made in the same
    browser or, under the same name, recorded by the planner.
    """

    decision_id: Id
    kind: DecisionKind
    note: str
    name: str = Field(description="As they gave it; nobody checked it.")
    by_phone: bool = Field(description="Whether the planner wrote it down.")
    version: int
    sha256: Hash
    outdated: bool
    replaced: bool
    at: Instant

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Return a decision as JSON shows it."""
        known = {name: getattr(decision, name) for name in cls.model_fields if name != "decision_id"}
        return cls(decision_id=str(decision.id), **known)


class DecisionList(BaseModel):
    """Every decision on a link, oldest first; there is no next page."""

    decisions: list[DecisionOut]
    count: int

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> Self:
        """Return decisions as JSON shows them."""
        found = [DecisionOut.of(one) for one in decisions]
        return cls(decisions=found, count=len(found))


class ReviewWithDecisions(ReviewOut):
    """A link with its versions and all that was decided, oldest first."""

    changeable: bool = Field(description="Whether the caller may change it, and give it another address.")
    versions: list[VersionOut]
    decisions: list[DecisionOut]

    @classmethod
    def all_of(cls, details: ReviewDetails) -> Self:
        """Return a link as JSON shows it."""
        return cls.of(
            details.review,
            changeable=details.changeable,
            versions=[VersionOut.of(one) for one in details.versions],
            decisions=[DecisionOut.of(one) for one in details.decisions],
        )


class SharedAgain(ReviewOut):
    """A link after what it shows was shared again."""

    changed: bool = Field(description="Whether it shows something else now; decisions are outdated then.")


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)
