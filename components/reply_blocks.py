"""The text of a reply cut into the blocks that it is drawn in, the same while it arrives and afterwards."""

from components.model_text import cuts

_LEAST_CHARS = 300  # a heading and the lines below it need not be two elements


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
