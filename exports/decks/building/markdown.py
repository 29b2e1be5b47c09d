"""A reply's Markdown as sections, within bounds whatever it holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from exports.decks.building.words import Inline, said
from exports.decks.records import clean
from exports.markdown_cost import MOST_MS, cost_ms
from exports.markdown_text import blocks, is_too_deep

MAX_CHARS = 200_000
_MAX_HEADING_CHARS = 120
_LEAST = 7  # the level of a paragraph in bold that stands for a heading: below all real ones
_OWN_LINE = re.compile(r"\n\s*\n")

Piece = dict[str, Any]


@dataclass(slots=True)
class Section:
    """A heading, empty for the whole text, with what stands under it: pieces of its own, then sections."""

    heading: Inline
    level: int
    pieces: list[Piece] = field(default_factory=list)
    inner: list["Section"] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the heading says."""
        return said(self.heading)

    def lines(self) -> float:
        """About how many lines of a slide all of it takes, headings within it counted."""
        return sum(map(piece_lines, self.pieces)) + sum(2 + one.lines() for one in self.inner)


def pieces_of(text: str, *, most_ms: float = MOST_MS) -> list[Piece]:
    """Return a text as `exports.markdown_text.blocks`; as its paragraphs only where it is costly or nested deep.

    It is costly where `exports.markdown_cost` says that it takes more than *most_ms*.
    """
    text = str(clean(text[:MAX_CHARS]))
    if cost_ms(text, most=most_ms) <= most_ms and not is_too_deep(text):
        return blocks(text)
    return [{"t": "par", "in": [{"t": "text", "s": part.strip()}]} for part in _OWN_LINE.split(text) if part.strip()]


def sections(pieces: Sequence[Piece]) -> Section:
    """Return pieces under their headings."""
    whole = Section((), 0)
    open_ones = [whole]
    for piece in pieces:
        heading, level = _heading(piece)
        if not heading:
            open_ones[-1].pieces.append(piece)
            continue
        while open_ones[-1].level >= level:
            open_ones.pop()
        section = Section(heading, level)
        open_ones[-1].inner.append(section)
        open_ones.append(section)
    return whole


def headings(pieces: Sequence[Piece]) -> int:
    """Return how many headings there are."""
    return sum(bool(_heading(piece)[0]) for piece in pieces)


def _heading(piece: Piece) -> tuple[Inline, int]:
    if piece["t"] == "heading" and said(piece["in"]):
        return piece["in"], piece["level"]
    if piece["t"] == "par" and [part["t"] for part in piece["in"] if part.get("s") != ""] == ["strong"]:
        text = said(piece["in"])
        if 0 < len(text) <= _MAX_HEADING_CHARS and text[-1] not in ".!?。":
            return piece["in"], _LEAST
    return (), 0


def piece_lines(piece: Piece) -> float:
    match piece["t"]:
        case "par" | "heading":
            return 0.5 + -(-len(said(piece["in"])) // 90)
        case "list":
            return sum(sum(map(piece_lines, item)) for item in piece["items"])
        case "quote":
            return sum(map(piece_lines, piece["blocks"]))
        case "code":
            return float(piece["s"].count("\n") + 1)
        case "table":
            rows = [piece["head"], *piece["rows"]]
            return sum(1.3 + max((len(said(cell)) for cell in row), default=0) // 40 for row in rows)
    return 0.0
