"""Decks for tests."""

from datetime import UTC, datetime
from decimal import Decimal

from exports.decks.records import (
    Amount,
    Brand,
    BulletsBlock,
    Cell,
    Deck,
    Edition,
    Item,
    Run,
    Runs,
    Slide,
    TableBlock,
    TextBlock,
)

LONG = "Three nights in Alfama with a view of the river, then the train to Porto at eleven. "


def said(words: str) -> Runs:
    """Return words that look like all others."""
    return (Run(words),)


def told(*paragraphs: str, block_id: str = "text", heading: bool = False) -> TextBlock:
    """Return paragraphs."""
    return TextBlock(id=block_id, paragraphs=tuple(map(said, paragraphs)), heading=heading)


def listed(*items: str, block_id: str = "list") -> BulletsBlock:
    """Return a list."""
    return BulletsBlock(id=block_id, items=tuple(Item(said(words)) for words in items))


def euros(value: str) -> Cell:
    """Return a cell of money."""
    return Cell(amount=Amount(Decimal(value), "EUR", 2))


def costs(rows: int, *, block_id: str = "table") -> TableBlock:
    """Return a table of what things cost, the last row its sum."""
    return TableBlock(
        id=block_id,
        head=(Cell(said("Item")), Cell(said("What is in it")), Cell(said("Cost"))),
        rows=tuple((Cell(said(f"Row {at}")), Cell(said("Breakfast")), euros(f"{at}.50")) for at in range(rows)),
        total=True,
    )


def slide(*blocks, slide_id: str = "slide", title: str = "Lisbon in May", confirmed: bool = True, **others) -> Slide:
    """Return a slide of blocks."""
    return Slide(id=slide_id, title=title, blocks=blocks, confirmed=confirmed, **others)


def edition(*slides: Slide, approved: bool = False, pictures: dict[str, bytes] | None = None, **brand) -> Edition:
    """Return the third version of a deck of slides."""
    return Edition(
        deck=Deck(title="Lisbon in May", slides=slides),
        brand=Brand(name="Ada Travel", **brand),
        rev=3,
        at=datetime(2026, 5, 12, 9, tzinfo=UTC),
        approved=approved,
        pictures=pictures or {},
    )
