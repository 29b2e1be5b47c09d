"""No text from outside takes time that grows with the square of its length: it would stop everybody."""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from api.streaming import wants_text
from api.ui_parts import loads, pieces
from backboard_client._events import EventReader
from components import labels
from components.replies import blocks, model_text, stream
from db import folding, search
from emulator import document_reader
from emulator.chunks import cut_into_chunks
from emulator.conversation import Answer, Document, Turn
from emulator.demo import days, memory, reading
from emulator.demo import line as demo_line
from emulator.demo import titles as demo_titles
from emulator.demo.answer import answer
from emulator.store import memories
from exports import markdown_text, paper, writing
from exports.sessions.markdown import session_markdown
from exports.sessions.records import SavedMessage, SavedSession
from services import texts
from services.accounts import passwords
from services.errors import FileRefusedError, InvalidInputError
from services.parts import StepPart
from services.process.logs import OneLine
from services.replies import sources, titles
from services.sessions import file_types
from services.sessions.matches import excerpt
from services.templates.templates import Opening
from tests.helpers.awkward import ENDS, UNITS, too_slow
from tests.helpers.patterns import Use, found, recording
from travel.brief import BriefError, brief_of, title_of
from travel.types import NotValidError, language_of

# Patterns made of others while the code runs: what is done here goes through all of them.
SAID = (
    "",
    "Plan Lisbon in May. I am vegetarian, allergic to nuts, and my name is Ann. We are 2 people with 2 kids, $2,000.",
    "We may go to Rome on 3 March for 5 days, no museums, swap days 1 and 2 and skip the Vatican.",
    "How much is it without the hotel, on day 2, with a later start on day 3?",
    "5月に東京へ行きたいです",
    "Reise nach Berlin im Mai, 4 Tage",
)


def _made() -> list[Use]:
    cached = (demo_line.whole_words, demo_line._normal, reading.read, days._called, memory._rules)
    for function in cached:
        function.cache_clear()
    not_read = found()[1]
    with recording() as noted:
        for text in SAID:
            reading.read(text, context=("lisbon",))
            memory.extract_facts(text)
            demo_titles.title(f"Planner: {text}")
    return [use for use in noted if use.place in not_read]


def _own_units(use: Use) -> list[str]:
    """Return the words of a pattern itself, as what it looks for can be repeated too."""
    source = use.pattern.pattern if isinstance(use.pattern.pattern, str) else use.pattern.pattern.decode("latin-1")
    words = list(dict.fromkeys(re.findall(r"(?<!\\)[^\W\d_]{2,}", source)))[:12]
    return [*words, *(f"{word} " for word in words)]


def test_every_pattern_is_found():
    uses, not_read = found()

    assert {use.place for use in _made()} == not_read
    assert len(uses) > 100


@pytest.mark.soak(short=1, long=len(ENDS))  # of the ends, for each unit
def test_pattern_takes_linear_time(lasts):
    ends = min(int(lasts), len(ENDS))
    slow = {
        (use.place, use.method): text
        for use in found()[0]
        if (text := too_slow(use, units=[*UNITS, *_own_units(use)], of_these=ends))
    }

    assert slow == {}


def test_pattern_that_is_made_takes_linear_time():
    slow = {
        use.place: text
        for use in _made()
        if (text := too_slow(use, units=[*UNITS, *_own_units(use)], between=ENDS[:1]))
    }

    assert slow == {}


