"""The files of a session: what a planner puts into it for the assistant to look things up in."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

import db.audit
import db.files
import db.messages
import db.outbox
import db.room
import db.sessions
import db.sides
import db.threads
import db.users
from db.engine import Database
from db.ids import new_id
from db.models import AuditAction, AuditTarget, ChatSession, FileCopy, SessionFile
from db.plain import Plain
from services.accounts.roles import writing
from services.backboard import file_copies
from services.errors import FileQuotaError, FileRefusedError, NotFoundError
from services.sessions.file_types import MAX_FILES, checked_file, free_name, megabytes
from services.sessions.records import FileInfo, FileRoom, FileState, HeldFile, NewFile
from services.sessions.turns import writable
from services.sessions.views import file_info

_STATES = {file_copies.READY: FileState.READY, file_copies.FAILED: FileState.FAILED}


class FileShelf:
    """Puts files into sessions, as many as fit.

    *limit_bytes* is the room that the files of a planner may take who was given no other.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes

    def room(self, db_session: Session, *, user_id: int) -> FileRoom:
        """Return how much room a planner's files take, and may take."""
        own_mb = db.users.read(db_session, user_id).files_mb
        limit = self._limit_bytes if own_mb is None else own_mb * 1_000_000
        return FileRoom(db.room.file_bytes(db_session, user_id=user_id), limit)

    def keep(
        self,
        db_session: Session,
        files: Sequence[NewFile],
        *,
        session_id: int,
        user_id: int,
        message_id: int | None = None,
        follow_up_id: int | None = None,
    ) -> list[FileInfo]:
        """Add checked files to a session that is locked.

        Raises FileRefusedError when it would have too many, and FileQuotaError when the planner's would take too
        much room.
        """
        if not files:
            return []
        names = list(db.files.names_in(db_session, session_id))
        if len(names) + len(files) > MAX_FILES:
            raise FileRefusedError(f"A session holds at most {MAX_FILES} files. Remove some that it no longer needs.")
        self.check_room(db_session, [len(one.content) for one in files], user_id)
        place = {"session_id": session_id, "message_id": message_id, "follow_up_id": follow_up_id}
        return [file_info(_put(db_session, one, names, user_id=user_id, **place)) for one in files]

    def keep_in_trip(
        self, db_session: Session, file: NewFile, *, names: Sequence[str], trip_id: int, user_id: int
    ) -> SessionFile:
        """Add a checked file to a trip that is locked and has files of these *names*. Raises as `keep` does."""
        if len(names) >= MAX_FILES:
            raise FileRefusedError(f"A trip holds at most {MAX_FILES} files. Remove some that it no longer needs.")
        self.check_room(db_session, [len(file.content)], user_id)
        return _put(db_session, file, list(names), user_id=user_id, trip_id=trip_id)

    def copy(
        self, db_session: Session, from_id: int, to_id: int, *, user_id: int, messages: Mapping[int, int]
    ) -> None:
        """Copy to a session the files of another that came with these messages, or with none; each goes with a copy.

        Of those with none, the ones that the other's assistant is told of no more are left out. Raises as `keep`
        does, before any of them is read.
        """
        source = db_session.get_one(ChatSession, from_id)
        files = [
            one
            for one in db.files.of_session(db_session, from_id, user_id=user_id)
            if one.message_id in messages or (one.message_id is None and not db.sides.is_from_before(source, one.id))
        ]
        if files:
            self.check_room(db_session, [one.size for one in files], user_id)
        for one in files:
            copied = NewFile(one.name, one.media_type, one.content)
            message_id = messages.get(one.message_id or 0)
            self.keep(db_session, [copied], session_id=to_id, user_id=user_id, message_id=message_id)

    def check_room(self, db_session: Session, sizes: Sequence[int], user_id: int) -> None:
        """Raise FileQuotaError where files of these *sizes* in bytes are more than a planner has room for.

        Nobody else's files come in between: the planner is held.
        """
        db.users.lock(db_session, user_id)
        room = self.room(db_session, user_id=user_id)
        if room.used_bytes + sum(max(size, db.room.LEAST_BYTES) for size in sizes) > room.limit_bytes:
            raise FileQuotaError(
                f"There is no room for this: your files take {megabytes(room.used_bytes)} of "
                f"{megabytes(room.limit_bytes)}. Remove files that you no longer need, or sessions that hold some."
            )


