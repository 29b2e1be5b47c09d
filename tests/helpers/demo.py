"""Talking with the demo assistant as the app does: with the whole history each time."""

from collections.abc import Sequence
from typing import Any

from emulator.conversation import Answer, Turn
from emulator.demo.answer import answer


def asked(*texts: str, **more: Any) -> Answer:
    """The answer to the last of *texts*, which the planner said one after the other."""
    return _answers(texts, more)[-1]


def talk(*texts: str, **more: Any) -> list[str]:
    """The answers to all *texts*."""
    return [one.text for one in _answers(texts, more)]


def _answers(texts: Sequence[str], more: dict[str, Any]) -> list[Answer]:
    history: list[Turn] = []
    return [go_on(history, text, **more) for text in texts]


def go_on(history: list[Turn], text: str, **more: Any) -> Answer:
    """The answer to *text*, said after *history*, which then holds both."""
    nothing: dict[str, Any] = {"memories": [], "tools": [], "system_prompt": None, "tool_outputs": None}
    history.append(Turn("user", text, more.get("system_prompt")))
    answered = answer(history, **nothing | more)
    history.append(Turn("assistant", answered.text))
    return answered
