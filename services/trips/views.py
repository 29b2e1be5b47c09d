"""Rows made into the plain data that goes up."""

from dataclasses import asdict
from typing import Any

from db.models import Customer as CustomerRow
from db.models import SessionFile, TripMember, TripRevision, User
from db.trips import TripRow
from services.trips.records import (
    Customer,
    Member,
    Revision,
    RevisionSummary,
    Trip,
    TripAccess,
    TripFile,
    TripSummary,
)
from travel.brief import Brief, known_brief
from travel.status import TripStatus


def trip_summary(row: TripRow, *, members: int) -> TripSummary:
    """Return a trip as lists show it."""
    return TripSummary(**_head(row, known_brief(row[0].brief), members))


def trip_view(row: TripRow, *, members: int) -> Trip:
    """Return a trip with its brief."""
    brief = known_brief(row[0].brief)
    return Trip(**_head(row, brief, members), brief=brief, content_hash=row[0].content_hash)


def _head(row: TripRow, brief: Brief, members: int) -> dict[str, Any]:
    trip, member, customer_name, may = row
    return {
        "id": trip.id,
        "title": trip.title,
        "status": known_status(trip.status),
        "customer_id": trip.customer_id,
        "customer_name": customer_name,
        "access": TripAccess(may),
        "archived": member.archived,
        "start": brief.start,
        "end": brief.end,
        "months": brief.months,
        "rev": trip.rev,
        "members": members,
        "last_used_at": member.last_used_at,
        "created_at": trip.created_at,
        "updated_at": trip.updated_at,
    }


def known_status(status: str) -> TripStatus:
    """Return a status that is kept; one that this version does not know is a draft."""
    return TripStatus(status) if status in TripStatus.__members__.values() else TripStatus.DRAFT


def member_view(member: TripMember, user: User) -> Member:
    """Return a member as services hand it up."""
    return Member(user.id, user.username, user.name, TripAccess(member.access), member.created_at)


def revision_summary(row: TripRevision, by: str | None) -> RevisionSummary:
    """Return a revision as lists show it."""
    return RevisionSummary(rev=row.rev, summary=row.summary, by=by, at=row.created_at, content_hash=row.content_hash)


def revision_view(row: TripRevision, by: str | None) -> Revision:
    """Return a revision with its brief."""
    return Revision(
        **asdict(revision_summary(row, by)),
        title=row.title,
        status=known_status(row.status),
        brief=known_brief(row.brief),
    )


def file_view(file: SessionFile, by: str) -> TripFile:
    """Return a trip's file as services hand it up, without what is in it."""
    assert file.trip_id is not None
    return TripFile(file.id, file.trip_id, file.name, file.media_type, file.size, by, file.created_at)


def customer_view(customer: CustomerRow, *, user_id: int) -> Customer:
    """Return a customer as services hand it up."""
    return Customer(
        id=customer.id,
        name=customer.name,
        contact=customer.contact,
        language=customer.language,
        notes=customer.notes,
        mine=customer.user_id == user_id,
        created_at=customer.created_at,
        updated_at=customer.updated_at,
    )
