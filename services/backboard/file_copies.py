"""Brings the files of a session and of its trip into a Backboard thread, before a question is asked there."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import db.files
import db.outbox
from backboard_client import BackboardClient, BackboardError, BackboardRejectedError, Document, NotFoundError
from db.engine import Database
from db.ids import new_id
from db.models import FileCopy, SessionFile, utc_now
from services.backboard.threads import SessionThread
from services.intake import kept_text
from services.process.background import in_thread

T = TypeVar("T")
log = logging.getLogger("travelbot.files")

# What a copy's status can be. UPLOADING: it may or may not have arrived. SLOW: it was waited for in vain once.
UPLOADING, INDEXING, SLOW, READY, FAILED = "uploading", "indexing", "slow", "ready", "failed"
POLL_S = 2.0
LONGEST_S = 120.0  # for all files of one question together; some never get indexed


@dataclass(slots=True)
class _Copy:
    """A file on its way into the thread."""

    id: int
    file_id: int
    name: str
    media_type: str
    document_id: str | None
    status: str
    begun: bool  # before now: then it may have arrived


class FileCopies:
    """Uploads what a thread does not hold yet, each file once, and waits until Backboard can look things up in it.

    A row says that an upload is about to begin, and later what came of it. One that may have been made is looked for
    in the thread, by its name, before it is made again. All methods run on the background loop.
    """

    def __init__(self, database: Database, client: BackboardClient, *, backend: str, executor: Executor) -> None:
        self._db = database
        self._client = client
        self._backend = backend
        self._executor = executor

    async def put(self, session_id: int, thread: SessionThread, on_note: Callable[[str], None]) -> list[str]:
        """Bring every file of a session and its trip into the thread; return a sentence for each that cannot be used.

        *on_note* is told in a sentence what is waited for. Raises the client's NotFoundError when there is no such
        thread any more.
        """
        missing = await self._in_thread(lambda: self._missing(session_id, thread.row_id))
        troubles: list[str] = []
        for number, copy in enumerate(missing, 1):
            if copy.document_id is None:
                on_note(f"Handing over “{copy.name}”{_of(number, len(missing))} …")
                await self._upload(thread.thread_id, copy, troubles)
        await self._until_indexed([copy for copy in missing if copy.document_id is not None], on_note, troubles)
        return troubles

    async def _upload(self, thread_id: str, copy: _Copy, troubles: list[str]) -> None:
        if copy.begun and await self._look_for(thread_id, copy):
            return
        content = await self._in_thread(lambda: self._content(copy))
        if content is None:  # removed meanwhile
            return
        try:
            await self._keep(copy, await self._client.upload_document(thread_id, copy.name, copy.media_type, content))
        except NotFoundError:
            raise
        except BackboardError as exc:
            log.warning("file not uploaded", extra={"file": copy.file_id, "error": type(exc).__name__})
            if exc.may_have_run and await self._look_for(thread_id, copy):
                return
            if isinstance(exc, BackboardRejectedError) and not exc.retry_helps:
                await self._fail(copy, exc.message, troubles)
            else:
                troubles.append(f"“{copy.name}” could not be handed over; the next message tries again.")

    async def _look_for(self, thread_id: str, copy: _Copy) -> bool:
        """Look in the thread for a copy that may have arrived; False if it is not there."""
        try:
            there = await self._client.list_thread_documents(thread_id)
        except NotFoundError:
            raise
        except BackboardError:
            return False
        ours = [one for one in there if one.filename == copy.name]
        leaving = await self._in_thread(lambda: self._leaving([one.document_id for one in ours]))
        for one in ours:
            if one.document_id not in leaving:
                await self._keep(copy, one)
                return True
        return False

    async def _until_indexed(self, copies: list[_Copy], on_note: Callable[[str], None], troubles: list[str]) -> None:
        """Ask for these documents until each is indexed or failed, for a bounded time."""
        loop = asyncio.get_running_loop()
        until, pause_s = loop.time() + LONGEST_S, POLL_S / 8
        waiting = copies
        while waiting:
            on_note(f"Reading “{waiting[0].name}”{_of(len(copies) - len(waiting) + 1, len(copies))} …")
            still = []
            for copy in waiting:
                if not await self._settled(copy, troubles):
                    still.append(copy)
            # One that was waited for in vain before is asked for once.
            waiting = [copy for copy in still if copy.status != SLOW]
            if loop.time() + pause_s > until:
                for copy in waiting:
                    await self._in_thread(partial(self._note, copy, SLOW))
                    troubles.append(f"“{copy.name}” is still being read at Backboard; this reply may not know it.")
                return
            if waiting:
                await asyncio.sleep(pause_s)
                pause_s = min(POLL_S, pause_s * 2)

    async def _settled(self, copy: _Copy, troubles: list[str]) -> bool:
        """Ask for a document; True when nothing more will come of it."""
        try:
            found = await self._client.document_status(copy.document_id or "")
        except NotFoundError:  # deleted at Backboard: the next question uploads it anew
            await self._in_thread(lambda: self._forget(copy))
            return True
        except BackboardError:
            return False
        if found.indexed:
            await self._in_thread(lambda: self._note(copy, READY))
        elif found.failed:
            await self._fail(copy, found.status_message or "Backboard does not say why.", troubles)
        return found.indexed or found.failed

    async def _fail(self, copy: _Copy, why: str, troubles: list[str]) -> None:
        await self._in_thread(lambda: self._note(copy, FAILED, why))
        troubles.append(f"“{copy.name}” could not be read: {why}")

    async def _keep(self, copy: _Copy, document: Document) -> None:
        copy.document_id, copy.status = document.document_id, INDEXING
        if not await self._in_thread(lambda: self._note(copy, INDEXING)):
            copy.document_id = None

    async def _in_thread(self, function: Callable[[], T]) -> T:
        return await in_thread(self._executor, function)

    # Database work, on the executor's threads.

    def _missing(self, session_id: int, thread_row_id: int) -> list[_Copy]:
        """Return the files that this thread does not hold yet; rows are made for those that were never begun."""
        with self._db.read() as db_session:
            rows = db.files.in_thread(db_session, session_id, thread_row_id)
            if all(copy is not None and copy.status in (READY, FAILED) for _, copy in rows):
                return []
        with self._db.begin() as db_session:
            missing = []
            for file, copy in db.files.in_thread(db_session, session_id, thread_row_id):
                begun = copy is not None
                if copy is None:
                    copy = FileCopy(id=new_id(), file_id=file.id, thread_row_id=thread_row_id, status=UPLOADING)
                    db_session.add(copy)
                if copy.status not in (READY, FAILED):
                    missing.append(_on_its_way(file, copy, begun=begun))
            return missing

    def _content(self, copy: _Copy) -> bytes | None:
        with self._db.read() as db_session:
            return db.files.content(db_session, copy.file_id)

    def _note(self, copy: _Copy, status: str, why: str | None = None) -> bool:
        """Write down how far a copy is; where the file was removed meanwhile, see to it that the copy goes too."""
        with self._db.begin() as db_session:
            row = db_session.get(FileCopy, copy.id)
            if row is None:
                if copy.document_id is not None:
                    db.outbox.add(db_session, backend=self._backend, kind="document", target_id=copy.document_id)
                return False
            row.document_id, row.status, row.status_message = copy.document_id, status, why and kept_text(why)[:500]
            row.updated_at = utc_now()
            return True

    def _forget(self, copy: _Copy) -> None:
        with self._db.begin() as db_session:
            if row := db_session.get(FileCopy, copy.id):
                db_session.delete(row)

    def _leaving(self, document_ids: list[str]) -> set[str]:
        with self._db.read() as db_session:
            return set(db.outbox.waiting(db_session, document_ids, kind="document"))


def _on_its_way(file: SessionFile, copy: FileCopy, *, begun: bool) -> _Copy:
    return _Copy(copy.id, file.id, file.name, file.media_type, copy.document_id, copy.status, begun)


def _of(number: int, total: int) -> str:
    return f" ({number} of {total})" if total > 1 else ""
