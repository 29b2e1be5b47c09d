"""Search, models, and whose token this is."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.account_schemas import Me, ModelList, ModelOut, TokenOut
from api.dependencies import CallerDep, GuardedRoute
from api.problems import ApiError, declared
from api.schemas import ID_PATTERN, WITHOUT_NUL, Hit, HitList
from db.ids import MAX_ID

router = APIRouter(route_class=GuardedRoute)

_PIECE_BYTES = 64 * 1024


@router.get("/search", tags=["Search"], responses=declared(401, 422, 429, 503))
def search(
    caller: CallerDep,
    q: Annotated[
        str,
        Query(max_length=200, pattern=WITHOUT_NUL, description="Words, in any script.", examples=["vegetarian"]),
    ],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(pattern=f"{ID_PATTERN}|^$", description="`next_cursor` of the page before.")
    ] = None,
) -> HitList:
    """Find titles and messages that hold every word of *q*, latest first."""
    found = caller.services.sessions.search(
        q, user_id=caller.user_id, limit=limit + 1, before_id=min(int(cursor), MAX_ID) if cursor else None
    )
    hits = [Hit.of(one) for one in found[:limit]]
    last = hits[-1].message_id or hits[-1].session_id if len(found) > limit else None
    return HitList(hits=hits, count=len(hits), next_cursor=last)


@router.get("/models", tags=["Models"], responses=declared(401, 429, 503))
def list_models(caller: CallerDep) -> ModelList:
    """List the models that a session can use."""
    models = [ModelOut.of(one) for one in caller.services.models.all()]
    if not models:
        raise ApiError(503, "backboard_unavailable", "Backboard cannot be asked for its models right now.")
    return ModelList(models=models, count=len(models), next_cursor=None)


@router.get("/me", tags=["Account"], responses=declared(401, 429, 503))
async def me(caller: CallerDep) -> Me:
    """Say whose token this is."""
    user, token = caller.use.user, caller.token
    return Me(
        user_id=str(user.id),
        username=user.username,
        name=user.name,
        email=user.email,
        role=user.role,
        token=TokenOut(name=token.name, read_only=token.read_only, expires_at=token.expires_at),
    )


_ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The zip",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/me/data", tags=["Account"], response_class=StreamingResponse, responses=_ZIP | declared(401, 429, 503))
def my_data(caller: CallerDep) -> StreamingResponse:
    """Give all that is the caller's as one zip: sessions, trips, customers, decks, reviews, templates, files.

    `POST /api/import` takes it. Two are made at a time: while others are, the answer is a 503.
    """
    made = ExitStack()
    file = made.enter_context(caller.services.takeout.opened(user_id=caller.user_id))

    def pieces() -> Iterator[bytes]:
        with made:
            while piece := file.read(_PIECE_BYTES):
                yield piece

    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"'}
    return StreamingResponse(pieces(), media_type="application/zip", headers=headers)
