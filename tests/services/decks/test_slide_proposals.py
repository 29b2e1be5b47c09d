"""What the assistant proposes as slides: typed, checked, refused in a sentence where it is not as it should be."""

import asyncio
import json
from typing import Any

import pytest

from exports.decks.plain import block_text
from exports.decks.records import TableBlock
from services.backboard.tools import Tools
from services.decks.proposals import NAME, ProposeSlides, slides_in
from services.parts import ToolCallPart, stored_part
from tests.helpers.deck_places import Decks, planning  # noqa: F401 - a fixture

TEXT = {"kind": "text", "paragraphs": ["Hello"]}


def output(slides: object) -> str:
    return asyncio.run(Tools([ProposeSlides()]).run(NAME, json.dumps({"slides": slides}), user_id=1))


def proposed(slides: object):
    return slides_in([ToolCallPart(NAME, output=output(slides))])


def one(*blocks: object, **more: object) -> list[dict[str, Any]]:
    return [{"title": "Lisbon", "blocks": list(blocks), **more}]


def test_markup_is_text_and_amounts_are_read_where_they_can_be_read_in_one_way():
    slides = proposed(
        one(
            {"kind": "text", "paragraphs": ["<script>alert(1)</script> **bold**"]},
            {
                "kind": "table",
                "head": ["What", "Price (EUR)"],
                "rows": [["Hotel", "1,240.50"], ["Tram", "$1,200 to $1,500"], ["Total", "<b>1</b>"]],
                "total": True,
            },
            notes="<img src=x onerror=alert(1)>",
        )
    )

    (slide,) = slides
    text, table = slide.blocks
    assert block_text(text, "en") == "<script>alert(1)</script> **bold**"
    assert isinstance(table, TableBlock)
    assert [row[1].amount is not None for row in table.rows] == [True, False, False]
    assert block_text(table, "en").splitlines()[2] == "Tram · $1,200 to $1,500"
    assert not slide.confirmed


@pytest.mark.parametrize(
    "slides",
    [
        *(
            None,
            [],
            {},
            "x",
            [None],
            ["x"],
            [1],
            [[]],
            [{"title": "x", "blocks": "x"}],
            [{"title": ["x"], "blocks": []}],
        ),
        *(one(None), one("x"), one({}), one({"kind": "html", "html": "<b>"}), one({"kind": "picture"})),
        *(
            one({"kind": ["text"]}),
            one({"kind": "text", "paragraphs": "x"}),
            one({"kind": "text", "paragraphs": [True]}),
        ),
        one({"kind": "bullets", "items": [{"x": 1}]}),
        *(one({"kind": "figures", "figures": ["x"]}), one({"kind": "figures", "figures": [{"label": [1]}]})),
        *(
            one({"kind": "table", "head": ["a"], "rows": [["a", "b"]]}),
            one({"kind": "table", "head": ["a"], "rows": ["a"]}),
        ),
        one({"kind": "table", "head": [None], "rows": [["a"]]}),
        one({"kind": "table", "head": ["a"], "rows": [[float("nan")], [{"a": 1}]]}),
        one({"kind": "bullets", "items": ["x"] * 10_000}),
        one({"kind": "table", "head": ["a"] * 100, "rows": [["a"] * 100]}),
        one({"kind": "table", "head": ["a"], "rows": [["a"]] * 10_000}),
        one(*[TEXT] * 10_000),
        one(TEXT) * 10_000,
        one(TEXT, title="x" * 10_000),
        one(*[{"kind": "text", "paragraphs": ["x" * 19_000] * 4}] * 6),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_slide_is_refused_with_what_is_wrong(slides):
    told = json.loads(output(slides))

    assert told["problems"]
    assert all(isinstance(problem, str) and len(problem) < 500 for problem in told["problems"])
    assert proposed(slides) == ()


@pytest.mark.parametrize("text", ["1e999999", "NaN", "Infinity", "-Infinity", "9" * 40, "١٢٣", "1" + "0" * 900])
def test_numbers_that_are_none_stay_text(text):
    slides = proposed(one({"kind": "table", "head": ["What", "EUR"], "rows": [["Hotel", text]]}))

    assert slides
    assert isinstance(slides[0].blocks[0], TableBlock)
    assert block_text(slides[0].blocks[0], "en").endswith(text)


@pytest.mark.parametrize(
    "told",
    ["", "null", "[]", "{", '{"proposed": null}', '{"proposed": [{"id": "a"}]}', "[" * 100_000, '{"proposed": NaN}'],
)
def test_output_of_an_imported_file_that_is_none_proposes_nothing(told):
    assert slides_in([ToolCallPart(NAME, output=told)]) == ()


def reply(planning: Decks, *slides: tuple[str, str]) -> int:
    """Let the session go on with a reply that proposes slides of these titles and words; return its id."""
    given = [{"title": title, "blocks": [{"kind": "text", "paragraphs": [text]}]} for title, text in slides]
    part = stored_part(ToolCallPart(NAME, output=output(given)))
    return planning.say("Here they are.", role="assistant", parts=[part])


def shown(planning: Decks) -> dict[str, str]:
    deck = planning.decks.get(planning.session, user_id=planning.ada).deck
    return {one.title: block_text(one.blocks[0], "en") for one in deck.slides if one.message_ids and one.origin}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_accepted_slide_is_outdated_once_it_is_proposed_otherwise_or_its_reply_is_shown_no_more(planning: Decks):
    before = planning.say("And?")
    first = reply(planning, ("Costs", "In all 900"), ("Hotel", "By the river"))
    saved = planning.decks.accept(planning.session_id, first, user_id=planning.ada, rev=None)
    look = lambda: planning.refreshing.look(planning.session, user_id=planning.ada)  # noqa: E731
    assert [one.slide.title for one in look().stale] == []
    assert look().gone == ()

    reply(planning, ("Costs", "In all 950"))
    stale = look().stale
    assert [one.slide.title for one in stale] == ["Costs"]
    planning.refreshing.take(planning.session, {stale[0].slide.id: {}}, user_id=planning.ada, rev=saved.rev)
    assert shown(planning)["Costs"] == "In all 950"
    assert look().stale == ()

    planning.show(before)
    assert {one.title for one in look().gone} == {"Costs", "Hotel"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_slide_that_is_proposed_and_taken_twice_is_there_twice(planning: Decks):
    first = reply(planning, ("Costs", "In all 900"))
    saved = planning.decks.accept(planning.session_id, first, user_id=planning.ada, rev=None)
    second = reply(planning, ("Costs", "In all 950"))
    after = planning.decks.accept(planning.session_id, second, user_id=planning.ada, rev=saved.rev)

    assert [one.origin for one in after.deck.slides] == ["proposed:Costs", None]
    assert len({one.id for one in after.deck.slides}) == 2
