"""A trip's brief made of a conversation: only what was said, for the tool ``propose_brief``."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from emulator.demo.destinations import atlas, fold
from emulator.demo.line import MONTHS, WORDS, typed
from emulator.demo.wishes import NO_YEAR, Wishes
from emulator.demo.words import TEXTS, day_date, in_words, listed, money, names_of, needs, plain, plural, when

TOOL = "propose_brief"
_ASKED_FOR = re.compile(WORDS["patterns"]["brief"], re.I)
_PACES = ("relaxed", "balanced", "full")
_MUSTS = ("stays", "rooms", "start", "rests", "interests", "hotel", "meals")  # as they are in words


def without_request(line: str) -> str:
    """What a message says besides asking for a brief of what was said so far; all of it where it does not ask."""
    return _ASKED_FOR.sub("", line) if _ASKED_FOR.search(typed(line)) else line


def sure(wishes: Wishes, lines: Sequence[str]) -> Wishes:
    """The wishes without what was only supposed: how many a family are, and the month of a season."""
    if wishes.supposed:
        wishes = replace(wishes, adults=None, children=None, ages=(), supposed=False)
    if wishes.month and wishes.start is None and not _named(wishes.month, _words(lines)):
        wishes = replace(wishes, month=None)
    return wishes


def added(wishes: Wishes, before: Wishes) -> Wishes:
    """The wishes, in the places of *before* where only their country was said."""
    if wishes.country in [atlas().get(one).country for one in before.places]:
        return replace(wishes, country=before.country, places=before.places, stays=before.stays)
    return wishes


def arguments(wishes: Wishes, names: Sequence[str], lines: Sequence[str]) -> dict[str, Any]:
    """What to call the tool with; empty where nothing was said about a trip. *names* are of places in no plan."""
    questions = dict[str, str]()  # by field
    where = [wishes.country] if wishes.country else names_of(wishes.places) or list(names)
    if not where and wishes == Wishes():
        return {}
    known = {
        "title": f"{' and '.join(where[:2]) or 'Trip'}{when(wishes)}",
        "where": where,
        **_dates(wishes, lines, questions),
        **_people(wishes, questions),
        "budget": _budget(wishes, questions),
        "pace": None if wishes.pace is None else _PACES[wishes.pace + 1],
        "must": _musts(wishes),
        "avoid": [{"text": one} for one in (*wishes.avoids, *wishes.unwanted)],
        "questions": [({"field": field} if field else {}) | {"text": text} for field, text in questions.items()],
    }
    return {field: value for field, value in known.items() if value not in (None, [])}


def told(outputs: Iterable[str], asked_with: Mapping[str, Any], wishes: Wishes, before: Wishes, known: Any) -> str:
    """What the tool made of it, in words: what was not wished *before*, and what the fields *known* do not answer."""
    for output in outputs:
        with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            answer = json.loads(output)
            if "problems" in answer:
                return f"{TEXTS['not_proposed']} {plain(' '.join(answer['problems'].values()))}"
            proposed = answer["proposed"]
            said, was = in_words(wishes if "budget" in asked_with else replace(wishes, budget=None)), in_words(before)
            said["places"] = [listed(asked_with.get("where", []))]
            for month in asked_with.get("months", []):
                said["month"] = [f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"]
            open_ones = [one["text"] for one in proposed["questions"] if one.get("field") not in known]
            still = f"\n\nStill open: {plain(' '.join(open_ones))}" if open_ones else ""
            new = [text for name, texts in said.items() for text in texts if text and text not in was[name]]
            summary = plain(", ".join(new))
            return f"I propose **{plain(proposed['title'])}**: {summary}. {TEXTS['proposed']}{still}"
    return TEXTS["not_proposed"]


def _dates(wishes: Wishes, lines: Sequence[str], questions: dict[str, str]) -> dict[str, Any]:
    """First and last day where the year and the length were said, else the month of a year that was said."""
    start, month = wishes.start, wishes.month
    if start and start.year != NO_YEAR:
        if wishes.days:
            return {"start": start.isoformat(), "end": (start + timedelta(days=wishes.days - 1)).isoformat()}
        questions["start"] = f"How long does the trip take that begins on {day_date(wishes)}?"
        return {"months": [f"{start:%Y-%m}"]}
    years = _named(month, _words(lines)) if month and not start else []
    year = years[-1] if years else ""
    if wishes.days and not wishes.stays:  # no field says how long a trip without dates is
        asked = f"from {day_date(wishes)}: in which year" if start else f"in all: on which dates{when(wishes)} {year}"
        questions[""] = f"The trip takes {plural(wishes.days, 'day')} {asked.strip()}?"
    if month and year:
        return {"months": [f"{year}-{month:02d}"]}
    if month and not (start and questions):
        questions["start"] = f"Which year is meant by {day_date(wishes) or MONTHS[month - 1]}?"
    return {}


def _words(lines: Sequence[str]) -> list[str]:
    return [word.strip(".,;:!?()") for line in lines for word in fold(typed(line)).split()]


def _named(month: int, words: Sequence[str]) -> list[str]:
    """The years that were said after the name of a month, empty where it was named without one."""
    name = fold(MONTHS[month - 1])
    after = [then for word, then in zip(words, [*words[1:], ""], strict=True) if word in (name, name[:3])]
    return [one if len(one) == 4 and one.isascii() and one.isdigit() else "" for one in after]


def _people(wishes: Wishes, questions: dict[str, str]) -> dict[str, Any]:
    """How many they are. Whose the needs in a group are was not said: it is asked."""
    if needs(wishes) and wishes.group != (1, 0):
        who = "Who needs" if wishes.adults else "Who goes along, and who needs"
        questions["travellers"] = f"{who} what was said: {listed(needs(wishes))}?"
    return {"adults": wishes.adults, "children": wishes.children, "child_ages": list(wishes.ages)}


def _budget(wishes: Wishes, questions: dict[str, str]) -> dict[str, Any] | None:
    """The budget as the most, for the whole trip or per person."""
    budget = wishes.budget
    if budget is None:
        return None
    if budget.currency is None:
        questions["budget"] = f"In which currency is the budget of {budget.amount:,}?"
        return None
    if "day" in budget.per and not wishes.days:
        questions["budget"] = f"For how many days is the budget of {money(budget.amount, budget.currency)} a day?"
        return None
    amount = budget.times(1, wishes.days or 1)
    basis = "per_person" if "person" in budget.per else "total"
    return {"high": {"amount": f"{amount:f}", "currency": budget.currency}, "basis": basis}


def _musts(wishes: Wishes) -> list[dict[str, Any]]:
    said = in_words(wishes)
    of_some = f"{listed(needs(wishes))}, for those who need it"
    needed = [{"text": of_some, "hard": True}] if needs(wishes) else []
    texts = [*said["trips"], *(text for name in _MUSTS for text in said[name]), *wishes.wanted]
    return [*needed, *({"text": text} for text in texts)]
