"""The emulator's state, in one SQLite file."""

from pathlib import Path

from emulator.store.assistants import Assistants
from emulator.store.database import Database, Json, now_iso
from emulator.store.documents import Documents
from emulator.store.memories import Memories
from emulator.store.runs import MESSAGE, TOOL_OUTPUTS, Run, RunEnd, Runs, RunSettings
from emulator.store.threads import Threads

__all__ = ["MESSAGE", "TOOL_OUTPUTS", "Json", "Run", "RunEnd", "RunSettings", "Store", "now_iso"]


class Store:
    """Everything the emulator keeps. Opening it marks the runs of a process that died as failed."""

    def __init__(self, path: Path | str) -> None:
        """Open the state file at *path*, or keep nothing with ``":memory:"``."""
        database = Database(path)
        self.assistants = Assistants(database)
        self.threads = Threads(database)
        self.documents = Documents(database)
        self.memories = Memories(database)
        self.runs = Runs(database, self.threads)
        self.close = database.close
        try:
            self.runs.fail_unfinished("The service was restarted while this answer was being written.")
        except BaseException:
            self.close()
            raise
