"""Makes charts and pictures as high as a page has room for."""

from collections.abc import Sequence
from dataclasses import replace

from exports.decks.places import Box, Placed
from exports.decks.records import ChartBlock, PictureBlock
from exports.decks.sheet import shape
from exports.decks.theme import GAP

_CHART_MOST = 380.0


def grown(page: Sequence[Placed], area: Box) -> tuple[Placed, ...]:
    """Return a page whose charts and pictures share what is free at its foot, the rest moved down."""
    bands = _bands(page)
    free = area.bottom - max((one.box.bottom for one in page), default=area.bottom)
    able = sum(_can_grow(band) for band in bands)
    made: list[Placed] = []
    moved = 0.0
    for band in bands:
        share = free / able if able and _can_grow(band) else 0.0
        new = [_taller(one, band, area, share, moved) for one in band]
        moved += max(one.box.bottom for one in new) - max(one.box.bottom for one in band) - moved
        made += new
    return tuple(made)


def _bands(page: Sequence[Placed]) -> list[list[Placed]]:
    """Return what stands side by side, from the top."""
    bands: list[list[Placed]] = []
    for one in page:
        if bands and one.box.y == bands[-1][0].box.y:
            bands[-1].append(one)
        else:
            bands.append([one])
    return bands


def _can_grow(band: Sequence[Placed]) -> bool:
    return any(isinstance(one.block, ChartBlock | PictureBlock) for one in band)


def _taller(one: Placed, band: Sequence[Placed], area: Box, share: float, moved: float) -> Placed:
    box = replace(one.box, y=one.box.y + moved)
    if not isinstance(one.block, ChartBlock | PictureBlock):
        return replace(one, box=box)
    next_x = min((other.box.x for other in band if other.box.x > box.x), default=area.right + 1.5 * GAP)
    alone = len(band) == 1
    left = area.x if alone else box.x
    bottom = max(other.box.bottom for other in band) + moved + share
    most = max(box.height, _CHART_MOST) if isinstance(one.block, ChartBlock) else area.height
    width, height = shape(one.block, next_x - 1.5 * GAP - left, min(bottom - box.y, most))
    return replace(one, box=Box(area.x + (area.width - width) / 2 if alone else left, box.y, width, height))
