"""Everything that is somebody's own, as one zip that they take away: `docs/takeout.md` tells what is in it.

It is written to a file, a row or a session at a time, so it takes little memory however much that is.
"""

import json
import threading
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import db.audit
import db.decks
import db.files
import db.identities
import db.room
import db.takeout
import db.templates
import db.tokens
import db.users
from db.engine import Database
from db.models import (
    AuditAction,
    AuditEntry,
    AuditTarget,
    ChatSession,
    Customer,
    Deck,
    Message,
    Review,
    ReviewComment,
    ReviewDecision,
    ReviewVersion,
    SessionFile,
    Template,
    Trip,
    User,
)
from exports.sessions.json_text import sessions_json
from exports.sessions.records import SavedSession
from exports.sessions.things import SavedTemplate, things_json
from services.errors import BackboardAwayError, ExportRunningError, NotFoundError
from services.memory.memories import MAX_PAGE_SIZE, MemoryService
from services.transfer.saved_trips import customer_values, trip_values
from services.transfer.transfer import TransferService

TAKEOUTS_AT_ONCE = 2  # in one process: each reads and packs for as long as there is something
SESSIONS_BYTES = 20_000_000  # of one file of sessions; of those one after the other fits into an import
_WAIT_S = 2.0
_IN_MEMORY = 1_000_000  # bytes of a zip
_AT_ONCE = 100
_SPECIAL = str.maketrans(dict.fromkeys('/\\:*?"<>|\0', "-"))
_LOGOS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
README = """\
Everything that is yours in Backboard Travel-Bot. What each file holds is told in docs/takeout.md.

To import it here or elsewhere: All sessions, Import, this .zip. It brings back sessions, trips, customers and
templates, each once. Where the .zip is larger than an import takes, import the files sessions-001.json and so on.
"""

_ACCOUNT = (
    "id", "username", "email", "name", "role", "provider", "last_model", "monthly_limit_micros", "last_seen_at",
    "created_at",
)  # fmt: skip
_TOKEN = ("name", "hint", "read_only", "metrics_only", "expires_at", "last_used_at", "created_at")
_REVISION = ("trip_id", "rev", "summary", "title", "status", "brief", "created_at")
_MESSAGE = ("id", "session_id", "content", "created_at")
_FILE = ("id", "session_id", "trip_id", "name", "media_type", "size", "created_at")
_DECK = ("id", "session_id", "trip_id", "rev", "created_at", "updated_at")
_DECK_VERSION = ("rev", "summary", "slides", "sha256", "created_at")
_REVIEW = (
    "id", "session_id", "trip_id", "deck", "audience", "may", "download", "note", "approvals", "due_on", "ends_at",
    "follows", "revoked_at", "state", "opened_at", "last_opened_at", "created_at",
)  # fmt: skip
_COMMENT = (
    "id", "version_id", "thread_id", "anchor", "passage", "internal", "by_planner", "name", "text", "edited_at",
    "removed_at", "resolved_at", "resolved_by", "created_at",
)  # fmt: skip
_DECISION = ("id", "version_id", "sha256", "kind", "note", "name", "by_phone", "created_at")
_RATING = ("message_id", "value", "reason")
_AUDIT = ("at", "action", "target_kind", "target_id", "detail", "address")


class TakeoutService:
    """Writes all that is a user's into a zip.

    Raises DatabaseUnavailableError when the database is away.
    """

    def __init__(self, database: Database, transfer: TransferService, memories: MemoryService) -> None:
        self._db = database
        self._transfer = transfer
        self._memories = memories
        self._packing = threading.BoundedSemaphore(TAKEOUTS_AT_ONCE)

    def size(self, *, user_id: int) -> int:
        """Return how many bytes the user's files and pictures have: about what the zip has at least."""
        with self._db.read() as db_session:
            return db.room.file_bytes(db_session, user_id=user_id)

    def as_bytes(self, *, user_id: int) -> bytes:
        """Return the zip, for who cannot take a file. Raises as `write`."""
        with self.opened(user_id=user_id) as file:
            return file.read()

    @contextmanager
    def opened(self, *, user_id: int) -> Iterator[IO[bytes]]:
        """Give the zip as a file at its beginning, which lies on the disk where it is large. Raises as `write`."""
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            self.write(file, user_id=user_id)
            file.seek(0)
            yield file

    def write(self, file: IO[bytes], *, user_id: int) -> None:
        """Write the zip into *file*. Raises ExportRunningError while others take theirs, NotFoundError."""
        if not self._packing.acquire(timeout=_WAIT_S):
            raise ExportRunningError("Others are downloading their data right now. Try again in a minute.")
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
                _Takeout(self._db, self._transfer, self._memories, packed, user_id).write()
        finally:
            self._packing.release()
        with self._db.begin() as db_session:
            target = (AuditTarget.USER, user_id)
            db.audit.note(db_session, AuditAction.DOWNLOAD_DATA, user_id=user_id, target=target)


