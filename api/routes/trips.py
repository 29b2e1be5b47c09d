"""Trips: what sessions, a brief and files hang on, and who works on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Query, Response, UploadFile

from api.dependencies import (
    CallerDep,
    GuardedRoute,
    MemberId,
    RevisionNumber,
    TripFileId,
    TripId,
    WriterDep,
    given_id,
    parse_id,
)
from api.routes.files import CONTENT
from api.routes.sessions import READ, WRITE
from api.schemas import ID_PATTERN, WITHOUT_NUL, SessionList, SessionOut
from api.trip_schemas import (
    ComparisonOut,
    MemberChange,
    MemberIn,
    MemberList,
    Moved,
    RevisionList,
    RevisionWithBrief,
    SessionsIn,
    TripChange,
    TripCopy,
    TripFileList,
    TripFileOut,
    TripIn,
    TripList,
    TripWithBrief,
)
from services.errors import InvalidFieldsError, TripChangedError
from services.sessions.sessions import CURSOR
from services.trips.places import MAX_CURSOR_CHARS
from services.trips.records import TripOrder, WithSessions
from travel.brief import FIELDS
from travel.status import TripStatus

router = APIRouter(prefix="/trips", tags=["Trips"], route_class=GuardedRoute)
Limit = Annotated[int, Query(ge=1, le=100)]
Place = Annotated[
    str | None, Query(max_length=MAX_CURSOR_CHARS, description="`next_cursor` of the page before, in the same order.")
]


@router.get("", responses=READ)
def list_trips(
    caller: CallerDep,
    limit: Limit = 50,
    cursor: Place = None,
    q: Annotated[
        str,
        Query(max_length=200, pattern=WITHOUT_NUL, description="A part of the title or of the customer's name."),
    ] = "",
    status: Annotated[TripStatus | None, Query()] = None,
    customer_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    archived: Annotated[bool, Query(description="The archived trips instead of the others.")] = False,
    order: Annotated[TripOrder, Query(description="Last used first, or by title.")] = TripOrder.LAST_USED,
) -> TripList:
    """List the trips that the caller is a member of."""
    page = caller.services.trips.page(
        user_id=caller.user_id,
        limit=limit,
        cursor=cursor or None,
        words=q,
        status=status,
        customer_id=given_id(customer_id, "customer"),
        archived=archived,
        order=order,
    )
    return TripList.of(page)


@router.post("", status_code=201, responses=WRITE)
def create_trip(caller: WriterDep, body: TripIn) -> TripWithBrief:
    """Create a trip, of which the caller is the owner."""
    with _named_in_body():
        made = caller.services.trips.create(user_id=caller.user_id, **_with_customer(body.model_dump()))
    return TripWithBrief.whole(made)


@router.get("/{trip_id}", responses=READ)
def get_trip(caller: CallerDep, trip_id: TripId) -> TripWithBrief:
    """Return one trip with its brief."""
    return TripWithBrief.whole(caller.services.trips.get(trip_id, user_id=caller.user_id))


@router.patch("/{trip_id}", responses=WRITE)
def change_trip(caller: WriterDep, trip_id: TripId, body: TripChange) -> TripWithBrief:
    """Change a trip; every change but of `archived` is a revision."""
    trips = caller.services.trips
    given = body.model_dump(include=body.model_fields_set - {"rev", "archived"})
    with _named_in_body():
        changed = trips.get(trip_id, user_id=caller.user_id)
        if given:
            changed = trips.change(trip_id, user_id=caller.user_id, rev=body.rev, **_with_customer(given))
    if "archived" in body.model_fields_set:
        trips.set_archived([trip_id], body.archived, user_id=caller.user_id)
        changed = trips.get(trip_id, user_id=caller.user_id)
    return TripWithBrief.whole(changed)


@router.delete("/{trip_id}", status_code=204, response_class=Response, responses=WRITE)
def delete_trip(
    caller: WriterDep,
    trip_id: TripId,
    sessions: Annotated[WithSessions, Query(description="Delete its sessions too, or keep them outside of it.")],
) -> None:
    """Delete a trip that the caller owns, with its files, and everybody's sessions in it if that is wanted."""
    caller.services.trip_deletion.delete(trip_id, user_id=caller.user_id, sessions=sessions)


