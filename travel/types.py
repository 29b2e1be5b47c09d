"""The small values that a trip is made of: text, dates, money, languages, zones, countries.

A reader takes whatever was given and returns the value, or raises NotValidError.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

MIN_YEAR, MAX_YEAR = 2000, 2100
MAX_DIGITS, MAX_DECIMALS = 15, 6  # of an amount, before and after the point
MAX_LANGUAGE_CHARS = 35
_QUOTED_CHARS = 40
_MAX_MARKS = 30  # on one letter, as in Unicode's stream-safe text
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that are drawn as nothing


class NotValidError(ValueError):
    """What is wrong with a value, as the end of a sentence: "is no whole number". Its beginning is the *subject*."""

    subject: str | None = None


@contextmanager
def about(subject: str) -> Iterator[None]:
    """Say what a value is that may turn out to be wrong here, unless that was said further inside."""
    try:
        yield
    except NotValidError as exc:
        exc.subject = exc.subject or subject
        raise


def sentence(exc: NotValidError, subject: str) -> str:
    """Return what is wrong, about *subject* unless it is known better."""
    return f"{exc.subject or subject} {exc}."


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount, not negative, in an ISO 4217 currency."""

    amount: Decimal
    currency: str

    @property
    def text(self) -> str:
        """The amount as it is stored: plain digits, with at least the decimals of its currency."""
        least = Decimal(1).scaleb(-get_currency_precision(self.currency))
        short = self.amount.normalize()
        exponent = short.as_tuple().exponent
        return f"{short.quantize(min(least, Decimal(1).scaleb(int(exponent)))):f}"


# Text


def line_of(given: object, most: int) -> str:
    """Return a text on one line, in NFC, without control characters; it may be empty."""
    return _checked(given, most, lambda text: " ".join(text.split()))


def text_of(given: object, most: int) -> str:
    """Return a text with its line breaks, in NFC, without control characters; it may be empty."""
    return _checked(given, most, lambda text: "\n".join(line.rstrip() for line in text.splitlines()).strip())


def says_something(text: str) -> bool:
    """Return whether there is more to a text than spaces and what nobody sees."""
    return any(unicodedata.category(char)[0] not in "CZ" and char not in _BLANK for char in text)


def quoted(given: object) -> str:
    """Return what was given, to stand in a sentence: short, and on one line."""
    if isinstance(given, int) and abs(given) > 10**_QUOTED_CHARS:
        return "a very long number"
    if not isinstance(given, str):
        return str(given) if isinstance(given, int | float | date | Decimal | None) else f"a {type(given).__name__}"
    line = " ".join(_plain(given[: 4 * _QUOTED_CHARS]).split())
    return line if len(line) <= _QUOTED_CHARS else f"{line[: _QUOTED_CHARS - 1]}…"


def _checked(given: object, most: int, laid_out: Callable[[str], str]) -> str:
    if not isinstance(given, str):
        raise NotValidError("is not text")
    if len(given) <= 4 * most:  # more than that need not be looked at
        text = laid_out(unicodedata.normalize("NFC", _few_marks(_plain(laid_out(given)))))
        if len(text) <= most:
            return text if says_something(text) else ""
    raise NotValidError(f"has more than {most:,} characters")


def _plain(text: str) -> str:
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def _few_marks(text: str) -> str:
    """Return a text without runs of marks that no language has: to put them in order takes too long."""
    kept, run = list[str](), 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


# Numbers


def whole_number_of(given: object, least: int, most: int) -> int:
    """Return a whole number between *least* and *most*."""
    if (
        isinstance(given, bool) or not isinstance(given, int | float) or given != given // 1
    ):  # NaN differs from itself
        raise NotValidError("is no whole number")
    if not least <= given <= most:
        raise NotValidError(f"is {least:,} to {most:,}, not {quoted(given)}")
    return int(given)


def truth_of(given: object) -> bool:
    """Return true or false."""
    if not isinstance(given, bool):
        raise NotValidError("is true or false")
    return given


# Time


def date_of(given: object) -> date:
    """Return a day written as 2027-05-03."""
    found = given if type(given) is date else None
    if isinstance(given, str) and len(given) == 10:
        try:
            found = date.fromisoformat(given)
        except ValueError:
            found = None
        if found is not None and found.isoformat() != given:  # such as 2027-W18-1
            found = None
    if found is None:
        raise NotValidError(f"is no date that exists, written like 2027-05-03 ({quoted(given)})")
    if not MIN_YEAR <= found.year <= MAX_YEAR:
        raise NotValidError(f"lies between the years {MIN_YEAR} and {MAX_YEAR} ({quoted(given)})")
    return found


