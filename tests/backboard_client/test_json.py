"""JSON from outside."""

import pytest

from backboard_client import parse_json
from backboard_client._events import EventReader, TextDelta


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a\u0000": ["b\uD83d", {"c": "\u0000"}]}', {"a": ["b", {"c": ""}]}),
        (r'"\ud83d\ude00 \\u0000 \u00e9"', "\U0001f600 \\u0000 é"),
        ("[1, null, true]", [1, None, True]),
    ],
)
def test_strings_can_be_kept_anywhere(text, value):
    assert parse_json(text) == value


@pytest.mark.parametrize("text", ["", "nothing", "[" * 100_000, '{"a":' * 100_000])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"Expecting|deep"):
        parse_json(text)


def test_stream_goes_on_behind_an_event_that_is_nested_too_deeply():
    reader = EventReader()

    assert list(reader.read("[" * 100_000)) == []
    assert list(reader.read(r'{"type": "content_streaming", "content": "a\u0000b"}')) == [TextDelta("ab")]
