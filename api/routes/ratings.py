"""Rating a reply, and taking that back."""

from fastapi import APIRouter, Response

from api.dependencies import GuardedRoute, MessageId, WriterDep
from api.problems import declared
from api.schemas import MessageOut, RatingIn

router = APIRouter(tags=["Messages"], route_class=GuardedRoute)
_WRITE = declared(401, 403, 404, 409, 413, 422, 429, 503)


@router.put("/messages/{message_id}/rating", responses=_WRITE)
def rate_reply(caller: WriterDep, message_id: MessageId, body: RatingIn) -> MessageOut:
    """Rate a reply that has ended, or rate it anew: the reason then is the new one, or none."""
    rated = caller.services.ratings.rate(message_id, body.value, user_id=caller.user_id, reason=body.reason)
    return MessageOut.of(rated)


@router.delete("/messages/{message_id}/rating", status_code=204, response_class=Response, responses=_WRITE)
def take_rating_back(caller: WriterDep, message_id: MessageId) -> None:
    """Take the rating of a reply back, and its reason."""
    caller.services.ratings.rate(message_id, None, user_id=caller.user_id)
