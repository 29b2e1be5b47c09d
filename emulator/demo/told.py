"""The brief of a trip as the app tells it: JSON on a line of its own in the system prompt, read as if it was said."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from emulator.demo.words import listed, plural

_MOST_WISHES = 20
_MOST_CHARS = 2_000


def brief_line(system_prompt: str | None) -> str:
    """What a trip's brief says, in a planner's words; empty where there is none."""
    brief = _brief(system_prompt or "")
    return ", ".join(_said(brief))[:_MOST_CHARS] if brief else ""


def _brief(prompt: str) -> Mapping[str, Any]:
    for line in reversed(prompt.splitlines()):
        if line.startswith("{"):
            with suppress(ValueError, RecursionError):
                known = json.loads(line).get("brief")
                return known if isinstance(known, dict) else {}
    return {}


def _said(brief: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that are known and that the demo can make something of. Nothing in a brief is sure."""
    if where := _texts(brief.get("where")):
        yield listed(where)
    with suppress(KeyError, TypeError, ValueError):
        start, end = (date.fromisoformat(brief[name]) for name in ("start", "end"))
        yield f"{(end - start).days + 1} days from {_day(start)} to {_day(end)}"
    yield from _months(brief.get("months"))
    yield from _people(brief.get("travellers"))
    budget = brief.get("budget")
    if isinstance(budget, dict) and isinstance(most := budget.get("high") or budget.get("low"), dict):
        with suppress(KeyError, TypeError, ValueError, ArithmeticError):
            each = " per person" if budget.get("basis") == "per_person" else ""
            yield f"budget {float(most['amount']):.0f} {most['currency']}{each}"
    if brief.get("pace") in ("relaxed", "full"):
        yield "relaxed pace" if brief["pace"] == "relaxed" else "a full programme"
    yield from _texts([one.get("text") for one in _objects(brief.get("must"))])
    yield from (f"no {text}" for text in _texts([one.get("text") for one in _objects(brief.get("avoid"))]))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _months(months: object) -> Iterator[str]:
    for month in _texts(months)[:1]:
        with suppress(ValueError):
            yield f"in {date.fromisoformat(f'{month}-01'):%B %Y}"


def _people(travellers: object) -> Iterator[str]:
    people = _objects(travellers)
    adults = sum(one.get("band") == "adult" for one in people)
    if adults:
        yield plural(adults, "adult")
    for child in (one for one in people if one.get("band") in ("child", "infant")):
        age = child.get("age_at_travel")
        yield f"a child of {age}" if isinstance(age, int) else "a child"
    for needs in (_objects(one.get("needs")) for one in people):
        yield from (f"one is {text}" for text in _texts([need.get("text") for need in needs]))


def _objects(values: object) -> list[dict[str, Any]]:
    return [one for one in values if isinstance(one, dict)][:_MOST_WISHES] if isinstance(values, list) else []


def _texts(values: object) -> list[str]:
    return [one[:200] for one in values if isinstance(one, str)][:_MOST_WISHES] if isinstance(values, list) else []
