"""Does what must still be done, however long it takes: deletes at Backboard, and here what cannot be undone now."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import timedelta
from functools import partial

import db.outbox
from backboard_client import BackboardClient, BackboardError, NotFoundError
from db.engine import Database, DatabaseUnavailableError
from db.models import OutboxEntry, utc_now
from services.process.background import in_thread

log = logging.getLogger("travelbot.outbox")

LOOK_S = 5.0
_HOLD = timedelta(minutes=2)
_LONGEST_WAIT_S = 3600


async def work_forever(
    database: Database,
    client: BackboardClient,
    remove_deleted: Callable[[Database], None],
    *,
    backend: str,
    executor: Executor,
) -> None:
    """Take due entries and do them, and remove what can no longer be brought back, until cancelled.

    Not at once: a process that has just started has people waiting for it, and none of this is urgent.
    """
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            entries = await in_thread(executor, partial(_take, database, backend))
            await in_thread(executor, partial(remove_deleted, database))
            for entry in entries:
                done = await _do(client, entry)
                await in_thread(executor, partial(_settle, database, entry, done))
        except DatabaseUnavailableError:
            log.warning("The database cannot be reached; looking again soon.")
        except Exception:  # whatever it is, the next look does the rest
            log.exception("Could not do what is left to be done")


async def _do(client: BackboardClient, entry: OutboxEntry) -> bool:
    try:
        match entry.kind:
            case "thread":
                await client.delete_thread(entry.target_id)
            case "document":
                await client.delete_document(entry.target_id)
            case _:
                await client.delete_assistant(entry.target_id)
    except NotFoundError:
        return True
    except BackboardError as exc:
        log.warning("not deleted at Backboard yet", extra={"kind": entry.kind, "error": type(exc).__name__})
        return False
    except Exception:  # a mistake of ours with one must not keep the others
        log.exception("not deleted at Backboard yet", extra={"kind": entry.kind})
        return False
    return True


def _take(database: Database, backend: str) -> list[OutboxEntry]:
    with database.read() as db_session:  # most looks find nothing: no write lock for them
        if not db.outbox.any_due(db_session, backend=backend, now=utc_now()):
            return []
    with database.begin() as db_session:
        return list(db.outbox.lock_due(db_session, backend=backend, now=utc_now(), hold=_HOLD))


def _settle(database: Database, entry: OutboxEntry, done: bool) -> None:
    with database.begin() as db_session:
        if done:
            db.outbox.done(db_session, entry.id)
        else:
            wait_s = min(LOOK_S * 2 ** min(entry.attempts, 20), _LONGEST_WAIT_S)
            db.outbox.put_off(db_session, entry.id, until=utc_now() + timedelta(seconds=wait_s))
