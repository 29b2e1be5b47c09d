"""The files of a trip: at hand in every session of it."""

from sqlalchemy.orm import Session

import db.audit
import db.files
import db.messages
import db.outbox
import db.stamps
import db.threads
import db.trip_files
from db.engine import Database
from db.models import AuditAction, AuditTarget, BackboardThread, ChatSession, SessionFile
from services.accounts.roles import writing
from services.backboard import file_copies
from services.errors import NotFoundError
from services.sessions.file_types import checked_file
from services.sessions.files import FileShelf
from services.trips.access import changeable_trip, found_trip
from services.trips.records import TripFile
from services.trips.views import file_view


class TripFiles:
    """The files of a planner's trips. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, shelf: FileShelf) -> None:
        self._db = database
        self._shelf = shelf

    def add(self, trip_id: int, name: str, content: bytes, *, user_id: int) -> TripFile:
        """Keep a file with a trip; it takes room of whoever adds it.

        Raises FileRefusedError, FileTooLargeError, FileQuotaError, NotFoundError, NotPossibleError.
        """
        checked = checked_file(name, content)
        with writing(self._db, user_id) as db_session:
            changeable_trip(db_session, trip_id, user_id)
            db.stamps.note_trip(db_session, trip_id)
            names = db.trip_files.names(db_session, trip_id)
            file = self._shelf.keep_in_trip(db_session, checked, names=names, trip_id=trip_id, user_id=user_id)
            return next(
                file_view(one, by) for one, by in db.trip_files.of_trip(db_session, trip_id) if one.id == file.id
            )

    def list(self, trip_id: int, *, user_id: int) -> tuple[TripFile, ...]:
        """Return the files of a trip, oldest first. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            return tuple(file_view(*row) for row in db.trip_files.of_trip(db_session, trip_id))

    def get(self, trip_id: int, file_id: int, *, user_id: int) -> tuple[str, bytes]:
        """Return a file's name and what is in it. Raises NotFoundError."""
        with self._db.snapshot() as db_session:
            found_trip(db_session, trip_id, user_id)
            file = _found(db_session, trip_id, file_id)
            return file.name, file.content

    def remove(self, trip_id: int, file_id: int, *, user_id: int) -> None:
        """Delete a file here and, now or when it can be reached, at Backboard.

        Raises NotFoundError, NotPossibleError.
        """
        with writing(self._db, user_id) as db_session:
            changeable_trip(db_session, trip_id, user_id)
            _found(db_session, trip_id, file_id)
            for copy, thread in db.trip_files.copies(db_session, trip_id, file_id=file_id):
                if copy.document_id is not None:
                    db.outbox.add(db_session, backend=thread.backend, kind="document", target_id=copy.document_id)
                elif copy.status == file_copies.UPLOADING and not _answering(db_session, thread):
                    # Nobody knows whether it arrived. The thread goes; the next question makes another without it.
                    db.outbox.add(db_session, backend=thread.backend, kind="thread", target_id=thread.thread_id)
                    db.threads.forget(db_session, thread.id)
            db.files.remove(db_session, file_id)
            db.stamps.note_trip(db_session, trip_id)
            target = (AuditTarget.FILE, file_id)
            db.audit.note(db_session, AuditAction.DELETE_FILE, user_id=user_id, target=target, detail=str(file_id))


def _found(db_session: Session, trip_id: int, file_id: int) -> SessionFile:
    file = db.trip_files.get(db_session, file_id, trip_id=trip_id)
    if file is None:
        raise NotFoundError("There is no such file.")
    return file


def _answering(db_session: Session, thread: BackboardThread) -> bool:
    owner_id = db_session.get_one(ChatSession, thread.session_id).user_id
    return db.messages.unfinished(db_session, thread.session_id, user_id=owner_id) is not None