class _Takeout:
    """One zip being written."""

    def __init__(
        self,
        database: Database,
        transfer: TransferService,
        memories: MemoryService,
        packed: zipfile.ZipFile,
        user_id: int,
    ) -> None:
        self._db = database
        self._transfer = transfer
        self._memories = memories
        self._zip = packed
        self._user_id = user_id

    def write(self) -> None:
        account = self._account()
        sessions, files, decks = (self._ids(kind) for kind in (ChatSession, SessionFile, Deck))
        self._zip.writestr("README.txt", README)
        self._put("account.json", [_text(account)])
        self._sessions(sessions)
        self._things()
        self._list("trip_revisions.json", self._revisions())
        self._list("messages_in_others_sessions.json", self._values(Message, _MESSAGE))
        self._files(files)
        self._decks(decks)
        self._brand()
        self._list("reviews.json", self._reviews())
        self._snapshots()
        self._list("ratings.json", self._ratings())
        with self._db.read() as db_session:
            self._list("usage.json", db.takeout.usage_by_month(db_session, user_id=self._user_id))
        self._list("memories.json", self._remembered())
        self._list("audit.json", self._values(AuditEntry, _AUDIT))

    # What goes into it

    def _account(self) -> dict[str, Any]:
        with self._db.read() as db_session:
            user = db_session.get(User, self._user_id)
            if user is None:
                raise NotFoundError("There is no such user.")
            identities = db.identities.of_user(db_session, self._user_id)
            return _values(user, _ACCOUNT) | {
                "signs_in_with": [_values(one, ("issuer", "subject", "email", "created_at")) for one in identities],
                "tokens": [_values(one, _TOKEN) for one in db.tokens.of_user(db_session, user_id=self._user_id)],
            }

    def _sessions(self, ids: Sequence[int]) -> None:
        """Write sessions into files of which each can be imported by itself."""
        left = self._transfer.saved_ones(ids, self._user_id)
        following, number = next(left, None), 1
        while number == 1 or following is not None:
            with self._entry(f"sessions-{number:03}.json") as entry:
                following = _write_some(entry, following, left)
            number += 1

    def _things(self) -> None:
        self._put("customers.json", things_json("customers", map(customer_values, self._rows(Customer))))
        self._put("trips.json", things_json("trips", (trip_values(*row) for row in self._trips())))
        saved = (SavedTemplate(**_values(row, SavedTemplate.__slots__)) for row in self._rows(Template))
        self._put("templates.json", things_json("templates", saved))

    def _trips(self) -> Iterator[tuple[Trip, Customer | None]]:
        for some in _parts(self._ids(Trip)):
            with self._db.read() as db_session:
                yield from [(row[0], row[1]) for row in db.takeout.with_customer(db_session, some)]

    def _revisions(self) -> Iterator[dict[str, Any]]:
        for trip_id in self._ids(Trip):
            rev = 0
            while True:
                with self._db.read() as db_session:
                    rows = db.takeout.revisions(db_session, trip_id, after=rev, limit=_AT_ONCE)
                if not rows:
                    break
                rev = rows[-1].rev
                yield from (_values(row, _REVISION) | {"by_you": row.user_id == self._user_id} for row in rows)

    def _files(self, ids: Sequence[int]) -> None:
        self._list("files.json", self._values(SessionFile, _FILE))
        for row in self._rows(SessionFile, ids):
            with self._db.read() as db_session:
                content = db.files.content(db_session, row.id)
            if content is not None:
                self._zip.writestr(f"files/{row.id}/{_file_name(row.name)}", content)

    def _decks(self, ids: Sequence[int]) -> None:
        self._list("decks.json", self._deck_values(ids))
        for deck_id in ids:
            with self._db.read() as db_session:
                deck = db_session.get(Deck, deck_id)
                content = db.takeout.deck_content(db_session, deck_id, deck.rev) if deck else None
                pictures = db.takeout.pictures(db_session, deck_id)
            if content is not None:
                self._zip.writestr(f"decks/{deck_id}/deck.json", content)
            for one in pictures:
                with self._db.read() as db_session:
                    data = db.takeout.picture(db_session, deck_id, one.sha256)
                if data is not None:
                    self._zip.writestr(f"decks/{deck_id}/{one.sha256}.{_LOGOS.get(one.media_type, 'bin')}", data)

    def _deck_values(self, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
        for row in self._rows(Deck, ids):
            with self._db.read() as db_session:
                versions = db.takeout.deck_versions(db_session, row.id)
            yield _values(row, _DECK) | {"versions": [_values(one, _DECK_VERSION) for one in versions]}

    def _brand(self) -> None:
        with self._db.read() as db_session:
            brand = db.decks.brand(db_session, self._user_id)
        if brand is not None:
            self._put("brand.json", [_text(brand.settings)])
            if brand.logo is not None:
                self._zip.writestr(f"brand_logo.{_LOGOS.get(brand.logo_type or '', 'bin')}", brand.logo)

    def _reviews(self) -> Iterator[dict[str, Any]]:
        for row in self._rows(Review):
            with self._db.read() as db_session:
                versions, comments, decisions = (
                    db.takeout.of_review(db_session, kind, row.id)
                    for kind in (ReviewVersion, ReviewComment, ReviewDecision)
                )
            yield _values(row, _REVIEW) | {
                "versions": [_values(one, ("id", "number", "snapshot_id", "created_at")) for one in versions],
                "comments": [_values(one, _COMMENT) for one in comments],
                "decisions": [_values(one, _DECISION) for one in decisions],
            }

    def _snapshots(self) -> None:
        with self._db.read() as db_session:
            found = db.takeout.snapshots(db_session, user_id=self._user_id)
        for snapshot_id, sha256 in found:
            with self._db.read() as db_session:
                content = db.takeout.snapshot(db_session, snapshot_id)
            if content is not None:
                self._zip.writestr(f"reviews/{snapshot_id}-{sha256}.json", content)

    def _ratings(self) -> Iterator[dict[str, Any]]:
        after = 0
        while True:
            with self._db.read() as db_session:
                rows = db.takeout.ratings(db_session, user_id=self._user_id, after=after, limit=_AT_ONCE)
            if not rows:
                return
            after = rows[-1].message_id
            yield from (_values(row, _RATING) for row in rows)

    def _remembered(self) -> Iterator[dict[str, Any]]:
        """Yield what is remembered for the user and about their customers; that it is not whole, where it is not."""
        try:
            for customer_id in (None, *self._remembered_customers()):
                page, pages = 1, 1
                while page <= pages:
                    found = self._memories.page(
                        user_id=self._user_id, customer_id=customer_id, page=page, page_size=MAX_PAGE_SIZE
                    )
                    for one in found.memories:
                        yield _values(one, ("id", "text", "created_at", "customer_id"))
                    page, pages = page + 1, found.pages
        except (BackboardAwayError, NotFoundError):
            yield {"incomplete": "Backboard, which keeps what is remembered, could not be asked for all of it."}

    def _remembered_customers(self) -> Sequence[int]:
        with self._db.read() as db_session:
            return db.takeout.remembered_customers(db_session, user_id=self._user_id)

    # How it is written

    def _ids(self, kind: Any) -> Sequence[int]:
        with self._db.read() as db_session:
            return db.takeout.ids(db_session, kind, user_id=self._user_id)

    def _rows(self, kind: Any, ids: Sequence[int] | None = None) -> Iterator[Any]:
        for some in _parts(self._ids(kind) if ids is None else ids):
            with self._db.read() as db_session:
                rows = db.takeout.rows(db_session, kind, some, user_id=self._user_id)
            yield from rows

    def _values(self, kind: Any, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        return (_values(row, names) for row in self._rows(kind))

    def _list(self, name: str, values: Iterable[dict[str, Any]]) -> None:
        def pieces() -> Iterator[bytes]:
            between = b"[\n"
            for one in values:
                yield between + _text(one)
                between = b",\n"
            yield b"[]\n" if between == b"[\n" else b"\n]\n"

        self._put(name, pieces())

    def _entry(self, name: str) -> IO[bytes]:
        """Return a new file in the zip, to be written to; without being told, one written in pieces is from 1980."""
        info = zipfile.ZipInfo(name, datetime.now().timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        return self._zip.open(info, "w", force_zip64=True)

    def _put(self, name: str, pieces: Iterable[bytes]) -> None:
        with self._entry(name) as entry:
            for piece in pieces:
                entry.write(piece)


def _write_some(entry: IO[bytes], first: SavedSession | None, left: Iterator[SavedSession]) -> SavedSession | None:
    """Write sessions until there is enough in a file; return the first that is not in it."""
    size, beyond = 0, None

    def fitting() -> Iterator[SavedSession]:
        nonlocal beyond
        one = first
        while one is not None and size < SESSIONS_BYTES:
            yield one
            one = next(left, None)
        beyond = one

    for piece in sessions_json(fitting()):
        size += len(piece)
        entry.write(piece)
    return beyond


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _text(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _file_name(name: str) -> str:
    """Return a file's name as it can lie in a folder of any system."""
    return name.translate(_SPECIAL).strip(". ")[-150:] or "file"
