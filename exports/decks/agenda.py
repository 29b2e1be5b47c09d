"""Lists of which each point begins with a label, such as Morning: the labels stand in a column of their own."""

from collections.abc import Sequence
from math import ceil

from exports.decks.measure import Measure, cut
from exports.decks.places import Box, Placed
from exports.decks.records import BulletsBlock, Item, Runs, plain_text
from exports.decks.theme import LABEL_GAP, LABEL_MOST, LABEL_STEP, RULE
from exports.writing import direction

_FEWEST, _MOST = 2, 8  # points
_MOST_CHARS = 24  # of a label
_COLONS = (":", "：")

Row = tuple[Runs, Runs]  # a label, and what is beside it


def labelled(runs: Runs) -> Row | None:
    """Return the label of a point, with its colon and the space after it, and what follows; None where it has none.

    A label is in bold, and so may be its colon.
    """
    if not runs or not runs[0].bold or runs[0].url:
        return None
    text, bold = plain_text(runs), runs[0].text.rstrip()
    end = len(bold)
    if not bold.endswith(_COLONS):
        end = len(runs[0].text) + 1
        if not text[:end].endswith(_COLONS):
            return None
    if "\n" in text[:end] or not 1 < end <= _MOST_CHARS + 1 or not text[end:].strip():
        return None
    return cut(runs, end + len(text[end:]) - len(text[end:].lstrip(" \t\xa0")))


def label_width(block: BulletsBlock, size: float, width: float, measure: Measure) -> float:
    """Return how wide the column of a list's labels is, the gap beside it counted; 0 where it has none."""
    rows = _rows(block.items)
    if rows is None:
        return 0.0
    widest = max(measure.width(_said(label), bold=True) for label, _ in rows)
    taken = ceil((widest * 1.02 + LABEL_GAP) / LABEL_STEP) * LABEL_STEP * size
    return taken if taken <= width * LABEL_MOST else 0.0


def _rows(items: Sequence[Item]) -> list[Row] | None:
    if not _FEWEST <= len(items) <= _MOST or any(item.level or item.number is not None for item in items):
        return None
    rows = [row for item in items if (row := labelled(item.runs))]
    return rows if len(rows) == len(items) and len(ways := set(map(_way, rows))) == 1 and None not in ways else None


def _way(row: Row) -> str | None:
    """Return which way a point is written; None where its label and what is beside it are not written alike."""
    label, rest = row
    way = direction(plain_text(label + rest))
    return way if direction(plain_text(rest)) in (way, None) else None


def is_right_to_left(placed: Placed) -> bool:
    """Return whether a list that is placed with labels has these at the right."""
    return any(direction(plain_text(label + runs)) == "rtl" for label, runs in rows(placed))


def rows(placed: Placed) -> list[Row]:
    """Return the labels of a list that is placed with them, without their colons, and what is beside each.

    What goes on from another page has none.
    """
    assert isinstance(placed.block, BulletsBlock)
    found: list[Row] = []
    for at, item in enumerate(placed.block.items):
        parts = None if placed.continued and at == 0 else labelled(item.runs)
        label, rest = parts or ((), item.runs)
        found.append((cut(label, len(_said(label)))[0] if label else (), rest))
    return found


def rules(placed: Placed) -> list[Box]:
    """Return the thin lines between the points of a list that is placed with labels."""
    if not placed.labels:
        return []
    box, y, found = placed.box, placed.box.y, list[Box]()
    for height in placed.rows[:-1]:
        y += height + placed.gap
        found.append(Box(box.x, y - placed.gap / 2 - RULE / 2, box.width, RULE))
    return found


def _said(label: Runs) -> str:
    return plain_text(label).rstrip().rstrip("".join(_COLONS)).rstrip()
