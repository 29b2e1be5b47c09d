"""Parts of slides as people type them, and read back."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from components.decks.typed import (
    chart_rows,
    figure_rows,
    following,
    heads,
    items_text,
    paragraphs_text,
    runs_text,
    table_rows,
    typed_chart,
    typed_figures,
    typed_items,
    typed_paragraphs,
    typed_runs,
    typed_table,
    wrong_sums,
)
from exports.decks.records import (
    Amount,
    BulletsBlock,
    Cell,
    ChartBlock,
    Figure,
    FiguresBlock,
    Item,
    Run,
    Series,
    TableBlock,
    TextBlock,
)

PIECES = (
    Run("a*b"),
    Run("x", bold=True),
    Run("y", italic=True),
    Run("z", bold=True, italic=True),
    Run("l [k]", url="https://a.example/x"),
    Run("q", True, False, "https://a.example/"),
    Run("\\ "),
)


def cell(text: str) -> Cell:
    return Cell((Run(text),))


def euros(value: str) -> Cell:
    return Cell(amount=Amount(Decimal(value), "EUR", 2))


TABLE = TableBlock(
    id="t",
    head=(cell("Item"), cell("Price")),
    rows=((cell("Flights"), euros("640")), (cell("Hotel"), euros("712.5")), (cell("Total"), euros("1352.5"))),
    total=True,
)
CHART = ChartBlock(
    id="c",
    categories=("Flights", "Hotel"),
    series=(Series("Price", (Decimal(640), Decimal("712.5"))),),
    currency="EUR",
    places=2,
)


def numbered(rows: list[list[str]]) -> list[tuple[int | None, list[str]]]:
    return list(enumerate(rows))


def test_words_that_are_typed_as_they_are_shown_are_the_same():
    for runs in product(PIECES, repeat=3):
        text = runs_text(runs)

        assert runs_text(typed_runs(text)) == text
        assert "".join(run.text for run in typed_runs(text)) == "".join(run.text for run in runs)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("**Hi** there", (Run("Hi", bold=True), Run(" there"))),
        ("5 * 3", (Run("5 * 3"),)),
        ("[home](https://a.example)", (Run("home", url="https://a.example"),)),
        ("[home](javascript:alert)", (Run("[home](javascript:alert)"),)),
        ("<b>no</b>", (Run("<b>no</b>"),)),
        ("", ()),
    ],
)
def test_words_are_read_as_typed(text, runs):
    assert typed_runs(text) == runs


def test_paragraphs_and_points_are_typed_line_by_line():
    text = TextBlock(id="t", paragraphs=((Run("One"),), (Run("Two", bold=True),)))
    assert paragraphs_text(text) == "One\n\n**Two**"
    assert typed_paragraphs(text, "One\n\n\nThree").paragraphs == ((Run("One"),), (Run("Three"),))
    points = BulletsBlock(id="b", items=(Item((Run("- a"),)), Item((Run("b"),), 1), Item((Run("c"),), 0, 3)))
    assert items_text(points) == "- - a\n  b\n3. c"
    assert typed_items(points, items_text(points)) is points
    assert typed_items(points, "x\n\n    y\n- z\n2) w").items == (
        Item((Run("x"),)),
        Item((Run("y"),), 2),
        Item((Run("z"),)),
        Item((Run("w"),), 0, 2),
    )


def test_amounts_of_a_table_stay_amounts_and_new_ones_become_some():
    rows = numbered(table_rows(TABLE, "en-GB"))
    assert typed_table(TABLE, heads(TABLE, "en-GB"), rows, True, "en-GB") == TABLE

    rows[0] = (0, ["Flights", "700"])
    rows[2:] = [(None, ["Taxi", "€1,240.50"]), (None, ["Tip", "as you like"]), (2, ["Total", "1.000,00"])]
    made = typed_table(TABLE, ["Item", "Price"], rows, True, "en-GB")

    assert [row[1].amount for row in made.rows[:3]] == [
        Amount(Decimal(700), "EUR", 2),
        Amount(Decimal("712.5"), "EUR", 2),
        Amount(Decimal("1240.50"), "EUR", 2),
    ]
    assert made.rows[3][1] == cell("as you like")
    assert made.total


def test_total_that_is_no_sum_is_told():
    assert wrong_sums(TABLE, "en-GB") == []
    after = replace(TABLE, rows=((cell("Flights"), euros("700")), *TABLE.rows[1:]))

    assert wrong_sums(after, "en-GB") == ["The rows of “Price” add up to €1,412.50."]


def test_row_that_is_taken_out_takes_no_other_along():
    rows = [one for one in numbered(table_rows(TABLE, "de")) if one[0] != 0]

    assert typed_table(TABLE, heads(TABLE, "de"), rows, True, "de").rows == TABLE.rows[1:]


def test_names_of_columns_are_as_many_as_these():
    with pytest.raises(ValueError, match="2 columns"):
        typed_table(TABLE, ["One"], [], False, "en")


def test_chart_follows_the_table_that_it_shows_and_no_other():
    after = replace(TABLE, rows=((cell("Flights"), euros("700")), *TABLE.rows[1:]))

    assert following(TABLE, after, CHART).series[0].values == (Decimal(700), Decimal("712.5"))
    other = replace(CHART, categories=("A", "B"))
    assert following(TABLE, after, other) is other


def test_numbers_of_a_chart_are_typed_and_what_is_none_is_refused():
    rows = numbered(chart_rows(CHART, "de"))
    assert rows[1][1] == ["Hotel", "712,50"]
    assert typed_chart(CHART, rows, "de") == CHART
    assert typed_chart(CHART, [*rows, (None, ["Taxi", ""])], "de").series[0].values[2] is None
    with pytest.raises(ValueError, match="“many” is no number"):
        typed_chart(CHART, [(0, ["Flights", "many"])], "de")


def test_figures_are_typed_and_stay_amounts():
    figures = FiguresBlock(id="f", figures=(Figure("Total", "", Amount(Decimal(5), "EUR", 2)), Figure("Days", "4")))
    rows = numbered(figure_rows(figures, "en"))
    assert typed_figures(figures, rows, "en") == figures
    rows[0] = (0, ["€6.00", "Total"])

    assert typed_figures(figures, rows, "en").figures[0].amount == Amount(Decimal("6.00"), "EUR", 2)
    with pytest.raises(ValueError, match="one to eight"):
        typed_figures(figures, [], "en")
