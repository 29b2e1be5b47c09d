"""What operators see: the numbers of this process, for Prometheus and as a report for people."""

from collections import defaultdict
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from math import inf, isnan, nan

from prometheus_client import CollectorRegistry, Gauge, generate_latest

import db.replies
from db.engine import Database, DatabaseUnavailableError
from services.message_status import MessageStatus
from services.usage.metrics import Numbers


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took since the start: a histogram, as pairs of a bucket's upper bound and its count.

    The bounds are in seconds and rise; the last one is infinite.
    """

    name: str
    buckets: tuple[tuple[float, int], ...]

    @property
    def count(self) -> int:
        """How often it was seen."""
        return sum(count for _, count in self.buckets)

    def quantile_s(self, share: float) -> float | None:
        """Estimate the time that a *share* of all stayed within, or return None where nothing was seen.

        As Prometheus' `histogram_quantile` does: a bucket's counts are taken to be spread evenly over it. Infinite
        when the answer lies beyond the last bound.
        """
        if not self.count:
            return None
        wanted, below, lower = share * self.count, 0, 0.0
        for upper, count in self.buckets:
            if count and below + count >= wanted:
                return lower + (upper - lower) * (wanted - below) / count if upper < inf else inf
            below, lower = below + count, upper
        return inf


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers of this process since *started_at*; None is what cannot be known right now."""

    started_at: datetime
    running: int
    queued: int | None  # in the whole database, held by no process
    readers: int
    tasks: int
    memory_bytes: int | None
    ended_today: dict[MessageStatus, int]  # UTC's day
    first_text: Timing
    reply: Timing  # complete ones only
    statement: Timing
    database_failures: int
    operations: tuple[Timing, ...]  # of Backboard, those seen most often first
    backboard: Timing  # all of them
    backboard_errors: dict[str, int]  # by kind


class OperationsService:
    """The numbers of this process; what is a matter of looking is looked up when somebody asks."""

    def __init__(self, numbers: Numbers, database: Database, *, running: Sized, readers: Sized, tasks: Sized) -> None:
        self._numbers = numbers
        self._db = database
        gauges: list[tuple[str, str, Callable[[], float]]] = [
            ("replies_running", "Replies this process writes.", running.__len__),
            ("replies_queued", "Unfinished replies in the database that no process holds.", self._queued),
            ("readers", "Readers that follow a reply.", readers.__len__),
            ("background_tasks", "Tasks of the runner: two of its own, and one for each reply.", tasks.__len__),
        ]
        for name, told, look in gauges:
            Gauge(f"travelbot_{name}", told, registry=numbers.registry).set_function(look)

    def text(self) -> bytes:
        """Return all numbers in Prometheus' text format. One query."""
        return generate_latest(self._numbers.registry)

    def report(self) -> Report:
        """Return the same numbers for people. One query; none of them raises when the database is away."""
        seen = _Seen(self._numbers.registry)
        operations = seen.timings("travelbot_backboard_response_seconds", label="operation")
        return Report(
            started_at=self._numbers.started_at,
            running=seen.whole("travelbot_replies_running") or 0,
            queued=seen.whole("travelbot_replies_queued"),
            readers=seen.whole("travelbot_readers") or 0,
            tasks=seen.whole("travelbot_background_tasks") or 0,
            memory_bytes=seen.whole("process_resident_memory_bytes"),
            ended_today=self._numbers.ended_today,
            first_text=seen.timing("travelbot_reply_first_text_seconds"),
            reply=seen.timing("travelbot_reply_duration_seconds", status=MessageStatus.COMPLETE),
            statement=seen.timing("travelbot_database_statement_seconds"),
            database_failures=seen.whole("travelbot_database_unavailable_total") or 0,
            operations=tuple(sorted(operations, key=lambda timing: timing.count, reverse=True)),
            backboard=together("Backboard", operations),
            backboard_errors=seen.counts("travelbot_backboard_errors_total", label="kind"),
        )

    def _queued(self) -> float:
        try:
            with self._db.read() as db_session:
                return db.replies.count_waiting(db_session)
        except DatabaseUnavailableError:
            return nan


def together(name: str, timings: Sequence[Timing]) -> Timing:
    """Return timings with the same bounds as one."""
    rows = [timing.buckets for timing in timings]
    buckets = tuple((column[0][0], sum(count for _, count in column)) for column in zip(*rows, strict=True))
    return Timing(name, buckets)


class _Seen:
    """What a registry holds at one moment."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._samples: defaultdict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
        for metric in registry.collect():
            for sample in metric.samples:
                self._samples[sample.name].append((sample.labels, sample.value))

    def whole(self, name: str) -> int | None:
        values = [value for _, value in self._samples[name]]
        return int(values[0]) if values and not isnan(values[0]) else None

    def counts(self, name: str, *, label: str) -> dict[str, int]:
        return {labels[label]: int(value) for labels, value in self._samples[name]}

    def timings(self, name: str, *, label: str) -> list[Timing]:
        found = [labels[label] for labels, _ in self._samples[f"{name}_count"]]
        return [self.timing(name, **{label: value}) for value in found]

    def timing(self, name: str, **wanted: str) -> Timing:
        buckets: list[tuple[float, int]] = []
        below = 0
        # Those of one histogram come in order, and each counts everything below its bound.
        for labels, value in self._samples[f"{name}_bucket"]:
            if wanted.items() <= labels.items():
                buckets.append((float(labels["le"]), int(value) - below))
                below = int(value)
        return Timing(next(iter(wanted.values()), name), tuple(buckets))
