"""What a process counts about itself: its replies, and the answers of the database and of Backboard."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Any

import httpx
import prometheus_client as prometheus
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from sqlalchemy import Engine, event
from sqlalchemy.exc import InterfaceError, OperationalError

from backboard_client import BackboardError
from db.models import utc_now
from services.message_status import MessageStatus

ENDED = tuple(status for status in MessageStatus if not status.unfinished)

# Upper bounds of the histograms' buckets, in seconds.
_FIRST_TEXT = (0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 60)
_REPLY = (0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120, 300)
_STATEMENT = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_ANSWER = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90)

_WORDS = re.compile(
    r"assistants|threads|messages|tool-outputs|runs|cancel|memories|search|stats|operations|models|providers"
)


class Numbers:
    """The counters of one set of services, in a registry of their own. Counting is safe from any thread."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.started_at = clock()
        self._clock = clock
        self._ended = self._counter("replies_ended", "Replies that ended here.", "status")
        self._duration = self._histogram("reply_duration", "From the question to the reply's end.", _REPLY, "status")
        self._first_text = self._histogram(
            "reply_first_text", "From the question to the reply's first text.", _FIRST_TEXT
        )
        self._statement = self._histogram(
            "database_statement", "Time for the database to answer a statement.", _STATEMENT
        )
        self._away = self._counter("database_unavailable", "Connections or statements that the database failed.")
        self._answer = self._histogram(
            "backboard_response", "Time until Backboard's answer begins.", _ANSWER, "operation"
        )
        self._errors = self._counter("backboard_errors", "Calls that failed at Backboard, each try.", "kind")
        for status in ENDED:  # a rate needs the zero before the first
            self._ended.labels(status)
        self._today = self.started_at.date()
        self._ended_today: Counter[MessageStatus] = Counter()

    def count_reply(self, status: MessageStatus, *, asked_at: datetime, first_text_at: datetime | None) -> None:
        """Count a reply that has just ended."""
        now = self._clock()
        self._ended.labels(status).inc()
        self._duration.labels(status).observe(_seconds(asked_at, now))
        if first_text_at is not None:
            self._first_text.observe(_seconds(asked_at, first_text_at))
        if self._today != now.date():
            self._today, self._ended_today = now.date(), Counter()
        self._ended_today[status] += 1

    @property
    def ended_today(self) -> dict[MessageStatus, int]:
        """How many replies ended here since midnight (UTC), for each way to end."""
        ended = self._ended_today if self._today == self._clock().date() else Counter()
        return {status: ended[status] for status in ENDED}

    def count_backboard_error(self, error: BackboardError) -> None:
        """Count a try that failed."""
        self._errors.labels(type(error).__name__).inc()

    def measure_database(self, engine: Engine) -> None:
        """Time every statement of an engine from now on: 4 µs for each one (benchmarks/counting.py)."""
        observe = self._statement.observe

        def begin(_connection: Any, _cursor: Any, _statement: Any, _values: Any, context: Any, _many: Any) -> None:
            context.travelbot_began = perf_counter()

        def end(_connection: Any, _cursor: Any, _statement: Any, _values: Any, context: Any, _many: Any) -> None:
            observe(perf_counter() - context.travelbot_began)

        def failed(context: Any) -> None:
            # A ping that fails is followed by a new connection, whose failure is counted then.
            if (
                isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError)
                and not context.is_pre_ping
            ):
                self._away.inc()

        event.listen(engine, "before_cursor_execute", begin)
        event.listen(engine, "after_cursor_execute", end)
        event.listen(engine, "handle_error", failed)

    def measure_backboard(self, http: httpx.AsyncClient, *, base_url: str) -> None:
        """Time every answer of Backboard to this client from now on, until it begins."""
        root = httpx.URL(base_url).path

        async def begin(request: httpx.Request) -> None:
            request.extensions["travelbot_began"] = perf_counter()

        async def answered(response: httpx.Response) -> None:
            request = response.request
            operation = operation_name(request.method, request.url.path.removeprefix(root))
            self._answer.labels(operation).observe(perf_counter() - request.extensions["travelbot_began"])

        http.event_hooks = {"request": [begin], "response": [answered]}

    def _counter(self, name: str, told: str, *labels: str) -> prometheus.Counter:
        return prometheus.Counter(f"travelbot_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"travelbot_{name}_seconds", told, labels, buckets=buckets, registry=self.registry)


def operation_name(method: str, path: str) -> str:
    """Name a call of Backboard's API without what it is about: `GET /threads/{id}`."""
    named: list[str] = []
    for part in path.strip("/").split("/"):
        word = part if _WORDS.fullmatch(part) else "{id}"
        if word != "{id}" or named[-1:] != ["{id}"]:  # a model's name may have slashes
            named.append(word)
    return f"{method} /{'/'.join(named)}"


def _seconds(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds())  # another machine's clock may be ahead
