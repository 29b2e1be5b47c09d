"""What the demo assistant says about documents: it compares words and quotes. It understands nothing of them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.conversation import Document
from emulator.demo.destinations import fold
from emulator.demo.wishes import Reading
from emulator.demo.words import listed, plain

_ASKED = re.compile(
    r"\b(?:files?|documents?|attach\w{0,6}|uploads?|uploaded|pdf|spreadsheet|pictures?|photo|image|screenshot"
    r"|according to|says? about)\b"
)
_PLAN = re.compile(r"\b(?:plan(?:ned|ning)?|itinerary|schedule)\b")
_COMMON_WORDS = """
about after again also answer any are attached been before brief can could document does file files find for from give
had has have her here him his how into its just know like look make message more most much need not only other our out
over please read say says she should show some such summarise summarize summary tell than that the their them then
there these they this those too us use very was were what when where which who why will with would you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_PASSAGE_CHARS = 420
_QUOTES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. *whole* is True when the message was about documents, so that this answers it alone."""

    text: str
    names: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Passage:
    name: str
    text: str
    words: frozenset[str]


def named_in(text: str, documents: Sequence[Document]) -> list[Document]:
    """Return the documents that a message names."""
    folded = fold(text)
    return [one for one in documents if fold(one.name) in folded]


def look_up(reading: Reading, documents: Sequence[Document]) -> Found | None:
    """Return what the documents say to a message; None when it is not about them and they share no words with it."""
    named = named_in(reading.raw, documents)
    asked = bool(named) or bool(_ASKED.search(fold(reading.raw)))
    among = named or list(documents)
    quotes = _best(
        _words(reading.raw) - {word for one in documents for word in _words(one.name)}, among, sure=not asked
    )
    unseen = [one.name for one in among if not one.text] if asked else []
    begun = False
    if asked and not quotes:
        quotes, begun = [passages[0] for one in among if (passages := _passages(one))][:_QUOTES], True
    if not quotes and not unseen:
        return None
    lines = []
    names = tuple(dict.fromkeys(quote.name for quote in quotes))
    if quotes:
        files = listed([f"**{plain(name)}**" for name in names])
        lines.append(
            f"This is how {files} {'begins' if len(names) == 1 else 'begin'}:"
            if begun
            else f"In {files} I found, by comparing words:"
        )
        for quote in quotes:
            cited = "\n".join(f"> {plain(line)}" for line in quote.text.split("\n"))
            lines.append(f"{cited}\n>\n> — {plain(quote.name)}")
    if unseen:
        files = listed([f"**{plain(name)}**" for name in unseen])
        lines.append(f"I cannot see pictures: {files} arrived, but this demo reads text only.")
    whole = asked and not _PLAN.search(fold(reading.raw))
    if whole and quotes:
        lines.append(
            "I quote; I do not understand what I quote. Ask for a word that stands in the file, or write "
            f'"plan the trip in {plain(names[0])}".'
        )
    return Found("\n\n".join(lines), names, whole)


def _best(wanted: frozenset[str], documents: Sequence[Document], *, sure: bool) -> list[_Passage]:
    """Return the passages that share the most, and the rarest, words with what is wanted.

    With *sure*, only those that share two words at least.
    """
    passages = [passage for one in documents for passage in _passages(one)]
    frequency = Counter(word for passage in passages for word in passage.words)
    scored = []
    for number, passage in enumerate(passages):
        shared = passage.words & wanted
        if len(shared) >= (2 if sure else 1):
            scored.append((-sum(1 / frequency[word] for word in shared), number, passage))
    return [passage for _, _, passage in sorted(scored, key=lambda one: one[:2])[:_QUOTES]]


def _passages(document: Document) -> list[_Passage]:
    """Return a text cut at blank lines, and where a paragraph is long at its sentences."""
    cut: list[str] = []
    for paragraph in re.split(r"\n\s*\n", document.text):
        piece, lines = "", "\n" in paragraph
        for sentence in re.split(r"(?<=[.!?])\s+|\n", paragraph):
            if piece and len(piece) + len(sentence) > _PASSAGE_CHARS:
                cut.append(piece)
                piece = ""
            joined = f"{piece}\n{sentence}" if piece and lines else f"{piece} {sentence}"
            piece = joined.strip()[:_PASSAGE_CHARS]
        if piece:
            cut.append(piece)
    return [_Passage(document.name, piece, _words(piece)) for piece in cut]


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[^\W_]{3,}", fold(text))
    return frozenset(word.removesuffix("s") for word in found if word not in _COMMON)
