"""Slides as the assistant proposes them: typed, checked, kept beside the reply, and accepted by a person or not."""

import json
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from pydantic import ValidationError

from exports.decks.building.amounts import currency_named, reader_of
from exports.decks.records import MAX_COLUMNS, MAX_ROWS, Built, Deck, Slide, deck_values, read_slides
from services.parts import Part, ToolCallPart

NAME = "propose_slides"
# What a planner who wants slides made of a session says.
ASK_FOR_SLIDES = (
    "Propose slides for the customer from this conversation: a few, each with one message that its title says, with"
    " only what the conversation says, and its prices as they stand there."
)
MAX_PROPOSED = 30
_ORIGIN, _ORIGIN_CHARS = "proposed:", 150
_MAX_OUTPUT_CHARS = 400_000
_MAX_PROBLEM_CHARS = 300
_PROPOSED = "The planner sees them beside your reply and decides. Say in a sentence what you propose."
_REFUSED = "Nothing was proposed. Correct this and call the tool again."
_LINE = {"type": "string", "maxLength": 1_000}
_LINES = {"type": "array", "items": _LINE, "minItems": 1, "maxItems": 40}
_BLOCK: dict[str, Any] = {
    "type": "object",
    "description": "Give what its kind has: text paragraphs; bullets items; table head and rows; figures figures",
    "properties": {
        "kind": {"type": "string", "enum": ["text", "bullets", "table", "figures"]},
        "paragraphs": _LINES,
        "items": _LINES,
        "head": _LINES | {"maxItems": 8, "description": "What the columns are called, with the currency of prices"},
        "rows": {"type": "array", "items": _LINES | {"maxItems": 8}, "minItems": 1, "maxItems": 60},
        "total": {"type": "boolean", "description": "Whether the last row is the sum of the others"},
        "figures": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"label": _LINE, "value": _LINE},
                "required": ["label", "value"],
            },
            "minItems": 1,
            "maxItems": 8,
        },
    },
    "required": ["kind"],
}
_SLIDE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 200, "description": "What the slide says, as a short sentence"},
        "blocks": {"type": "array", "items": _BLOCK, "maxItems": 6},
        "notes": {
            "type": "string",
            "maxLength": 2_000,
            "description": "For whoever presents it, not for the customer",
        },
    },
    "required": ["title", "blocks"],
}


def of_reply(proposed: Slide, message_id: int, *, slide_id: str) -> Slide:
    """Return a slide that a reply proposes as a deck has it: nobody stands by its words yet.

    Its origin is its title: what is proposed again under it is the same slide, moved on.
    """
    return Slide(
        id=slide_id,
        title=proposed.title,
        blocks=proposed.blocks,
        notes=proposed.notes,
        origin=f"{_ORIGIN}{proposed.title[:_ORIGIN_CHARS]}",
        built=Built(proposed.title, proposed.blocks),
        message_ids=(str(message_id),),
    )


def is_proposed(slide: Slide) -> bool:
    """Return whether a slide of a deck was one that the assistant proposed."""
    return bool(slide.message_ids) and (slide.origin is None or slide.origin.startswith(_ORIGIN))


def slides_in(parts: Iterable[Part]) -> tuple[Slide, ...]:
    """Return the last slides that a reply proposes; none where it proposes none."""
    outputs = [part.output for part in parts if isinstance(part, ToolCallPart) and part.name == NAME and part.output]
    return next(filter(None, map(_proposed, reversed(outputs))), ())


