"""The models that Backboard offers, kept for a while."""

import asyncio
import threading
import time
from collections.abc import Iterable
from contextlib import suppress

from backboard_client import BackboardClient, BackboardError
from services.process.background import BackgroundLoop
from services.usage.records import ModelInfo

KEEP_S = 600.0
_WAIT_S = 20.0
_WAIT_FOR_PRICE_S = 1.0
_AGAIN_S = 15.0  # after Backboard could not be asked


class ModelService:
    """The list of models that can hold a conversation; asked for once in ten minutes at most."""

    def __init__(self, client: BackboardClient, loop: BackgroundLoop) -> None:
        self._client = client
        self._loop = loop
        self._lock = threading.Lock()
        self._models: dict[str, ModelInfo] = {}
        self._ask_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    def all(self) -> tuple[ModelInfo, ...]:
        """Return the models by name; when Backboard cannot be asked, those known so far, which may be none."""
        with self._lock:
            if time.monotonic() >= self._ask_at:
                with suppress(TimeoutError):
                    self._loop.run(self._ask(), timeout_s=_WAIT_S + 5)
            return tuple(self._models.values())

    async def known(self, *model_ids: str | None) -> ModelInfo | None:
        """Return the first of these that is in the list as it was last seen, or None.

        Waits a second at most, and only where the list is just being asked for. On the loop's thread only.
        """
        found = self._first(model_ids)
        if found is None and self._asking is not None:
            await asyncio.wait({self._asking}, timeout=_WAIT_FOR_PRICE_S)
            found = self._first(model_ids)
        return found

    def _first(self, model_ids: Iterable[str | None]) -> ModelInfo | None:
        return next((self._models[one] for one in model_ids if one in self._models), None)

    def look_ahead(self) -> None:
        """Begin to ask for the list if it is old, and return at once. On the loop's thread only."""
        if time.monotonic() >= self._ask_at and (self._asking is None or self._asking.done()):
            self._asking = asyncio.create_task(self._ask())

    async def stop(self) -> None:
        """Ask no more: the connections are about to be closed. On the loop's thread only."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking}, timeout=_WAIT_FOR_PRICE_S)

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(_WAIT_S):
                found = await self._client.all_models()
        except (BackboardError, TimeoutError):
            self._ask_at = time.monotonic() + _AGAIN_S
            return
        infos = (
            ModelInfo(
                id=f"{model.provider}/{model.name}",
                provider=model.provider,
                name=model.name,
                context_tokens=model.context_limit,
                input_price=model.input_cost_per_1m_tokens,
                output_price=model.output_cost_per_1m_tokens,
            )
            for model in found
            if model.model_type == "llm"
        )
        self._models = {info.id: info for info in sorted(infos, key=lambda info: info.id)}
        self._ask_at = time.monotonic() + KEEP_S
