"""JSON from outside."""

import json
import re
from typing import Any

_NO_TEXT = re.compile(r"\\u(?:d[89a-f]|0000)", re.IGNORECASE)  # how JSON writes what no database and no page takes


def parse_json(text: str) -> Any:
    """Return what *text* says, in whole characters: no halves of surrogate pairs, no NUL. Raises ValueError."""
    try:
        value = json.loads(text)
        return _in_whole_characters(value) if _NO_TEXT.search(text) else value
    except RecursionError as exc:
        raise ValueError("It is nested too deep.") from exc


def _in_whole_characters(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_in_whole_characters(one) for one in value]
        case dict():
            return {_in_whole_characters(name): _in_whole_characters(one) for name, one in value.items()}
    return value
