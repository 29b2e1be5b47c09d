"""The deck of a session or trip as an audience sees it: the slides that are shown, as they look now."""

from dataclasses import replace
from typing import Literal

from sqlalchemy.orm import Session

import db.decks
import db.participants
import db.trips
from db.engine import Database
from exports.reviews.decks import deck_snapshot
from exports.reviews.records import DeckSnapshot
from services.decks.files import edition_of
from services.decks.keeping import found_version, saved_deck
from services.decks.places import found_deck, found_place
from services.decks.records import DeckOf
from services.errors import NotPossibleError


class SharedDecks:
    """Makes snapshots of decks of sessions, or of trips. What is not a planner's does not exist: NotFoundError."""

    def __init__(self, database: Database, kind: Literal["session", "trip"]) -> None:
        self._db = database
        self._kind = kind

    def snapshot(self, thing_id: int, *, user_id: int, first_id: int | None, last_id: int | None) -> DeckSnapshot:
        """Return a deck without what is only its planner's, always the whole.

        Raises NotFoundError, also where there is none; NotPossibleError where no slide is shown, or who asks may only
        read the trip.
        """
        if first_id is not None or last_id is not None:
            raise NotPossibleError("A deck is shared as a whole.")
        of = DeckOf(self._kind, thing_id)
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            if of.kind == "trip" and not place.may_change:
                raise NotPossibleError("You can read this trip, but not share its deck.")
            row = found_deck(db_session, of)
            saved = saved_deck(place, row, found_version(db_session, row.id, row.rev))
            since = db.decks.shown_since(db_session, row, saved.sha256)  # notes are no news to an audience
            edition = replace(edition_of(db_session, place, saved), rev=since.rev, at=since.created_at)
        if not saved.deck.shown():
            raise NotPossibleError("There is nothing to share: every slide of this deck is hidden.")
        return deck_snapshot(edition, saved.deck.title or saved.title)

    def hold(self, db_session: Session, thing_id: int, *, user_id: int) -> tuple[str, int]:
        """Hold the session or trip of a deck that somebody shares; return its title, and whose a link to it is then.

        That is the session's owner, of a trip whoever shares it. Raises as `snapshot` does.
        """
        of = DeckOf(self._kind, thing_id)
        if of.kind == "trip":
            db.trips.lock_visible(db_session, thing_id, user_id=user_id)
        else:
            db.participants.lock_with_session(db_session, thing_id, user_id=user_id)
        place = found_place(db_session, of, user_id)
        found_deck(db_session, of)
        if of.kind == "session":
            return place.title, place.owner_id
        if not place.may_change:
            raise NotPossibleError("You can read this trip, but not share its deck.")
        return place.title, user_id
