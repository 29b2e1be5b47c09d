"""Trips and customers as JSON."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field

from api.review_schemas import Hash
from api.schemas import Carry, Cursor, Given, Id, Instant
from services.texts import MAX_TITLE_CHARS
from services.trips.customers import MAX_CONTACT_CHARS, MAX_NAME_CHARS, MAX_NOTES_CHARS
from services.trips.records import (
    Comparison,
    Customer,
    CustomerPage,
    Member,
    Revision,
    RevisionPage,
    RevisionSummary,
    Trip,
    TripAccess,
    TripFile,
    TripPage,
    TripSummary,
)
from travel.brief import MAY_BE_CARRIED, OF_THE_CUSTOMER, brief_values
from travel.status import TripStatus

_BRIEF: dict[str, Any] = {
    "where": ["Lisbon", "Sintra"],
    "purpose": "A week off",
    "start": "2027-05-03",
    "end": "2027-05-07",
    "travellers": [{"label": "Adult 1", "band": "adult"}, {"label": "Child 1", "band": "child", "age_at_travel": 8}],
    "budget": {"high": {"amount": "2500.00", "currency": "EUR"}, "basis": "total", "hard": False},
    "pace": "relaxed",
    "must": [{"text": "A day at the sea", "hard": True}],
    "notes_private": "They book late",
}


def _text(most: int) -> dict[str, Any]:
    """Return what the document says of a text that the service itself refuses, in a sentence."""
    return {"minLength": 1, "maxLength": most}


def _nothing() -> None:
    return None


_LEFT: Any = Field(default_factory=_nothing)  # of what is not named no value is used, and the document tells of none
Title = Annotated[str, Field(examples=["Lisbon in May"], json_schema_extra=_text(MAX_TITLE_CHARS))]
Status = Annotated[TripStatus, Field(strict=False, description="Any can follow any.")]
Fields = Annotated[
    dict[str, Any],
    Field(
        description="Fields of a brief: `where`, `purpose`, `start` and `end` (both or neither), `months` while "
        "there are no dates, `date_flex_days`, `travellers` (or `adults`, `children` and `child_ages`), `budget`, "
        "`pace` (relaxed, balanced, full), `must`, `avoid`, `questions` that are still open, `tell_needs`, "
        "`notes_private`. What is null or not there is not known. Notes are never told to the assistant, and the "
        "travellers' needs only with `tell_needs`.",
        examples=[_BRIEF],
    ),
]
CustomerIdIn = Annotated[Id | None, Field(description="One that the caller keeps; null: none.")]


class TripIn(Given):
    """A new trip."""

    title: Title
    status: Status = TripStatus.DRAFT
    customer_id: CustomerIdIn = None
    brief: Fields = Field(default={})


class TripChange(Given):
    """What of a trip is to change; the rest stays, also in the brief. What is null there is not known any more."""

    rev: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Of the trip as the caller has seen it: who has changed the same field since is not overwritten, "
        "but told in a 409, code `trip_changed`. Null: it is changed whatever it is now.",
    )
    title: Title = _LEFT
    status: Status = _LEFT
    customer_id: CustomerIdIn = _LEFT
    brief: Fields = _LEFT
    archived: Annotated[bool, Field(description="For the caller alone.")] = _LEFT


class TripCopy(Given):
    """A trip to make of another one, for another customer or the same."""

    title: Title
    customer_id: CustomerIdIn = None
    keep: list[Literal["where", "purpose", "must", "avoid", "travellers", "budget"]] = Field(
        default=[],
        max_length=len(MAY_BE_CARRIED) + len(OF_THE_CUSTOMER),
        description="What of the brief goes along beside its pace; `travellers` and `budget` only where the customer "
        "is the same.",
    )
    brief: Fields = Field(
        default={}, description="What is known of the new one. With a `start` alone it takes as many days as before."
    )


class TripOut(BaseModel):
    """A trip, as the caller sees it."""

    trip_id: Id
    title: str
    status: TripStatus
    customer_id: Id | None
    customer_name: str | None
    access: TripAccess = Field(description="What the caller may do with it.")
    archived: bool = Field(description="For the caller alone.")
    start: date | None
    end: date | None
    rev: int = Field(description="Of its latest revision.")
    members: int = Field(description="Its owner among them.")
    last_used_at: Instant = Field(description="When there was a message in it, or it was changed.")
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, trip: TripSummary, **more: Any) -> Self:
        """Return a trip as JSON shows it, with what there is *more* of it."""
        known = {name: getattr(trip, name) for name in TripOut.model_fields if hasattr(trip, name)}
        return cls(**{**known, "trip_id": str(trip.id), "customer_id": _id(trip.customer_id)}, **more)


class TripWithBrief(TripOut):
    """A trip with its brief."""

    brief: dict[str, Any] = Field(description="What is known of it.", examples=[_BRIEF])
    sha256: Hash = Field(description="Of its title and its brief without what is private.")

    @classmethod
    def whole(cls, trip: Trip) -> Self:
        """Return a trip as JSON shows it."""
        return cls.of(trip, brief=brief_values(trip.brief), sha256=trip.content_hash)


class TripList(BaseModel):
    """A page of trips; *count* is how many are on it."""

    trips: list[TripOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, page: TripPage) -> Self:
        """Return a page as JSON shows it."""
        return cls(trips=[TripOut.of(one) for one in page.trips], count=len(page.trips), next_cursor=page.next_cursor)


class MemberIn(Given):
    """Somebody to work on a trip."""

    username: str = Field(examples=["bob"], json_schema_extra=_text(40))
    access: Literal["edit", "view"] = "edit"


class MemberChange(Given):
    """What a member may do; `owner` hands the trip over to them."""

    access: Literal["owner", "edit", "view"]


class MemberOut(BaseModel):
    """Somebody who works on a trip."""

    user_id: Id
    username: str
    name: str
    access: TripAccess
    since: Instant

    @classmethod
    def of(cls, member: Member) -> Self:
        """Return a member as JSON shows it."""
        return cls(
            user_id=str(member.user_id),
            username=member.username,
            name=member.name,
            access=member.access,
            since=member.since,
        )


class MemberList(BaseModel):
    """Who works on a trip, its owner first; there is no next page."""

    members: list[MemberOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, members: tuple[Member, ...]) -> Self:
        """Return members as JSON shows them."""
        return cls(members=[MemberOut.of(one) for one in members], count=len(members), next_cursor=None)


class TripFileOut(BaseModel):
    """A file that is at hand in every session of a trip."""

    file_id: Id
    trip_id: Id
    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    added_by: str
    created_at: Instant

    @classmethod
    def of(cls, file: TripFile) -> Self:
        """Return a file as JSON shows it."""
        return cls(
            file_id=str(file.id),
            trip_id=str(file.trip_id),
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            added_by=file.by,
            created_at=file.created_at,
        )


class TripFileList(BaseModel):
    """The files of a trip, oldest first; there is no next page."""

    files: list[TripFileOut]
    count: int
    next_cursor: Cursor


class SessionsIn(Given):
    """Sessions to move into a trip: all of them or none."""

    session_ids: list[Id] = Field(min_length=1, max_length=1000, examples=[["249712407203954688"]])
    carry: Carry = False


class Moved(BaseModel):
    """The sessions that were elsewhere before."""

    moved: int
    session_ids: list[Id]


class RevisionOut(BaseModel):
    """What one change left of a trip."""

    rev: int
    summary: str = Field(description="Which fields were changed.", examples=["Title, Budget"])
    by: str | None = Field(description="The name of who changed it.")
    at: Instant
    sha256: Hash

    @classmethod
    def of(cls, revision: RevisionSummary, **more: Any) -> Self:
        """Return a revision as JSON shows it, with what there is *more* of it."""
        known = {name: getattr(revision, name) for name in RevisionOut.model_fields if name != "sha256"}
        return cls(**known, sha256=revision.content_hash, **more)


class RevisionWithBrief(RevisionOut):
    """A trip as one change left it."""

    title: str
    status: TripStatus
    brief: dict[str, Any] = Field(examples=[_BRIEF])

    @classmethod
    def whole(cls, revision: Revision) -> Self:
        """Return a revision as JSON shows it."""
        return cls.of(revision, title=revision.title, status=revision.status, brief=brief_values(revision.brief))


class RevisionList(BaseModel):
    """A page of revisions, latest first."""

    revisions: list[RevisionOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, page: RevisionPage) -> Self:
        """Return a page as JSON shows it."""
        found = [RevisionOut.of(one) for one in page.revisions]
        return cls(revisions=found, count=len(found), next_cursor=page.next_cursor)


class ChangeOut(BaseModel):
    """A field that differs between two revisions, in plain texts; an empty one was not known."""

    field: str
    label: str
    before: str
    after: str


class ComparisonOut(BaseModel):
    """What differs between two revisions, what is private among it."""

    before: RevisionOut
    after: RevisionOut
    changes: list[ChangeOut]

    @classmethod
    def of(cls, found: Comparison) -> Self:
        """Return a comparison as JSON shows it."""
        changes = [
            ChangeOut(field=one.field, label=one.label, before=one.before, after=one.after) for one in found.changes
        ]
        return cls(before=RevisionOut.of(found.before), after=RevisionOut.of(found.after), changes=changes)


CustomerName = Annotated[str, Field(examples=["Familie Weber"], json_schema_extra=_text(MAX_NAME_CHARS))]
Contact = Annotated[str, Field(json_schema_extra={"maxLength": MAX_CONTACT_CHARS})]
Language = Annotated[str | None, Field(description="As BCP 47 writes it; null: not known.", examples=["pt-PT"])]
Notes = Annotated[
    str,
    Field(description="For the team; never told to the assistant.", json_schema_extra={"maxLength": MAX_NOTES_CHARS}),
]


class CustomerIn(Given):
    """A new customer."""

    name: CustomerName
    contact: Contact = ""
    language: Language = None
    notes: Notes = ""


class CustomerChange(Given):
    """What of a customer is to change; the rest stays."""

    name: CustomerName = _LEFT
    contact: Contact = _LEFT
    language: Language = _LEFT
    notes: Notes = _LEFT


class CustomerOut(BaseModel):
    """Who trips are planned for."""

    customer_id: Id
    name: str
    contact: str
    language: str | None
    notes: str
    mine: bool = Field(description="Whether the caller keeps it, and may change it.")
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Return a customer as JSON shows it."""
        known = {name: getattr(customer, name) for name in cls.model_fields if name != "customer_id"}
        return cls(customer_id=str(customer.id), **known)


class CustomerList(BaseModel):
    """A page of customers by name; *count* is how many are on it."""

    customers: list[CustomerOut]
    count: int
    next_cursor: Cursor

    @classmethod
    def of(cls, page: CustomerPage) -> Self:
        """Return a page as JSON shows it."""
        found = [CustomerOut.of(one) for one in page.customers]
        return cls(customers=found, count=len(found), next_cursor=page.next_cursor)


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)
