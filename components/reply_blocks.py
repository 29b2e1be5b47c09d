"""The text of a reply cut into the blocks that it is drawn in, the same while it arrives and afterwards."""

import re

from components.model_text import closed_length

_LEAST_CHARS = 300  # a heading and the line below it need not be two elements
_NEW_BLOCK = re.compile(r"\n[ \t]*\n(?=\S)")


def blocks(text: str) -> list[str]:
    """Return *text* in blocks that look, one below the other, like the whole.

    A text that grows keeps all its blocks but the last one.
    """
    text = text.replace("\r", "")
    found, begin = [], 0
    for blank in _NEW_BLOCK.finditer(text):
        end = blank.end()
        if end - begin >= _LEAST_CHARS:
            next_line = text.find("\n", end)
            if closed_length(text[begin : next_line if next_line >= 0 else None]) == end - begin:
                found.append(text[begin:end])
                begin = end
    return [*found, text[begin:]]
