"""In which language, and which way, a text is written."""

import re
import unicodedata
from typing import Any

NOT_TEXT = ("t", "url", "key", "lang", "dir")  # keys of data that hold no text
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_RIGHT_TO_LEFT = ("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")


def language(text: str) -> str:
    """Return the language that a text is set in: of Chinese characters, it chooses the forms."""
    if _KANA.search(text):
        return "ja"
    return "zh" if _HAN.search(text) else "en"


def direction(value: Any) -> str | None:
    """Return which way a text, or what is in a block, runs: as the first letter does that says so."""
    if isinstance(value, str):
        kinds = (unicodedata.bidirectional(char) for char in value)
        return next(("ltr" if kind == "L" else "rtl" for kind in kinds if kind in ("L", "R", "AL")), None)
    if isinstance(value, dict):
        value = [one for name, one in value.items() if name not in NOT_TEXT]
    return next(filter(None, map(direction, value)), None) if isinstance(value, list) else None


def text_language(text: str, usual: str) -> str:
    """Return the language, a subtag, that a text is set in: the usual one, or Chinese or Japanese within others."""
    found = language(text)
    return usual if found == "en" or usual in ("zh", "ja", "ko") else found


def way_of(language: str) -> str:
    """Return which way a language runs that is written with one script; *language* is its first subtag."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"
