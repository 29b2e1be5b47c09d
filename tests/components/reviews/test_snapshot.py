"""How a message that was shared begins."""

import pytest

from components.reviews.snapshot import first_words
from exports.reviews.records import Block


@pytest.mark.parametrize("end", [".", "...", ". ", "…", "a"])
def test_beginning_of_a_message_ends_in_three_dots(end: str) -> None:
    text = f"{'a' * (60 - len(end))}{end} And more than that."

    begin = first_words(Block("1", "message", "Ada", None, text))

    assert begin == f"{'a' * (60 - len(end))}{'a' if end == 'a' else ''}…"
