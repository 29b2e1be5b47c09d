"""What a deck is of, and who may do what with it. Inside the caller's transaction."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

import db.decks
import db.participants
import db.trips
from db.models import Deck
from services.accounts.roles import check_may_write, may_write
from services.decks.records import DeckOf
from services.errors import NotFoundError, NotPossibleError

_ONLY_READ = {
    "session": "You can read this session, but not change its deck.",
    "trip": "You can read this trip, but not change its deck.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The session or trip of a deck. *owner_id* is whose brand the deck wears, and whose room its pictures take."""

    of: DeckOf
    title: str
    owner_id: int
    may_change: bool
    leaf_id: int | None = None  # of the path that whoever asks is shown of a session


def found_place(db_session: Session, of: DeckOf, user_id: int) -> Place:
    """Return a session or trip that somebody may read. Raises NotFoundError."""
    if of.kind == "trip":
        row = db.trips.get_visible(db_session, of.id, user_id=user_id)
        if row is None:
            raise NotFoundError("There is no such trip.")
        return Place(of, row[0].title, row[0].user_id, row.may != "view")
    mine = db.participants.get(db_session, of.id, user_id=user_id)
    if mine is None:
        raise NotFoundError("There is no such session.")
    may_change = mine.access != "view" and may_write(db_session, user_id)
    return Place(of, mine.title, mine.session.user_id, may_change, mine.last_message_id)


def held_place(db_session: Session, of: DeckOf, user_id: int) -> Place:
    """Return a session or trip whose deck somebody may change, held. Raises NotFoundError, NotPossibleError."""
    if of.kind == "trip":
        db.trips.lock_visible(db_session, of.id, user_id=user_id)
    else:
        db.participants.lock_with_session(db_session, of.id, user_id=user_id)
    return changeable_place(db_session, of, user_id)


def changeable_place(db_session: Session, of: DeckOf, user_id: int) -> Place:
    """Return a session or trip whose deck somebody may change. Raises NotFoundError, NotPossibleError."""
    place = found_place(db_session, of, user_id)
    check_may_write(db_session, user_id)
    check_may_change(place)
    return place


def check_may_change(place: Place) -> None:
    """Raise NotPossibleError where somebody may read a deck only."""
    if not place.may_change:
        raise NotPossibleError(_ONLY_READ[place.of.kind])


def found_deck(db_session: Session, of: DeckOf) -> Deck:
    """Return the deck of a thing that was found. Raises NotFoundError."""
    deck = db.decks.of(db_session, **of.columns)
    if deck is None:
        raise NotFoundError(f"This {of.kind} has no deck yet.")
    return deck
