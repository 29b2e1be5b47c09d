"""A brief of what was said: proposed with the tool, and only where there is one."""

import json
from typing import Any

import pytest

from emulator.conversation import Answer, Document, Turn
from emulator.demo.answer import answer, extract_facts
from emulator.demo.brief import without_request
from services.trips.proposals import ASK_FOR_BRIEF
from tests.helpers.demo import asked
from travel.brief import brief_of, told

TOOLS = ["current_date", "propose_brief"]
KNOWN = {
    "where": ["Tokyo", "Kyoto"],
    "start": "2027-04-10",
    "end": "2027-04-21",
    "travellers": [{"label": name, "band": "adult"} for name in ("Lucia", "Marco")]
    + [{"label": "Ada", "band": "child"}],
    "budget": {"low": {"amount": "6000", "currency": "GBP"}, "high": {"amount": "8500", "currency": "GBP"}},
    "must": [{"text": "Ghibli museum", "hard": True}, {"text": "One night in a ryokan"}],
    "avoid": [{"text": "raw fish"}],
}
LISBON = "5 days in Lisbon in May for two adults and two kids aged 6 and 9, about $2,000"


def proposed(*texts: str, **more: Any) -> dict[str, Any]:
    """What the tool is called with when a brief of these messages is asked for."""
    (request,) = asked(*texts, ASK_FOR_BRIEF, tools=TOOLS, **more).tool_requests
    assert request.name == "propose_brief"
    return json.loads(json.dumps(request.arguments))  # type: ignore[no-any-return]


def questions(call: dict[str, Any]) -> dict[str, str]:
    return {one.get("field", "long"): one["text"] for one in call.get("questions", [])}


def in_trip(title: str = "Marchetti in Japan", **more: Any) -> str:
    """The prompt of a trip that knows a lot, and *more*."""
    return told(title, None, None, brief_of(KNOWN | more))


def after(output: object, *texts: str, system_prompt: str | None = None) -> Answer:
    """The answer when the tool has said *output*."""
    turns = [Turn("user", text) for text in (*texts, ASK_FOR_BRIEF)]
    outputs = {"propose_brief": output if isinstance(output, str) else json.dumps(output)}
    return answer(turns, memories=[], tools=TOOLS, system_prompt=system_prompt, tool_outputs=outputs)


@pytest.mark.parametrize(
    "text",
    [
        *(ASK_FOR_BRIEF, "make this a trip", "Make this a trip.", "Propose a brief", "propose a trip brief, please"),
        *("Summarise this as a trip brief", "Can you write a brief for the team?", "Turn this into a trip"),
        *("Create a trip from this conversation", "please draft the trip brief now", "Make it a trip!"),
    ],
)
def test_brief_is_proposed_when_it_is_asked_for(text):
    reply = asked(LISBON, text, tools=TOOLS)

    assert [request.name for request in reply.tool_requests] == ["propose_brief"]
    assert not reply.text


@pytest.mark.parametrize(
    "text",
    [
        *("keep it brief", "make it brief", "Make a brief overview", "Write a brief email to the client"),
        *("Create an itinerary from the brief", "make it a day trip", "create a trip to Rome"),
        *("Please plan the trip in brief.txt", "plan a trip from this brief", "Write an email about the brief"),
    ],
)
def test_other_requests_are_none(text):
    assert without_request(text) == text
    assert not asked(LISBON, text, tools=TOOLS).tool_requests


def test_without_the_tool_nothing_is_proposed():
    reply = asked(LISBON, ASK_FOR_BRIEF, tools=["current_date"])

    assert not reply.tool_requests
    assert reply.text


def test_proposal_holds_what_was_said_and_leaves_out_the_rest():
    length = {"text": "The trip takes 4 days in all: on which dates?"}

    assert proposed("4 days in Porto") == {"title": "Porto", "where": ["Porto"], "questions": [length]}


def test_places_that_are_compared_are_proposed():
    call = proposed("Rome or Athens in October 2027 for 4 days, two adults")

    assert (call["title"], call["where"], call["months"]) == (
        "Rome or Athens in October",
        ["Rome or Athens"],
        ["2027-10"],
    )
    assert questions(call) == {"long": "The trip takes 4 days in all: on which dates in October 2027?"}
    assert proposed("Rome or Athens for 4 days", "the second one")["where"] == ["Athens"]


def test_summary_of_a_proposal_has_the_year_and_no_holes():
    output = {"proposed": {"title": "Trip", "questions": []}}

    reply = after(output, "Rome or Athens in October 2027 for 4 days, two adults")
    assert reply.text.startswith("I propose **Trip**: Rome or Athens, 4 days, October 2027, two adults. ")
    assert after(output, "4 days in October 2027").text.startswith("I propose **Trip**: 4 days, October 2027. ")


