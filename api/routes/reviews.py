"""Reviews, for planners: links to sessions, briefs of trips and decks, what was said on them and decided."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.comment_schemas import CommentChange, DecisionIn, InternalCommentIn, InternalCommentList, InternalThreadOut
from api.dependencies import CallerDep, CommentId, GuardedRoute, ReviewId, WriterDep, parse_id
from api.problems import declared
from api.review_schemas import (
    DecisionList,
    DecisionOut,
    ReviewChange,
    ReviewIn,
    ReviewList,
    ReviewMade,
    ReviewOut,
    ReviewWithDecisions,
    SharedAgain,
    SnapshotOut,
)
from api.routes.sessions import READ, WRITE
from api.schemas import ID_PATTERN, WITHOUT_NUL
from db.ids import MAX_ID
from services.errors import InvalidFieldsError
from services.reviews.records import ReviewState, Thing

router = APIRouter(prefix="/reviews", tags=["Reviews"], route_class=GuardedRoute)
_PLACE = "^(0|[1-9][0-9]{0,4})$"  # of a page in the list
Limit = Annotated[int, Query(ge=1, le=100)]
Before = Annotated[str | None, Query(pattern=f"{ID_PATTERN}|^$", description="`next_cursor` of the page before.")]
Number = Annotated[int | None, Query(ge=1, description="Of a version; the latest where none is named.")]


@router.get("", responses=declared(401, 404, 422, 429, 503))
def list_reviews(
    caller: CallerDep,
    limit: Limit = 50,
    cursor: Annotated[
        str | None, Query(pattern=f"{_PLACE}|^$", description="`next_cursor` of the page before.")
    ] = None,
    q: Annotated[
        str,
        Query(
            max_length=200,
            pattern=WITHOUT_NUL,
            description="Words of a title or of an audience.",
        ),
    ] = "",
    session_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    trip_id: Annotated[str | None, Query(pattern=ID_PATTERN, description="Links to this trip's brief.")] = None,
    deck: Annotated[bool, Query(description="Links to the deck of the session or trip.")] = False,
    ended: Annotated[bool | None, Query(description="Those that open nothing any more, or only the others.")] = None,
    state: Annotated[
        Literal["open", "changes_asked", "declined", "approved", "outdated"] | None,
        Query(description="Of those that have not ended."),
    ] = None,
) -> ReviewList:
    """List the caller's links, or all that they may see of a session or of a trip: those that are due first."""
    start = int(cursor or 0)
    found = caller.services.reviews.page(
        user_id=caller.user_id,
        ended=False if state else ended,
        of=_thing(session_id, trip_id, deck=deck) if session_id or trip_id or deck else None,
        words=q,
        states=[ReviewState(state)] if state else [],
        limit=limit + 1,
        offset=start,
    )
    shown = [ReviewOut.of(one) for one in found[:limit]]
    return ReviewList(reviews=shown, count=len(shown), next_cursor=str(start + limit) if len(found) > limit else None)


@router.post("", status_code=201, responses=WRITE)
def create_review(request: Request, caller: WriterDep, body: ReviewIn) -> ReviewMade:
    """Keep a snapshot of a session, a trip's brief, or a deck, as it is now, and make a link that shows it."""
    if body.deck and (body.first_message_id or body.last_message_id):
        raise InvalidFieldsError({"first_message_id": "A deck has no messages: it is shared as a whole."})
    if body.trip_id and (body.first_message_id or body.last_message_id):
        raise InvalidFieldsError({"first_message_id": "A trip's brief has no messages: it is shared as a whole."})
    made = caller.services.reviews.share(
        _thing(body.session_id, body.trip_id, deck=body.deck),
        body.settings(),
        user_id=caller.user_id,
        passcode=body.passcode,
        first_id=parse_id(body.first_message_id, "message") if body.first_message_id else None,
        last_id=parse_id(body.last_message_id, "message") if body.last_message_id else None,
    )
    return ReviewMade.made(made, _page(request))


@router.get("/{review_id}", responses=READ)
def get_review(caller: CallerDep, review_id: ReviewId) -> ReviewWithDecisions:
    """Return one link with its versions and what was decided."""
    return ReviewWithDecisions.all_of(caller.services.reviews.get(review_id, user_id=caller.user_id))


@router.patch("/{review_id}", responses=WRITE)
def change_review(caller: WriterDep, review_id: ReviewId, body: ReviewChange) -> ReviewOut:
    """Change what is said of a link; with a later end, one that had come to its end opens again.

    Only who made the link, or owns what it shows, may do so.
    """
    before = caller.services.reviews.get(review_id, user_id=caller.user_id).review.settings
    return ReviewOut.of(
        caller.services.reviews.change(
            review_id, body.settings(before), user_id=caller.user_id, passcode=body.new_passcode()
        )
    )


@router.delete("/{review_id}", status_code=204, response_class=Response, responses=WRITE)
def revoke_review(caller: WriterDep, review_id: ReviewId) -> None:
    """Revoke a link: it opens nothing from now on. What was said and decided stays."""
    caller.services.reviews.revoke(review_id, user_id=caller.user_id)


@router.post("/{review_id}/share-again", responses=WRITE)
def share_again(caller: WriterDep, review_id: ReviewId) -> SharedAgain:
    """Let a link show its session, brief or deck as it is now. Decisions about what was before are outdated."""
    changed = caller.services.reviews.share_again([review_id], user_id=caller.user_id)[review_id]
    return SharedAgain.of(caller.services.reviews.get(review_id, user_id=caller.user_id).review, changed=changed)


