"""What would keep a browser busy for long is known before it is drawn, and ordinary replies are not among it."""

import time

import pytest

from components.replies.blocks import REPLY_MS, affordable
from exports.markdown_cost import cost_ms
from tests.helpers.markdown import COSTLY, ORDINARY, _days


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY.keys())
def test_costly_text_is_found_out(text: str) -> None:
    assert cost_ms(text) > REPLY_MS
    assert affordable(text, REPLY_MS)[1]


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_replies_stay_markdown(text: str) -> None:
    assert affordable(text, REPLY_MS)[1] == ""


def test_texts_are_as_long_as_they_say() -> None:
    assert len(_days(10).split()) > 4000


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY.keys())
def test_what_is_too_much_stays_so_while_it_grows(text: str) -> None:
    """The stream shows such a text as plain text from the moment on that it is too much."""
    costs = [cost_ms(text[:length]) for length in range(0, 20_000, 1_999)]

    assert costs == sorted(costs)


@pytest.mark.parametrize(
    "piece", ["*a_ ", "- ", "\t", " ", ">", "1. ", "| a ", "- |", "a\n", "- a\n", "-\n", "|-|\n"]
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    def seconds(text: str) -> float:
        def once() -> float:
            begun = time.thread_time()
            cost_ms(text)
            return time.thread_time() - begun

        return min(once() for _ in range(2))

    text = piece * (20_000 // len(piece))
    # Eight times the text: 8 if linear, 64 if quadratic.
    assert seconds(text * 8) < 24 * seconds(text) + 0.02


def test_estimate_ends_where_it_is_too_much() -> None:
    assert cost_ms("# a\n" * 100_000, most=100) < cost_ms("# a\n" * 100_000) / 10