def test_people_and_money_are_proposed():
    call = proposed(LISBON)

    assert (call["adults"], call["children"], call["child_ages"]) == (2, 2, [6, 9])
    assert call["budget"] == {"high": {"amount": "2000", "currency": "USD"}, "basis": "total"}
    assert call["title"] == "Lisbon in May"


@pytest.mark.parametrize(
    ("text", "amount", "basis"),
    [
        ("4 days in Vienna for 3 people, 900 eur each", ("900", "EUR"), "per_person"),
        ("3 days in Prague, 2 adults, £90 a day each", ("270", "GBP"), "per_person"),
        ("3 days in Prague, 2 adults, £90 a day", ("270", "GBP"), "total"),
    ],
)
def test_budget_is_for_the_whole_trip(text, amount, basis):
    budget = {"high": {"amount": amount[0], "currency": amount[1]}, "basis": basis}

    assert proposed(text)["budget"] == budget


def test_budget_without_a_currency_is_asked_for():
    call = proposed("5 days in Rome, budget 3000")

    assert "budget" not in call
    assert questions(call)["budget"] == "In which currency is the budget of 3,000?"


def test_dates_need_a_year():
    known, unknown = proposed("3 days in Prague from 3 May 2027"), proposed("3 days in Prague from 3 May")

    assert (known["start"], known["end"], "must" in known) == ("2027-05-03", "2027-05-05", False)
    assert not {"start", "end", "months"} & unknown.keys()
    assert questions(unknown) == {"long": "The trip takes 3 days from 3 May: in which year?"}
    assert questions(proposed("Prague from 3 May")) == {"start": "Which year is meant by 3 May?"}


def test_dates_need_a_length():
    call = proposed("Rome from 3 May 2027")

    assert call["months"] == ["2027-05"]
    assert questions(call) == {"start": "How long does the trip take that begins on Monday 3 May?"}


def test_months_need_a_year():
    assert proposed("Rome and Florence in May 2027, 6 days")["months"] == ["2027-05"]
    assert questions(proposed("6 days in Rome in May")) == {
        "start": "Which year is meant by May?",
        "long": "The trip takes 6 days in all: on which dates in May?",
    }
    assert "months" not in proposed("Ten days in Japan in autumn")


def test_how_many_a_family_are_is_not_supposed():
    call = proposed("5 days in Rome for a family of four")

    assert not {"adults", "children", "child_ages", "travellers"} & call.keys()


@pytest.mark.parametrize(
    ("people", "children"),
    [("for two", None), ("for two adults and a child", 1), ("for two adults and two kids", 2)],
)
def test_needs_of_a_group_are_nobodys_and_whose_they_are_is_asked(people, children):
    call = proposed(f"5 days in Lisbon {people}, one is vegetarian and allergic to nuts")

    assert (call["adults"], call.get("children"), call.get("child_ages")) == (2, children, None)
    assert "travellers" not in call
    assert call["must"][0] == {"text": "vegetarian food and no nuts (allergy), for those who need it", "hard": True}
    assert questions(call)["travellers"] == "Who needs what was said: vegetarian food and no nuts (allergy)?"


def test_whose_the_needs_are_is_not_asked_of_whoever_goes_alone():
    call = proposed("5 days in Lisbon, just me, I am vegan")

    needed = {"text": "vegan food, for those who need it", "hard": True}
    assert ([*questions(call)], call["must"]) == (["long"], [needed])


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("two adults and a child, one has a nut allergy", None),
        ("two adults and two kids, one who eats no fish", None),
        ("two adults and two kids, 2 are vegan", None),
        ("two adults and a child aged 1", [1]),
        ("two adults and two kids, 6 and 9", [6, 9]),
    ],
)
def test_number_of_those_who_are_told_about_is_no_age(text, ages):
    assert proposed(f"5 days in Lisbon, {text}").get("child_ages") == ages


def test_wishes_of_the_whole_conversation_are_proposed():
    call = proposed(LISBON, "We love art, no museums", "a slow pace, not before 10", "make it 4 days")

    assert call["pace"] == "relaxed"
    assert call["must"] == [{"text": "no start before 10:00"}, {"text": "a liking for art"}]
    assert call["avoid"] == [{"text": "museums"}]


def test_place_that_the_demo_does_not_know_is_proposed():
    assert proposed("4 days in Bhutan")["where"] == ["Bhutan"]


def test_country_is_proposed_as_it_was_said():
    assert proposed("Ten days in Japan")["where"] == ["Japan"]


def test_what_stands_beside_the_request_is_read():
    (request,) = asked("Make this a trip: 5 days in Rome", tools=TOOLS).tool_requests

    assert request.arguments["where"] == ["Rome"]


@pytest.mark.parametrize("text", [ASK_FOR_BRIEF, "Make a new trip out of this chat"])
def test_request_is_no_wish(text):
    assert asked(LISBON, text, tools=TOOLS).tool_requests[0].arguments["where"] == ["Lisbon"]

    reply = asked(LISBON, text, "make it 4 days", tools=TOOLS)

    assert "did not understand" not in reply.text
    assert "Day 4" in reply.text


