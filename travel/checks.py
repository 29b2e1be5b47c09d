"""What was given for a brief, read and checked."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from travel import limits
from travel.records import BASES, FIELDS, PACES, Brief, BriefError, Budget, Wish
from travel.travellers import travellers_from, travellers_of
from travel.types import (
    Money,
    NotValidError,
    about,
    currencies,
    date_of,
    line_of,
    money_of,
    month_of,
    quoted,
    sentence,
    text_of,
    truth_of,
    unique,
    whole_number_of,
)
from travel.values import brief_values

COUNTS = ("adults", "children", "child_ages")  # may stand for travellers
_SUBJECTS = {
    "where": "A destination",
    "purpose": "The purpose",
    "start": "The start",
    "end": "The end",
    "months": "The months",
    "date_flex_days": "The number of days that the dates are flexible by",
    "travellers": "The travellers",
    "budget": "The budget",
    "pace": "The pace",
    "must": "A must",
    "avoid": "What is to be avoided",
    "questions": "An open question",
    "tell_needs": "Whether needs may be told",
    "notes_private": "The text of the notes",
}


def title_of(given: object) -> str:
    """Return a trip's title on one line. Raises BriefError."""
    try:
        with about("The title"):
            title = line_of(given, limits.MAX_TITLE_CHARS)
    except NotValidError as exc:
        raise BriefError({"title": sentence(exc, "The title")}) from exc
    if not title:
        raise BriefError({"title": "Enter a title."})
    return title


def brief_of(given: Mapping[str, Any]) -> Brief:
    """Return the brief that *given* describes, in the shape of `brief_values`; raises BriefError where it is wrong.

    What is missing, None or empty is not known. Instead of `travellers`, or to change how many there are, `adults`
    (a number), `children` (a number) and `child_ages` (a list) may be given. Where there are dates, months are not
    kept.
    """
    values, problems = _read(given)
    for name in [name for name in given if name not in FIELDS and name not in COUNTS][:5]:
        problems[quoted(name)] = f"There is no field {quoted(name)} in a brief."
    problems = _at_odds(values) | problems
    if problems:
        raise BriefError(problems)
    return Brief(**values)


def known_brief(stored: object) -> Brief:
    """Return the brief that the database holds; what this version cannot read of it is left out."""
    values, _ = _read(stored if isinstance(stored, Mapping) else {})
    if bool(values.get("start")) != bool(values.get("end")):
        values = {name: value for name, value in values.items() if name not in ("start", "end")}
    return Brief(**values)


