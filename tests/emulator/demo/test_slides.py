"""Slides of a plan: proposed with the tool when they are asked for, with the prices as they stand."""

import asyncio
import json
from typing import Any

import pytest

from emulator.conversation import Turn
from emulator.demo.answer import answer
from emulator.demo.slides import without_request
from exports.decks.plain import block_text
from exports.decks.records import TableBlock
from services.decks.proposals import ASK_FOR_SLIDES, ProposeSlides, slides_in
from services.parts import ToolCallPart
from tests.helpers.demo import asked

TOOLS = ["current_date", "propose_brief", "propose_slides"]
LISBON = "5 days in Lisbon in May for two, one is vegetarian, about $2,000"


def called(*texts: str) -> dict[str, Any]:
    (request,) = asked(*texts, tools=TOOLS).tool_requests
    assert request.name == "propose_slides"
    return json.loads(json.dumps(request.arguments))  # type: ignore[no-any-return]


def output(*texts: str) -> str:
    return json.dumps(asyncio.run(ProposeSlides().run(called(*texts), user_id=1)))


@pytest.mark.parametrize(
    "text",
    [
        *(
            ASK_FOR_SLIDES,
            "Make slides of this",
            "make a few slides for the customer",
            "Please create a presentation",
        ),
        *(
            "Turn this into slides",
            "turn it into a deck",
            "I need a slide deck",
            "Can you prepare a deck for the client?",
        ),
        *("make me a PowerPoint", "Build the customer deck"),
    ],
)
def test_slides_are_proposed_when_they_are_asked_for(text):
    reply = asked(LISBON, text, tools=TOOLS)

    assert [request.name for request in reply.tool_requests] == ["propose_slides"]
    assert not reply.text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "plan a pool with water slides for the kids",
            "make it a hotel with a sun deck",
            "give me a day with slides",
        ),
        *("Is there an observation deck in Lisbon?", "show me the plan", "They give a presentation on day 3"),
        "5 days in Lisbon, present it as a table",
    ],
)
def test_other_requests_are_none(text):
    assert without_request(text) == text


def test_slides_are_those_of_the_plan_as_it_stands_with_its_prices():
    plan = asked(LISBON, "make it 4 days").text
    slides = slides_in([ToolCallPart("propose_slides", output=output(LISBON, "make it 4 days", ASK_FOR_SLIDES))])

    assert slides[0].title == "4 days in Lisbon in May"
    costs = next(block for block in slides[-1].blocks if isinstance(block, TableBlock))
    assert costs.total
    for row in costs.rows:
        assert row[-1].amount
        assert f"${row[-1].amount.value:,}" in plan
    said = "\n".join(block_text(block, "en") for slide in slides for block in slide.blocks)
    assert "before you quote" not in said
    assert "before you quote" in slides[-1].notes


def test_it_says_what_became_of_the_proposal():
    def after(told: str) -> str:
        turns = [Turn("user", LISBON), Turn("assistant", "…"), Turn("user", ASK_FOR_SLIDES)]
        outputs = {"a": told}
        return answer(turns, memories=[], tools=TOOLS, system_prompt=None, tool_outputs=outputs).text

    assert after(output(LISBON, ASK_FOR_SLIDES)).startswith("I propose 3 slides: “5 days in Lisbon in May”")
    assert "Slide 1" in after(json.dumps({"problems": ["Slide 1: no"]}))
    for broken in ("", "{", "[]", '{"proposed": 1}', "[" * 100_000):
        assert after(broken).startswith("I could not propose slides.")


def test_without_a_plan_it_asks_for_one_and_without_the_tool_it_offers_none():
    assert asked("Hello", ASK_FOR_SLIDES, tools=TOOLS).text.startswith("There is no plan yet")
    assert not asked(LISBON, ASK_FOR_SLIDES, tools=["current_date"]).tool_requests


def test_a_plan_stays_as_it_was_once_slides_were_asked_for():
    turns = asked(LISBON, "make a few slides for the customer", "show the plan", tools=TOOLS)
    assert turns.text.partition("\n\nShall")[0] in asked(LISBON, "show the plan", tools=TOOLS).text
