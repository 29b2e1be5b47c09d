"""What the emulator and whatever writes its answers tell each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation; *role* is ``user``, ``assistant`` or ``tool``.

    *system_prompt* is the one that a user's turn was answered with; None where it is not known.
    """

    role: str
    text: str
    system_prompt: str | None = None


@dataclass(frozen=True)
class ToolRequest:
    """A tool that has to be run before the answer can be given."""

    name: str
    arguments: dict[str, object]


@dataclass(frozen=True)
class Answer:
    """What to say, and the thoughts before it. With *tool_requests* there is no text yet: ask again with outputs.

    *files* names the documents that were quoted.
    """

    reasoning: str
    text: str
    tool_requests: tuple[ToolRequest, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be looked up in; *text* is empty where it is a picture."""

    name: str
    text: str


class Demo(Protocol):
    """What writes the answers."""

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
        """Return the answer to the last turn of *history*, in the *style* ``detailed`` or ``brief``."""

    def extract_facts(self, text: str) -> list[str]:
        """Return what a user's message says that is worth remembering."""
