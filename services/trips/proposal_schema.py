"""What a model is told of the arguments of `propose_brief`: JSON Schema."""

from collections.abc import Sequence
from typing import Any

from travel import limits
from travel.records import BANDS, BASES, NEED_KINDS, PACES

MAX_QUESTIONS, MAX_QUESTION_CHARS = 10, 200


def properties(*, questions_about: Sequence[str]) -> dict[str, Any]:
    """Return the JSON Schemas of the arguments: the fields that `brief_of` reads, and questions."""
    question = {"field": {"type": "string", "enum": [*questions_about]}, "text": _text(MAX_QUESTION_CHARS)}
    return {
        "title": _text(limits.MAX_TITLE_CHARS, "What the trip is called, such as 'Lisbon in May for the Garcias'"),
        "where": _list(_text(limits.MAX_PLACE_CHARS), limits.MAX_PLACES, "Destinations, in the order of the trip"),
        "purpose": _text(limits.MAX_PURPOSE_CHARS, "Why they travel, such as a honeymoon"),
        "start": _text(10, "First day, such as 2027-05-03; only together with end, and only if the year is known"),
        "end": _text(10, "Last day, such as 2027-05-07"),
        "months": _list(_text(7), limits.MAX_MONTHS, "Possible months, such as 2027-05, while no dates are known"),
        "date_flex_days": _number(limits.MAX_FLEX_DAYS, "By how many days the dates may move"),
        "adults": _number(limits.MAX_TRAVELLERS, "How many adults go along"),
        "children": _number(limits.MAX_TRAVELLERS, "How many children go along"),
        "child_ages": _list(
            _number(limits.MAX_CHILD_AGE), limits.MAX_TRAVELLERS, "The children's ages that are known"
        ),
        "travellers": _list(
            _traveller(),
            limits.MAX_TRAVELLERS,
            "Everybody who goes along, one by one, in place of the counts; where more is said of them than how many",
        ),
        "budget": _object(
            {
                "low": _money("The least"),
                "high": _money("The most"),
                "basis": {"type": "string", "enum": [*BASES], "description": "What the amounts are for"},
                "hard": {"type": "boolean", "description": "Whether it must not be exceeded"},
            }
        ),
        "pace": {"type": "string", "enum": [*PACES]},
        "must": _list(_wish(), limits.MAX_WISHES, "What must be part of the trip"),
        "avoid": _list(_wish(), limits.MAX_WISHES, "What must not be part of it"),
        "questions": _list(
            _object(question, "text"),
            MAX_QUESTIONS,
            "What is still to be asked, and the field that the answer is for",
        ),
    }


def _traveller() -> dict[str, Any]:
    need = _object(
        {
            "kind": {"type": "string", "enum": [*NEED_KINDS]},
            "text": _text(limits.MAX_NEED_CHARS),
            "hard": {"type": "boolean", "description": "Whether it must be met"},
        },
        "kind",
        "text",
    )
    return _object(
        {
            "label": _text(limits.MAX_LABEL_CHARS, "A name, or such as 'Adult 1'"),
            "band": {"type": "string", "enum": [*BANDS]},
            "age_at_travel": _number(limits.MAX_AGE),
            "needs": _list(need, limits.MAX_NEEDS, "Diets, allergies, and the like"),
        },
        "label",
        "band",
    )


def _wish() -> dict[str, Any]:
    hard = {"type": "boolean", "description": "Whether it is a condition"}
    return _object({"text": _text(limits.MAX_WISH_CHARS), "hard": hard}, "text")


def _money(what: str) -> dict[str, Any]:
    amount = {"type": "string", "description": "Digits, such as 1234.50"}
    code = {"type": "string", "description": "ISO 4217, such as EUR"}
    return _object({"amount": amount, "currency": code}, "amount", "currency") | {"description": what}


def _text(most: int, what: str = "") -> dict[str, Any]:
    return {"type": "string", "maxLength": most} | ({"description": what} if what else {})


def _number(most: int, what: str = "") -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "maximum": most} | ({"description": what} if what else {})


def _list(items: dict[str, Any], most: int, what: str) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most, "description": what}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*required]}
