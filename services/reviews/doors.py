"""How a link is opened: by its token, in a browser that is known by its key."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

import db.audit
import db.reviews
from db.engine import Database
from db.models import AuditAction, AuditTarget, ReviewReader, ReviewVersion
from db.models import Review as ReviewRow
from services.errors import InvalidInputError, NotFoundError, NotPossibleError, PasscodeNeededError
from services.reviews.links import token_hash
from services.reviews.views import Whose

KEY_CHARS = 22  # of what a browser is known by: 128 bits
MAX_READERS = 2_000  # browsers that a link knows; of those that said nothing the latest is forgotten for another
GONE = "This link does not open anything. It may have ended, or a part of it is missing. Ask whoever sent it to you."
_KEY = re.compile(f"[A-Za-z0-9_-]{{{KEY_CHARS}}}")


@dataclass(frozen=True, slots=True)
class Open:
    """A link that opens for whoever asks."""

    db_session: Session
    row: ReviewRow
    title: str
    planner: str
    reader: ReviewReader | None
    versions: list[tuple[ReviewVersion, str]]
    now: datetime

    @property
    def shown(self) -> tuple[ReviewVersion, str]:
        """Return the latest version."""
        return self.versions[-1]

    @property
    def numbers(self) -> dict[int, int]:
        """Return the number of each version by its id."""
        return {one.id: one.number for one, _ in self.versions}

    @property
    def whose(self) -> Whose:
        """Return who asks."""
        return Whose(self.now, reader_id=self.reader.id if self.reader else 0)


class Door:
    """Lets in whoever has a link's token, and its passcode if it has one; knows the browsers that were here."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._db = database
        self._clock = clock

    @contextmanager
    def opened(self, token: str, key: str | None) -> Iterator[Open]:
        """Give a link that opens for this browser, all of it as at one moment. Raises as `held`."""
        with self._db.snapshot() as db_session:
            yield self._open(db_session, db.reviews.active_by_token, token, key)

    @contextmanager
    def held(self, token: str, key: str | None) -> Iterator[Open]:
        """Give a link that opens for this browser, and that nobody else changes meanwhile.

        Raises NotFoundError, PasscodeNeededError.
        """
        with self._db.begin() as db_session:
            yield self._open(db_session, db.reviews.lock_active_by_token, token, key)

    def row(self, db_session: Session, token: str) -> ReviewRow:
        """Return a link, held, with or without a passcode. Raises NotFoundError."""
        found = db.reviews.lock_active_by_token(db_session, token_hash(token), now=self._clock())
        if found is None:
            raise NotFoundError(GONE)
        return found[0]

    def reader(self, db_session: Session, row: ReviewRow, key: str) -> ReviewReader | None:
        """Return the browser of this key, made if there is none; None where there are too many.

        Raises InvalidInputError for what is no key: it could be somebody else's, too.
        """
        if not is_key(key):
            raise InvalidInputError("This browser cannot be known again. Reload the page, please.")
        hashed = key_hash(row.id, key)
        reader = db.reviews.reader(db_session, row.id, hashed)
        if reader is None and self._has_room(db_session, row.id):
            reader = ReviewReader(review_id=row.id, key_hash=hashed, created_at=self._clock())
            db_session.add(reader)
            db_session.flush()
            self.note(db_session, row.id, AuditAction.OPEN_REVIEW)
        return reader

    def let_in(self, db_session: Session, row: ReviewRow, key: str, passcode_hash: str) -> None:
        """Note that a browser knew the passcode of this hash. Raises NotPossibleError, InvalidInputError."""
        was_here = db.reviews.reader(db_session, row.id, key_hash(row.id, key)) is not None
        _found(self.reader(db_session, row, key)).unlocked = fingerprint(passcode_hash)
        if was_here:  # of a new one it is noted
            self.note(db_session, row.id, AuditAction.OPEN_REVIEW)

    def known(self, link: Open, key: str, name: str) -> ReviewReader:
        """Return the browser that says something, under its name from now on.

        Raises NotPossibleError, InvalidInputError.
        """
        reader = _found(link.reader or self.reader(link.db_session, link.row, key))
        reader.name = name
        return reader

    def note(self, db_session: Session, review_id: int, action: AuditAction, detail: str = "") -> None:
        """Write down what somebody without an account did."""
        target = (AuditTarget.REVIEW, review_id)
        db.audit.note(db_session, action, user_id=None, target=target, detail=detail, at=self._clock())

    def _open(self, db_session: Session, find: "_Find", token: str, key: str | None) -> Open:
        now = self._clock()
        found = find(db_session, token_hash(token), now=now)
        if found is None:
            raise NotFoundError(GONE)
        row, title, planner = found
        reader = db.reviews.reader(db_session, row.id, key_hash(row.id, key)) if key and is_key(key) else None
        if row.passcode_hash and (reader is None or reader.unlocked != fingerprint(row.passcode_hash)):
            raise PasscodeNeededError("This link asks for a passcode. Ask the person who sent you the link.")
        versions = [(one, sha256) for one, sha256 in db.reviews.versions(db_session, [row.id])]
        return Open(db_session, row, title, planner, reader, versions, now)

    def _has_room(self, db_session: Session, review_id: int) -> bool:
        if db.reviews.count_readers(db_session, review_id) < MAX_READERS:
            return True
        return db.reviews.forget_silent_reader(db_session, review_id)


_Find = Callable[..., db.reviews.LinkRow | None]


def _found(reader: ReviewReader | None) -> ReviewReader:
    if reader is None:
        raise NotPossibleError("Too many browsers have opened this link. Ask for a new one.")
    return reader


def is_key(key: str) -> bool:
    """Whether nobody else can be known by this key."""
    return _KEY.fullmatch(key) is not None


def key_hash(review_id: int, key: str) -> str:
    """Return what is kept of a browser's key: another one for each link, so that nobody can be followed."""
    return hashlib.sha256(f"{review_id}:{key}".encode(errors="replace")).hexdigest()


def fingerprint(passcode_hash: str) -> str:
    """Return what is kept with a browser that knew the passcode of this hash."""
    return hashlib.sha256(passcode_hash.encode()).hexdigest()
