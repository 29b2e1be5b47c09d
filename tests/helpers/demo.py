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
    nothing: dict[str, Any] = {"memories": [], "tools": [], "system_prompt": None, "tool_outputs": None}
    answers: list[Answer] = []
    for text in texts:
        history.append(Turn("user", text))
        answers.append(answer(history, **nothing | more))
        history.append(Turn("assistant", answers[-1].text))
    return answers
