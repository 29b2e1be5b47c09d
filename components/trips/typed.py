"""What people type into the fields of a trip, and what of a trip stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from babel.numbers import get_currency_precision

from travel.brief import Brief, Budget, Need, Traveller, Wish, travellers_from
from travel.types import NotValidError, about, line_of

_CONDITION = " !"  # at the end of a line: it must be so
_MAX_LINE_CHARS = 10_000
_SPACES = " \u00a0\u202f'’"  # that stand between the digits of an amount


def lines(text: str | None) -> list[str]:
    """Return the lines of a text that say something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def wishes_text(wishes: Sequence[Wish]) -> str:
    """Return wishes as the lines of a field; a condition ends with an exclamation mark of its own."""
    return "\n".join(_wish_line(one) for one in wishes)


def typed_wishes(text: str | None, before: Sequence[Wish]) -> list[Wish]:
    """Return what the lines of a field wish for; a line that is as it was means what it meant."""
    known = {_wish_line(one): one for one in before}
    return [known.get(line) or _typed_wish(line) for line in lines(text)]


def _wish_line(wish: Wish) -> str:
    return wish.text + (_CONDITION if wish.hard else "")


def _typed_wish(line: str) -> Wish:
    hard = line.endswith(_CONDITION)
    return Wish(line.removesuffix(_CONDITION).rstrip() if hard else line, hard)


def ages_text(ages: Sequence[int | None]) -> str:
    """Return the ages of children for a field; nothing where none is known."""
    return ", ".join("?" if age is None else str(age) for age in ages) if any(age is not None for age in ages) else ""


def typed_ages(text: str | None) -> list[object]:
    """Return ages that were typed with anything between them; what is no number stays as it is, to be told of."""
    parts = (text or "")[:_MAX_LINE_CHARS].replace(",", " ").replace(";", " ").split()
    return [None if part == "?" else int(part) if part.isdecimal() and len(part) < 4 else part for part in parts]


def typed_travellers(
    adults: int | None, children: int | None, ages: str | None, before: Sequence[Traveller]
) -> tuple[Traveller, ...]:
    """Return who goes along; those of *before* stay as they are, as far as they still do. Raises NotValidError."""
    known = typed_ages(ages)
    number = children if children or not known else None  # ages say how many there are
    with about("The travellers"):
        return travellers_from(adults or 0, number, known, before)


def with_needs(
    travellers: Sequence[Traveller], rows: Sequence[tuple[str, str, str]], before: Sequence[Traveller]
) -> tuple[Traveller, ...]:
    """Return travellers with what they need: rows of a label, a kind and a text.

    A need that was there before is as hard as it was. Raises NotValidError where nobody has the label of a row.
    """
    known = {(one.label, need.text): need for one in before for need in one.needs}
    found: dict[str, list[Need]] = {one.label: [] for one in travellers}
    for label, kind, text in rows:
        if not text.strip():
            continue
        if label not in found:
            raise NotValidError(f"have nobody called {line_of(label, 100)}: say whose need “{text.strip()}” is")
        was = known.get((label, text.strip()))
        found[label].append(Need(kind, text.strip(), was.hard if was else True))
    return tuple(replace(one, needs=tuple(found[one.label])) for one in travellers)


def needs_of(travellers: Sequence[Traveller]) -> list[tuple[str, str, str]]:
    """Return what travellers need as rows of a label, a kind and a text."""
    return [(one.label, need.kind, need.text) for one in travellers for need in one.needs]


def typed_budget(
    low: str | None, high: str | None, *, currency: str, basis: str, hard: bool, before: Budget | None
) -> dict[str, Any] | None:
    """Return a budget as `travel.brief.brief_of` takes it; None where no amount was typed.

    An amount that stands as it did is what it was *before*. Raises NotValidError.
    """
    known = budget_texts(before)
    ends = {
        name: text if text in known else typed_amount(text, currency) for name, text in (("low", low), ("high", high))
    }
    if not any(ends.values()):
        return None
    money = {name: {"amount": amount, "currency": currency} for name, amount in ends.items() if amount}
    return {**money, "basis": basis, "hard": hard}


def typed_amount(text: str | None, currency: str) -> str:
    """Return an amount as plain digits: 2,000.50 and 2 000,50 are 2000.50. Raises NotValidError for 2.000."""
    amount = "".join(char for char in (text or "")[:100].strip() if char not in _SPACES)
    point = max(amount.rfind("."), amount.rfind(","))
    if point < 0:
        return amount
    mark, decimals = amount[point], amount[point + 1 :]
    whole = amount[:point].replace("," if mark == "." else ".", "")
    if len(decimals) != 3 or get_currency_precision(currency) == 3:
        if mark not in whole:
            return f"{whole}.{decimals}"
    elif (mark == "," or mark in whole) and _grouped(amount.replace(mark, ",")):
        return f"{whole}{decimals}".replace(mark, "")
    raise NotValidError(f"has an amount that can be read in two ways ({amount[:40]}): write 2000 or 2000.50")


def _grouped(amount: str) -> bool:
    first, *groups = amount.split(",")
    return 0 < len(first) < 4 and all(len(group) == 3 for group in groups)


def changed_fields(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a brief that differ, None where they are no longer known."""
    names = given.keys() | before.keys()
    return {name: given.get(name) for name in names if given.get(name) != before.get(name)}


def budget_texts(budget: Budget | None) -> tuple[str, str]:
    """Return the two amounts of a budget for their fields."""
    if budget is None:
        return "", ""
    low, high = (one.text if one else "" for one in (budget.low, budget.high))
    return low.removesuffix(".00"), high.removesuffix(".00")


def budget_currency(brief: Brief) -> str | None:
    """Return the currency of a trip's budget, if it has one."""
    money = brief.budget and (brief.budget.low or brief.budget.high)
    return money.currency if money else None
