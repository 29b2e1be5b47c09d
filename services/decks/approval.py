"""That what a deck shows was approved, as its reviews say: it is no draft then."""

import json
from collections.abc import Iterator

from sqlalchemy.orm import Session

import db.reviews
from services.decks.records import DeckOf
from services.reviews.records import ReviewState
from services.reviews.state import state_of


def is_approved(db_session: Session, of: DeckOf, sha256: str) -> bool:
    """Return whether a link to this deck has all approvals for slides of this hash, `exports.decks.deck_hash`.

    Whatever the link shows by now, and whether it still opens: a decision is about what they saw.
    """
    return any(
        json.loads(db.reviews.content(db_session, snapshot_id))["deck"]["sha256"] == sha256
        for snapshot_id in dict.fromkeys(_approved(db_session, of))
    )


def _approved(db_session: Session, of: DeckOf) -> Iterator[int]:
    """Yield the ids of the snapshots that a link has all approvals for."""
    found = db.reviews.decided_decks(db_session, **of.columns)
    decided = db.reviews.decisions(db_session, {review.id for review, *_ in found}) if found else ()
    for review, version_id, snapshot_id in found:
        theirs = [one for one in decided if one.review_id == review.id]
        if state_of(theirs, version_id=version_id, approvals=review.approvals)[0] is ReviewState.APPROVED:
            yield snapshot_id
