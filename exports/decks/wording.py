"""Numbers and dates of a deck as its language writes them."""

from copy import copy
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_symbol

from exports.decks.records import Amount, Cell, Figure, plain_text
from travel.types import locale_of


@lru_cache(maxsize=4_000)
def shown_amount(amount: Amount, language: str) -> str:
    """Return a number with its places, more where it has more (nothing is rounded); money with its currency."""
    exponent = amount.value.normalize().as_tuple().exponent
    places = max(amount.places, -exponent if isinstance(exponent, int) else 0)
    locale = _locale(language)
    pattern = copy(locale.currency_formats["standard"] if amount.currency else locale.decimal_formats[None])
    pattern.frac_prec = (places, places)
    shown: str = pattern.apply(amount.value, locale)
    return shown.replace("¤", get_currency_symbol(amount.currency, locale)) if amount.currency else shown


def cell_text(cell: Cell, language: str) -> str:
    """Return what a cell of a table says."""
    return shown_amount(cell.amount, language) if cell.amount else plain_text(cell.runs)


def figure_text(figure: Figure, language: str) -> str:
    """Return the number, or the word, of a figure."""
    return shown_amount(figure.amount, language) if figure.amount else figure.text


def shown_date(day: date, language: str) -> str:
    """Return a day with its month as a word."""
    return format_date(day, "long", _locale(language))


@lru_cache(maxsize=100)
def _locale(language: str) -> Locale:
    return locale_of(language)
