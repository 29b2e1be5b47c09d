"""The points of a list as lists within lists, as PDF and HTML have them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from exports.decks.records import Item, plain_text
from exports.writing import direction


@dataclass(frozen=True, slots=True)
class Point:
    """A point with what stands below it; it stands *skipped* levels further in than the list it is in."""

    item: Item
    skipped: int
    below: tuple["Branch", ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """Points in a row that all are counted, or all are not, and run the same way."""

    mark: str | None  # before each; None where they are counted
    direction: str
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
        point = Point(item, item.level - depth, branches(items[at + 1 : end], way, depth=item.level + 1))
        mark = None if item.number is not None else MARKS[item.level]
        branch = Branch("" if continued and at == 0 else mark, direction(plain_text(item.runs)) or way, (point,))
        if found and (found[-1].mark, found[-1].direction) == (branch.mark, branch.direction):
            found[-1] = replace(found[-1], points=(*found[-1].points, point))
        else:
            found.append(branch)
        at = end
    return tuple(found)
