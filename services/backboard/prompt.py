"""What every assistant is told."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

PROMPT = """You help professional travel planners. Answer in the language of the planner.
Be concrete: days, places, times, durations, and costs with their currency. Prices, opening hours and entry
rules are estimates until somebody has checked them: say so once. Ask for what is missing instead of guessing.
Write Markdown: short headings, lists, and tables where numbers are compared."""


def prompt_with(instructions: str | None, brief: str | None) -> str | None:
    """Return the system prompt of a session with instructions of its own, or of a trip with this brief.

    None: its assistant's is all there is.
    """
    added = [f"For this conversation the planner adds:\n{instructions}"] if instructions else []
    added += [brief] if brief else []
    return "\n\n".join([PROMPT, *added]) if added else None


def prompt_hash(definitions: Sequence[dict[str, Any]]) -> str:
    """Return a fingerprint of the prompt and the tools, to see when an assistant must be told anew."""
    return hashlib.sha256((PROMPT + json.dumps(definitions, sort_keys=True)).encode()).hexdigest()
