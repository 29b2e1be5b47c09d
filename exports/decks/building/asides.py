"""What a plan says to the planner amid what it says to the customer: sentences, and the ends of sentences."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from exports.decks.building.markdown import Piece
from exports.decks.building.words import Inline, said

_MAX_CHARS = 20_000  # of one stretch of text that is read for them
_BETWEEN = re.compile(r"((?<=[.!?])\s+|\n+)")  # sentences
_ASIDE = re.compile(
    r"\bbefore you (?:quote|send|sell|offer|present)\b|\bbevor sie (?:es |das )?(?:anbieten|verschicken|senden)\b"
    r"|^no \w+(?: \w+)? was said\b|\bnobody said\b|^not in this plan, because i\b"
    r"|^i (?:do not|don['’]t|could not|couldn['’]t|cannot|can['’]t) (?:know|make|see|find)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?:[,;]|\s[–—-]) (?:(?:as|since|because) )?(?:nobody said|no \w+(?: \w+)? was said|i have no)\b[^.;!?\n]*",
    re.IGNORECASE,
)


def without_asides(pieces: Iterable[Piece]) -> tuple[list[Piece], list[str]]:
    """Return pieces without what is said to the planner in paragraphs, lists and quotes, and that, as sentences."""
    asides = list[str]()
    return list(_pieces(pieces, asides)), asides


def _pieces(pieces: Iterable[Piece], asides: list[str]) -> Iterator[Piece]:
    for piece in pieces:
        if piece["t"] == "par":
            if said(kept := _inline(piece["in"], asides)):
                yield {**piece, "in": kept}
        elif piece["t"] == "list":
            if items := [item for item in (list(_pieces(one, asides)) for one in piece["items"]) if item]:
                yield {**piece, "items": items}
        elif piece["t"] == "quote":
            if blocks := list(_pieces(piece["blocks"], asides)):
                yield {**piece, "blocks": blocks}
        else:
            yield piece


def _inline(inline: Inline, asides: list[str]) -> list[dict[str, Any]]:
    return [
        {**run, "s": _without(run["s"], asides)} if run["t"] == "text" and len(run["s"]) <= _MAX_CHARS else run
        for run in inline
    ]


def _without(text: str, asides: list[str]) -> str:
    if not (_ASIDE.search(text) or _CLAUSE.search(text) or _BETWEEN.search(text)):
        return text
    kept, between = list[str](), ""
    for at, part in enumerate(_BETWEEN.split(text)):
        if at % 2:
            between = part
            continue
        left = _CLAUSE.sub("", part)
        aside = bool(_ASIDE.search(left.strip()))
        asides += [part.strip()] if aside or left != part else []
        kept += [] if aside else [between, left]
    return "".join(kept)
