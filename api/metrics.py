"""The numbers of this process, as Prometheus reads them."""

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Counter, Histogram, generate_latest

from services.wiring import Services

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Metrics:
    """What is counted at every request; everything else is the services'.

    Requests are answered, and counted, also while there are no services.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "travelbot_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "travelbot_http_request_seconds", "Time until the answer began.", ("route",), registry=self._registry
        )

    def count(self, *, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count one answer, of a *route* if there is one; *seconds* is the time until it began."""
        # Whoever asks makes up methods and paths; these must not become ever more series.
        known = method if route and method in _METHODS else "other"
        self._requests.labels(known, route or "other", str(status)).inc()
        self._seconds.labels(route or "other").observe(seconds)

    def text(self, services: Services) -> bytes:
        """Return all numbers in Prometheus' text format. One query."""
        return generate_latest(self._registry) + services.operations.text()
