"""Decks as links show them: as they looked when they were shared. Inside the caller's transaction."""

from sqlalchemy.orm import Session

import db.decks
from db.models import Review as ReviewRow
from exports.decks.records import Edition
from exports.reviews.decks import edition_of, picture_hashes
from exports.reviews.records import DeckSnapshot, Snapshot
from services.errors import NotFoundError
from services.reviews.records import ReviewState
from services.reviews.views import thing_of


def edition(db_session: Session, row: ReviewRow, shown: Snapshot, state: ReviewState) -> Edition:
    """Return what is needed to draw the deck that a link shows, which is a draft until it is approved.

    Raises NotFoundError where it shows something else.
    """
    if not isinstance(shown, DeckSnapshot):
        raise NotFoundError("This link does not show a deck.")
    deck, hashes = db.decks.of(db_session, **thing_of(row).columns), picture_hashes(shown.deck)
    pictures = db.decks.pictures(db_session, deck.id, hashes) if deck is not None and hashes else {}
    return edition_of(shown.deck, pictures=pictures, approved=state is ReviewState.APPROVED)
