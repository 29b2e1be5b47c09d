"""What models there are: some of real vendors, with public prices (US dollars per million tokens), and the demo's."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.store import Json

BRIEF = ("demo", "brief")  # the demo's other way of answering
_USUAL_CONTEXT = 128_000


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models that are offered; the first one answers where none is asked for.

    One that is not offered answers too, in the name that was asked for; where these are *all*, the first one does.
    """

    models: Sequence[Json]
    all: bool = False

    def answering(self, provider: str | None, name: str | None) -> tuple[str, str]:
        """Return provider and name of the model that answers where these are asked for."""
        first = self.models[0]["provider"], self.models[0]["name"]
        asked = provider or first[0], name or first[1]
        return first if self.all and self._offered(*asked) is None else asked

    def context_limit(self, provider: str | None, name: str | None) -> int:
        """Return how many tokens a model takes; a usual number for one that is not offered."""
        model = self._offered(provider, name)
        return _USUAL_CONTEXT if model is None else int(model["context_limit"])

    def _offered(self, provider: str | None, name: str | None) -> Json | None:
        found = (model for model in self.models if (model["provider"], model["name"]) == (provider, name))
        return next(found, None)


# provider, name, shown as, context, longest output, price in, price out, sees pictures, thinks
_CHAT: list[tuple[str, str, str, int, int, float, float, bool, bool]] = [
    ("openai", "gpt-4o", "GPT-4o", 128_000, 16_384, 2.5, 10.0, True, False),
    ("openai", "gpt-4o-mini", "GPT-4o mini", 128_000, 16_384, 0.15, 0.6, True, False),
    ("openai", "gpt-4.1", "GPT-4.1", 1_047_576, 32_768, 2.0, 8.0, True, False),
    ("openai", "gpt-4.1-mini", "GPT-4.1 mini", 1_047_576, 32_768, 0.4, 1.6, True, False),
    ("anthropic", "claude-opus-4-1", "Claude Opus 4.1", 200_000, 32_000, 15.0, 75.0, True, True),
    ("anthropic", "claude-sonnet-4-5", "Claude Sonnet 4.5", 200_000, 64_000, 3.0, 15.0, True, True),
    ("anthropic", "claude-haiku-4-5", "Claude Haiku 4.5", 200_000, 64_000, 1.0, 5.0, True, True),
    ("google", "gemini-2.5-pro", "Gemini 2.5 Pro", 1_048_576, 65_536, 1.25, 10.0, True, True),
    ("google", "gemini-2.5-flash", "Gemini 2.5 Flash", 1_048_576, 65_536, 0.3, 2.5, True, True),
    ("xai", "grok-4", "Grok 4", 256_000, 64_000, 3.0, 15.0, True, True),
    ("cohere", "command-a-03-2025", "Command A", 256_000, 8_000, 2.5, 10.0, False, False),
    ("openrouter", "mistralai/mistral-large-2411", "Mistral Large 2411", 131_072, 32_768, 2.0, 6.0, False, False),
]


def _row(provider: str, name: str, model_type: str, context: int, **fields: object) -> Json:
    return {
        "name": name,
        "provider": provider,
        "model_type": model_type,
        "context_limit": context,
        "max_output_tokens": None,
        "supports_tools": False,
        "supports_vision": False,
        "supports_streaming": False,
        "api_mode": None,
        "embedding_dimensions": None,
        "output_cost_per_1m_tokens": None,
        **fields,
        "last_updated": "2026-04-30T00:00:00Z",
    }


VENDORS = Catalogue(
    [
        *(
            _row(
                provider,
                name,
                "llm",
                context,
                display_name=shown,
                max_output_tokens=longest,
                supports_tools=True,
                supports_vision=vision,
                supports_streaming=True,
                supports_thinking=thinks,
                api_mode="chat_completions",
                input_cost_per_1m_tokens=price_in,
                output_cost_per_1m_tokens=price_out,
            )
            for provider, name, shown, context, longest, price_in, price_out, vision, thinks in _CHAT
        ),
        _row(
            "openai",
            "text-embedding-3-large",
            "embedding",
            8_191,
            display_name="Text Embedding 3 Large",
            embedding_dimensions=3_072,
            input_cost_per_1m_tokens=0.13,
        ),
    ]
)
DEMO = Catalogue(
    [
        _row(
            "demo",
            style,
            "llm",
            _USUAL_CONTEXT,
            display_name=f"Demo assistant, {style}",
            supports_tools=True,
            supports_streaming=True,
            api_mode="chat_completions",
            input_cost_per_1m_tokens=0.0,
            output_cost_per_1m_tokens=0.0,
        )
        for style in ("detailed", "brief")
    ],
    all=True,
)
