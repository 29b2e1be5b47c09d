"""Slides for a customer made of the plan of a conversation, for the tool ``propose_slides``."""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from emulator.demo import say
from emulator.demo.line import WORDS, typed
from emulator.demo.wishes import State
from emulator.demo.words import TEXTS, people, plain, plural

TOOL = "propose_slides"
_ASKED_FOR = re.compile(WORDS["patterns"]["slides"], re.I)


def without_request(line: str) -> str:
    """What a message says besides asking for slides of what was said so far; all of it where it does not ask."""
    return _ASKED_FOR.sub("", line) if _ASKED_FOR.search(typed(line)) else line


def arguments(state: State) -> dict[str, Any]:
    """What to call the tool with; empty where there is no plan to show."""
    if not state.wishes.places:
        return {}
    plan, costs = say.plan_of(state)
    days, total = say.day_rows(plan), costs(costs.total)
    figures = {"For": people(plan.wishes).capitalize(), "In all": plural(len(days), "day"), "Without flights": total}
    sums = [[row.label, row.reckoned, costs(row.amount)] for row in costs.rows]
    overview = [
        {"kind": "figures", "figures": [{"label": label, "value": value} for label, value in figures.items()]},
        {"kind": "bullets", "items": [f"{day}: {title}" for day, title, _ in days]},
    ]
    sums.append(["Total", "without flights", total])
    money = [
        {"kind": "table", "head": ["What", "Calculation", costs.currency], "rows": sums, "total": True},
        {"kind": "text", "paragraphs": [TEXTS["slides_estimates"]]},
    ]
    costs_title = f"About {total} for hotel, meals, tickets and local transport"
    return {
        "slides": [
            {"title": say.headline(plan), "blocks": overview},
            {"title": "Day by day", "blocks": [{"kind": "table", "head": ["Day", "Where", "What"], "rows": days}]},
            {"title": costs_title, "blocks": money, "notes": TEXTS["estimates"]},
        ]
    }


def told(outputs: Iterable[str]) -> str:
    """What the tool made of it, in words."""
    for output in outputs:
        with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            answer = json.loads(output)
            if "problems" in answer:
                return f"{TEXTS['no_slides']} {plain(' '.join(map(str, answer['problems'])))}"
            titles = [f"“{plain(one['title'])}”" for one in answer["proposed"]]
            return f"I propose {plural(len(titles), 'slide')}: {', '.join(titles)}. {TEXTS['slides_proposed']}"
    return TEXTS["no_slides"]
