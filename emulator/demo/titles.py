"""Titles for conversations, of what was asked, or of the plan that answered it."""

import re

from emulator.demo.line import MONTHS
from emulator.demo.reading import read
from emulator.demo.words import names_of, plural

_ASKED_FOR = re.compile(r"\btitle (?:for|of|to) (?:this|the|a) conversation\b|\bconversation (?:its|a) title\b", re.I)
_TURN = re.compile(r"(?:^|\n\n)(?:planner|user|human|assistant|you|ai): {0,9}", re.I)
_HEADING = re.compile(r"^## {1,9}([^\n]{1,60})$", re.MULTILINE)
_MAX_WORDS = 6


def is_wanted(system_prompt: str | None) -> bool:
    return bool(system_prompt and _ASKED_FOR.search(system_prompt))


def title(conversation: str) -> str:
    """Return a title of at most six words for a written-down conversation.

    Its first turn says what it is about; where that names no place ("plan a trip from this brief"), the plan does.
    """
    turns = [turn.strip() for turn in _TURN.split(conversation[:8_000]) if turn.strip()]
    reading = read(turns[0] if turns else "")
    said = reading.said
    names = [said.country] if said.country else names_of(said.places) or reading.names
    if not names:
        heading = _HEADING.search(turns[1]) if len(turns) > 1 else None
        words = _first_words(heading[1] if heading else reading.raw)
        return words[:1].upper() + words[1:]
    where = (" or " if "compare" in reading.topics else " – ").join(names[:3])
    month = f" in {MONTHS[said.month - 1]}" if said.month else ""
    days = f"{plural(said.days, 'day')} in " if said.days else ""
    whole = (f"{days}{where}{month}", f"{where}{month}", f"{days}{where}")
    return next((text for text in whole if len(text.split()) <= _MAX_WORDS), where)


def _first_words(text: str) -> str:
    """The beginning of a text: its first six words, or as many signs as they take where there are no spaces."""
    words = re.split(r"[\n.!?。！？]", text.strip(), maxsplit=1)[0].split()
    kept = words[:_MAX_WORDS]
    while len(kept) < len(words) and len(kept) > 1 and len(kept[-1]) < 4:  # not to end with "to" or "for"
        kept.pop()
    return " ".join(kept)[:60].rstrip(" ,;:-")
