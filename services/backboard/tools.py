"""The tools that an assistant may ask us to run."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from db.models import utc_now


class Tool(Protocol):
    """What a model may ask for by *name*; *parameters* is the JSON Schema of the arguments."""

    name: str
    description: str
    parameters: dict[str, Any]

    async def run(self, arguments: Mapping[str, Any], *, user_id: int) -> dict[str, Any]:
        """Return what the model is told. On the background loop: it must not block. *arguments* are unchecked."""


class Tools:
    """All tools that there are, by name."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._by_name = {tool.name: tool for tool in tools}
        self.definitions = [_definition(tool) for tool in tools]

    async def run(self, name: str, arguments: str, *, user_id: int) -> str:
        """Return a tool's output as JSON; what goes wrong is an output too, so that the model can go on."""
        tool = self._by_name.get(name)
        if tool is None:
            return json.dumps({"error": f"There is no tool named {name}."})
        try:
            given = json.loads(arguments or "{}")
        except (ValueError, RecursionError):
            return json.dumps({"error": "The arguments are not JSON."})
        return json.dumps(await tool.run(given if isinstance(given, dict) else {}, user_id=user_id))


def _definition(tool: Tool) -> dict[str, Any]:
    """Return a tool as Backboard is told of it."""
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


class CurrentDate:
    """Tells the model what day it is."""

    name = "current_date"
    description = "Today's date and weekday (UTC). Use it when 'today' or 'next week' matters."
    parameters: dict[str, Any] = {"type": "object", "properties": {}, "required": []}  # noqa: RUF012 - read only

    async def run(self, arguments: Mapping[str, Any], *, user_id: int) -> dict[str, Any]:
        """Return today's date and weekday."""
        now = utc_now()
        return {"date": now.date().isoformat(), "weekday": f"{now:%A}"}
