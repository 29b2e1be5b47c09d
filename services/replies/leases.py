"""Says whether other processes still hold their replies, and trusts no clock alone.

Whoever writes a reply renews its lease every second. A lease that has not changed for a while, by the steady clock of
the process that looks, is held by nobody any more; for one that has run out by the time of day, as after a restart, a
shorter while is enough. So neither a clock that was set back nor one that goes wrong on another machine keeps a reply
waiting, or takes it from a process that lives.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

LEASE_S = 4.0  # a living process has renewed it four times by then
LEASE = timedelta(seconds=LEASE_S)
RUN_OUT_S = 1.5  # that one which has run out does not change: a living process has renewed it
LONGEST_GAP_S = 3.0  # between two looks


@dataclass(frozen=True, slots=True)
class Lease:
    """What is seen of a reply that a process holds. It changes when that renews it, or when another takes over."""

    reply_id: int
    fence: int
    until: datetime


class Leases:
    """Remembers since when each lease has been as it is."""

    def __init__(self) -> None:
        self._since: dict[Lease, float] = {}
        self._looked_at = 0.0

    def silent(self, seen: Collection[Lease], *, now: float, at: datetime) -> list[Lease]:
        """Return those of all leases, as they are *now* (seconds of a steady clock), that nobody renews any more.

        *at* is the same instant by the time of day. Where the last look was too long ago, this process stood still,
        or the database was away, for others too: then everybody gets the whole time again.
        """
        since = self._since if now - self._looked_at <= LONGEST_GAP_S else {}
        self._since = {lease: since.get(lease, now) for lease in seen}
        self._looked_at = now
        return [
            lease
            for lease, first in self._since.items()
            if now - first >= (RUN_OUT_S if lease.until < at else LEASE_S)
        ]
