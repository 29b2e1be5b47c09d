"""Cutting text as a model streams it."""

import pytest

from emulator.chunks import count_tokens, cut_into_chunks

TEXTS = [
    "A day in Lisbon: tram 28, the castle and a long dinner by the river.",
    "# Plan\n\n| Day | What |\n| --- | --- |\n| 1 | Alfama |\n\n    indented code\n",
    "北京是中华人民共和国的首都，明天我们去长城。",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "   \n\n\n              wide gaps            end",
    "ab",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_chunks_joined_are_the_text(text: str) -> None:
    assert "".join(cut_into_chunks(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_chunks_have_3_to_8_characters_but_the_last(text: str) -> None:
    assert all(3 <= len(chunk) <= 8 for chunk in cut_into_chunks(text)[:-1])


def test_short_words_are_kept_whole() -> None:
    assert cut_into_chunks("Take the tram up to the castle") == [
        "Take",
        " the",
        " tram",
        " up",
        " to",
        " the",
        " castle",
    ]


def test_tokens_are_a_quarter_of_the_characters_rounded_up() -> None:
    assert count_tokens("12345", None, "", "1234") == 3
