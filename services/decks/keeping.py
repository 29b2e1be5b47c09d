"""How a deck is kept: each change is a version of its own. Inside the caller's transaction."""

from datetime import datetime

from sqlalchemy import Row
from sqlalchemy.orm import Session

import db.decks
import db.stamps
from db.models import Deck as DeckRow
from db.models import DeckVersion
from exports.decks.records import MAX_SLIDES, Deck, PictureBlock, deck_hash, deck_text, read_deck
from services.decks.places import Place
from services.decks.records import DeckSummary, SavedDeck
from services.errors import InvalidInputError, NotFoundError

MAX_DECK_BYTES = 2_000_000  # of its JSON
MAX_SUMMARY_CHARS = 200
MAX_VERSIONS = 200  # of one deck
MAX_VERSION_BYTES = 50_000_000  # of all of them, as long as it is by now
_FEWEST = 20


def readable(deck: Deck) -> Deck:
    """Return a deck as it will be when it is read again. Raises InvalidInputError where it could not be."""
    if len(deck.slides) > MAX_SLIDES:
        raise InvalidInputError(f"A deck holds at most {MAX_SLIDES} slides. Remove some first.")
    try:
        return read_deck(deck_text(deck))
    except ValueError as exc:
        raise InvalidInputError("A slide cannot be kept like this.") from exc


def keep(
    db_session: Session, row: DeckRow, deck: Deck, summary: str, *, user_id: int, at: datetime
) -> Row[DeckVersion, str | None]:
    """Add a version to a deck that is held, and return it; of many, older ones go. Raises InvalidInputError."""
    content = deck_text(deck)
    size = len(content.encode())
    if size > MAX_DECK_BYTES:
        raise InvalidInputError("This deck is too long to be kept. Remove slides, or shorten their tables and texts.")
    _check_pictures(db_session, row.id, deck)
    db.decks.add_version(
        db_session,
        row,
        at=at,
        user_id=user_id,
        summary=summary[:MAX_SUMMARY_CHARS],
        slides=len(deck.slides),
        content=content,
        sha256=deck_hash(deck),
    )
    _thin_out(db_session, row.id, size)
    if row.trip_id is not None:
        db.stamps.note_trip(db_session, row.trip_id)
    elif row.session_id is not None:
        db.stamps.note_sessions(db_session, [row.session_id])
    return found_version(db_session, row.id, row.rev)


def _thin_out(db_session: Session, deck_id: int, size: int) -> None:
    """Let every second version go that is neither the first nor among the latest, once there are too many."""
    most = max(_FEWEST, min(MAX_VERSIONS, MAX_VERSION_BYTES // size))
    revs = db.decks.revs(db_session, deck_id)
    if len(revs) > most:
        db.decks.remove_versions(db_session, deck_id, revs[1 : -(most // 2)][::2])


def _check_pictures(db_session: Session, deck_id: int, deck: Deck) -> None:
    blocks = (block for slide in deck.slides for block in slide.blocks)
    shown = {block.sha256 for block in blocks if isinstance(block, PictureBlock)}
    if shown - db.decks.picture_hashes(db_session, deck_id):
        raise InvalidInputError("A slide shows a picture that this deck does not have. Add the picture first.")


def found_version(db_session: Session, deck_id: int, rev: int) -> Row[DeckVersion, str | None]:
    """Return one version of a deck. Raises NotFoundError."""
    found = db.decks.version(db_session, deck_id, rev)
    if found is None:
        raise NotFoundError("There is no such version of this deck.")
    return found


def summary_view(version: DeckVersion, by: str | None) -> DeckSummary:
    """Return a version without its slides."""
    return DeckSummary(
        rev=version.rev,
        summary=version.summary,
        slides=version.slides,
        by=by,
        at=version.created_at,
        sha256=version.sha256,
    )


def saved_deck(place: Place, row: DeckRow, found: Row[DeckVersion, str | None]) -> SavedDeck:
    """Return a version of a deck with its slides."""
    version, by = found
    return SavedDeck(
        id=row.id,
        of=place.of,
        title=place.title,
        deck=read_deck(version.content),
        latest=row.rev,
        may_change=place.may_change,
        rev=version.rev,
        summary=version.summary,
        slides=version.slides,
        by=by,
        at=version.created_at,
        sha256=version.sha256,
    )
