"""Text made comparable for search: no case, no accents, scripts without spaces split into characters."""

import re
import unicodedata

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_ACCENTS = re.compile(r"[\u0300-\u036f]")
# Han, kana, Thai, Lao, Myanmar, Khmer and Hangul: a word there has no edges that a space would show.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# Marks are put in order by insertion, each among all of its run: 100,000 take seconds. No word holds so many.
_LONG_RUN = re.compile(r"([^\w\s]{30})[^\w\s]+")
_MAX_CHARS = 200_000  # of one message; the rest is kept but not found
_MAX_TOKEN = 60


def tokens(text: str) -> list[str]:
    """Return the search tokens of *text* in order: `"Łódź 北京"` gives `["lodz", "北", "京"]`."""
    folded = _folded(text[:_MAX_CHARS])
    # One character can become eighteen (\ufdfa); PostgreSQL takes a megabyte of words for one message.
    return [token[:_MAX_TOKEN] for token in _TOKEN.findall(folded[:_MAX_CHARS])]


def terms(query: str) -> list[list[str]]:
    """Return what a query asks for: each space-separated piece as tokens that must follow one another."""
    return [found for piece in query.split() if (found := tokens(piece))]


def has_words(words: str, *texts: str | None) -> bool:
    """Return whether *words* stand in one of these short texts just so, whatever their case, accents and spaces."""
    wanted = _folded(" ".join(words.split()))
    return any(wanted in _folded(text) for text in texts if text)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKD", _LONG_RUN.sub(r"\1", text)).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", folded).translate(_LETTERS))
