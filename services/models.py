"""The models that Backboard offers, kept for a while."""

import threading
import time

from backboard_client import BackboardClient, BackboardError
from services.background import BackgroundLoop
from services.records import ModelInfo

KEEP_S = 600.0
_WAIT_S = 20.0


class ModelService:
    """The list of models that can hold a conversation; asked for once in ten minutes at most."""

    def __init__(self, client: BackboardClient, loop: BackgroundLoop) -> None:
        self._client = client
        self._loop = loop
        self._lock = threading.Lock()
        self._models: tuple[ModelInfo, ...] = ()
        self._asked_at = float("-inf")

    def all(self) -> tuple[ModelInfo, ...]:
        """Return the models by name; when Backboard cannot be asked, those known so far, which may be none."""
        with self._lock:
            if time.monotonic() - self._asked_at >= KEEP_S:
                try:
                    found = self._loop.run(self._client.all_models(), timeout_s=_WAIT_S)
                    models = (model for model in found if model.model_type == "llm")
                    self._models = tuple(
                        sorted(
                            (
                                ModelInfo(
                                    id=f"{model.provider}/{model.name}",
                                    provider=model.provider,
                                    name=model.name,
                                    context_tokens=model.context_limit,
                                    input_price=model.input_cost_per_1m_tokens,
                                    output_price=model.output_cost_per_1m_tokens,
                                )
                                for model in models
                            ),
                            key=lambda model: model.id,
                        )
                    )
                    self._asked_at = time.monotonic()
                except (BackboardError, TimeoutError):
                    self._asked_at = time.monotonic() - KEEP_S + 15  # ask again in a quarter of a minute
            return self._models
