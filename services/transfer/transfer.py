"""Sessions leave as files and come back from files: our own, and ChatGPT's."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from enum import StrEnum
from functools import partial
from typing import IO

from sqlalchemy.orm import Session

import db.audit
import db.messages
import db.participants
import db.path_ends
import db.ratings
import db.sessions
import db.sides
import db.users
from db.engine import Database
from db.models import AuditAction, AuditTarget, Message, Rating, User, utc_now
from db.plain import Plain
from exports.sessions.json_text import sessions_json
from exports.sessions.markdown import session_markdown
from exports.sessions.pdf import session_pdf
from exports.sessions.records import SavedSession
from exports.sessions.things import KINDS, Kind, Saved
from services.accounts.guests import refuse_guest
from services.accounts.roles import may_write, refuse_viewer, writing
from services.errors import ExportRunningError, ImportRunningError, InvalidInputError, NotFoundError
from services.model_names import model_here
from services.process.one_core import any_core
from services.sessions.memory_wall import MemoryWall
from services.sessions.records import SessionFilter
from services.sessions.sessions import SessionService
from services.texts import check_model
from services.transfer.import_file import MAX_BYTES, sources, things
from services.transfer.samples import samples, shifted
from services.transfer.saved_sessions import checked, is_here, saved_session, store
from services.transfer.saved_things import checked_things, keep_thing, room_for
from services.transfer.saved_trips import saved_trip

_AT_ONCE = 500
PDFS_AT_ONCE = 2  # each takes a core, and hundreds of MB when the session is a long one
PDF_WAIT_S = 10.0
IMPORT_WAIT_S = 20.0  # for another import to end
_ROWS_AT_ONCE = 500  # kept in one transaction: each waits for the disk, and others who write wait for it
_CHARS_AT_ONCE = 1_000_000  # as well: their words are put into the search index
_NO_FILE_NAME = re.compile(r"[^\w]+")


class ExportKind(StrEnum):
    """What a session can leave as."""

    MARKDOWN = "markdown"
    JSON = "json"
    PDF = "pdf"


_ENDINGS = {ExportKind.MARKDOWN: "md", ExportKind.JSON: "json", ExportKind.PDF: "pdf"}
MEDIA_TYPES = {
    ExportKind.MARKDOWN: "text/markdown",
    ExportKind.JSON: "application/json",
    ExportKind.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to download."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file's sessions; *refused* has a sentence for each that could not be imported.

    *customers*, *trips* and *templates* are how many of them were made beside the sessions.
    """

    imported: tuple[int, ...]  # their new ids
    already_here: int
    refused: tuple[str, ...]
    customers: int = 0
    trips: int = 0
    templates: int = 0