def _put(db_session: Session, file: NewFile, names: list[str], *, user_id: int, **place: int | None) -> SessionFile:
    """Add a file under a name that is none of *names* yet, and gets among them."""
    row = SessionFile(
        id=new_id(),
        user_id=user_id,
        name=free_name(file.name, names),
        media_type=file.media_type,
        size=len(file.content),
        content=file.content,
        **place,
    )
    db_session.add(row)
    names.append(row.name)
    db_session.flush()
    return row


class FileService:
    """Files of the planner's sessions. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, shelf: FileShelf) -> None:
        self._db = database
        self._shelf = shelf

    def room(self, *, user_id: int) -> FileRoom:
        """Return how much room the planner's files take, and may take."""
        with self._db.read() as db_session:
            return self._shelf.room(db_session, user_id=user_id)

    def add(self, session_id: int, name: str, content: bytes, *, user_id: int) -> FileInfo:
        """Keep a file with a session; the assistant gets it with the next question.

        Raises FileRefusedError, FileTooLargeError and FileQuotaError.
        """
        checked = checked_file(name, content)
        with writing(self._db, user_id) as db_session:
            db.sides.settle(db_session, writable(db_session, session_id, user_id).session)
            return self._shelf.keep(db_session, [checked], session_id=session_id, user_id=user_id)[0]

    def list(self, session_id: int, *, user_id: int) -> tuple[HeldFile, ...]:
        """Return the files of a session, oldest first, each with how far the assistant has it."""
        with self._db.read() as db_session:
            if db.sessions.title_and_end(db_session, session_id, user_id=user_id) is None:
                raise NotFoundError("There is no such session.")
            files = db.files.read_of_session(db_session, session_id, user_id=user_id)
            latest = {copy.file_id: copy for copy in db.files.copies(db_session, [one.id for one in files])}
            return tuple(_held(one, latest.get(one.id)) for one in files)

    def get(self, file_id: int, *, user_id: int) -> tuple[FileInfo, bytes]:
        """Return a file and what is in it."""
        with self._db.read() as db_session:
            file = db.files.get_visible(db_session, file_id, user_id=user_id)
            if file is None:
                raise NotFoundError("There is no such file.")
            return file_info(file), file.content

    def remove(self, file_id: int, *, user_id: int) -> None:
        """Delete a file here and, now or when it can be reached, at Backboard."""
        with writing(self._db, user_id) as db_session:
            file = db.files.get_visible(db_session, file_id, user_id=user_id)
            if file is None:
                raise NotFoundError("There is no such file.")
            if file.session_id is not None:
                writable(db_session, file.session_id, user_id)
            answering = (
                file.session_id is not None
                and db.messages.unfinished(db_session, file.session_id, user_id=user_id) is not None
            )
            for copy, thread in db.files.copies_with_threads(db_session, file_id):
                if copy.document_id is not None:
                    db.outbox.add(db_session, backend=thread.backend, kind="document", target_id=copy.document_id)
                elif copy.status == file_copies.UPLOADING and not answering:
                    # Nobody knows whether it arrived. The thread goes; the next question makes another without it.
                    db.outbox.add(db_session, backend=thread.backend, kind="thread", target_id=thread.thread_id)
                    db.threads.forget(db_session, thread.id)
            db.files.remove(db_session, file_id)
            target = (AuditTarget.FILE, file_id)
            db.audit.note(db_session, AuditAction.DELETE_FILE, user_id=user_id, target=target, detail=str(file_id))


def _held(file: Plain[SessionFile], copy: FileCopy | None) -> HeldFile:
    if copy is None:
        return HeldFile(file_info(file), FileState.KEPT)
    return HeldFile(file_info(file), _STATES.get(copy.status, FileState.READING), copy.status_message)
