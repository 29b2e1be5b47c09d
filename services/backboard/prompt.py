"""What every assistant is told, and the tools it may ask us to run."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from db.models import utc_now

PROMPT = """You help professional travel planners. Answer in the language of the planner.
Be concrete: days, places, times, durations, and costs with their currency. Prices, opening hours and entry
rules are estimates until somebody has checked them: say so once. Ask for what is missing instead of guessing.
Write Markdown: short headings, lists, and tables where numbers are compared."""


def prompt_with(instructions: str | None) -> str | None:
    """Return the system prompt of a session with instructions of its own; None: its assistant's is all there is."""
    return f"{PROMPT}\n\nFor this conversation the planner adds:\n{instructions}" if instructions else None


TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "current_date",
            "description": "Today's date and weekday (UTC). Use it when 'today' or 'next week' matters.",
            "parameters": {"type": "object", "properties": {}, "required": []},
        },
    }
]


def _current_date(_arguments: Mapping[str, Any]) -> dict[str, Any]:
    now = utc_now()
    return {"date": now.date().isoformat(), "weekday": f"{now:%A}"}


_FUNCTIONS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"current_date": _current_date}


def run_tool(name: str, arguments: str) -> str:
    """Return a tool's output as JSON; what goes wrong is an output too, so that the model can go on."""
    function = _FUNCTIONS.get(name)
    if function is None:
        return json.dumps({"error": f"There is no tool named {name}."})
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return json.dumps({"error": "The arguments are not JSON."})
    return json.dumps(function(given if isinstance(given, dict) else {}))


def brief_hash() -> str:
    """Return a fingerprint of the prompt and the tools, to see when an assistant must be told anew."""
    return hashlib.sha256((PROMPT + json.dumps(TOOLS, sort_keys=True)).encode()).hexdigest()
