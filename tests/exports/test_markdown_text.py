"""Markdown is read as blocks, and what that leaves out is found."""

import pytest

from exports.markdown_text import blocks, is_too_deep


@pytest.mark.parametrize("mark", ["> ", "- "])
def test_what_lies_too_deep_is_found(mark):
    def depth_with(deepest: str) -> int:
        return next(depth for depth in range(1, 99) if deepest not in str(blocks(mark * depth + deepest)))

    lost = depth_with("word")
    assert is_too_deep(mark * lost + "word")
    assert not is_too_deep(mark * (lost - 1) + "word")


def test_marks_that_lie_deep_within_each_other_are_shown_as_they_are_written():
    [written] = blocks("*a **b " * 400 + "b** c* " * 400)
    [read] = blocks("*a **b " * 20 + "b** c* " * 20)

    assert [part["t"] for part in written["in"]] == ["text"]
    assert written["in"][0]["s"].startswith("*a **b *a")
    assert "emph" in [part["t"] for part in read["in"]]