class TransferService:
    """Exports and imports a planner's sessions. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, sessions: SessionService, *, default_model: str) -> None:
        self._db = database
        self._sessions = sessions
        self._default_model = default_model
        self._importing = threading.Lock()
        self._printing = threading.BoundedSemaphore(PDFS_AT_ONCE)

    def export(self, session_id: int, *, user_id: int, kind: ExportKind, zone: tzinfo = UTC) -> ExportFile:
        """Return a session as a file: JSON with all versions, Markdown and PDF with those shown, times in *zone*."""
        saved = self._saved(session_id, user_id)
        match kind:
            case ExportKind.MARKDOWN:
                content = session_markdown(saved, zone=zone)
            case ExportKind.PDF:
                content = self._pdf(saved, zone)
            case _:
                content = _json([saved])
        self._note_export(user_id, f"{session_id} {kind.value}", target=(AuditTarget.SESSION, session_id))
        return ExportFile(export_name(saved.title, kind), MEDIA_TYPES[kind], content)

    def export_many(self, *, user_id: int, session_ids: Sequence[int] | None = None) -> ExportFile:
        """Return sessions, without *session_ids* all of them, as one JSON file that can be imported again.

        Raises InvalidInputError where they are too large for that.
        """
        if session_ids is None:
            session_ids = [one.id for one in self._sessions.each(SessionFilter(), user_id=user_id)]
        content = _json(self.saved_ones(session_ids, user_id))
        self._note_export(user_id, f"{len(session_ids)} sessions")
        return ExportFile("sessions.json", "application/json", content)

    def import_file(
        self,
        file: bytes | IO[bytes],
        *,
        user_id: int,
        on_progress: Callable[[int, int], None] | None = None,
        wait_s: float | None = None,
    ) -> ImportResult:
        """Import every session of a file that is not here yet; *on_progress* is told how many of how many are done.

        Some hundreds are kept at a time, each whole or not at all; the same file again goes on where it was cut off.
        A process reads one file at a time, as it is all in memory then; the next one waits for *wait_s* seconds, a
        while if nothing is said. Of the zip of somebody's data it takes customers, trips and templates too.

        Raises InvalidInputError before anything is written when the file cannot be used, ImportRunningError, and
        GuestLimitError.
        """
        refuse_viewer(self._db, user_id)
        with self._db.read() as db_session:
            refuse_guest(db_session, user_id, to="import anything")
        with self._alone(IMPORT_WAIT_S if wait_s is None else wait_s):
            data = file if isinstance(file, bytes) else _read(file)
            found, beside = sources(data), checked_things(things(data))
            made = {kind: self._keep_things(kind, beside[kind], user_id) for kind in KINDS}
            result = self._import([source.read for source in found], user_id, on_progress)
            return replace(result, customers=made["customers"], trips=made["trips"], templates=made["templates"])

    def _keep_things(self, kind: Kind, things: Sequence[Saved], user_id: int) -> int:
        """Store those of these customers, trips or templates that are not here; return how many those are."""
        made = 0
        for start in range(0, len(things), _AT_ONCE):
            with writing(self._db, user_id) as db_session:
                db.users.lock(db_session, user_id)
                room = room_for(db_session, kind, user_id)
                for one in things[start : start + _AT_ONCE]:
                    new = room > 0 and keep_thing(db_session, kind, one, user_id)
                    made, room = made + new, room - new
        return made

    def _pdf(self, saved: SavedSession, zone: tzinfo) -> bytes:
        if not self._printing.acquire(timeout=PDF_WAIT_S):
            raise ExportRunningError("Other PDFs are being made right now. Try again in a minute.")
        try:
            with any_core():
                return session_pdf(saved, zone=zone)
        finally:
            self._printing.release()

    @contextmanager
    def _alone(self, wait_s: float) -> Iterator[None]:
        if not self._importing.acquire(timeout=wait_s):
            raise ImportRunningError("Another file is being imported right now. Try again in a minute.")
        try:
            yield
        finally:
            self._importing.release()

    def offers_samples(self, *, user_id: int) -> bool:
        """Return whether this planner has no session at all yet, and may have some."""
        with self._db.read() as db_session:
            return may_write(db_session, user_id) and not db.sessions.has_any(db_session, user_id=user_id)

    def add_samples(self, *, user_id: int) -> ImportResult:
        """Give this planner the sample sessions that are not here, used just now."""
        shift = utc_now() - max(one.last_message_at for one in samples())
        return self._import([partial(shifted, one, shift) for one in samples()], user_id, None, sample=True)

    def remove_samples(self, *, user_id: int) -> tuple[tuple[int, ...], bytes]:
        """Delete this planner's sample sessions; return their ids, and a file that `bring_back_samples` takes."""
        with self._db.read() as db_session:
            found = db.sessions.imported(db_session, [one.key for one in samples()], user_id=user_id)
            ids = [session.id for session in found if session.sample]
        file = _json(self.saved_ones(ids, user_id))
        return self._sessions.delete(ids, user_id=user_id), file

    def bring_back_samples(self, file: bytes, *, user_id: int) -> ImportResult:
        """Undo `remove_samples`, with whatever was asked in them."""
        return self._import([source.read for source in sources(file)], user_id, None, sample=True)

    def _import(
        self,
        readers: Sequence[Callable[[], SavedSession]],
        user_id: int,
        on_progress: Callable[[int, int], None] | None,
        *,
        sample: bool = False,
    ) -> ImportResult:
        imported: list[int] = []
        refused: list[str] = []
        batch: list[SavedSession] = []
        for number, read in enumerate(readers, start=1):
            try:
                batch.append(checked(read()))
            except InvalidInputError as exc:
                refused.append(exc.message)
            if number == len(readers) or _is_enough(batch):
                imported += self._keep(batch, user_id, sample=sample)
                batch = []
                if on_progress:
                    on_progress(number, len(readers))
        return ImportResult(tuple(imported), len(readers) - len(imported) - len(refused), tuple(refused))

    def _keep(self, batch: Sequence[SavedSession], user_id: int, *, sample: bool) -> list[int]:
        """Store those of these sessions that are not here, in one transaction; return their ids."""
        with writing(self._db, user_id) as db_session:
            db.users.lock(db_session, user_id)  # another import of the same file sees these, or waits for them
            return [
                store(db_session, saved, user_id, self._model(db_session, saved, user_id), sample=sample)
                for saved in batch
                if not is_here(db_session, saved.key, user_id)
            ]

    def _model(self, db_session: Session, saved: SavedSession, user_id: int) -> str:
        try:
            return check_model(saved.model)
        except InvalidInputError:
            return model_here(db_session.get_one(User, user_id).last_model, default=self._default_model)

    def saved_ones(self, session_ids: Sequence[int], user_id: int) -> Iterator[SavedSession]:
        """Yield sessions that a planner sees with all that is known of them, each as one moment has it."""
        for session_id in session_ids:
            with suppress(NotFoundError):  # deleted meanwhile
                yield self._saved(session_id, user_id)

    def _saved(self, session_id: int, user_id: int) -> SavedSession:
        """Return a session with every message that is not deleted, as one moment has it."""
        with self._db.snapshot() as db_session:
            mine = db.participants.get(db_session, session_id, user_id=user_id)
            if mine is None:
                raise NotFoundError("There is no such session.")
            rows: list[Message] = []
            while page := db.messages.in_session(
                db_session, session_id, user_id=user_id, limit=_AT_ONCE, before_id=rows[-1].id if rows else None
            ):
                rows += page
            rows += db.messages.deleted(db_session, session_id)
            ratings: dict[int, Plain[Rating]] = {}
            for start in range(0, len(rows), _AT_ONCE):
                some = [row.id for row in rows[start : start + _AT_ONCE]]
                ratings |= db.ratings.by_message(db_session, some, user_id=user_id)
            ends = db.path_ends.of_session(db_session, session_id, user_id=user_id)
            names = db.users.names(db_session, {mine.session.user_id, *(row.user_id for row in rows)})
            trip = saved_trip(db_session, session_id, user_id)
            elsewhere = mine.session.user_id != user_id or db.sides.was_told_elsewhere(db_session, mine.session)
            wall = MemoryWall(db_session, user_id=user_id)
            return saved_session(mine, rows, ratings, ends, names=names, trip=trip, elsewhere=elsewhere, wall=wall)

    def _note_export(self, user_id: int, detail: str, *, target: tuple[AuditTarget, int] | None = None) -> None:
        with self._db.begin() as db_session:
            db.audit.note(db_session, AuditAction.EXPORT, user_id=user_id, target=target, detail=detail)


def _read(file: IO[bytes]) -> bytes:
    """Return what is in a file, no more of it than is needed to see that it is too large."""
    file.seek(0)
    return file.read(MAX_BYTES + 1)


def _is_enough(batch: Sequence[SavedSession]) -> bool:
    """Whether so many sessions are kept at once."""
    rows = sum(1 + len(one.messages) for one in batch)
    return rows >= _ROWS_AT_ONCE or sum(len(turn.text) for one in batch for turn in one.messages) >= _CHARS_AT_ONCE


def _json(sessions: Iterable[SavedSession]) -> bytes:
    file = bytearray()
    for piece in sessions_json(sessions):
        file += piece
        if len(file) > MAX_BYTES:
            raise InvalidInputError("These sessions are larger than 50 MB together. Export fewer at a time.")
    return bytes(file)


def export_name(title: str, kind: ExportKind) -> str:
    """Return the name of the file that a session with this title is exported to."""
    return f"{file_name(title) or 'session'}.{_ENDINGS[kind]}"


def file_name(title: str) -> str:
    """Return what of a title can be the name of a file; empty where nothing can."""
    return _NO_FILE_NAME.sub("-", title).strip("-")[:60]
