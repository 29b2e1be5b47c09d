"""Text as a model streams it, and how many tokens it counts for."""

_SHORTEST, _LONGEST, _INSIDE_A_WORD = 3, 8, 5


def cut_into_chunks(text: str) -> list[str]:
    """Cut *text* into pieces of 3 to 8 characters, before a space where there is one; joined they are *text*.

    Only the last piece may be shorter.
    """
    pieces: list[str] = []
    start = 0
    while len(text) - start > _LONGEST:
        end = start + _INSIDE_A_WORD
        for cut in range(start + _SHORTEST, start + _LONGEST + 1):
            if text[cut].isspace() and not text[cut - 1].isspace():
                end = cut
                break
        pieces.append(text[start:end])
        start = end
    if start < len(text):
        pieces.append(text[start:])
    return pieces


def count_tokens(*texts: str | None) -> int:
    """Return about how many tokens the texts are: one for every four characters, rounded up."""
    return sum(-(-len(text) // 4) for text in texts if text)
