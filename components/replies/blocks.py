"""Cuts a reply into the blocks that it is drawn in, the same while it arrives and afterwards."""

from typing import NamedTuple

from components.replies.model_text import cuts
from exports.markdown_cost import MOST_MS, cost_ms

REPLY_MS = MOST_MS  # what a browser may spend on one reply
STRETCH_MS = 5_000.0  # and on all replies of the stretch of a conversation that is shown
_BLOCK_MS = 3.0  # for an element of Streamlit's
_LEAST_CHARS = 300  # a heading and the lines below it need not be two elements
_PIECE_CHARS = 4_000


def blocks(text: str) -> list[str]:
    """Return *text* in blocks that look, one below the other, like the whole.

    A text that grows keeps all its blocks but the last one.
    """
    text = text.replace("\r", "")
    found, begin = [], 0
    for end in cuts(text):
        if end - begin >= _LEAST_CHARS:
            found.append(text[begin:end])
            begin = end
    return [*found, text[begin:]]


def block_ms(block: str, *, most: float) -> float:
    """Return about how long a browser is busy with a block; stops where it is more than *most*."""
    return _BLOCK_MS + cost_ms(block, most=most)


class Affordable(NamedTuple):
    """The blocks of a text that are drawn as Markdown, the rest, to be plain text, and what a browser spends."""

    drawn: list[str]
    plain: str
    spent_ms: float


def affordable(text: str, budget_ms: float) -> Affordable:
    """Return what a browser can draw of *text* in *budget_ms*; where that is not all, the whole budget is spent."""
    drawn: list[str] = []
    spent, found = 0.0, blocks(text)
    for number, block in enumerate(found):
        cost = block_ms(block, most=budget_ms)
        if spent + cost > budget_ms:
            return Affordable(drawn, "".join(found[number:]), budget_ms)
        spent += cost
        drawn.append(block)
    return Affordable(drawn, "", spent)


def pieces(plain: str) -> list[str]:
    """Return plain text in pieces of which all but the last one stay as they are while it grows."""
    found, begin = [], 0
    while len(plain) - begin > _PIECE_CHARS:
        limit = begin + _PIECE_CHARS
        end = max(plain.rfind("\n", begin, limit), plain.rfind(" ", limit - 200, limit)) + 1 or limit
        found.append(plain[begin:end])
        begin = end
    return [*found, plain[begin:]]
