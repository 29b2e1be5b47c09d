"""Replies that would keep a browser busy for long, and ordinary ones."""

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