def _read(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what can be read of the fields, and what is wrong with the others."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field, reader in _READERS.items():
        value = given.get(field)
        try:
            if field == "travellers" and any(given.get(name) is not None for name in COUNTS):
                adults, children, ages = (given.get(name) for name in COUNTS)
                values[field] = travellers_from(adults, children, ages, before=travellers_of(value or ()))
            elif value is not None and value != "":
                values[field] = reader(value)
        except NotValidError as exc:
            problems[field] = sentence(exc, _SUBJECTS[field])
    if values.get("start") and values.get("end"):
        values.pop("months", None)
    return values, problems


def _at_odds(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with fields that are right each for itself."""
    return _wrong_dates(values.get("start"), values.get("end")) | _old_money(values.get("budget")) or _too_long(
        values
    )


def _wrong_dates(start: date | None, end: date | None) -> dict[str, str]:
    if start and not end:
        return {"end": "The end is missing: a trip has a start and an end, or neither."}
    if end and not start:
        return {"start": "The start is missing: a trip has a start and an end, or neither."}
    if start and end and end < start:
        return {"end": f"The end ({end}) is before the start ({start})."}
    if start and end and (end - start).days >= limits.MAX_TRIP_DAYS:
        return {"end": f"The end is more than {limits.MAX_TRIP_DAYS} days after the start."}
    return {}


def _old_money(budget: Budget | None) -> dict[str, str]:
    for money in (budget.low, budget.high) if budget else ():
        if money and money.currency not in currencies():
            return {"budget": f"The budget is in a currency that is no longer in use ({money.currency})."}
    return {}


def _too_long(values: Mapping[str, Any]) -> dict[str, str]:
    stored = {field: len(json.dumps(value)) for field, value in brief_values(Brief(**values)).items()}
    stored.pop("notes_private", None)
    if sum(stored.values()) <= limits.MAX_TOLD_CHARS:
        return {}
    longest = max(stored, key=lambda field: stored[field])
    return {longest: f"This brief is too long to be told to an assistant; most of it is in: {FIELDS[longest]}."}


def _places(given: object) -> tuple[str, ...]:
    return unique(
        line_of(one, limits.MAX_PLACE_CHARS) for one in _list(given, limits.MAX_PLACES, "The list of destinations")
    )


def _months(given: object) -> tuple[str, ...]:
    months = _list(given, limits.MAX_MONTHS, "The list of months")
    with about("One of the months"):
        return tuple(sorted(set(map(month_of, months))))


def _wishes(given: object) -> tuple[Wish, ...]:
    found: dict[str, Wish] = {}
    for one in _list(given, limits.MAX_WISHES, "The list of wishes"):
        if isinstance(one, Wish):
            one = {"text": one.text, "hard": one.hard}
        if isinstance(one, str):
            one = {"text": one}
        if not isinstance(one, Mapping) or not set(one) <= {"text", "hard"}:
            raise NotValidError("is no object with a text and whether it is hard")
        text = line_of(one.get("text"), limits.MAX_WISH_CHARS)
        with about("Whether a wish is hard"):
            hard = truth_of(one.get("hard", False))
        if text:
            found.setdefault(text, Wish(text, hard))
    return tuple(found.values())


def _questions(given: object) -> tuple[str, ...]:
    questions = _list(given, limits.MAX_QUESTIONS, "The list of open questions")
    return unique(line_of(one, limits.MAX_QUESTION_CHARS) for one in questions)


def _list(given: object, most: int, subject: str) -> list[object]:
    with about(subject):
        if not isinstance(given, list | tuple):
            raise NotValidError("is no list")
        if len(given) > most:
            raise NotValidError(f"has more than {most} entries")
    return list(given)


def _budget(given: object) -> Budget:
    if isinstance(given, Budget):
        given = {"low": given.low, "high": given.high, "basis": given.basis, "hard": given.hard}
    if not isinstance(given, Mapping) or not set(given) <= {"low", "high", "basis", "hard"}:
        raise NotValidError("is no object with low, high, basis and hard")
    with about("The least of the budget"):
        low = _money(given.get("low"))
    with about("The most of the budget"):
        high = _money(given.get("high"))
    if low is None and high is None:
        raise NotValidError("has no amount: say the least, the most, or both")
    if low and high and low.currency != high.currency:
        raise NotValidError(f"is in two currencies ({low.currency} and {high.currency})")
    if low and high and low.amount > high.amount:
        raise NotValidError(f"begins above its end ({low.text} is more than {high.text})")
    basis = given.get("basis") or "total"
    with about("The basis of the budget"):
        if basis not in tuple(BASES):
            raise NotValidError(f"is one of {', '.join(BASES)}, not {quoted(basis)}")
    with about("Whether the budget is hard"):
        return Budget(low, high, basis, truth_of(given.get("hard", False)))


def _money(given: object) -> Money | None:
    return None if given is None else money_of(given)


def _pace(given: object) -> str:
    if given not in PACES:
        raise NotValidError(f"is one of {', '.join(PACES)}, not {quoted(given)}")
    return str(given)


_READERS: Mapping[str, Callable[[object], object]] = {
    "where": _places,
    "purpose": lambda given: line_of(given, limits.MAX_PURPOSE_CHARS),
    "start": date_of,
    "end": date_of,
    "months": _months,
    "date_flex_days": lambda given: whole_number_of(given, 0, limits.MAX_FLEX_DAYS),
    "travellers": travellers_of,
    "budget": _budget,
    "pace": _pace,
    "must": _wishes,
    "avoid": _wishes,
    "questions": _questions,
    "tell_needs": truth_of,
    "notes_private": lambda given: text_of(given, limits.MAX_NOTES_CHARS),
}