@router.post("/{trip_id}/copy", status_code=201, responses=WRITE)
def copy_trip(caller: WriterDep, trip_id: TripId, body: TripCopy) -> TripWithBrief:
    """Create a trip of the same kind for another customer. Nothing of the first one comes along."""
    with _named_in_body():
        made = caller.services.trips.copy(trip_id, user_id=caller.user_id, **_with_customer(body.model_dump()))
    return TripWithBrief.whole(made)


@router.get("/{trip_id}/sessions", responses=READ)
def list_trip_sessions(
    caller: CallerDep,
    trip_id: TripId,
    limit: Limit = 50,
    cursor: Annotated[
        str | None, Query(pattern=f"{CURSOR.pattern}|^$", description="`next_cursor` of the page before.")
    ] = None,
    archived: Annotated[bool, Query(description="The archived sessions instead of the others.")] = False,
) -> SessionList:
    """List the sessions of a trip, last used first."""
    page = caller.services.sessions.latest(
        user_id=caller.user_id, limit=limit, cursor=cursor or None, archived=archived, trip_id=trip_id
    )
    sessions = [SessionOut.of(one) for one in page.sessions]
    return SessionList(sessions=sessions, count=len(sessions), next_cursor=page.next_cursor)


@router.post("/{trip_id}/sessions", responses=WRITE)
def move_sessions(caller: WriterDep, trip_id: TripId, body: SessionsIn) -> Moved:
    """Move sessions that the caller has started into a trip, all of them or none."""
    ids = [parse_id(one, "session") for one in body.session_ids]
    moved = caller.services.trip_sessions.move(ids, trip_id, user_id=caller.user_id, carry=body.carry)
    return Moved(moved=len(moved), session_ids=[str(one) for one in moved])


@router.get("/{trip_id}/members", responses=READ)
def list_members(caller: CallerDep, trip_id: TripId) -> MemberList:
    """List who works on a trip."""
    return MemberList.of(caller.services.trip_members.list(trip_id, user_id=caller.user_id))


@router.post("/{trip_id}/members", status_code=201, responses=WRITE)
def add_member(caller: WriterDep, trip_id: TripId, body: MemberIn) -> MemberList:
    """Let somebody work on a trip that the caller owns; returns all who do."""
    members = caller.services.trip_members
    return MemberList.of(members.add(trip_id, body.username, user_id=caller.user_id, access=body.access))


@router.patch("/{trip_id}/members/{user_id}", responses=WRITE)
def change_member(caller: WriterDep, trip_id: TripId, user_id: MemberId, body: MemberChange) -> MemberList:
    """Let a member do more or less, or hand the trip over to them; returns all who work on it.

    The review links of who may only read from then on end, as when they are taken off; those of who hands over stay.
    """
    members = caller.services.trip_members
    return MemberList.of(members.change(trip_id, user_id, user_id=caller.user_id, access=body.access))


@router.delete("/{trip_id}/members/{user_id}", status_code=204, response_class=Response, responses=WRITE)
def remove_member(caller: WriterDep, trip_id: TripId, user_id: MemberId) -> None:
    """Take a member off a trip that the caller owns; or, with the caller's own id, leave one.

    The review links that they made end and are the owner's, who opens them again by another address.
    """
    caller.services.trip_members.remove(trip_id, user_id, user_id=caller.user_id)


@router.get("/{trip_id}/files", responses=READ)
def list_trip_files(caller: CallerDep, trip_id: TripId) -> TripFileList:
    """List the files of a trip, oldest first."""
    files = [TripFileOut.of(one) for one in caller.services.trip_files.list(trip_id, user_id=caller.user_id)]
    return TripFileList(files=files, count=len(files), next_cursor=None)


