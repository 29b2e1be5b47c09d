"""How long a browser is busy with a piece of Markdown, estimated from its lines without drawing it.

Parsers and typesetters find the same things costly: four tables of 300 by 300 cells, 10 kB, took `markdown_it` 3 s
and Typst more than three minutes.

Figures from `benchmarks/costly_replies.py`, which draws each kind with Streamlit 1.67 in Chromium and prints the CPU
time of the tab: 2,000 headings took 1 s; a table of 500 by 500 cells, 2 kB of which are its marks, 4.3 s, as every
short row is filled up; one of 4,000 by 2 cells 0.9 s; 1,000 tables 0.7 s; 8,000 items of a list 0.7 s; 10,000
paragraphs 0.6 s; 1,600 short blocks of Python 2.1 s, 128,000 characters of it in one 1.4 s; 2,000 items within each
other 1.1 s, and 5,000 more than 15 s; `*a_ ` 8,000 times 2.7 s, four times as long for twice as many; 16,000 brackets
within each other 2.6 s; 32,000 characters of ordinary prose 0.2 s. What is not looked at so closely (whether marks
have a partner, where a block of code ends) is taken for the worst.
"""

import re

TOO_MUCH = float("inf")
MOST_MS = 1_000.0  # for one text; what is more is shown, and printed, as plain text
_MAX_DEPTH = 100  # of lists and quotes within each other

# Milliseconds.
_CHARACTER = 0.002
_LINE = 0.05
_ITEM = 0.1  # of a list or quote, or a block of code
_FENCE = 0.4
_HEADING = 0.5  # each gets an anchor
_TABLE = 0.7
_CELL = 0.06
_CODE = 0.015  # a character of a block of code, which is highlighted
_MARK = 0.025  # that may begin or end emphasis, code, a link
_MAIL = 0.0000004  # of a mark and a character in one word: from each mark on, all of it is tried as an e-mail address
_PAIR = 0.00001  # of marks in one paragraph: each may be tried with each

_CONTAINERS = re.compile(r"(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))*[ \t]*")
_MAIL_WORD = re.compile(r"[-.\w+]{500,}")
_MAIL_MARKS = re.compile(r"[-.+_]")
_CONTAINER = re.compile(r"[>+*.)-]")
_MARKS = re.compile(r"[*_~`\[\]()!<&:@\\]|www\.")
_DELIMITERS = re.compile(r"[|: \t-]*-[|: \t-]*")
_HEADS = re.compile(r"#{1,6}(?:[ \t]|$)|=+[ \t]*$|-+[ \t]*$")


def cost_ms(text: str, *, most: float = TOO_MUCH) -> float:
    """Return about how many milliseconds a browser is busy with *text*; stops where it is more than *most*.

    Infinite where lists or quotes lie too deep within each other. Takes time linear in the length of the text.
    """
    cost = len(text) * _CHARACTER
    marks = columns = 0  # in the paragraph or cell so far; in the table that goes on
    code = False  # a block of code may have begun
    for line in text.split("\n"):
        if cost > most:
            break
        cost += _LINE + len(line) * _CODE * code
        begin = _CONTAINERS.match(line)
        assert begin is not None  # it can be empty
        body = line[begin.end() :]
        items = len(_CONTAINER.findall(begin[0]))
        if items + _indent(line) // 2 > _MAX_DEPTH:
            return TOO_MUCH
        cost += items * _ITEM
        if not body:
            marks = columns = 0
            continue
        if items or columns:
            marks = 0
        for word in _MAIL_WORD.findall(body):
            cost += len(_MAIL_MARKS.findall(word)) * len(word) * _MAIL
        found = len(_MARKS.findall(body))
        cost += found * _MARK + found * (2 * marks + found) * _PAIR
        marks += found
        if _HEADS.match(body):
            cost += _HEADING
        elif body.startswith(("```", "~~~")):
            cost += _FENCE
            code = True
        elif line.startswith(("    ", "\t")):
            cost += _ITEM
        bars = line.count("|")
        if bars and _DELIMITERS.fullmatch(body):
            columns = max(columns, bars + 1)
            cost += _TABLE + columns * _CELL
        cost += columns * _CELL
    return cost


def _indent(line: str) -> int:
    return sum(4 if blank == "\t" else 1 for blank in line[: len(line) - len(line.lstrip(" \t"))])
