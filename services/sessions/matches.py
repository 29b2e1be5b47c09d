"""Which parts of a text a search found, so that a screen can mark them."""

import re
from collections.abc import Iterator

from db.folding import terms, tokens

_WORD = re.compile(r"[\w\u0300-\u036f]+")
_MAX_CHARS = 1_000  # of a title, an excerpt or a query


def matched_parts(text: str, query: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of *text*, all of it in order, and of each whether the *query* found it.

    What is marked is the beginning of a word, in scripts without spaces a character. Case and accents do not count.
    """
    at = 0
    for start, end in _spans(text[:_MAX_CHARS], {token for term in terms(query[:_MAX_CHARS]) for token in term}):
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def _spans(text: str, wanted: set[str]) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text):
        at, end = word.span()
        while at < end:
            length = max((_length(text[at:end], token) for token in wanted), default=0)
            if length:
                yield at, at + length
            if len(tokens(text[at:end])) < 2:  # what is left of the word is its end
                break
            at += max(length, 1)


def _length(text: str, token: str) -> int:
    """Return how many characters at the beginning of *text* make up *token*; 0: it does not begin so."""
    text = text[: 3 * len(token)]  # each letter may have its accents as characters of their own
    if not "".join(tokens(text)).startswith(token):
        return 0
    return max((end for end in range(1, len(text) + 1) if "".join(tokens(text[:end])) == token), default=0)
