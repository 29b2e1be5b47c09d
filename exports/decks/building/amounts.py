"""Amounts of money as people and models write them: "€1,240.50", "1.240,50 €", "CHF 1'240", "1 240 kr SEK"."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from babel.numbers import get_decimal_symbol

from exports.decks.records import Amount
from travel.types import currencies, locale_of

_MAX_CHARS = 40
_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "฿": "THB", "₫": "VND",
    "₱": "PHP", "₴": "UAH", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "R$": "BRL", "US$": "USD", "A$": "AUD",
    "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "MX$": "MXN",
}  # fmt: skip
_SHARED: Mapping[str, tuple[str | None, ...]] = {  # a sign, whose it is unless the text names one of the others
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN"),
    "¥": ("JPY", "CNY"),
    "kr": (None, "SEK", "NOK", "DKK", "ISK"),
}
_NAMED = "|".join(re.escape(sign) for sign in sorted([*_SIGNS, *_SHARED], key=len, reverse=True))
_UNIT = rf"(?:{_NAMED}|[A-Z]{{3}})"
_BLANK = "[ \u00a0\u2009\u202f]"
_NUMBER = rf"\d{{1,12}}(?:(?:[.,'’]|{_BLANK})\d{{1,12}}){{0,6}}"
_AMOUNT = re.compile(
    rf"(?P<minus>[-−–]?)(?:(?P<before>{_UNIT}){_BLANK}?)?(?P<minus2>[-−]?)(?P<number>{_NUMBER})"
    rf"(?:{_BLANK}?(?P<after>{_UNIT}))?",
    re.ASCII,
)
_CODE = re.compile(r"\b[A-Z]{3}\b")
_DIGITS = 15
_PLACES = 4  # more decimals are no money


class Style(StrEnum):
    """Which sign stands before the decimals."""

    POINT = "."
    COMMA = ","


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads amounts of one text. *style* is None where nothing says how its numbers are written."""

    codes: frozenset[str] = frozenset()  # the currencies that the text names
    style: Style | None = None
    sure: bool = False  # that it is the style: only then are three digits at the end taken for decimals

    def amount(self, text: str, currency: str | None = None) -> Amount | None:
        """Return the amount that *text* is, and nothing but that; None for what is none, or can be read two ways.

        A number without a currency is one where *currency* says what it is in.
        """
        found = _matched(text)
        if found is None or (found["before"] and found["after"]):
            return None
        unit = found["before"] or found["after"]
        named = self.currency(unit) if unit else currency
        value = self._value(found["number"])
        if named is None or value is None:
            return None
        negative = found["minus"] or found["minus2"]
        return Amount(-value[0] if negative else value[0], named, value[1])

    def number(self, text: str) -> Amount | None:
        """Return the number that *text* is, without a currency."""
        found = _matched(text)
        value = self._value(found["number"]) if found and not found["before"] and not found["after"] else None
        if found is None or value is None or re.match(r"0\d", found["number"]):
            return None
        return Amount(-value[0] if found["minus"] or found["minus2"] else value[0], None, value[1])

    def currency(self, unit: str) -> str | None:
        """Return which currency a sign or code is here."""
        if unit in _SHARED:
            usual, *others = _SHARED[unit]
            named = [code for code in (usual, *others) if code in self.codes]
            return named[0] if len(named) == 1 else usual if not named else None
        code = _SIGNS.get(unit, unit)
        return code if code in currencies() else None

    def _value(self, written: str) -> tuple[Decimal, int] | None:
        plain = re.sub(_BLANK, " ", written).replace("’", "'")
        own = _style_of(plain)
        style = own or self.style
        marks = set(plain) & set(".,")
        if style is None and marks:
            return None
        decimal = "," if style is Style.COMMA else "."
        whole, point, places = plain.partition(decimal)
        if decimal in places or (not places.isdigit() and point) or len(places) > _PLACES:
            return None
        if len(places) == 3 and own is None and not self.sure:
            return None
        digits = _ungrouped(whole, {".", ",", " ", "'"} - {decimal})
        if not digits or len(digits) > _DIGITS:
            return None
        return Decimal(f"{digits}{'.' if point else ''}{places}"), len(places)


def reader_of(text: str, language: str | None = None, *, style: Style | None = None) -> Reader:
    """Return what reads the amounts of *text*.

    How its numbers are written is found in those that can be read one way only, else taken from its *language*.
    With a *style* nothing is looked for.
    """
    codes = frozenset(_CODE.findall(text)) & currencies()
    if style:
        return Reader(codes, style, sure=True)
    reader, found = Reader(codes), set[Style]()
    for amount in _AMOUNT.finditer(text):
        unit = amount["before"] or amount["after"]
        if unit and reader.currency(unit) and (own := _style_of(amount["number"])):
            found.add(own)
    if len(found) == 1:
        return Reader(codes, found.pop(), sure=True)
    return Reader(codes, None if found else _usual_style(language))


def currency_named(heading: str, reader: Reader) -> str | None:
    """Return the one currency that a heading names: "Price (EUR)", "in €"."""
    words = re.findall(r"\w+", heading)
    signs = [sign for sign in re.findall(_NAMED, heading) if not sign.isalpha() or sign in words]
    units = {*_CODE.findall(heading), *signs}
    found = {code for unit in units if (code := reader.currency(unit))}
    return found.pop() if len(found) == 1 else None


def _matched(text: str) -> re.Match[str] | None:
    return _AMOUNT.fullmatch(text.strip()) if len(text) <= _MAX_CHARS else None


def _style_of(written: str) -> Style | None:
    """Return how a number is written, if it can be read one way only."""
    marks = [char for char in written if char in ".,"]
    if not marks:
        return None
    last, other = marks[-1], Style.COMMA if marks[-1] == "." else Style.POINT
    if len(set(marks)) == 2:
        return Style(last) if marks.count(last) == 1 else None
    if len(marks) > 1:  # the same twice: groups
        return other if _ungrouped(written, {last}) else None
    places = len(written.rpartition(last)[2])
    grouped = any(char in written for char in " '’\u00a0\u2009\u202f")
    return None if places == 3 and not grouped and not written.startswith("0") else Style(last)


def _usual_style(language: str | None) -> Style | None:
    symbol = get_decimal_symbol(locale_of(language))
    return Style(symbol) if symbol in (".", ",") else None


def _ungrouped(whole: str, marks: Iterable[str]) -> str | None:
    """Return the digits of a whole number whose groups are of three, of two in India; None where they are not."""
    used = set(whole) & set(marks)
    if not used:
        return whole if whole.isdigit() else None
    if len(used) > 1:
        return None
    groups = whole.split(used.pop())
    if not all(map(str.isdigit, groups)) or len(groups[-1]) != 3 or len(groups[0]) > 3:
        return None
    inner = {len(group) for group in groups[1:-1]}
    return "".join(groups) if inner <= {3} or (inner == {2} and len(groups[0]) <= 2) else None
