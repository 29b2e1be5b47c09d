"""Numbers and dates are written as the deck's language has them, and none is rounded."""

from datetime import date
from decimal import Decimal

import pytest

from exports.decks.records import Amount, Cell, Figure, Run
from exports.decks.wording import cell_text, figure_text, shown_amount, shown_date


@pytest.mark.parametrize(
    ("value", "currency", "places", "language", "shown"),
    [
        ("1240.5", "EUR", 2, "en-GB", "€1,240.50"),
        ("1240.5", "EUR", 2, "de-DE", "1.240,50\xa0€"),
        ("-1200", "USD", 0, "en-US", "-$1,200"),
        ("1200.005", "EUR", 2, "en-GB", "€1,200.005"),
        ("100000", None, 0, "fr", "100\u202f000"),
        ("1E+3", None, 1, "en-GB", "1,000.0"),
        ("123456789012345678901234", "JPY", 0, "en-GB", "JP¥123,456,789,012,345,678,901,234"),
        ("5", "XXX", 0, "no such language", "¤5"),
    ],
)
def test_amounts_are_written_in_the_language(value, currency, places, language, shown):
    assert shown_amount(Amount(Decimal(value), currency, places), language) == shown


def test_cells_and_figures_show_their_number_or_their_words():
    amount = Amount(Decimal(5))

    assert cell_text(Cell((Run("Two "), Run("nights", bold=True))), "en-GB") == "Two nights"
    assert cell_text(Cell(amount=amount), "en-GB") == "5"
    assert figure_text(Figure("Nights", amount=amount), "en-GB") == "5"
    assert figure_text(Figure("Where", "Lisbon"), "en-GB") == "Lisbon"


def test_days_are_written_in_the_language():
    assert [shown_date(date(2026, 5, 12), one) for one in ("en-GB", "de")] == ["12 May 2026", "12. Mai 2026"]
