"""That what a deck shows was approved, as it looks, as its reviews say: it is no draft then."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

import db.reviews
from exports.decks.records import Brand
from exports.reviews.decks import looks_as_shared
from exports.reviews.records import DeckSnapshot, read_snapshot
from services.decks.records import DeckOf
from services.reviews.records import ReviewState
from services.reviews.state import state_of


def is_approved(db_session: Session, of: DeckOf, sha256: str, brand: Brand) -> bool:
    """Return whether a link to this deck has all approvals for slides of this hash, `deck_hash`, in this look.

    Whatever the link shows by now, and whether it still opens: a decision is about what they saw.
    """
    found = (read_snapshot(db.reviews.content(db_session, one)) for one in dict.fromkeys(_approved(db_session, of)))
    return any(
        isinstance(one, DeckSnapshot) and one.deck.sha256 == sha256 and looks_as_shared(one.deck, brand)
        for one in found
    )


def _approved(db_session: Session, of: DeckOf) -> Iterator[int]:
    """Yield the ids of the snapshots that a link has all approvals for."""
    found = db.reviews.decided_decks(db_session, **of.columns)
    decided = db.reviews.decisions(db_session, {review.id for review, *_ in found}) if found else ()
    for review, version_id, snapshot_id in found:
        theirs = [one for one in decided if one.review_id == review.id]
        if state_of(theirs, version_id=version_id, approvals=review.approvals)[0] is ReviewState.APPROVED:
            yield snapshot_id
