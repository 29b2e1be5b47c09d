"""Gives what stands on a page with little on it more of the room that there is."""

from collections.abc import Sequence
from dataclasses import replace

from exports.decks.places import Box, Placed
from exports.decks.records import BulletsBlock, ChartBlock, PictureBlock, TextBlock
from exports.decks.theme import GAP
from exports.decks.words import is_heading

_ITEMS, _PARAGRAPHS, _AGENDA = 1.1, 0.8, 2.4  # between them at most, in sizes
_BLOCKS = 2.2 * GAP  # at most
_SHARED = 0.75  # of what is free is between all of it, at most
_LOWERED = 0.3  # of what is still free is above it all
_LOWERED_MOST, _LITTLE_LOWERED_MOST = 44.0, 88.0
_LITTLE = 0.25  # of the height that there is


def spread(page: Sequence[Placed], area: Box) -> tuple[Placed, ...]:
    """Return a page with larger gaps, and a little lower, where it has room; not one with charts or pictures."""
    if not page or any(isinstance(one.block, ChartBlock | PictureBlock) for one in page):
        return tuple(page)
    free = area.bottom - page[-1].box.bottom
    inner = [max(0.0, _most(one) - one.gap) for one in page]
    outer = [0.0 if is_heading(one.block) else _BLOCKS - GAP for one in page[:-1]]
    wanted = sum(more * (_count(one) - 1) for more, one in zip(inner, page, strict=True)) + sum(outer)
    part = min(1.0, _SHARED * free / wanted) if wanted else 0.0
    is_little = free > area.height * (1 - _LITTLE)
    moved = min(_LOWERED * (free - part * wanted), _LITTLE_LOWERED_MOST if is_little else _LOWERED_MOST)
    made: list[Placed] = []
    for one, more, below in zip(page, inner, (*outer, 0.0), strict=True):
        taller = part * more * (_count(one) - 1)
        box = replace(one.box, y=one.box.y + moved, height=one.box.height + taller)
        made.append(replace(one, box=box, gap=one.gap + part * more if _count(one) > 1 else one.gap))
        moved += taller + part * below
    return tuple(made)


def _count(one: Placed) -> int:
    if isinstance(one.block, BulletsBlock):
        return len(one.block.items)
    return len(one.block.paragraphs) if isinstance(one.block, TextBlock) else 1


def _most(one: Placed) -> float:
    if one.labels:
        return _AGENDA * one.size
    if isinstance(one.block, BulletsBlock):
        return _ITEMS * one.size
    return _PARAGRAPHS * one.size if isinstance(one.block, TextBlock) else 0.0