def test_memories_of_other_conversations_are_not_proposed():
    assert "travellers" not in proposed("4 days in Porto for two", memories=["Is vegan", "Is allergic to nuts"])


def test_document_that_was_named_is_part_of_what_was_said():
    document = Document("brief.txt", "Two guests, 4 days in Porto in May 2027. Their budget is 1,500 EUR.")

    call = proposed("Please plan the trip in brief.txt", documents=[document])

    assert (call["where"], call["adults"], call["budget"]["high"]["amount"]) == (["Porto"], 2, "1500")


def test_nothing_said_is_nothing_proposed():
    reply = asked(ASK_FOR_BRIEF, tools=TOOLS)

    assert not reply.tool_requests
    assert reply.text.startswith("Nothing was said about a trip yet")
    assert extract_facts(ASK_FOR_BRIEF) == []


def test_what_was_proposed_and_what_is_open_is_said():
    reply = after({"proposed": {"title": "Lisbon", "questions": [{"field": "pace", "text": "How *full*?"}]}}, LISBON)

    assert not reply.tool_requests
    assert reply.text.startswith("I propose **Lisbon**: Lisbon, 5 days, May, two adults and two children (6 and 9)")
    assert reply.text.endswith("Still open: How \\*full\\*?")


def test_refusal_of_the_tool_is_said():
    reply = after({"problems": {"start": "The start is wrong."}, "note": "x"}, LISBON)

    assert reply.text == "I could not propose a brief. The start is wrong."


@pytest.mark.parametrize(
    "output", ["", "{", "[]", "3", '{"error": "x"}', '{"proposed": 3}', '{"proposed": {"title": 3}}']
)
def test_output_that_says_nothing_is_not_asked_for_again(output):
    reply = after(output, LISBON)

    assert not reply.tool_requests
    assert reply.text == "I could not propose a brief."


def test_earlier_proposal_does_not_answer_a_new_request():
    old = Turn("tool", json.dumps({"proposed": {"title": "Old", "questions": []}}))
    turns = [Turn("user", LISBON), Turn("user", ASK_FOR_BRIEF), old, Turn("user", ASK_FOR_BRIEF)]

    reply = answer(turns, memories=[], tools=TOOLS, system_prompt=None, tool_outputs=None)

    assert reply.tool_requests
    again = answer([*turns, old], memories=[], tools=TOOLS, system_prompt=None, tool_outputs=None)
    assert again.text.startswith("I propose **Old**")


@pytest.mark.parametrize(
    "said", ["Plan it in Japan", "Please plan “Marchetti in Japan” day by day", "What is the weather in April?"]
)
def test_what_a_trip_knows_is_not_proposed(said):
    reply = asked(said, ASK_FOR_BRIEF, tools=TOOLS, system_prompt=in_trip())

    assert not reply.tool_requests
    assert reply.text == "The brief of this trip says already what was said here."


def test_what_is_said_in_a_trip_is_added_to_its_lists():
    call = proposed("A week in Japan, vegetarian food, no museums", "and 2 days in Seoul", system_prompt=in_trip())

    assert call["where"] == ["Tokyo", "Kyoto", "Seoul"]
    assert [one["text"] for one in call["must"][:2]] == ["Ghibli museum", "One night in a ryokan"]
    assert call["must"][2]["text"] == "vegetarian food, for those who need it"
    assert [one["text"] for one in call["avoid"]] == ["raw fish", "museums"]
    assert not {"budget", "adults", "children", "months"} & call.keys()


def test_month_of_the_days_that_a_trip_knows_is_not_proposed():
    assert "months" not in proposed("in April 2027 with vegetarian food", system_prompt=in_trip())
    assert proposed("in October 2027", system_prompt=in_trip())["months"] == ["2027-10"]


def test_what_people_say_newly_is_proposed_to_a_trip():
    call = proposed("we are three adults and a child now, at most 9,000 GBP", system_prompt=in_trip())

    assert (call["adults"], call["children"], call["budget"]["high"]["amount"]) == (3, 1, "9000")
    assert not {"where", "must", "start"} & call.keys()


def test_nothing_that_a_trip_knows_is_asked_or_told_again():
    open_ones = [{"field": field, "text": f"{field}?"} for field in ("start", "budget", "pace", "where", "")]
    reply = after(
        {"proposed": {"title": "Japan", "questions": open_ones}}, "with vegetarian food", system_prompt=in_trip()
    )

    assert reply.text.startswith("I propose **Japan**: vegetarian food. ")
    assert reply.text.endswith("Still open: pace? ?")


def test_length_that_was_proposed_as_a_question_is_planned_with():
    (length,) = proposed("9 days in Lisbon")["questions"]
    trip = told("Lisbon", None, None, brief_of({"where": ["Lisbon"], "questions": [length["text"]]}))

    assert "## 9 days in Lisbon" in asked("Plan it day by day", system_prompt=trip).text