# What takes text from outside, by where it begins.
FUNCTIONS: dict[str, Callable[[str], object]] = {
    "a message": texts.clean_message,
    "instructions": texts.clean_instructions,
    "a title": texts.clean_title,
    "a memory": texts.clean_memory,
    "a brief": lambda text: brief_of({"where": [text], "purpose": text, "notes_private": text, "pace": text}),
    "a title of a trip": title_of,
    "an amount": lambda text: brief_of({"budget": {"low": {"amount": text, "currency": text}}}),
    "a language of a customer": language_of,
    "words to look for": texts.clean_query,
    "a model": texts.check_model,
    "a title made from a message": texts.made_title,
    "a preview": texts.preview,
    "one line": texts.one_line,
    "an excerpt": lambda text: excerpt(text, "zz"),
    "an excerpt for": lambda text: excerpt("to look " * 4_000, text),
    "an answer with a title": titles.cleaned_title,
    "sources": sources.sources_in,
    "an address in a text": lambda text: sources.sources_in(f"https://a{text}"),
    "blanks": lambda text: Opening("x", first_message=text).filled({"a": "b"}),
    "a file's name": lambda text: file_types.checked_file(f"{text}.txt", b"a"),
    "a file's text": lambda text: file_types.checked_file("a.txt", _bytes(text)),
    "files of a message": lambda text: file_types.with_file_names(text, ["a.txt"]),
    "a username": passwords.clean_username,
    "a username typed": passwords.typed_username,
    "an e-mail address": passwords.clean_email,
    "a name": passwords.clean_name,
    "a name compared": texts.name_key.__wrapped__,
    "a password": lambda text: passwords.check_new_password(text, username="ann"),
    "a log line": lambda text: OneLine().format(logging.makeLogRecord({"msg": text, "name_of": text})),
    "a text indexed": folding.tokens,
    "a text indexed on PostgreSQL": lambda text: search._tsvector(folding.tokens(text)),
    "a search": lambda text: search._tsquery(folding.terms(text), 1),
    "a search on SQLite": lambda text: search._fts5(folding.terms(text), 1),
    "a model's text": model_text.safe_markdown,
    "places to cut": lambda text: list(model_text.cuts(text)),
    "blocks of a reply": blocks.blocks,
    "the end of a reply that grows": lambda text: stream._MAY_CHANGE.sub("", text),
    "a label": labels.escape_label,
    "Markdown without formulas": markdown_text.escape_money,
    "Markdown as blocks": markdown_text.blocks,
    "Markdown too deep": markdown_text.is_too_deep,
    "text for Markdown": markdown_text.plain,
    "a list of sources": lambda text: markdown_text.source_list([(text, text)]),
    "a session as Markdown": lambda text: session_markdown(_session(text), zone=UTC),
    "text for a PDF": lambda text: paper.drawable(markdown_text.blocks(text), Counter()),
    "typed text for a PDF": lambda text: paper.drawable(paper.as_typed(text, paper.Room("")), Counter()),
    "a language": writing.language,
    "pieces of a reply": lambda text: pieces(text, [StepPart(at) for at in range(0, len(text), 500)]),
    "JSON of a tool": loads,
    "what a reader accepts": wants_text,
    "an event of Backboard": lambda text: list(EventReader().read(text)),
    "an event with text": lambda text: list(
        EventReader().read(json.dumps({"type": "content_streaming", "content": text}))
    ),
    "an answer of the demo": lambda text: _answered(text),
    "an answer with instructions": lambda text: _answered("Rome", system_prompt=text),
    "an answer with tools": lambda text: _answered("Rome", tool_outputs={"a": text}),
    "an answer from a file": lambda text: _answered("What about a file?", documents=[Document("a.txt", text)]),
    "facts": memory.extract_facts,
    "a title of the demo": demo_titles._first_words,
    "words of a memory": lambda text: memories._score(memories._words(text), text),
    "a document": lambda text: list(document_reader.texts("txt", _bytes(text))),
    "chunks": cut_into_chunks,
}
REFUSALS = (InvalidInputError, FileRefusedError, document_reader.UnreadableError, BriefError, NotValidError)


def _answered(text: str, **said: Any) -> Answer:
    nothing: dict[str, Any] = {"memories": [], "tools": [], "system_prompt": None, "tool_outputs": None}
    return answer([Turn("user", text)], **nothing | said)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _session(text: str) -> SavedSession:
    text, at = text.replace("\ud800", ""), datetime(2026, 1, 1, tzinfo=UTC)
    asked = SavedMessage("1", "user", "complete", text, at)
    told = SavedMessage("2", "assistant", "complete", text, at, parent_id="1")
    return SavedSession(
        key="key", title=text, planner=text, model="a/b", created_at=at, last_message_at=at,
        messages=[asked, told], last_message_id="2",
    )  # fmt: skip


@pytest.mark.soak(short=1, long=len(ENDS))  # of the ends, for each unit
@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_takes_linear_time(name, lasts):
    def run(text: str) -> None:
        with suppress(*REFUSALS):
            FUNCTIONS[name](text)

    assert too_slow(run, of_these=min(int(lasts), len(ENDS)), chars=800) is None


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [
        (r"(?m)^\s*(?:#{1,6}\s+|>\s?)+|[*_`~|]{1,3}", "\n"),
        (r"!?\[([^\]\n]*)\]", "["),
        (r"a+$", "a"),
        (r"(\d+)-\d", "1"),
    ],
)
def test_quadratic_pattern_is_found(pattern, unit):
    assert too_slow(Use("", re.compile(pattern), "sub"), units=["x", unit], chars=500, least_s=0) is not None


@pytest.mark.parametrize("unit", [")", ") ", "a)", "))"])
def test_quadratic_function_is_found(unit):
    def without_end(text: str) -> str:
        while text.count(")") > text.count("("):
            text = text[:-1]
        return text

    assert too_slow(without_end, units=["x", unit, f"{unit}{unit}"], of_these=1, chars=800) is not None
