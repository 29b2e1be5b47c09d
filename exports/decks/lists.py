"""The points of a list as lists within lists, as PDF and HTML have them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from exports.decks.records import Item, plain_text
from exports.writing import direction


@dataclass(frozen=True, slots=True)
class Point:
    """A point with what stands below it."""

    item: Item
    below: tuple["Branch", ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Points in a row that have the same mark, None where they are counted, and run the same way.

    They stand *skipped* levels further in than those that they could stand below.
    """

    mark: str | None
    direction: str
    skipped: int
    points: tuple[Point, ...]


MARKS = ("•", "–", "•", "–")  # before points, by their level


def branches(items: Sequence[Item], way: str, *, continued: bool = False, depth: int = 0) -> tuple[Branch, ...]:
    """Return the points of a list, those without letters of a direction in that of *way*.

    *continued*: the first has no mark. *depth* is how many levels in the outermost can be.
    """
    found: list[Branch] = []
    at = 0
    while at < len(items):
        item, end = items[at], at + 1
        while end < len(items) and items[end].level > item.level:
            end += 1
        point = Point(item, branches(items[at + 1 : end], way, depth=item.level + 1))
        mark = None if item.number is not None else MARKS[item.level]
        mark = "" if continued and at == 0 else mark
        branch = Branch(mark, direction(plain_text(item.runs)) or way, item.level - depth, ())
        if not found or replace(found[-1], points=()) != branch:
            found.append(branch)
        found[-1] = replace(found[-1], points=(*found[-1].points, point))
        at = end
    return tuple(found)
