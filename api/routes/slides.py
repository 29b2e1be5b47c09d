"""Decks of sessions and trips: slides, versions, pictures, and the files that they become."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Path, Query, Response, UploadFile

from api.deck_schemas import (
    BrandChange,
    BrandOut,
    DeckExport,
    DeckIn,
    DeckMake,
    DeckOut,
    DeckRefresh,
    DeckRestore,
    DeckVersionList,
    PictureOut,
    RefreshOut,
    SlidesAccepted,
)
from api.dependencies import Caller, CallerDep, GuardedRoute, SessionId, TripId, WriterDep, parse_id
from api.problems import declared
from api.routes.files import CONTENT
from api.routes.sessions import READ, WRITE
from api.schemas import WITHOUT_NUL
from exports.decks.html import deck_html
from exports.decks.problems import problems
from exports.decks.records import Deck
from services.decks.files import TYPES, DeckFormat
from services.decks.records import DeckOf, SavedDeck
from services.trips.places import MAX_CURSOR_CHARS

router = APIRouter(tags=["Decks"], route_class=GuardedRoute)
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Null: as it is now.")]
Sha256 = Annotated[str, Path(max_length=1_000, pattern=WITHOUT_NUL)]
Limit = Annotated[int, Query(ge=1, le=100)]
Place = Annotated[
    str | None,
    Query(max_length=MAX_CURSOR_CHARS, pattern=WITHOUT_NUL, description="`next_cursor` of the page before."),
]
Picture = Annotated[UploadFile, File(description="A PNG, WebP or GIF of 25 megapixels, a JPEG of 60; at most 10 MB.")]
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {TYPES[one]: _BINARY for one in DeckFormat} | {TYPES[DeckFormat.JSON]: {"schema": {}}},
    }
}
_SHOWN = READ | declared(409)  # there is nothing to make slides of yet
_EXPORT = _FILES | declared(401, 403, 404, 409, 413, 422, 429, 503)


async def _of_session(session_id: SessionId) -> DeckOf:
    return DeckOf("session", session_id)


async def _of_trip(trip_id: TripId) -> DeckOf:
    return DeckOf("trip", trip_id)


def _add_routes(start: str, thing: str, find: Callable[..., Any]) -> None:
    """Add what can be done with the deck of a thing, at addresses that begin with *start*."""
    _add_deck(start, thing, find)
    _add_refreshing(start, thing, find)
    _add_files(start, thing, find)


def _add_deck(start: str, thing: str, find: Callable[..., Any]) -> None:
    Of = Annotated[DeckOf, Depends(find)]  # noqa: N806  a type

    @router.get(f"{start}/slides", name=f"get_{thing}_slides", responses=_SHOWN)
    def get_slides(caller: CallerDep, of: Of, version: Version = None) -> DeckOut:
        """Return the deck of a session or trip, or one version of it; the one that would be made where none was."""
        decks = caller.services.decks
        if version is None and decks.find(of, user_id=caller.user_id) is None:
            with caller.services.deck_files.turn():  # it is made anew at each request
                return _shown(caller, of, decks.proposal(of, user_id=caller.user_id), None)
        saved = decks.get(of, user_id=caller.user_id, rev=version)
        return _shown(caller, of, saved.deck, saved)

    @router.post(f"{start}/slides", name=f"make_{thing}_slides", status_code=201, responses=WRITE)
    def make_slides(caller: WriterDep, of: Of, body: DeckMake | None = None) -> DeckOut:
        """Make a deck of what is there now, or make it anew: the one before stays as a version."""
        wanted = body or DeckMake()
        saved = caller.services.decks.make(
            of, user_id=caller.user_id, preset=wanted.preset, valid_until=wanted.valid_until, rev=wanted.rev
        )
        return _shown(caller, of, saved.deck, saved)

    @router.put(f"{start}/slides", name=f"change_{thing}_slides", responses=WRITE)
    def change_slides(caller: WriterDep, of: Of, body: DeckIn) -> DeckOut:
        """Let a deck have these slides from now on, as a new version; one that nobody has made is made of them."""
        saved = caller.services.decks.put(of, body.slides, title=body.title, user_id=caller.user_id, rev=body.rev)
        return _shown(caller, of, saved.deck, saved)

    @router.get(f"{start}/slides/versions", name=f"list_{thing}_slide_versions", responses=READ)
    def list_versions(caller: CallerDep, of: Of, limit: Limit = 20, cursor: Place = None) -> DeckVersionList:
        """List the versions of a deck, the latest first."""
        page = caller.services.decks.versions(of, user_id=caller.user_id, limit=limit, cursor=cursor)
        return DeckVersionList.of(page)

    @router.post(f"{start}/slides/restore", name=f"restore_{thing}_slides", responses=WRITE)
    def restore(caller: WriterDep, of: Of, body: DeckRestore) -> DeckOut:
        """Let a deck be again what it was in a version, as a new one."""
        saved = caller.services.decks.restore(of, body.version, user_id=caller.user_id, rev=body.rev)
        return _shown(caller, of, saved.deck, saved)


def _add_refreshing(start: str, thing: str, find: Callable[..., Any]) -> None:
    Of = Annotated[DeckOf, Depends(find)]  # noqa: N806  a type

    @router.get(f"{start}/slides/refresh", name=f"look_at_{thing}_slides", responses=READ)
    def look(caller: CallerDep, of: Of) -> RefreshOut:
        """Tell which slides would be made otherwise today, since the session or trip moved on."""
        with caller.services.deck_files.turn():
            return RefreshOut.of(caller.services.deck_refreshing.look(of, user_id=caller.user_id))

    @router.post(f"{start}/slides/refresh", name=f"refresh_{thing}_slides", responses=WRITE)
    def refresh(caller: WriterDep, of: Of, body: DeckRefresh) -> DeckOut:
        """Make slides anew; what a person worded stays where its source is as it was."""
        saved = caller.services.deck_refreshing.take(of, body.slides, body.new, user_id=caller.user_id, rev=body.rev)
        return _shown(caller, of, saved.deck, saved)


def _add_files(start: str, thing: str, find: Callable[..., Any]) -> None:
    Of = Annotated[DeckOf, Depends(find)]  # noqa: N806  a type

    @router.post(f"{start}/slides/pictures", name=f"add_{thing}_slide_picture", status_code=201, responses=WRITE)
    def add_picture(caller: WriterDep, of: Of, file: Picture) -> PictureOut:
        """Keep a picture with a deck, upright and scaled down, for its slides to show."""
        return PictureOut.of(caller.services.deck_pictures.add(of, file.file.read(), user_id=caller.user_id))

    @router.get(
        f"{start}/slides/pictures/{{sha256}}",
        name=f"get_{thing}_slide_picture",
        response_class=Response,
        responses=CONTENT | READ,
    )
    def get_picture(caller: CallerDep, of: Of, sha256: Sha256) -> Response:
        """Return a picture of a deck."""
        content = caller.services.deck_pictures.get(of, sha256, user_id=caller.user_id)
        return Response(content, media_type="application/octet-stream")

    @router.post(f"{start}/export", name=f"export_{thing}_slides", response_class=Response, responses=_EXPORT)
    def export(caller: CallerDep, of: Of, body: DeckExport | None = None) -> Response:
        """Give a deck as a file, the one that would be made where none was; without a body, as PowerPoint."""
        wanted = body or DeckExport()
        made = caller.services.deck_files.export(of, wanted.format, user_id=caller.user_id, rev=wanted.version)
        name = f"attachment; filename=\"deck.{wanted.format}\"; filename*=UTF-8''{quote(made.name)}"
        return Response(made.content, media_type=made.media_type, headers={"Content-Disposition": name})


_add_routes("/sessions/{session_id}", "session", _of_session)
_add_routes("/trips/{trip_id}", "trip", _of_trip)


@router.post("/sessions/{session_id}/slides/accept", responses=WRITE)
def accept_slides(caller: WriterDep, session_id: SessionId, body: SlidesAccepted) -> DeckOut:
    """Add to a session's deck slides that a reply proposes."""
    saved = caller.services.decks.accept(
        session_id,
        parse_id(body.message_id, "message"),
        body.slide_ids,
        user_id=caller.user_id,
        rev=body.rev,
    )
    return _shown(caller, DeckOf("session", session_id), saved.deck, saved)


