"""What is sent to the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from services.reviews.live import ReviewWatch
from services.sessions.live import SessionWatch
from services.wiring import Services


@contextmanager
def asked(services: Services) -> Iterator[list[str]]:
    """Give the statements that the app sends to its database for whoever asks it for something.

    Neither what is looked for once a second, for all, is among them, nor what is done in the background.
    """
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not threading.current_thread().name.startswith("travelbot-db"):
            statements.append(statement)

    engine = services._base.database.engine
    with _no_time_passes(services.review_watch), _no_time_passes(services.session_watch):
        event.listen(engine, "before_cursor_execute", note)
        yield statements
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def _no_time_passes(watch: ReviewWatch | SessionWatch) -> Iterator[None]:
    clock, looked_at = watch._monotonic, watch._looked_at
    watch._monotonic = lambda: looked_at
    yield
    watch._monotonic = clock
