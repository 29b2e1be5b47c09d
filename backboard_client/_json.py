"""JSON from outside."""

import json
import re
from typing import Any

_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
_NO_TEXT = re.compile(r"\\u(?:d[89a-f]|0000)", re.IGNORECASE)  # how JSON writes what no database and no page takes


def parse_json(text: str) -> Any:
    """Return what *text* says, without NUL and halves of surrogate pairs. Raises ValueError."""
    try:
        value = json.loads(text)
        return _of_characters(value) if _NO_TEXT.search(text) else value
    except RecursionError as exc:
        raise ValueError("It is nested too deep.") from exc


def _of_characters(value: Any) -> Any:
    match value:
        case str():
            return _NO_CHARACTER.sub("", value)
        case list():
            return [_of_characters(one) for one in value]
        case dict():
            return {_of_characters(name): _of_characters(one) for name, one in value.items()}
    return value
