"""The small values that a trip is made of."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from travel import types
from travel.types import Money, NotValidError


def refused(reader, given) -> str:
    with pytest.raises(NotValidError) as caught:
        reader(given)
    return types.sentence(caught.value, "It")


@pytest.mark.parametrize(
    ("given", "written"),
    [("pt-PT", "pt-PT"), ("PT-pt", "pt-PT"), ("en", "en"), ("zh_hans_cn", "zh-Hans-CN"), ("es-419", "es-419"),
     ("ca-es-VALENCIA", "ca-ES-valencia"), ("gsw", "gsw")],
)  # fmt: skip
def test_language_is_written_as_bcp_47_has_it(given, written):
    assert types.language_of(given) == written


@pytest.mark.parametrize(
    "given", ["xx", "", "english", "en-", "en-QQ", "en--US", "e n", "日本語", None, 3, "en-" + "a" * 40]
)
def test_language_that_nobody_knows_is_refused(given):
    assert refused(types.language_of, given).startswith("It is no language that anybody knows (")


def test_country_has_two_letters():
    assert types.country_of("PT") == "PT"
    assert {refused(types.country_of, given)[:17] for given in ("pt", "PRT", "QQ", "EU", "", 4, "١٢")} == {
        "It is no country "
    }


@pytest.mark.parametrize("given", ["Europe", "../etc/passwd", "", "europe/lisbon", None, ["Asia/Tokyo"]])
def test_zone_that_is_none_is_refused(given):
    assert refused(types.zone_of, given).startswith("It is no time zone like Asia/Tokyo")


def test_zones_are_those_of_the_database():
    assert [types.zone_of(one) for one in ("Asia/Kolkata", "Asia/Ho_Chi_Minh")] == [
        "Asia/Kolkata",
        "Asia/Ho_Chi_Minh",
    ]


def test_date_is_a_day_and_no_instant():
    assert types.date_of("2028-02-29") == types.date_of(date(2028, 2, 29)) == date(2028, 2, 29)
    assert "(2028-02-29 00:00:00)" in refused(types.date_of, datetime(2028, 2, 29))


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [("1234.5", "EUR", "1234.50"), ("0", "JPY", "0"), ("2.5", "KWD", "2.500"), ("1.234567", "USD", "1.234567"),
     ("100", "JPY", "100"), ("999999999999999.999999", "EUR", "999999999999999.999999"), ("0.10", "JPY", "0.1")],
)  # fmt: skip
def test_amount_is_written_with_the_decimals_of_its_currency(amount, currency, written):
    money = types.money_of({"amount": amount, "currency": currency})

    assert money == Money(Decimal(amount), currency)
    assert money.text == written


@pytest.mark.parametrize("given", ["eur", "EURO", "XXX", "XTS", "", None, 978])
def test_currency_that_nobody_knows_is_refused(given):
    assert "nobody knows" in refused(types.currency_of, given)


def test_currencies_in_use_are_those_of_today():
    assert {"EUR", "USD", "JPY", "KWD", "CNY"} <= types.currencies()
    assert not {"DEM", "XXX", "XAU"} & types.currencies()


def test_what_is_quoted_is_short_and_on_one_line():
    assert types.quoted("a\nb\x00") == "a b"
    assert len(types.quoted("a" * 10**6)) == 40
    assert types.quoted({"a": 1}) == "a dict"


def test_letter_under_countless_marks_keeps_a_few():
    text = types.text_of("e" + "\u0301\u0327" * 10_000, 8_000)

    assert len(text) < 40
