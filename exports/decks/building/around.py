"""What a reply says around its plan, to the planner and not to the customer: at its beginning and end, and amid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exports.decks.building.asides import without_asides
from exports.decks.building.markdown import Piece, headings
from exports.decks.building.words import said

_MAX_CHARS = 500  # more than that says something
_ENDS = re.compile(r"(?<=[?？؟])\s+")
_OFFER = re.compile(
    r"(?:shall|should|may|can|could) i\b|(?:would|do) you (?:like|want) me\b|want me\b|would you like\b|let me know\b"
    r"|feel free\b|if you(?:'d| would|’d)? (?:like|want|wish)\b|just (?:say|tell|ask)\b|soll ich\b|möchten sie\b"
    r"|sag(?:en sie)? mir\b|dois-je\b|souhaitez-vous\b|voulez-vous que\b|¿?quier(?:e|es) que\b|vuoi che\b|posso\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: the *plan* in it, the *questions* that it ends with, and what is said *around* the plan."""

    plan: tuple[Piece, ...]
    questions: tuple[str, ...]
    around: tuple[Piece, ...]


def taken_apart(pieces: Sequence[Piece]) -> Reply:
    """Return what a reply is made of. What is before or after the plan is never more than a few sentences."""
    left = list(pieces)
    begin, end = list[Piece](), list[Piece]()
    if headings(left):
        while left and left[0]["t"] in ("par", "rule") and not headings(left[:1]):
            begin.append(left.pop(0))
        if sum(len(said(piece["in"])) for piece in begin if piece["t"] == "par") > _MAX_CHARS:
            left, begin = [*begin, *left], []
    questions = list[str]()
    while len(left) > 1 and left[-1]["t"] in ("par", "rule"):
        text = said(left[-1]["in"]) if left[-1]["t"] == "par" else ""
        sentences = _ENDS.split(text) if text else []
        asks = all(one.endswith(("?", "？", "؟")) for one in sentences)
        if len(text) > _MAX_CHARS or not (asks or _OFFER.match(text)):
            break
        questions = [*(one for one in sentences if asks and not _OFFER.match(one)), *questions]
        end.insert(0, left.pop())
    plan, asides = without_asides(left)
    amid = ({"t": "par", "in": [{"t": "text", "s": one}]} for one in asides)
    return Reply(tuple(plan), tuple(questions), (*begin, *amid, *end))