def _proposed(output: str) -> tuple[Slide, ...]:
    """Return what an output of the tool proposes. It may come from an imported file: nothing of it is sure."""
    try:
        return read_slides(json.loads(output[:_MAX_OUTPUT_CHARS])["proposed"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()


class ProposeSlides:
    """Lets the model propose slides. It checks and answers only: `slides_in` reads what it answered."""

    name = NAME
    description = (
        "Proposes slides to the planner, for the deck that the customer is shown. Use it when the planner asks for"
        " slides, a deck or a presentation. Give only what the conversation says, prices exactly as they stand there."
        " Text is plain: no Markdown, no HTML. Nothing is changed by it: the planner sees the slides beside your"
        " reply and takes those that they want."
    )

    def __init__(self) -> None:
        self.parameters = {
            "type": "object",
            "properties": {"slides": {"type": "array", "items": _SLIDE, "minItems": 1, "maxItems": MAX_PROPOSED}},
            "required": ["slides"],
        }

    async def run(self, arguments: Mapping[str, Any], *, user_id: int) -> dict[str, Any]:
        """Return the slides as they are kept, or what is wrong with them."""
        given = arguments.get("slides")
        if not isinstance(given, list) or not 1 <= len(given) <= MAX_PROPOSED:
            return {"problems": [f"slides is no list of 1 to {MAX_PROPOSED} slides."], "note": _REFUSED}
        made, problems = [], []
        for number, one in enumerate(given, 1):
            try:
                made.append(_slide(one, number))
            except (ValueError, TypeError, ArithmeticError) as exc:
                problems.append(f"Slide {number}: {_said(exc)[:_MAX_PROBLEM_CHARS]}")
        if problems:
            return {"problems": problems, "note": _REFUSED}
        told = {"proposed": deck_values(Deck(title="", slides=tuple(made)))["slides"], "note": _PROPOSED}
        if len(json.dumps(told)) > _MAX_OUTPUT_CHARS:
            return {"problems": ["These slides are too long. Propose fewer, with less on each."], "note": _REFUSED}
        return told


def _said(problem: Exception) -> str:
    if isinstance(problem, ValidationError):
        first = problem.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
    return str(problem)


def _slide(given: object, number: int) -> Slide:
    """Return a slide as a model wrote it. Raises ValueError, TypeError."""
    if not isinstance(given, Mapping):
        raise TypeError("is no object with a title and blocks.")
    blocks = given.get("blocks") or ()
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        raise TypeError("blocks is no list.")
    made = [_block(one, f"{at}") for at, one in enumerate(blocks, 1)]
    values = {"id": f"proposed-{number}", "title": given.get("title") or "", "blocks": made}
    return read_slides([values | {"notes": given.get("notes") or ""}])[0]


def _block(given: object, block_id: str) -> dict[str, Any]:
    """Return the JSON values of a block that a model wrote; the numbers of a table as it wrote them."""
    if not isinstance(given, Mapping):
        raise TypeError("a block is no object.")
    kind = given.get("kind")
    if kind == "text":
        return {
            "id": f"text-{block_id}",
            "kind": kind,
            "paragraphs": [[_run(one)] for one in _list(given, "paragraphs")],
        }
    if kind == "bullets":
        items = [{"runs": [_run(one)]} for one in _list(given, "items")]
        return {"id": f"bullets-{block_id}", "kind": kind, "items": items}
    if kind == "figures":
        figures = _list(given, "figures")
        if not all(isinstance(one, Mapping) for one in figures):
            raise TypeError("a figure is no object with a label and a value.")
        shown = [{"label": _text(one.get("label", "")), "text": _text(one.get("value", ""))} for one in figures]
        return {"id": f"figures-{block_id}", "kind": kind, "figures": shown}
    if kind == "table":
        head, rows = _list(given, "head"), _list(given, "rows")
        cells = {"head": [_cell(one) for one in head], "rows": _rows(head, rows)}
        return {"id": f"table-{block_id}", "kind": kind, **cells, "total": given.get("total") is True}
    raise ValueError("the kind of a block is text, bullets, table or figures.")


def _rows(head: Sequence[object], rows: Sequence[object]) -> list[list[dict[str, Any]]]:
    """Return rows in which what is an amount, and can be read in one way only, is one."""
    if not all(isinstance(row, list) and len(row) == len(head) for row in rows):
        raise TypeError("a row is no list with as many cells as the head.")
    if len(head) > MAX_COLUMNS or len(rows) > MAX_ROWS:
        raise ValueError(f"a table has at most {MAX_COLUMNS} columns and {MAX_ROWS} rows.")
    texts = [[_text(cell) for cell in row] for row in rows if isinstance(row, list)]
    reader = reader_of(" ".join([*map(str, head), *(cell for row in texts for cell in row)]))
    currencies = [currency_named(str(one), reader) for one in head]
    return [[_cell(cell, reader.amount(cell, of)) for cell, of in zip(row, currencies, strict=True)] for row in texts]


def _cell(text: object, amount: object = None) -> dict[str, Any]:
    return {"runs": [_run(text)], "amount": amount}


def _list(given: Mapping[str, Any], name: str) -> list[Any]:
    found = given.get(name)
    if not isinstance(found, list) or not found:
        raise TypeError(f"{name} is no list with something in it.")
    return found


def _run(text: object) -> dict[str, Any]:
    return {"text": _text(text)}


def _text(given: object) -> str:
    """Return a text, or a number as text."""
    if isinstance(given, str):
        return given
    if isinstance(given, int | float) and not isinstance(given, bool) and isfinite(given):
        return str(given)
    raise TypeError("a text is no string.")