@router.post("/{trip_id}/files", status_code=201, responses=WRITE)
def add_trip_file(
    caller: WriterDep,
    trip_id: TripId,
    file: Annotated[
        UploadFile, File(description="PDF, Word (.docx), text, Markdown, CSV, JSON or an image, of at most 10 MB.")
    ],
) -> TripFileOut:
    """Add a file to a trip, for all its sessions; it takes room of the caller's (`files` of `/usage`)."""
    files = caller.services.trip_files
    return TripFileOut.of(files.add(trip_id, file.filename or "", file.file.read(), user_id=caller.user_id))


@router.get("/{trip_id}/files/{trip_file_id}/content", response_class=Response, responses=CONTENT | READ)
def get_trip_file_content(caller: CallerDep, trip_id: TripId, trip_file_id: TripFileId) -> Response:
    """Return what is in a file of a trip."""
    name, content = caller.services.trip_files.get(trip_id, trip_file_id, user_id=caller.user_id)
    told = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=told)  # for no browser to open


@router.delete("/{trip_id}/files/{trip_file_id}", status_code=204, response_class=Response, responses=WRITE)
def remove_trip_file(caller: WriterDep, trip_id: TripId, trip_file_id: TripFileId) -> None:
    """Delete a file of a trip here and at Backboard."""
    caller.services.trip_files.remove(trip_id, trip_file_id, user_id=caller.user_id)


@router.get("/{trip_id}/revisions", responses=READ)
def list_revisions(caller: CallerDep, trip_id: TripId, limit: Limit = 20, cursor: Place = None) -> RevisionList:
    """List what became of a trip, the latest change first."""
    page = caller.services.trip_revisions.page(trip_id, user_id=caller.user_id, limit=limit, cursor=cursor or None)
    return RevisionList.of(page)


@router.get("/{trip_id}/revisions/{rev}", responses=READ)
def get_revision(caller: CallerDep, trip_id: TripId, rev: RevisionNumber) -> RevisionWithBrief:
    """Return a trip as one change left it."""
    return RevisionWithBrief.whole(caller.services.trip_revisions.get(trip_id, rev, user_id=caller.user_id))


@router.get("/{trip_id}/revisions/{rev}/changes", responses=READ)
def compare_revisions(
    caller: CallerDep,
    trip_id: TripId,
    rev: RevisionNumber,
    since: Annotated[str, Query(pattern=ID_PATTERN, description="The revision to compare with.")],
) -> ComparisonOut:
    """Return what differs between two revisions of a trip."""
    before = parse_id(since, "revision")
    return ComparisonOut.of(caller.services.trip_revisions.compare(trip_id, before, rev, user_id=caller.user_id))


@router.post("/{trip_id}/revisions/{rev}/restore", responses=WRITE)
def restore_revision(caller: WriterDep, trip_id: TripId, rev: RevisionNumber) -> TripWithBrief:
    """Let title and brief be again what they were, as a new revision."""
    return TripWithBrief.whole(caller.services.trip_revisions.restore(trip_id, rev, user_id=caller.user_id))


def _with_customer(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body with the customer's id as the services take it."""
    if "customer_id" not in given:
        return dict(given)
    return {**given, "customer_id": given_id(given["customer_id"], "customer")}


@contextmanager
def _named_in_body() -> Iterator[None]:
    """Say of a field of the brief where it stands in the body."""
    try:
        yield
    except InvalidFieldsError as exc:
        problems = {f"brief.{name}" if name in FIELDS else name: text for name, text in exc.problems.items()}
        raise InvalidFieldsError(problems) from exc
    except TripChangedError as exc:
        named = [replace(one, field=f"brief.{one.field}") if one.field in FIELDS else one for one in exc.fields]
        raise TripChangedError(named, rev=exc.rev) from exc