@router.post("/{review_id}/address", responses=WRITE)
def change_address(request: Request, caller: WriterDep, review_id: ReviewId) -> ReviewMade:
    """Give a link another address: the one before opens nothing from now on.

    Only who made the link, or owns what it shows, may do so; the link is theirs from then on. One that ended as who
    made it works on the trip no more (`ended_why`) opens again.
    """
    return ReviewMade.made(caller.services.reviews.new_address(review_id, user_id=caller.user_id), _page(request))


@router.get("/{review_id}/snapshot", responses=READ)
def get_snapshot(caller: CallerDep, review_id: ReviewId, version: Number = None) -> SnapshotOut:
    """Return what a link shows, or showed in an earlier version."""
    return SnapshotOut.of(caller.services.reviews.shown(review_id, user_id=caller.user_id, number=version))


@router.get("/{review_id}/comments", responses=READ)
def list_comments(
    caller: CallerDep,
    review_id: ReviewId,
    limit: Limit = 20,
    before: Before = None,
    unresolved: Annotated[bool, Query(description="Only those that nobody has resolved.")] = False,
) -> InternalCommentList:
    """List what was said on a link, latest first, internal comments too."""
    found = caller.services.comments.threads(
        review_id, user_id=caller.user_id, limit=limit + 1, before_id=before_id(before), unresolved=unresolved
    )
    return InternalCommentList.of(found, limit)


@router.post("/{review_id}/comments", status_code=201, responses=WRITE)
def add_comment(caller: WriterDep, review_id: ReviewId, body: InternalCommentIn) -> InternalThreadOut:
    """Say something on a link, to its audience or to colleagues alone, or answer; returns all that belongs to it."""
    return InternalThreadOut.whole(
        caller.services.comments.add(
            review_id,
            body.text,
            user_id=caller.user_id,
            thread_id=parse_id(body.answer_to, "comment") if body.answer_to else None,
            anchor=body.anchor,
            passage=body.passage,
            before=body.passage_before,
            internal=body.internal,
        )
    )


@router.patch("/{review_id}/comments/{comment_id}", responses=WRITE)
def change_comment(
    caller: WriterDep, review_id: ReviewId, comment_id: CommentId, body: CommentChange
) -> InternalThreadOut:
    """Write one of the caller's own comments anew, within 15 minutes."""
    comments = caller.services.comments
    return InternalThreadOut.whole(
        comments.change(comment_id, body.text, review_id=review_id, user_id=caller.user_id)
    )


@router.delete("/{review_id}/comments/{comment_id}", status_code=204, response_class=Response, responses=WRITE)
def take_comment_back(caller: WriterDep, review_id: ReviewId, comment_id: CommentId) -> None:
    """Take one of the caller's own comments back, within 15 minutes; that it was there can be seen."""
    caller.services.comments.take_back(comment_id, review_id=review_id, user_id=caller.user_id)


@router.post("/{review_id}/comments/{comment_id}/resolve", responses=WRITE)
def resolve_comment(caller: WriterDep, review_id: ReviewId, comment_id: CommentId) -> InternalThreadOut:
    """Say that what a comment asks for is done, in the version that the link shows."""
    return InternalThreadOut.whole(
        caller.services.comments.resolve(comment_id, review_id=review_id, user_id=caller.user_id)
    )


@router.post("/{review_id}/comments/{comment_id}/reopen", responses=WRITE)
def reopen_comment(caller: WriterDep, review_id: ReviewId, comment_id: CommentId) -> InternalThreadOut:
    """Say that what a comment asks for is not done after all."""
    return InternalThreadOut.whole(
        caller.services.comments.reopen(comment_id, review_id=review_id, user_id=caller.user_id)
    )


@router.get("/{review_id}/decisions", responses=READ)
def list_decisions(caller: CallerDep, review_id: ReviewId) -> DecisionList:
    """List what was decided on a link, oldest first."""
    return DecisionList.of(caller.services.reviews.get(review_id, user_id=caller.user_id).decisions)


@router.post("/{review_id}/decisions", status_code=201, responses=WRITE)
def record_decision(caller: WriterDep, review_id: ReviewId, body: DecisionIn) -> DecisionOut:
    """Write down what somebody decided by phone, about what the link shows; it is marked as such."""
    return DecisionOut.of(
        caller.services.comments.record_decision(review_id, **body.model_dump(), user_id=caller.user_id)
    )


def before_id(text: str | None) -> int | None:
    """Return the id that a page of comments ends before."""
    return min(int(text), MAX_ID) if text else None


def _thing(session_id: str | None, trip_id: str | None, *, deck: bool) -> Thing:
    """Return what links are of. Raises InvalidFieldsError unless one of both is named; NotFoundError."""
    if (session_id is None) == (trip_id is None):
        raise InvalidFieldsError({"trip_id": "Name either a session or a trip: session_id or trip_id."})
    if trip_id is not None:
        return Thing("trip", parse_id(trip_id, "trip"), deck)
    return Thing("session", parse_id(session_id or "", "session"), deck)


def _page(request: Request) -> str:
    """Return the address of the page of reviews, as whoever asks reaches this server."""
    secure = request.headers.get("x-forwarded-proto", "").lower() == "https"
    root, base = request.scope.get("root_path", "").removesuffix("/api"), request.app.state.base_path()
    path = f"{root if root.endswith(base) else root + base}/review"
    scheme = "https" if secure else request.url.scheme
    return str(request.url.replace(scheme=scheme, path=path, query="", fragment=""))
