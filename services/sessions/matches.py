"""Which parts of a text a search found, so that a screen can show and mark them."""

import re
from collections.abc import Iterator

from db.folding import terms, tokens
from services.texts import one_line

_WORD = re.compile(r"[\w\u0300-\u036f]+")
_MAX_CHARS = 1_000  # of a title, an excerpt or a query
_EXCERPT_CHARS = 140
_PART_CHARS = 1_000  # of a message; more than a query or an excerpt has


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


def excerpt(text: str, query: str) -> str:
    """Return the words around the first one found, on one line; only where it stands is looked at closely."""
    words = query[:_MAX_CHARS].casefold().split()
    parts = range(0, len(text), _PART_CHARS) if words else ()
    begin = next((at for at in parts if words[0] in text[at : at + 2 * _PART_CHARS].casefold()), 0)
    end = begin + 3 * _PART_CHARS
    plain = one_line(text[begin:end])
    at = plain.casefold().find(words[0]) if words else -1
    start = max(0, min(at, len(plain)) - _EXCERPT_CHARS // 3)  # text that is folded may be longer
    cut = plain[start : start + _EXCERPT_CHARS]
    more = end < len(text) or start + _EXCERPT_CHARS < len(plain)
    return ("…" if begin or start else "") + cut + ("…" if more else "")


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
