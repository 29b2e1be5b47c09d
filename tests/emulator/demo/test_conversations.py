"""Conversations as planners have them: what each answer must and must not hold (see ``conversations.txt``)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from emulator.conversation import Document, Turn
from tests.helpers.demo import go_on

SCRIPTS = Path(__file__).with_name("conversations.txt").read_text(encoding="utf-8")


@cache
def scripts() -> dict[str, list[tuple[str, str]]]:
    """The conversations by name: marks and texts, in order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in SCRIPTS.splitlines():
        mark, _, text = line.partition(" ")
        if mark == "=":
            found[text] = []
        elif mark in (">", "+", "-", "@") and found:
            list(found.values())[-1].append((mark, text.replace("\\n", "\n")))
    return found


@pytest.mark.parametrize("name", scripts())
def test_conversation(name: str) -> None:
    script = scripts()[name]
    history: list[Turn] = []
    files: list[Document] = []
    for at, (mark, text) in enumerate(script):
        if mark == "@":
            files.append(Document(*text.split(": ", maxsplit=1)))
        if mark == ">":
            answer = go_on(history, text, documents=files).text
            _check(answer, script[at + 1 :])


def _check(answer: str, rest: Sequence[tuple[str, str]]) -> None:
    for mark, text in rest:
        if mark == ">":
            return
        assert (text in answer) == (mark == "+"), f"{mark} {text}\n\n{answer}"


def test_there_are_conversations_enough() -> None:
    assert len(scripts()) >= 150
