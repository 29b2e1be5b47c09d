"""The clock that the app reads, as tests set it."""

from datetime import UTC, datetime, tzinfo

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


class Clock:
    """The clock that the app reads, set to another instant; it goes on from there. Other processes have their own."""

    def __init__(self) -> None:
        self.set(NOON)

    def set(self, at: datetime) -> None:
        self._ahead = at - datetime.now(UTC)

    def now(self, zone: tzinfo) -> datetime:
        return datetime.now(zone) + self._ahead
