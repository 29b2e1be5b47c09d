"""Titles by the demo assistant: what a conversation is about, in the words of whoever asked."""

import pytest

from emulator.conversation import Turn
from emulator.demo.answer import answer
from emulator.demo.titles import is_wanted, title
from services.replies.titles import PROMPT


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("5 days in Lisbon in May for two, one is vegetarian, about $2,000", "5 days in Lisbon in May"),
        ("Rome or Athens in October, four days?", "Rome or Athens in October"),
        ("10 days in japan with kids", "10 days in Japan"),
        ("A client flies to Marrakesh in three weeks. What should we check?", "Marrakesh"),
        ("Wir wollen im Mai für 5 Tage nach Lissabon", "Lisbon"),
        ("Nous voudrions 4 jours à Paris en juin", "Paris"),
        ("東京に5日間、4月に行きたい", "東京に5日間、4月に行きたい"),
        ("5 days in Bruges", "5 days in Bruges"),
        ("Please write to my client about the delay, politely", "Please write to my client about"),
        ("Thanks for all of it and to the others too", "Thanks"),
    ],
)
def test_title_says_what_the_first_turn_is_about(asked, expected):
    assert title(f"Planner: {asked}\n\nAssistant: Gladly. Rome is lovely.") == expected


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        (
            "plan a trip from this brief",
            "I am a demo.\n\n## 5 days in Rome in October\n\nFor two.",
            "5 days in Rome in October",
        ),
        ("hi", "Hello.", "Hi"),
        ("# no heading of theirs", "Gladly.\n\n### Day 1", "# no heading of theirs"),
    ],
)
def test_where_no_place_was_named_the_plan_says_what_it_is_about(asked, answered, expected):
    assert title(f"Planner: {asked}\n\nAssistant: {answered}") == expected


def test_our_request_is_recognised_and_instructions_of_other_kinds_are_not():
    assert is_wanted(PROMPT)
    assert not is_wanted("Give every day of the conversation a short title.")
    assert not is_wanted(None)


def test_whoever_asks_for_a_title_gets_nothing_else():
    asked = [Turn("user", "Planner: 3 days in Vienna\n\nAssistant: Here is a plan.")]

    given = answer(asked, memories=[], tools=[], system_prompt=PROMPT, tool_outputs=None)

    assert given.text == "3 days in Vienna"
    assert not given.tool_requests
