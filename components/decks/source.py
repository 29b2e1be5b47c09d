"""The way from a slide to the message that it is made from."""

from components.problems import telling
from components.resources import get_services
from components.state import show_session
from exports.decks.records import Slide
from services.decks.records import DeckOf
from services.errors import NotPossibleError
from services.reviews.records import Thing


def has_source(of: DeckOf, slide: Slide) -> bool:
    """Return whether a slide is made from a message, and it is known in which session."""
    return bool(slide.message_ids) and session_of(of, slide) is not None


def session_of(of: DeckOf, slide: Slide) -> int | None:
    """Return the session that a slide is made from; of a trip's, its origin begins with it."""
    if of.kind == "session":
        return of.id
    kind, _, rest = (slide.origin or "").partition(" ")
    found = rest.partition(":")[0]
    return int(found) if kind == "session" and found.isdecimal() else None


def open_source(of: DeckOf, slide: Slide, user_id: int) -> None:
    """Go to the message of a slide, if its session shows it: a look brings no old version back. A callback."""
    with telling("deck", task="open that"):
        session_id, message = session_of(of, slide) or 0, slide.message_ids[0]
        message_id = int(message) if message.isdecimal() else 0
        thing = Thing("session", session_id)
        try:
            get_services().reviews.preview(thing, user_id=user_id, first_id=message_id, last_id=message_id)
        except NotPossibleError as exc:
            raise NotPossibleError(
                "The message of this slide was replaced or deleted; its session no longer shows it."
            ) from exc
        show_session(session_id, message_id)
