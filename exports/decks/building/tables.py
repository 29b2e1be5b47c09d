"""A table of Markdown as a table with amounts, and its chart."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from exports.decks.building.amounts import Reader, Style, currency_named
from exports.decks.building.words import NewId, paragraph_blocks, plain_runs, runs_of, said
from exports.decks.phrases import Phrases
from exports.decks.records import (
    MAX_COLUMNS,
    MAX_ROWS,
    Amount,
    Block,
    Cell,
    ChartBlock,
    Series,
    TableBlock,
    plain_text,
)

Row = tuple[Cell, ...]
_MAX_CATEGORIES = 40
_MAX_SERIES = 6
_MAX_LABEL = 200  # characters
_TOTAL = re.compile(
    r"\b(?:sub-?|grand )?(?:totals?|sum|altogether|gesamt\w*|summe|zwischensumme|totale|totaux|somme|suma|"
    r"totaal|totalt|summa|toplam|razem|celkem|összesen|yhteensä|σύνολο|итого|всего)\b|合计|合計|总计|總計|小计|小計|합계|الإجمالي|المجموع|סה״כ|कुल",
    re.IGNORECASE,
)


def table_blocks(table: dict[str, Any], reader: Reader, words: Phrases, new_id: NewId) -> list[Block]:
    """Return what shows a table: itself, or parts of it where it is too long, and a chart where its numbers make one.

    Columns that a deck's table has no place for are in a text below it.
    """
    head, rows = [*table["head"]], [[*row] for row in table["rows"]]
    kept, left = MAX_COLUMNS, len(head) - MAX_COLUMNS
    texts = [[said(cell) for cell in row[:kept]] for row in rows]
    heads = [said(cell) for cell in head[:kept]]
    reader = _proved(reader, heads, texts)
    amounts = _amounts(heads, texts, reader)
    cells = [
        tuple(
            Cell(amount=amount) if amount else Cell(runs_of(cell)) for cell, amount in zip(row, found, strict=False)
        )
        for row, found in zip(rows, amounts, strict=True)
    ]
    labels = (runs for cell in rows[-1] if (runs := runs_of(cell))) if rows else iter(())
    bold = all(run.bold for run in next(labels, ()))
    total = len(rows) > 1 and _is_total(texts[-1], amounts, bold=bold)
    alt = f"{words.table}: {', '.join(filter(None, heads))}"[:300] if any(heads) else words.table
    shown = [cells[start : start + MAX_ROWS] for start in range(0, len(cells), MAX_ROWS)] or [[]]
    top = tuple(Cell(runs_of(cell)) for cell in head[:kept])
    found: list[Block] = [
        TableBlock(id=new_id(), head=top, rows=tuple(part), total=total and part is shown[-1], alt=alt)
        for part in shown
    ]
    if left > 0:
        found += _rest(head, rows, words, new_id)
    end = len(rows) - total
    chart = _chart(heads, texts[:end], amounts[:end], reader, words, new_id)
    return [*found, chart] if chart else found


def total_of(blocks: Sequence[Block]) -> tuple[str, Amount] | None:
    """Return what the last table with a sum of money calls it, and the sum."""
    for block in reversed(blocks):
        if isinstance(block, TableBlock) and block.total:
            row = block.rows[-1]
            money = [cell.amount for cell in row if cell.amount and cell.amount.currency]
            label = ", ".join(text for cell in row if (text := plain_text(cell.runs).strip()))
            if label and len(money) == 1:
                return label[:_MAX_LABEL], money[0]
    return None


def _amounts(heads: Sequence[str], texts: Sequence[Sequence[str]], reader: Reader) -> list[list[Amount | None]]:
    named = [currency_named(head, reader) for head in heads]
    return [[reader.amount(text, currency) for text, currency in zip(row, named, strict=True)] for row in texts]


def _proved(reader: Reader, heads: Sequence[str], texts: list[list[str]]) -> Reader:
    """Return a reader that knows how this table's numbers are written, where its sum comes out in one way only."""
    if reader.sure or len(texts) < 3:
        return reader
    ways = [replace(reader, style=style, sure=True) for style in Style]
    right = [way for way in ways if _sums(_amounts(heads, texts, way))]
    same = len({str(_amounts(heads, texts, way)) for way in ways}) == 1
    return right[0] if len(right) == 1 and not same else reader


def _sums(amounts: Sequence[Sequence[Amount | None]]) -> bool:
    """Whether the last row is the sum of those above, in each column that has numbers there."""
    columns = [
        [amount.value for amount in column[:-1] if amount] for column in zip(*amounts, strict=True) if column[-1]
    ]
    sums = [amount.value for amount in amounts[-1] if amount]
    return bool(sums) and all(len(one) > 1 and sum(one) == last for one, last in zip(columns, sums, strict=True))


def _is_total(last: Sequence[str], amounts: Sequence[Sequence[Amount | None]], *, bold: bool) -> bool:
    label = next((text for text in last if text), "")
    return any(amounts[-1]) and (_says_sum(label) or (bold and _sums(amounts)))


def _says_sum(label: str) -> bool:
    return _TOTAL.search(label[:200]) is not None


def _rest(head: list[Any], rows: list[list[Any]], words: Phrases, new_id: NewId) -> list[Block]:
    told = words.columns_beyond.format(count=MAX_COLUMNS)
    lines = ["; ".join(filter(None, map(said, row[MAX_COLUMNS:]))) for row in [head, *rows]]
    return paragraph_blocks([plain_runs(line) for line in (told, *lines) if line], new_id)


def _chart(
    heads: Sequence[str],
    texts: Sequence[Sequence[str]],
    amounts: list[list[Amount | None]],
    reader: Reader,
    words: Phrases,
    new_id: NewId,
) -> ChartBlock | None:
    """Return bars of the money over the first column, or of plain numbers where there is nothing else beside it."""
    rows = [at for at, row in enumerate(texts) if row[0] and not _says_sum(row[0])]
    labels = [texts[at][0] for at in rows]
    if not 2 <= len(rows) <= _MAX_CATEGORIES or len(set(labels)) < len(labels) or max(map(len, labels)) > _MAX_LABEL:
        return None
    columns = [
        (heads[column], [amounts[at][column] for at in rows])
        for column in range(1, len(heads))
        if sum(amounts[at][column] is not None for at in rows) >= 2
    ]
    if not columns:
        numbers = [[reader.number(texts[at][column]) for at in rows] for column in range(1, len(heads))]
        if not all(all(column) for column in numbers):
            return None
        columns = list(zip(heads[1:], numbers, strict=True))
    if not all(any(map(str.isalpha, label)) for label in labels) or len(columns) > _MAX_SERIES:
        return None  # times, or other numbers
    return _bars(labels, columns, words, new_id)


def _bars(
    labels: list[str], columns: list[tuple[str, list[Amount | None]]], words: Phrases, new_id: NewId
) -> ChartBlock | None:
    found = [amount for _, column in columns for amount in column if amount]
    currencies = {amount.currency for amount in found}
    if len(currencies) != 1 or not any(amount.value for amount in found):
        return None
    series = tuple(
        Series(name[:_MAX_LABEL] or words.chart, tuple(amount.value if amount else None for amount in column))
        for name, column in columns
    )
    names = ", ".join(one.name for one in series)
    return ChartBlock(
        id=new_id(),
        categories=tuple(labels),
        series=series,
        currency=currencies.pop(),
        places=max(amount.places for amount in found),
        alt=words.bars.format(names=names, labels=", ".join(labels))[:600],
    )
