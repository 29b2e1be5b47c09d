"""What would keep a browser busy for long is known before it is drawn, and ordinary replies are not among it."""

import time

import pytest

from components.replies.blocks import REPLY_MS, affordable
from exports.markdown_cost import cost_ms

_PROSE = "They *walk* from the **Alfama** to the river, have lunch at [Ponto](https://example.org), and rest. "


def _table(columns: int, rows: int) -> str:
    return "|" + " a |" * columns + "\n|" + " - |" * columns + "\n" + "| b |\n" * rows


# fmt: off
COSTLY = {
    "wide table of short rows": _table(1000, 3000),
    "table in a quote": "".join(f"> {line}\n" for line in _table(200, 200).splitlines()),
    "table without bars at its ends": "a|b" * 300 + "\n" + "-|-" * 300 + "\n" + "b\n" * 300,
    "long table": _table(6, 4000),
    "tables": (_table(2, 1) + "\n") * 2000,
    "emphasis without end": "*a_ " * 12_000,
    "emphasis over lines": "*a_\n" * 6000,
    "items within each other": "- " * 5000 + "a",
    "empty items within each other": "- " * 5000,
    "nested list": "".join("  " * depth + "- a\n" for depth in range(300)),
    "list nested by tabs": "".join("\t" * depth + "- a\n" for depth in range(200)),
    "quotes within each other": ">" * 5000,
    "quotes and numbers": "> 1. " * 200 + "a",
    "many nested items": ("- " * 20 + "a\n\n") * 600,
    "long list": "- a\n" * 8000,
    "numbered list": "1) a\n" * 8000,
    "paragraphs": "a\n\n" * 20_000,
    "brackets": "[" * 30_000,
    "brackets within each other": "[" * 15_000 + "]" * 15_000,
    "images": "![" * 20_000,
    "links": "[a](b) " * 10_000,
    "open links": "[a](" * 10_000,
    "references": "[a]: b\n\n" + "[a] " * 10_000,
    "definitions": "".join(f"[a{number}]: b\n" for number in range(4000)),
    "full stops": "." * 120_000,
    "what could be an e-mail address": "+a" * 60_000,
    "bare links": "www.a.b " * 12_000,
    "addresses": "a@b.c " * 10_000,
    "less than": "<" * 30_000,
    "ticks": "`a` " * 12_000,
    "underscores": "_" * 30_000,
    "tildes": "~~a " * 12_000,
    "footnotes": "".join(f"[^{number}] " for number in range(5000)),
    "entities": "&amp;" * 12_000,
    "directives": ":red[" * 6000 + "]" * 6000,
    "shortcodes": ":tada: " * 6000,
    "headings": "# a\n" * 5000,
    "underlined headings": "a\n=\n\n" * 5000,
    "more underlined headings": "a\n-\n\n" * 5000,
    "fences": "```\na\n```\n" * 2000,
    "indented code": "a\n\n    b\n\n" * 6000,
    "a megabyte of code": "```python\n" + "a = b + 'c'  # d\n" * 60_000 + "```",
    "a megabyte of words": "word " * 200_000,
    "a megabyte without a blank": "w" * 1_000_000,
}
# fmt: on


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY.keys())
def test_costly_text_is_found_out(text: str) -> None:
    assert cost_ms(text) > REPLY_MS
    assert affordable(text, REPLY_MS)[1]


def _days(number: int) -> str:
    table = (
        "| Sight | From | Price |\n| --- | --- | ---: |\n" + "| **Castle** of [X](http://e.org) | 10:00 | $8 |\n" * 12
    )
    lists = f"- {_PROSE}\n  - {_PROSE}\n" * 4
    return "\n\n".join(f"## Day {day}\n\n{_PROSE * 12}\n\n{lists}\n{table}" for day in range(1, number + 1))


ORDINARY = {
    "plan of 4,000 words with ten tables": _days(10),
    "32,000 characters of prose": _PROSE * (32_000 // len(_PROSE)),
    "20,000 characters of code": "```python\n" + 'print(f"{a[0]} * {b}")  # | - c\n' * 640 + "```\n",
    "a list of 1,000 items": "- **a** of `b`\n" * 1000,
    "200 headings": "### Head\n\nText.\n\n" * 200,
    "table of 500 rows": "| a | b | c | d |\n| - | - | - | - |\n" + "| 1 | 2 | 3 | **4** |\n" * 500,
    "deep list": "".join("    " * depth + "- a\n" for depth in range(12)) * 20,
    "rules": "a\n\n***\n\nb\n\n---\n\n" * 50,
    "Chinese": "里斯本五日游。" * 4000,
}


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_replies_stay_markdown(text: str) -> None:
    assert affordable(text, REPLY_MS)[1] == ""


def test_texts_are_as_long_as_they_say() -> None:
    assert len(_days(10).split()) > 4000


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY.keys())
def test_what_is_too_much_stays_so_while_it_grows(text: str) -> None:
    """The stream shows such a text as plain text from the moment on that it is too much."""
    costs = [cost_ms(text[:length]) for length in range(0, 20_000, 501)]

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

        return min(once() for _ in range(3))

    text = piece * (40_000 // len(piece))
    # Eight times the text: 8 if linear, 64 if quadratic.
    assert seconds(text * 8) < 24 * seconds(text) + 0.02


def test_estimate_ends_where_it_is_too_much() -> None:
    assert cost_ms("# a\n" * 100_000, most=100) < cost_ms("# a\n" * 100_000) / 10
