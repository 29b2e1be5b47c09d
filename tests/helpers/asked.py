"""What is sent to the database."""

import math
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import event

from db.engine import Database
from services.reviews.live import ReviewWatch
from services.sessions.lists import ListWatch
from services.sessions.live import SessionWatch
from services.wiring import Services


@contextmanager
def asked_of(database: Database) -> Iterator[list[str]]:
    """Give the statements that are sent to a database, without what is done in the background."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not threading.current_thread().name.startswith(("travelbot-db", "waker")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def asked(services: Services) -> Iterator[list[str]]:
    """Give the statements that the app sends to its database, without what is looked for once a second, for all."""
    watches = (services.review_watch, services.session_watch, services.list_watch)
    with ExitStack() as stopped:
        for watch in watches:
            stopped.enter_context(_no_time_passes(watch))
        yield stopped.enter_context(asked_of(services._base.database))


@contextmanager
def _no_time_passes(watch: ReviewWatch | SessionWatch | ListWatch) -> Iterator[None]:
    clock = watch._monotonic
    now = watch._looked_at if math.isfinite(watch._looked_at) else clock()
    watch._monotonic = lambda: now
    yield
    watch._monotonic = clock