@router.get("/brand", responses=declared(401, 422, 429, 503))
def get_brand(caller: CallerDep) -> BrandOut:
    """Return how the decks of the caller's own sessions and trips look."""
    return BrandOut.of(caller.services.brands.get(user_id=caller.user_id))


@router.patch("/brand", responses=declared(401, 403, 413, 422, 429, 503))
def change_brand(caller: WriterDep, body: BrandChange) -> BrandOut:
    """Let the decks of the caller's own sessions and trips look so from now on."""
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    return BrandOut.of(caller.services.brands.change(given, user_id=caller.user_id))


@router.put("/brand/logo", responses=declared(401, 403, 413, 422, 429, 503))
def set_logo(
    caller: WriterDep, file: Annotated[UploadFile, File(description="A PNG, a JPEG, or an SVG without scripts.")]
) -> BrandOut:
    """Let the decks of the caller's own sessions and trips have a logo."""
    return BrandOut.of(caller.services.brands.set_logo(file.file.read(), user_id=caller.user_id))


@router.delete("/brand/logo", responses=declared(401, 403, 422, 429, 503))
def remove_logo(caller: WriterDep) -> BrandOut:
    """Let them have none any more."""
    return BrandOut.of(caller.services.brands.set_logo(None, user_id=caller.user_id))


def _shown(caller: Caller, of: DeckOf, deck: Deck, saved: SavedDeck | None) -> DeckOut:
    files = caller.services.deck_files
    edition = files.draft(
        of, deck, user_id=caller.user_id, rev=saved.rev if saved else 1, at=saved.at if saved else None
    )
    return DeckOut.of(of, deck, saved, deck_html(edition, pictures=True), problems(edition))
