"""A deck as a file: PowerPoint, PDF, Markdown or JSON, all of the same slides."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

import db.audit
import db.decks
from db.engine import Database
from db.ids import new_id
from db.models import AuditAction, AuditTarget, utc_now
from exports.decks.json_text import deck_json
from exports.decks.markdown import deck_markdown
from exports.decks.pdf import deck_pdf
from exports.decks.pptx import deck_pptx
from exports.decks.problems import Problem, problems
from exports.decks.records import Deck, Edition, PictureBlock, Preset, deck_hash
from services.decks.approval import is_approved
from services.decks.brands import brand_of
from services.decks.keeping import found_version, saved_deck
from services.decks.material import built_deck
from services.decks.places import Place, found_deck, found_place
from services.decks.records import DeckOf, SavedDeck
from services.errors import ExportRunningError
from services.transfer.transfer import ExportFile, file_name

_AT_ONCE = 1  # a machine has few cores, and the chat needs them
_IN_LINE = 30  # those who wait among them: each takes one of the threads that answer all requests
_WAIT_S = 60.0


class DeckFormat(StrEnum):
    """What kind of file a deck becomes."""

    PPTX = "pptx"
    PDF = "pdf"
    MARKDOWN = "md"
    JSON = "json"


TYPES = {
    DeckFormat.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    DeckFormat.PDF: "application/pdf",
    DeckFormat.MARKDOWN: "text/markdown",
    DeckFormat.JSON: "application/json",
}
_MADE_BY: dict[DeckFormat, Callable[[Edition], bytes]] = {
    DeckFormat.PPTX: deck_pptx,
    DeckFormat.PDF: deck_pdf,
    DeckFormat.MARKDOWN: lambda edition: deck_markdown(edition).encode(),
    DeckFormat.JSON: lambda edition: deck_json(edition).encode(),
}


class DeckFiles:
    """Makes files of decks. What a planner does not see does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock
        self._line = threading.BoundedSemaphore(_IN_LINE)
        self._making = threading.BoundedSemaphore(_AT_ONCE)

    def export(self, of: DeckOf, kind: DeckFormat, *, user_id: int, rev: int | None = None) -> ExportFile:
        """Return a deck, or one version of it, as a file; waits while others are being made.

        Where none was made, it is the one that would be. Raises NotFoundError, NotPossibleError, ExportRunningError.
        """
        edition, title = self._edition(of, user_id, rev, proposed=True)
        with self.turn():
            content = _MADE_BY[kind](edition)
        with self._db.begin() as db_session:
            found_place(db_session, of, user_id)
            deck = db.decks.of(db_session, **of.columns)
            target = (AuditTarget.DECK, deck.id) if deck is not None else (AuditTarget(of.kind), of.id)
            db.audit.note(db_session, AuditAction.EXPORT, user_id=user_id, target=target, detail=kind)
        return ExportFile(f"{file_name(title) or 'deck'}.{kind}", TYPES[kind], content)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until nothing else is being made, and hold up others meanwhile. Raises ExportRunningError."""
        with _held(self._line, wait_s=0), _held(self._making, wait_s=_WAIT_S):
            yield

    def edition(self, of: DeckOf, *, user_id: int, rev: int | None = None) -> Edition:
        """Return all that renderers need to show a deck, or one version of it. Raises NotFoundError."""
        return self._edition(of, user_id, rev)[0]

    def is_approved(self, of: DeckOf, sha256: str, *, user_id: int) -> bool:
        """Return whether its reviews approve of what a version shows, by its hash, and how. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            brand = brand_of(db_session, found_place(db_session, of, user_id).owner_id)
            return is_approved(db_session, of, sha256, brand)

    def problems(self, of: DeckOf, *, user_id: int) -> tuple[Problem, ...]:
        """Return what of a deck cannot be shown as it is. Raises NotFoundError."""
        return problems(self.edition(of, user_id=user_id))

    def draft(self, of: DeckOf, deck: Deck, *, user_id: int, rev: int = 1, at: datetime | None = None) -> Edition:
        """Return all that is needed to show these slides, kept or not yet. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            row, brand = db.decks.of(db_session, **of.columns), brand_of(db_session, place.owner_id)
            return Edition(
                deck=deck,
                brand=brand,
                rev=rev,
                at=at or self._clock(),
                approved=row is not None and is_approved(db_session, of, deck_hash(deck), brand),
                pictures=_pictures(db_session, row.id, deck) if row is not None else {},
            )

    def _edition(self, of: DeckOf, user_id: int, rev: int | None, *, proposed: bool = False) -> tuple[Edition, str]:
        with self._db.snapshot() as db_session:
            place = found_place(db_session, of, user_id)
            if proposed and rev is None and db.decks.of(db_session, **of.columns) is None:
                return self._proposal(db_session, place, user_id), place.title
            row = found_deck(db_session, of)
            saved = saved_deck(place, row, found_version(db_session, row.id, rev or row.rev))
            return edition_of(db_session, place, saved), saved.deck.title or place.title

    def _proposal(self, db_session: Session, place: Place, user_id: int) -> Edition:
        deck = built_deck(db_session, place, Preset.PROPOSAL, user_id=user_id, new_id=lambda: str(new_id()))
        brand = brand_of(db_session, place.owner_id)
        return Edition(deck=deck, brand=brand, rev=1, at=self._clock(), approved=False, pictures={})


@contextmanager
def _held(room: threading.Semaphore, *, wait_s: float) -> Iterator[None]:
    """Hold a place of a room. Raises ExportRunningError where none gets free in time."""
    if not room.acquire(timeout=wait_s):
        raise ExportRunningError("Other decks are being made right now. Try again in a minute.")
    try:
        yield
    finally:
        room.release()


def edition_of(db_session: Session, place: Place, saved: SavedDeck) -> Edition:
    """Return all that is needed to show a version of a deck, inside the caller's transaction."""
    brand = brand_of(db_session, place.owner_id)
    return Edition(
        deck=saved.deck,
        brand=brand,
        rev=saved.rev,
        at=saved.at,
        approved=is_approved(db_session, saved.of, saved.sha256, brand),
        pictures=_pictures(db_session, saved.id, saved.deck),
    )


def _pictures(db_session: Session, deck_id: int, deck: Deck) -> dict[str, bytes]:
    blocks = (block for slide in deck.slides for block in slide.blocks)
    hashes = {block.sha256 for block in blocks if isinstance(block, PictureBlock)}
    return db.decks.pictures(db_session, deck_id, hashes) if hashes else {}
