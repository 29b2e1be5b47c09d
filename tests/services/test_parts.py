"""Parts are stored as version 0.1.0 stored them, so that it and this version read what the other wrote."""

import json
from dataclasses import fields
from typing import Any

import pytest

from db.models import Message
from services.parts import (
    MemoryPart,
    NoticePart,
    Part,
    ReasoningPart,
    SourcePart,
    StepPart,
    StoredPart,
    ToolCallPart,
    known_parts,
    read_part,
    stored_part,
    texts,
)
from tests.helpers.services import last_message, until_ended

# The column `parts` of rows that version 0.1.0 wrote, and what they say.
STORED_BY_0_1_0 = """[
    {"kind": "notice", "text": "A new thread was begun.", "at": 0, "call_id": null, "input": null, "output": null, "url": null},
    {"kind": "reasoning", "text": "They like history.", "at": 0, "call_id": null, "input": null, "output": null, "url": null},
    {"kind": "tool", "text": "web_search", "at": 0, "call_id": null, "input": null, "output": null, "url": null},
    {"kind": "tool", "text": "current_date", "at": 5, "call_id": "call_1", "input": "{}", "output": "\\"2026-05-12\\"", "url": null},
    {"kind": "step", "text": "", "at": 5, "call_id": null, "input": null, "output": null, "url": null},
    {"kind": "memory", "text": "Prefers tea", "at": 40, "call_id": "mem_1", "input": null, "output": null, "url": null},
    {"kind": "source", "text": "Rome", "at": 40, "call_id": null, "input": null, "output": null, "url": "https://rome.example/"},
    {"kind": "source", "text": "From a file", "at": 40, "call_id": null, "input": null, "output": null, "url": null}
]"""  # noqa: E501 - as it was
SAID: tuple[Part, ...] = (
    NoticePart("A new thread was begun."),
    ReasoningPart("They like history."),
    ToolCallPart("web_search"),
    ToolCallPart("current_date", "call_1", "{}", '"2026-05-12"', at=5),
    StepPart(at=5),
    MemoryPart("Prefers tea", "mem_1", at=40),
    SourcePart("Rome", "https://rome.example/", at=40),
    SourcePart("From a file", at=40),
)
NEWER: tuple[Any, ...] = (
    {"kind": "map", "text": "Rome"},
    {"kind": "tool", "text": "get_weather", "made_up_later": 1},
    {"kind": "reasoning"},
)


def test_what_version_0_1_0_stored_is_read_and_written_back_the_same():
    stored = json.loads(STORED_BY_0_1_0)

    assert tuple(map(read_part, stored)) == SAID
    assert json.dumps(list(map(stored_part, SAID))) == json.dumps(stored)


@pytest.mark.parametrize("part", SAID, ids=lambda part: type(part).__name__)
def test_what_a_file_leaves_out_is_as_good_as_null(part):
    short = {name: value for name, value in stored_part(part).items() if value is not None}

    assert read_part(short) == part


def test_what_a_kind_has_no_use_for_is_not_read():
    beside = {one.name: "more" for one in fields(StoredPart)} | {"at": 3}

    assert read_part(beside | {"kind": "step"}) == StepPart(at=3)
    assert read_part(beside | {"kind": "notice", "text": "Said."}) == NoticePart("Said.", at=3)


@pytest.mark.parametrize("stored", NEWER, ids=str)
def test_what_only_a_newer_version_knows_is_refused_or_not_shown(stored):
    with pytest.raises(ValueError, match="part of a reply"):
        read_part(stored)
    assert list(known_parts([stored, stored_part(SAID[0])])) == [SAID[0]]


def test_a_chat_shows_what_it_knows_of_a_reply_and_leaves_the_rest_as_it_is(services, emulator, database, user_id):
    accepted = services.replies.send("Three days in Rome", user_id=user_id, client_message_id="a")
    until_ended(services, accepted.reply_id, user_id)
    stored = [NEWER[0], *json.loads(STORED_BY_0_1_0), *NEWER[1:]]
    with database.begin() as db_session:
        db_session.get_one(Message, accepted.reply_id).parts = stored

    assert last_message(services, accepted.session_id, user_id).parts == SAID
    assert services.replies.watch(accepted.reply_id, user_id=user_id).snapshot.parts == SAID
    with database.read() as db_session:
        assert db_session.get_one(Message, accepted.reply_id).parts == stored


def test_texts_of_a_part_are_all_that_it_says_but_its_address():
    assert [texts(part) for part in SAID[3:7]] == [
        {"name": "current_date", "call_id": "call_1", "input": "{}", "output": '"2026-05-12"'},
        {},
        {"text": "Prefers tea", "memory_id": "mem_1"},
        {"title": "Rome"},
    ]
