"""What the background removes by itself, one after the other."""

from db.engine import Database
from services.accounts.guests import UnusedGuests
from services.people.pruning import Pruning
from services.people.retention import RetentionService
from services.sessions.deleted import remove_deleted
from services.trips.deleted import remove_deleted_trips


class Cleaning:
    """Removes for good what can no longer be brought back, and what is kept for a time only."""

    def __init__(self, prune: Pruning, retention: RetentionService, guests: UnusedGuests) -> None:
        self._prune = prune
        self._retention = retention
        self._guests = guests

    def __call__(self, database: Database) -> None:
        """Remove some of it."""
        remove_deleted(database)
        remove_deleted_trips(database)
        self._prune(database)
        self._retention.look()
        self._guests.remove()
