"""What is done to the text of a message."""

from unittest.mock import Mock

import pytest

from services.errors import InvalidInputError
from services.texts import clean_message, clean_title, fork_title, made_title, name_key, one_line, preview


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("5 days in Lisbon", "5 days in Lisbon"),
        ("# Plan **bold** trip\n\n- to `Porto`", "Plan bold trip to Porto"),
        ("[A link](https://example.com) here", "A link here"),
        ("x" * 80, "x" * 59 + "…"),
        ("one two three four five six seven eight nine ten eleven twelve thirteen",
         "one two three four five six seven eight nine ten eleven…"),
        ("北京" * 40, "北京" * 29 + "北…"),
        ("***", "New chat"),
    ],
)  # fmt: skip
def test_title_is_made_from_the_first_message(message, title):
    assert made_title(message) == title
    assert len(title) <= 60


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Three nights in Lisbon", "Three nights in Lisbon (fork)"),
        ("Please plan 5 days in Lisbon in May for two, one of them is…", "Please plan 5 days in… (fork)"),
        ("Please plan 5 days in… (fork)", "Please plan 5 days in… (fork)"),
        ("x" * 100, "x" * 24 + "… (fork)"),
    ],
)
def test_fork_says_so_within_what_the_sidebar_shows(title, expected):
    assert fork_title(title) == expected


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x01", "\u200b", "\x7f \x1b"])
def test_nothing_to_send_is_refused(text):
    with pytest.raises(InvalidInputError, match="This message is empty"):
        clean_message(text)


def test_message_keeps_its_lines_and_loses_control_characters():
    assert clean_message(" a\r\nb\x00\x1bc\td\ud800 ") == "a\nbc\td"


def test_message_may_have_32000_characters_and_no_more():
    assert len(clean_message("x" * 32_000)) == 32_000
    with pytest.raises(InvalidInputError, match="32,001 characters"):
        clean_message("x" * 32_001)


def test_title_has_1_to_100_characters():
    assert clean_title("  Rome\n again ") == "Rome again"
    for wrong in ("", " \n", "\u200b\u200b", "x" * 101):
        with pytest.raises(InvalidInputError):
            clean_title(wrong)


def test_preview_is_the_last_words_on_one_line():
    assert preview("**Day 1**\n\n| a | b |") == "Day 1 a b"
    long = preview("word " * 100 + "the end")
    assert long.endswith("word the end")
    assert long.startswith("…")
    assert len(long) <= 121


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  > - a\n\n\n# b", "a b"),
        ("[a](https://x/(y)) ![b](c) [d][e] [f](g h)", "a b [d][e] [f](g h)"),
        ("[[a](b)", "[a"),
        ("1. a\n10) b\n- \n\n - c", "a b c"),
    ],
)
def test_line_has_no_markdown(text, line):
    assert one_line(text) == line


def test_title_looks_at_the_beginning_of_a_message_only():
    assert made_title("\n" * 32_000 + "Lisbon") == "Lisbon"
    assert made_title("[" * 32_000) == "[" * 59 + "…"


def test_names_are_folded_once_however_often_they_are_compared(monkeypatch):
    seen = Mock(side_effect=lambda text: text)
    monkeypatch.setattr("services.texts._seen", seen)
    name_key.cache_clear()

    assert {name_key("\uff21nna") for _ in range(100)} == {"anna"}
    assert seen.call_count == 2
    name_key.cache_clear()
