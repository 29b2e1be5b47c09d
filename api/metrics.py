"""The numbers of this process, as Prometheus reads them."""

from collections.abc import Iterable

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.wiring import Services

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """What is counted at every request, and what is asked of the services when somebody looks."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "travelbot_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "travelbot_http_request_seconds", "Time until the answer began.", ("route",), registry=self._registry
        )

    def count(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; *seconds* is the time until it began."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, services: Services) -> bytes:
        """Return all numbers in Prometheus' text format."""
        replies = CollectorRegistry()
        replies.register(_Replies(services))
        return generate_latest(self._registry) + generate_latest(replies)


class _Replies(Collector):
    def __init__(self, services: Services) -> None:
        self._replies = services.replies

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("travelbot_replies_running", "Replies this process writes.", self._replies.running)
        yield GaugeMetricFamily("travelbot_readers", "Readers that follow a reply.", self._replies.readers)
        ended = CounterMetricFamily("travelbot_replies_ended", "Replies that ended here.", labels=("status",))
        for status, number in self._replies.ended.items():
            ended.add_metric((status,), number)
        yield ended
