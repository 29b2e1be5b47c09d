"""What of a deck cannot be shown as it should be, in sentences for whoever makes it."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from exports.decks.measure import can_draw
from exports.decks.pictures import drawn_logo
from exports.decks.records import (
    Block,
    BulletsBlock,
    ChartBlock,
    Edition,
    FiguresBlock,
    PictureBlock,
    TableBlock,
    TextBlock,
    plain_text,
)
from exports.decks.theme import contrast_problems
from exports.decks.wording import cell_text, shown_amount

_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence on a slide, or, without one, on the whole deck."""

    slide_id: str | None
    text: str


def problems(edition: Edition) -> tuple[Problem, ...]:
    """Return what no font draws, which pictures are missing, which colours are hard to read, what is no sum."""
    brand = edition.brand
    found = [Problem(None, text) for text in contrast_problems(brand)]
    if brand.logo and brand.logo_type == "image/svg+xml" and drawn_logo(brand.logo) is None:
        found.append(Problem(None, "The logo cannot be drawn, so no file shows it. Use a PNG instead, in Look."))
    if told := _undrawable("".join((brand.name, brand.contact, brand.footer)), edition):
        found.append(Problem(None, f"In what stands around the slides, {told}"))
    for slide in edition.deck.shown():
        text = slide.title + "".join(piece for block in slide.blocks for piece in _texts(block))
        if told := _undrawable(text, edition):
            found.append(Problem(slide.id, told[0].upper() + told[1:]))
        found += [
            Problem(slide.id, f"A picture is missing: {block.alt}")
            for block in slide.blocks
            if isinstance(block, PictureBlock) and block.sha256 not in edition.pictures
        ]
        found += [
            Problem(slide.id, told)
            for block in slide.blocks
            if isinstance(block, TableBlock) and block.total and block.rows
            for told in _wrong_sums(block, brand.language)
        ]
    return tuple(found)


def _wrong_sums(table: TableBlock, language: str) -> Iterator[str]:
    """Yield which sums of money are not those of the rows above, of columns that are all money."""
    for at, head in enumerate(table.head):
        total, rows = table.rows[-1][at].amount, [row[at].amount for row in table.rows[:-1]]
        money = [amount for amount in rows if amount and total and amount.currency == total.currency]
        if not (total and total.currency and len(money) == len(rows) > 1):
            continue
        added = replace(total, value=sum((amount.value for amount in money), Decimal()))
        if added.value != total.value:
            name = cell_text(head, language) or f"column {at + 1}"
            told, right = shown_amount(total, language), shown_amount(added, language)
            yield f"The total of “{name}” is {told}, but the rows above it add up to {right}."


def _undrawable(text: str, edition: Edition) -> str:
    missing = sorted(char for char in set(text) if not can_draw(char, edition.brand.font))
    if not missing:
        return ""
    shown = ", ".join(f"{char} (U+{ord(char):04X}, {_name(char)})" for char in missing[:_NAMES_SHOWN])
    more = f" and {len(missing) - _NAMES_SHOWN} more" if len(missing) > _NAMES_SHOWN else ""
    return f"these characters are drawn as boxes in the PDF, as no font has them: {shown}{more}."


def _name(char: str) -> str:
    return unicodedata.name(char, "without a name").capitalize()


def _texts(block: Block) -> Iterator[str]:
    """Yield all that a block says in letters."""
    if isinstance(block, TextBlock):
        yield from map(plain_text, block.paragraphs)
    elif isinstance(block, BulletsBlock):
        yield from (plain_text(item.runs) for item in block.items)
    elif isinstance(block, TableBlock):
        yield from (plain_text(cell.runs) for row in (block.head, *block.rows) for cell in row)
    elif isinstance(block, ChartBlock):
        yield from block.categories
        yield from (one.name for one in block.series)
    elif isinstance(block, FiguresBlock):
        yield from (figure.label + figure.text for figure in block.figures)
