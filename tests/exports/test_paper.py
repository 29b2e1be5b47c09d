"""What is typed takes so many lines of a PDF and no more; what is left out is counted, and said to be elsewhere."""

import json
from typing import Any

from exports.paper import Room, as_typed, turn


def set_in(blocks: list[Any]) -> str:
    """Return the words of blocks, a line break where there is one."""
    return "\n".join(
        "".join(span.get("s", "\n") if span["t"] != "emph" else f"({span['in'][0]['s']})" for span in block["in"])
        for block in blocks
    )


def test_what_there_is_room_for_is_set_and_the_rest_is_counted():
    room = Room("See the file.", lines=5)

    assert set_in(as_typed("a\nb\nc\nd", room, most=3)) == "a\nb\nc\n(Lines left out here: 1. See the file.)"
    assert set_in(as_typed("a\nb", room)) == "a\nb"
    assert set_in(as_typed("a\nb", room)) == "(Lines left out here: 2. See the file.)"


def test_line_that_does_not_fit_is_cut():
    room = Room("See the file.", lines=4)

    assert set_in(as_typed("x" * 1_000 + "\ny", room)) == "x" * 360 + "\n(Lines left out here: 2. See the file.)"
    assert room.lines == 0


def test_prose_that_is_as_long_as_a_reply_gets_is_whole():
    assert set_in(as_typed("word " * 40_000, Room(""))) == "word " * 40_000


def test_markdown_is_set_as_such_while_there_is_room_for_it():
    room = Room("See the file.", markdown_ms=50)
    told = [turn("- *a*\n" * 100, room, markdown=True, key="assistant", who="Assistant", at="") for _ in range(5)]

    plain = ["As plain text" in json.dumps(one) for one in told]
    assert plain == sorted(plain)
    assert set(plain) == {False, True}
