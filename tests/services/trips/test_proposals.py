"""What the assistant proposes is checked, and read from where it is kept: among the parts of its reply."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from services.backboard.tools import Tools
from services.parts import Part, ReasoningPart, StepPart, ToolCallPart
from services.trips.proposals import ASK_FOR_BRIEF, ProposeBrief, proposal_in
from tests.helpers.services import last_message, until_ended
from travel.brief import FIELDS, Brief, Question, brief_of, open_questions
from travel.checks import COUNTS

LISBON: dict[str, Any] = {
    "title": "Lisbon in May",
    "where": ["Lisbon"],
    "start": "2027-05-03",
    "end": "2027-05-07",
    "adults": 2,
    "child_ages": [8],
    "budget": {"high": {"amount": "3000", "currency": "EUR"}},
    "must": [{"text": "A tram ride"}],
    "questions": [{"field": "budget", "text": "Is the flight in the budget?"}, {"text": "Who is vegetarian?"}],
}


def output_of(arguments: object) -> str:
    tools = Tools([ProposeBrief()])
    return asyncio.run(tools.run("propose_brief", json.dumps(arguments), user_id=7))


def told(arguments: object) -> Any:
    return json.loads(output_of(arguments))


def test_proposal_is_read_from_the_parts_of_the_reply():
    call = ToolCallPart("propose_brief", "c", json.dumps(LISBON), output_of(LISBON))
    parts: list[Part] = [ReasoningPart("Hm."), call, StepPart()]

    proposal = proposal_in(parts)

    assert proposal is not None
    assert proposal.title == "Lisbon in May"
    assert proposal.brief == brief_of({name: LISBON[name] for name in LISBON if name not in ("title", "questions")})
    assert proposal.questions == (
        Question("budget", "Is the flight in the budget?"),
        Question("", "Who is vegetarian?"),
        Question("pace", "Should the days be relaxed, balanced or full?"),
    )


def test_question_that_no_unknown_field_stands_for_is_one_of_the_briefs_own():
    asked = [
        {"field": "budget", "text": "Is the flight in the budget?"},
        {"field": "pace", "text": "How early do they get up?"},  # the pace is not known: that is asked in any case
        {"field": "travellers", "text": "How old are the children?"},  # as it is asked in any case
        {"text": "Who is vegetarian?"},
        {"text": "Who is vegetarian?"},
    ]
    given = LISBON | {"child_ages": [], "children": 1, "questions": asked}
    proposal = proposal_in([ToolCallPart("propose_brief", output=output_of(given))])

    assert proposal is not None
    assert proposal.own_questions == ("Is the flight in the budget?", "Who is vegetarian?")


def test_what_is_not_said_stays_unknown_and_is_asked():
    proposal = proposal_in([ToolCallPart("propose_brief", output=output_of({"title": "A trip"}))])

    assert proposal is not None
    assert proposal.brief == Brief()
    assert proposal.questions == open_questions(Brief())


def test_what_the_model_asks_is_not_asked_twice():
    asked = {"title": "A trip", "questions": [{"field": "budget", "text": "How much in euros?"}]}

    proposal = proposal_in([ToolCallPart("propose_brief", output=output_of(asked))])

    assert proposal is not None
    assert [question.text for question in proposal.questions if question.field == "budget"] == ["How much in euros?"]


def test_last_proposal_of_a_reply_counts():
    calls = [{"title": "One"}, {"title": ""}, {"title": "Two"}, {"title": "x", "adults": -1}]
    parts = [ToolCallPart("propose_brief", output=output_of(one)) for one in calls]

    proposal = proposal_in([*parts, ToolCallPart("propose_brief"), ToolCallPart("current_date", output="{}")])

    assert proposal is not None
    assert proposal.title == "Two"


@pytest.mark.parametrize(
    "output",
    [
        *("", "{", "[]", "null", "3", "[" * 100_000, '"' + "a" * 200_000 + '"', '{"problems": {}}'),
        *('{"proposed": 3}', '{"proposed": {"title": "a"}}'),
        '{"proposed": {"title": "", "brief": {}, "questions": []}}',
        '{"proposed": {"title": "a", "brief": [], "questions": []}}',
        '{"proposed": {"title": "a", "brief": {}, "questions": [3]}}',
    ],
)
def test_output_that_proposes_nothing_is_none(output):
    assert proposal_in([ToolCallPart("propose_brief", output=output)]) is None


def test_proposal_of_a_file_cannot_write_what_is_private():
    forged = {"title": "a", "brief": {"notes_private": "x", "tell_needs": True, "pace": "full"}, "questions": []}

    proposal = proposal_in([ToolCallPart("propose_brief", output=json.dumps({"proposed": forged}))])

    assert proposal is not None
    assert proposal.brief == Brief(pace="full")


def test_model_is_told_all_that_is_wrong():
    wrong = LISBON | {
        "title": "\n" * 1000,
        "end": "2027-02-30",
        "adults": -1,
        "notes_private": "x",
        "questions": [{}],
    }

    assert told(wrong)["problems"] == {
        "title": "The title has more than 100 characters.",
        "notes_private": "There is no field notes_private in a proposal.",
        "end": "The end is no date that exists, written like 2027-05-03 (2027-02-30).",
        "travellers": "The number of adults is 0 to 100, not -1.",
        "questions": "A question is not text.",
    }
    assert "Correct this" in str(told(wrong)["note"])


@pytest.mark.parametrize(
    "questions", ["why", [{"text": ""}], [{"text": "a" * 201}], [3], [{"text": "a"}] * 11, {"a": 1}]
)
def test_questions_that_are_none_are_refused(questions):
    assert list(told({"title": "a", "questions": questions})["problems"]) == ["questions"]


def test_schema_is_one_and_has_every_field_that_a_brief_reads():
    schema = ProposeBrief().parameters

    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == {"title", "questions", *COUNTS, *FIELDS} - {"tell_needs", "notes_private"}
    assert Draft202012Validator(schema).is_valid(LISBON)


def test_whatever_the_schema_allows_is_read():
    proposal = {
        "title": "a",
        "travellers": [
            {
                "label": "Ann",
                "band": "senior",
                "age_at_travel": 70,
                "needs": [{"kind": "diet", "text": "vegan", "hard": True}],
            }
        ],
        "budget": {
            "low": {"amount": "1", "currency": "EUR"},
            "high": {"amount": "2.50", "currency": "EUR"},
            "basis": "per_person",
            "hard": False,
        },
        "months": ["2027-05"],
        "avoid": [{"text": "museums", "hard": False}],
        "date_flex_days": 3,
        "pace": "full",
        "purpose": "A birthday",
    }

    assert Draft202012Validator(ProposeBrief().parameters).is_valid(proposal)
    assert "proposed" in told(proposal)


def test_request_is_one_sentence():
    assert ASK_FOR_BRIEF.count(".") == 1


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from([*ProposeBrief().parameters["properties"]]), jsons, max_size=5))
def test_whatever_a_model_writes_is_proposed_or_has_problems(arguments):
    output = output_of(arguments)

    assert ("proposed" in json.loads(output)) == (
        proposal_in([ToolCallPart("propose_brief", output=output)]) is not None
    )


def test_demo_assistant_proposes_what_the_conversation_says(services, user_id):
    said = "5 days in Lisbon from 3 May 2027 for two adults and a child aged 8, budget 2,000 EUR, one is vegan"
    first = services.replies.send(said, user_id=user_id, client_message_id="a")
    until_ended(services, first.reply_id, user_id)
    second = services.replies.send(ASK_FOR_BRIEF, user_id=user_id, client_message_id="b", session_id=first.session_id)
    until_ended(services, second.reply_id, user_id)

    reply = last_message(services, first.session_id, user_id)
    proposal = proposal_in(reply.parts)
    assert proposal is not None
    assert proposal.title == "Lisbon in May"
    assert proposal.brief == brief_of(
        {
            "where": ["Lisbon"],
            "start": "2027-05-03",
            "end": "2027-05-07",
            "adults": 2,
            "child_ages": [8],
            "must": [{"text": "vegan food, for those who need it", "hard": True}],
            "budget": {"high": {"amount": "2000", "currency": "EUR"}},
        }
    )
    assert [question.field for question in proposal.questions] == ["travellers", "pace"]
    assert reply.text.startswith("I propose **Lisbon in May**")
