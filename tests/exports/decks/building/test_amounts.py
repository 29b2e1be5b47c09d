"""Amounts are read as they were meant, or not at all."""

from decimal import Decimal

import pytest

from exports.decks.building.amounts import Style, currency_named, reader_of
from exports.decks.records import Amount


@pytest.mark.parametrize(
    ("text", "value", "currency", "places"),
    [
        ("€1,240.50", "1240.50", "EUR", 2),
        ("1.240,50 €", "1240.50", "EUR", 2),
        ("1 240,50\u00a0€", "1240.50", "EUR", 2),
        ("CHF 1'240.50", "1240.50", "CHF", 2),
        ("1’240 CHF", "1240", "CHF", 0),
        ("$1,200", "1200", "USD", 0),
        ("US$1,200", "1200", "USD", 0),
        ("A$ 1,200", "1200", "AUD", 0),
        ("20,345 CZK", "20345", "CZK", 0),
        ("¥172,935", "172935", "JPY", 0),
        ("₹12,34,567", "1234567", "INR", 0),
        ("1.234.567 €", "1234567", "EUR", 0),
        ("-€50", "-50", "EUR", 0),
        ("€−50", "-50", "EUR", 0),
        ("€0.125", "0.125", "EUR", 3),
        ("12,5 €", "12.5", "EUR", 1),
        ("€488", "488", "EUR", 0),
    ],
)
def test_an_amount_is_read(text, value, currency, places):
    assert reader_of(text, "en").amount(text) == Amount(Decimal(value), currency, places)


@pytest.mark.parametrize(
    "text",
    [
        "$1,200 to $1,500", "$1,200-1,500", "about $90", "~€90", "€1.2k", "€5 million", "10:00", "2027-05-03", "15%",
        "12.05.2027", "1,20,3 €", "€1,,2", "3 nights × €122", "EUR", "€", "", "5 ABC", "100 kr", "€ 5 $", "free",
        "€1.759", "€" + "9" * 500, "1/2 €", "٣ €", "€5 pp",
    ],
)  # fmt: skip
def test_what_is_no_amount_or_can_be_read_two_ways_stays_text(text):
    assert reader_of(text, "en").amount(text) is None


def test_three_digits_after_a_mark_are_what_the_other_amounts_say():
    assert reader_of("Petrol €1.75", "en").amount("€1.759") == Amount(Decimal("1.759"), "EUR", 3)
    assert reader_of("Zimmer 80,50 €", "en").amount("1.759 €") == Amount(Decimal(1759), "EUR")
    assert reader_of("", "de").amount("1.759 €") == Amount(Decimal(1759), "EUR")
    assert reader_of("", "de").amount("€1,759") is None
    assert reader_of("80,50 € and €80.50", "en").amount("€1,759") is None
    assert reader_of("", "de", style=Style.POINT).amount("€1,759") == Amount(Decimal(1759), "EUR")


def test_a_sign_that_several_share_is_the_one_that_is_named():
    assert reader_of("All prices in AUD", "en").amount("$5") == Amount(Decimal(5), "AUD")
    assert reader_of("AUD or USD", "en").amount("$5") is None
    assert reader_of("in DKK", "en").amount("5 kr") == Amount(Decimal(5), "DKK")


@pytest.mark.parametrize(
    ("heading", "currency"),
    [("EUR", "EUR"), ("Price (€)", "EUR"), ("Cost in USD", "USD"), ("US$", "USD"), ("$", "USD"), ("Day", None),
     ("EUR or USD", None), ("Price", None), ("ABC", None)],
)  # fmt: skip
def test_a_heading_names_the_currency_of_its_column(heading, currency):
    reader = reader_of("", "en")

    assert currency_named(heading, reader) == currency


def test_a_plain_number_has_no_currency_and_no_leading_zero():
    reader = reader_of("", "en")

    assert reader.number("1,240") == Amount(Decimal(1240))
    assert reader.number("007") is None
    assert reader.number("€5") is None
