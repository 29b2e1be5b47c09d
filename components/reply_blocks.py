"""Cuts a reply into the blocks that it is drawn in, the same while it arrives and afterwards."""

from collections.abc import Iterable

from components.model_text import cuts
from exports.markdown_cost import MOST_MS, cost_ms

REPLY_MS = MOST_MS  # what a browser may spend on one reply
STRETCH_MS = 5_000.0  # and on all replies of the stretch of a conversation that is shown
_BLOCK_MS = 2.0  # for an element of Streamlit's
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


def affordable(text: str, budget_ms: float) -> tuple[list[str], str]:
    """Return the blocks of *text* that a browser can draw in *budget_ms*, and what is left: to be plain text."""
    drawn: list[str] = []
    spent, found = 0.0, blocks(text)
    for number, block in enumerate(found):
        spent += block_ms(block, most=budget_ms)
        if spent > budget_ms:
            return drawn, "".join(found[number:])
        drawn.append(block)
    return drawn, ""


def spent_ms(texts: Iterable[str], budget_ms: float) -> float:
    """Return about how long a browser is busy with these texts where *budget_ms* is all that it may spend."""
    spent = 0.0
    for text in texts:
        spent += block_ms(text, most=budget_ms)
        if spent > budget_ms:
            return budget_ms
    return spent


def pieces(plain: str) -> list[str]:
    """Return plain text in pieces of which all but the last one stay as they are while it grows."""
    found, begin = [], 0
    while len(plain) - begin > _PIECE_CHARS:
        limit = begin + _PIECE_CHARS
        end = max(plain.rfind("\n", begin, limit), plain.rfind(" ", limit - 200, limit)) + 1 or limit
        found.append(plain[begin:end])
        begin = end
    return [*found, plain[begin:]]
