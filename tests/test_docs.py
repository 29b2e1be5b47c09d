"""What docs/security.md says can be looked up: its tests are there, and no requirement is left out."""

import ast
import re
from functools import cache

import pytest

from settings import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
# The requirements of level 1 of OWASP's ASVS 5.0.0: each chapter's sections, and their numbers.
LEVEL_1 = """
V1: 2.1 2.2 2.3 2.4 2.5 3.1 3.2 5.1
V2: 1.1 2.1 2.2 3.1
V3: 2.1 2.2 3.1 4.1 4.2 5.1 5.2 5.3
V4: 1.1 4.1
V5: 2.1 2.2 3.1 3.2
V6: 1.1 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 3.1 3.2 4.1 4.2
V7: 2.1 2.2 2.3 2.4 4.1 4.2
V8: 1.1 2.1 2.2 3.1
V9: 1.1 1.2 1.3 2.1
V10: 4.1 4.2 4.3 4.4 4.5
V11: 3.1 3.2 4.1
V12: 1.1 2.1 2.2
V13: 4.1
V14: 2.1 3.1
V15: 1.1 2.1 3.1
"""
# And those of level 2 of who comes in, how long they stay and what they may do.
LEVEL_2 = """
V6: 1.2 1.3 2.9 2.10 2.11 2.12 3.3 3.4 4.3 4.4 5.1 5.2 5.3 5.4 5.5 6.1 6.2 6.3 8.1 8.2 8.3 8.4
V7: 1.1 1.2 1.3 3.1 3.2 4.3 4.4 4.5 5.1 5.2 6.1 6.2
V8: 1.2 2.3 4.1
V9: 2.2 2.3 2.4
V10: 1.1 1.2 2.1 2.2 3.1 3.2 3.3 3.4 4.6 4.7 4.8 4.9 4.10 4.11 5.1 5.2 5.3 5.4 5.5 6.1 6.2 7.1 7.2 7.3
"""
_TEST = re.compile(r"(?:tests/)?((?:\w+/)*\w+\.py)?::(\w+)")
_FILE = re.compile(r"(?:tests/)?((?:\w+/)*test_\w+\.(?:py|mjs))")


def rows() -> list[list[str]]:
    """Return the cells of each requirement's row."""
    _, _, asvs = PAGE.partition("## OWASP ASVS 5.0\n")
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in asvs.splitlines()
        if line.startswith("| V")
    ]


def named_tests() -> list[tuple[str, str]]:
    """Return file and function of each test that the page names; `::name` alone is of the file named before."""
    found, file = [], ""
    for name in _TEST.finditer(PAGE):
        file = name[1] or file
        found.append((file, name[2]))
    return found


@cache
def functions(file: str) -> frozenset[str]:
    """Return the names of the functions of a file below tests/."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_test_that_is_named_is_there() -> None:
    named = named_tests()

    assert len(named) > 50
    assert [f"{file}::{name}" for file, name in named if name not in functions(file)] == []
    assert [file for file in _FILE.findall(PAGE) if not (ROOT / "tests" / file).is_file()] == []


def requirements(listed: str) -> list[tuple[int, ...]]:
    """Return the numbers of each: chapter, section, requirement."""
    lines = [line.partition(":") for line in listed.split("\n")]
    ids = [f"{chapter}.{number}" for chapter, _, numbers in lines for number in numbers.split()]
    return [tuple(map(int, one[1:].split("."))) for one in ids]


def test_every_requirement_stands_there_once_in_order() -> None:
    first, second = requirements(LEVEL_1), requirements(LEVEL_2)

    assert (len(first), len(second)) == (70, 64)
    assert [tuple(map(int, row[0][1:].split("."))) for row in rows()] == sorted(first + second)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_state_of_a_requirement_is_shown_or_explained(row: list[str]) -> None:
    _, asks, state, shown_by = row

    assert asks
    assert state in ("met", "open", "not applicable")
    assert _TEST.search(shown_by) if state == "met" else len(shown_by.split()) >= 2


@pytest.mark.parametrize(
    "rules",
    [
        "How guessing is slowed",
        "Ways in",
        "How long a sign-in holds",
        "What may come in",
        "Who may do what",
        "Libraries",
    ],
)
def test_rules_that_have_to_be_written_down_are(rules: str) -> None:
    _, _, text = PAGE.partition("## The rules\n")

    paragraph = next(one for one in text.strip().split("\n\n") if one.startswith(f"**{rules}.**"))
    assert len(paragraph.split()) > 40
    for module in re.findall(r"`([\w/]+\.(?:py|txt))`", paragraph):
        assert (ROOT / module).is_file(), module
