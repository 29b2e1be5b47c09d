"""Talking with the demo assistant as the app does: with the whole history each time."""

from typing import Any

from emulator.conversation import Answer, Turn
from emulator.demo.answer import answer


def asked(*texts: str, **more: Any) -> Answer:
    """The answer to the last of *texts*, which the planner said one after the other."""
    history: list[Turn] = []
    nothing: dict[str, Any] = {"memories": [], "tools": [], "system_prompt": None, "tool_outputs": None}
    last = Answer("", "")
    for text in texts:
        history.append(Turn("user", text))
        last = answer(history, **nothing | more)
        history.append(Turn("assistant", last.text))
    return last


def talk(*texts: str, **more: Any) -> list[str]:
    """The answers to all *texts*."""
    return [asked(*texts[: at + 1], **more).text for at in range(len(texts))]
