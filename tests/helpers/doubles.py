"""What the emulator's tests share: a demo assistant that does as it is told, and a reader of event streams."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import httpx

from emulator.conversation import Answer, Document, ToolRequest, Turn

FACT = "Is vegetarian"


class ObedientDemo:
    """Answers by the words of the last question.

    ``words N``: N numbered words. ``think``: reasons first. ``call a b``: asks for these tools, then tells their
    outputs. ``recall``: tells its memories. ``instructions``: tells its system prompt and tools. ``prompts``:
    tells the system prompts of the questions so far. ``boom``: raises. Anything else is repeated.
    """

    def answer(
        self,
        history: Sequence[Turn],
        *,
        memories: Sequence[str],
        tools: Sequence[str],
        system_prompt: str | None,
        tool_outputs: Mapping[str, str] | None,
        documents: Sequence[Document],
        web_search: bool,
        style: str,
    ) -> Answer:
        """Answer the last question."""
        asked = next(turn.text for turn in reversed(history) if turn.role == "user")
        word, _, rest = asked.partition(" ")
        match word:
            case "words":
                return Answer("", " ".join(f"word{n}" for n in range(int(rest))))
            case "think":
                return Answer("First I think about it.", "Then I answer.")
            case "call" if not tool_outputs:
                return Answer("", "Let me look.", tuple(ToolRequest(name, {"city": "Łódź"}) for name in rest.split()))
            case "call":
                return Answer("", f"Found {json.dumps(dict(tool_outputs or {}))}")
            case "recall":
                return Answer("", "I know: " + ", ".join(memories))
            case "instructions":
                return Answer("", f"{system_prompt} {sorted(tools)}")
            case "prompts":
                return Answer("", str([turn.system_prompt for turn in history if turn.role == "user"]))
            case "history":
                return Answer("", " | ".join(f"{turn.role}={turn.text}" for turn in history))
            case "boom":
                raise RuntimeError("boom")
        return Answer("", f"You said: {asked}")

    def extract_facts(self, text: str) -> list[str]:
        """Notice vegetarians."""
        return [FACT] if "vegetarian" in text else []


async def events_of(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Yield the events of a stream, split at line feeds only, as a careful client does."""
    rest = b""
    async for piece in response.aiter_raw():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))


def text_of(events: Sequence[Mapping[str, Any]]) -> str:
    """Return the text that a stream's deltas make."""
    return "".join(event["content"] for event in events if event["type"] == "content_streaming")
