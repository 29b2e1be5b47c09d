"""How long a reply was thought over, in words."""

import pytest

from components.replies.steps import _thought
from services.parts import ReasoningPart


@pytest.mark.parametrize(
    ("seconds", "label"),
    [
        (None, "Thought it over"),
        (0.0, "Thought for under 1 s"),
        (0.9, "Thought for under 1 s"),
        (1.2, "Thought for 1 s"),
        (5.5, "Thought for 6 s"),
    ],
)
def test_no_second_is_told_that_was_none(seconds, label):
    assert _thought([ReasoningPart("They like history.")], seconds) == label
