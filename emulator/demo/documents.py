"""What the demo assistant says about documents: it compares words and quotes. It understands nothing of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.conversation import Document
from emulator.demo.destinations import fold
from emulator.demo.line import LISTS, WORDS
from emulator.demo.words import TEXTS, listed, plain

_PATTERNS, _COMMON = WORDS["patterns"], frozenset(LISTS["common"])
_QUOTES, _MOST_CHARS = 3, 420
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s|\n")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. *whole* is True when the message was about documents, so that this answers it alone."""

    text: str
    names: tuple[str, ...]
    whole: bool


def named_in(text: str, documents: Sequence[Document]) -> list[Document]:
    folded = fold(text)
    return [one for one in documents if fold(one.name) in folded]


def wants_plan(text: str) -> bool:
    return bool(re.search(_PATTERNS["planning"], fold(text)))


def look_up(text: str, documents: Sequence[Document]) -> Found | None:
    """What the documents say to a message; None when it is not about them and they share no words with it.

    Of a document with a word of the message in its name one more word is enough. A question is about the documents
    where one passage has all its words.
    """
    message, named = fold(text), named_in(text, documents)
    asked = bool(named) or bool(re.search(_PATTERNS["documents"], message))
    passages = [
        (one.name, text) for one in named or documents for text in _SENTENCE_ENDS.split(one.text) if text.strip()
    ]
    wanted = _words(text) - {word for one in documents for word in _words(one.name)}
    shared = {passage: len(_words(passage[1]) & wanted) for passage in passages}
    meant = {one.name for one in documents if _words(one.name) & _words(text)}
    enough = [one for one in shared if shared[one] >= (1 if asked or one[0] in meant else 2)]
    quotes = sorted(enough, key=lambda passage: -shared[passage])[:_QUOTES]
    lead = "found" if quotes else "begins"
    first = {name: (name, text) for name, text in reversed(passages)}  # of each document
    quotes = quotes or ([*reversed(first.values())][:_QUOTES] if asked else [])
    unseen = [f"**{plain(one.name)}**" for one in named or documents if asked and not one.text]
    names = tuple(dict.fromkeys(name for name, _ in quotes))
    answered = text.rstrip().endswith("?") and bool(quotes) and shared[quotes[0]] == len(wanted)
    whole = (asked or answered) and not wants_plan(message)
    parts = [TEXTS[lead].format(files=listed([f"**{plain(name)}**" for name in names]))] if quotes else []
    for name, text in quotes:
        parts.append(f"> {plain(text.strip()[:_MOST_CHARS])}\n>\n> — {plain(name)}")
    parts += [TEXTS["unseen"].format(files=listed(unseen))] if unseen else []
    parts += [TEXTS["quoted"].format(file=plain(names[0]))] if whole and quotes else []
    return Found("\n\n".join(parts), names, whole) if parts else None


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[^\W_]{3,}", fold(text))
    return frozenset(word.removesuffix("s") for word in found if word not in _COMMON)