def month_of(given: object) -> str:
    """Return a month written as 2027-05."""
    try:
        if not isinstance(given, str) or len(given) != 7:
            raise NotValidError
        return date_of(f"{given}-01").isoformat()[:7]
    except NotValidError:
        raise NotValidError(f"is no month that exists, written like 2027-05 ({quoted(given)})") from None


def zone_of(given: object) -> str:
    """Return the name of a zone of the IANA database, such as Asia/Tokyo."""
    if not isinstance(given, str) or given not in _zones():
        raise NotValidError(f"is no time zone like Asia/Tokyo ({quoted(given)})")
    return given


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


# Money


def money_of(given: object) -> Money:
    """Return money given as ``{"amount": "1234.50", "currency": "EUR"}``, of any currency that there is or was."""
    if isinstance(given, Money):
        given = {"amount": given.amount, "currency": given.currency}
    if not isinstance(given, dict) or set(given) != {"amount", "currency"}:
        raise NotValidError('is written like {"amount": "1234.50", "currency": "EUR"}')
    return Money(_amount_of(given["amount"]), currency_of(given["currency"]))


def currency_of(given: object) -> str:
    """Return the ISO 4217 code of a currency, of any time."""
    if not isinstance(given, str) or given not in list_currencies() or given in ("XXX", "XTS"):
        raise NotValidError(f"is in a currency that nobody knows ({quoted(given)}): use a code like EUR")
    return given


@cache
def currencies() -> frozenset[str]:
    """The codes of the currencies that somewhere are money today."""
    in_use = get_global("territory_currencies")
    return frozenset(code for rows in in_use.values() for code, _, end, tender in rows if end is None and tender)


def _amount_of(given: object) -> Decimal:
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**MAX_DIGITS:
        given = str(given)
    if isinstance(given, Decimal):
        given = f"{given:f}" if given.is_finite() and abs(given.adjusted()) <= MAX_DIGITS else "?"
    if not isinstance(given, str):
        raise NotValidError(f'has an amount that is no text like "1234.50" ({quoted(given)})')
    if given.startswith("-") and given.strip("-0.") != "":
        raise NotValidError(f"is below zero ({quoted(given)})")
    whole, point, decimals = given.partition(".")
    if not (given.isascii() and whole.isdigit() and (decimals.isdigit() or not point)):
        raise NotValidError(f'has an amount that is no number like "1234.50" ({quoted(given)})')
    if len(whole.lstrip("0")) > MAX_DIGITS or len(decimals.rstrip("0")) > MAX_DECIMALS:
        raise NotValidError(f"has more than {MAX_DIGITS} digits before the point or {MAX_DECIMALS} after it")
    return Decimal(given)


# Languages and countries


def language_of(given: object) -> str:
    """Return a language as BCP 47 writes it: pt-PT."""
    if isinstance(given, str) and len(given) <= MAX_LANGUAGE_CHARS and given.isascii():
        language, *parts = given.strip().replace("_", "-").split("-")
        language, known = language.lower(), Locale("en")
        found = [language]
        if parts and parts[0].title() in known.scripts:
            found.append(parts.pop(0).title())
        if parts and parts[0].upper() in known.territories:
            found.append(parts.pop(0).upper())
        found += [part.lower() for part in parts]
        if language in known.languages and all(len(part) in (4, 5, 6, 7, 8) and part.isalnum() for part in parts):
            return "-".join(found)
    raise NotValidError(f"is no language that anybody knows ({quoted(given)}): use a code like en or pt-PT")


def country_of(given: object) -> str:
    """Return the two letters of a country, as ISO 3166-1 has them."""
    known = isinstance(given, str) and len(given) == 2 and given.isalpha() and given in Locale("en").territories
    if not known or not isinstance(given, str) or given in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"):
        raise NotValidError(f"is no country ({quoted(given)}): use a code like PT")
    return given


def locale_of(language: str | None) -> Locale:
    """Return how numbers and dates are written in a language; English where none is known."""
    try:
        return Locale.parse(language or "en", sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale("en")


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values without empty ones, each once, in their order."""
    return tuple(dict.fromkeys(filter(None, values)))
