"""A run while it is being written: what it has told so far, for any number of readers."""

import asyncio

from emulator.store import Json, Run, RunEnd

CONTENT = "content_streaming"
TERMINAL = frozenset({"run_ended", "tool_submit_required", "run_failed", "run_cancelled", "error"})


class LiveRun:
    """The events of one run, in order. Readers come and go; the run does not notice."""

    def __init__(self, run: Run, *, context_limit: int) -> None:
        self.run = run
        self.context_limit = context_limit  # tokens
        self.events: list[Json] = []
        self.written: list[str] = []
        self.reasoning = ""
        self.memories: list[Json] = []
        self.files: list[str] = []
        self.input_tokens = 0
        self.cost_usd: float | None = None
        self.odd_end = False
        self.end: RunEnd | None = None
        self.lost = False
        """True when the run ended without a word: its readers' connections break."""
        self.task: asyncio.Task[None] | None = None
        self.released = asyncio.Event()
        self._news = asyncio.Event()

    def tell(self, event: Json) -> None:
        """Add an event and wake the readers."""
        self.events.append(event)
        self._wake()

    def finish(self, end: RunEnd, last: Json | None) -> None:
        """End the run with its *last* event, or with none: then it is lost."""
        self.end, self.lost = end, last is None
        if last is not None:
            self.events.append(last)
        self._wake()

    async def more_than(self, seen: int) -> None:
        """Wait until there are more events than *seen*, or the run has ended."""
        while len(self.events) <= seen and self.end is None:
            await self._news.wait()

    async def ended(self) -> RunEnd:
        """Wait for the end and return it."""
        while self.end is None:
            await self._news.wait()
        return self.end

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
