"""Reviews, for whoever has a link: what it shows, what is said and decided about it. Without an account."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.comment_schemas import CommentChange, CommentList, DecisionIn, ThreadOut, VisitorCommentIn, VisitOut
from api.dependencies import CommentId, parse_id
from api.problems import declared
from api.review_schemas import DecisionOut, SnapshotOut
from api.routes.reviews import Before, Limit, before_id
from api.schemas import WITHOUT_NUL
from api.visitors import VisitorDep, VisitorRoute

router = APIRouter(prefix="/review/{token}", tags=["A link"], route_class=VisitorRoute)
_LOOK = declared(403, 404, 422, 429, 503)
_SAY = declared(403, 404, 409, 413, 422, 429, 503)


@router.get("", responses=_LOOK)
def open_review(visitor: VisitorDep) -> VisitOut:
    """Return what a link shows, and where it stands."""
    return VisitOut.seen(visitor.visits.look(visitor.token, visitor.key))


@router.get("/snapshot", responses=_LOOK)
def open_snapshot(
    visitor: VisitorDep,
    version: Annotated[int | None, Query(ge=1, description="The latest where none is named.")] = None,
) -> SnapshotOut:
    """Return what a link shows, or showed in an earlier version."""
    return SnapshotOut.of(visitor.visits.shown(visitor.token, visitor.key, number=version))


@router.get("/comments", responses=_LOOK)
def read_comments(
    visitor: VisitorDep,
    anchor: Annotated[
        str | None,
        Query(max_length=100, pattern=WITHOUT_NUL, description="Of a block; without one: about the whole."),
    ] = None,
    limit: Limit = 20,
    before: Before = None,
) -> CommentList:
    """List what was said about a message, or about the whole, latest first."""
    found = visitor.visits.threads(
        visitor.token, visitor.key, anchor=anchor, limit=limit + 1, before_id=before_id(before)
    )
    return CommentList.of(found, limit)


@router.post("/comments", status_code=201, responses=_SAY)
def comment(visitor: VisitorDep, body: VisitorCommentIn) -> ThreadOut:
    """Say something about what the link shows, or answer; returns all that belongs to it."""
    return ThreadOut.whole(
        visitor.visits.comment(
            visitor.token,
            visitor.key,
            body.text,
            name=body.name,
            anchor=body.anchor,
            passage=body.passage,
            before=body.passage_before,
            thread_id=parse_id(body.answer_to, "comment") if body.answer_to else None,
            address=visitor.address,
        )
    )


@router.patch("/comments/{comment_id}", responses=_SAY)
def change_own_comment(visitor: VisitorDep, comment_id: CommentId, body: CommentChange) -> ThreadOut:
    """Write an own comment anew, within 15 minutes."""
    return ThreadOut.whole(
        visitor.visits.change(visitor.token, visitor.key, comment_id, body.text, address=visitor.address)
    )


@router.delete("/comments/{comment_id}", status_code=204, response_class=Response, responses=_SAY)
def take_own_comment_back(visitor: VisitorDep, comment_id: CommentId) -> None:
    """Take an own comment back, within 15 minutes; that it was there can be seen."""
    visitor.visits.take_back(visitor.token, visitor.key, comment_id)


@router.post("/decisions", status_code=201, responses=_SAY)
def decide(visitor: VisitorDep, body: DecisionIn) -> DecisionOut:
    """Decide about the snapshot of this hash, which has to be the one that the link shows now."""
    return DecisionOut.of(
        visitor.visits.decide(visitor.token, visitor.key, **body.model_dump(), address=visitor.address)
    )
