"""What the app tells of a trip is planned with; whatever stands there, an answer comes."""

import json

import pytest

from components.chat import welcome
from emulator.conversation import Turn
from emulator.demo.told import brief_line
from emulator.demo.words import TEXTS
from tests.helpers.demo import go_on, talk
from travel.brief import brief_of, told

BRIEF = {
    "where": ["Lisbon"],
    "start": "2027-05-03",
    "end": "2027-05-07",
    "travellers": [{"label": "Adult 1", "band": "adult"}, {"label": "Child 1", "band": "child", "age_at_travel": 8}],
    "budget": {"high": {"amount": "2500", "currency": "EUR"}, "basis": "total"},
    "pace": "relaxed",
    "avoid": [{"text": "museums"}],
    "notes_private": "They book late",
}


def prompt(brief=BRIEF):
    return f"You help.\n\n{told('Lisbon in May', 'Weber', 'de', brief_of(brief))}"


def test_brief_is_planned_with_and_said_once():
    first, second = talk("Plan this trip", "What does it cost?", system_prompt=prompt())

    assert "From the brief of this trip: Lisbon, 5 days from 3 May 2027 to 7 May 2027, 1 adult, a child of 8" in first
    assert "## 5 days in Lisbon in May" in first
    assert "€2,500" in first
    assert "From the brief" not in second
    assert "1 child" in second
    assert "late" not in first


JAPAN = {
    "where": ["Tokyo", "Kyoto"],
    "start": "2027-04-10",
    "end": "2027-04-21",
    "adults": 2,
    "child_ages": [8, 11],
    "budget": {"low": {"amount": "6000", "currency": "GBP"}, "high": {"amount": "8500", "currency": "GBP"}},
}


@pytest.mark.parametrize(
    ("suggested", "holds"), [(0, ["### Day 1,", "### Day 12,", "### What it costs"]), (2, ["£8,500"])]
)
def test_trip_is_planned_by_its_title_as_the_app_suggests_it(suggested, holds):
    text = welcome._IN_A_TRIP[suggested][3].format(trip="Marchetti in Japan")
    [answer] = talk(text, system_prompt=f"You help.\n\n{told('Marchetti in Japan', None, None, brief_of(JAPAN))}")

    assert all(one in answer for one in holds)
    assert "could not make anything" not in answer


@pytest.mark.parametrize(
    ("title", "brief", "place"),
    [
        ("Rome in May", JAPAN, "Tokyo and Kyoto"),
        ("Marchetti in Japan", {}, "Tokyo and Kyoto"),
        ("Weber [a+] {0} \\1", BRIEF, "Lisbon"),
    ],
)
def test_title_tells_where_only_if_the_brief_does_not(title, brief, place):
    [answer] = talk(
        f"Plan '{title}', 6 days", system_prompt=f"You help.\n\n{told(title, None, None, brief_of(brief))}"
    )

    assert f"## 6 days in {place}" in answer
    assert "could not make anything" not in answer


def test_what_is_said_comes_before_what_the_brief_says():
    [answer] = talk("3 days in Porto for four adults", system_prompt=prompt())

    assert "Porto" in answer
    assert "four adults" in answer


def test_brief_that_changes_stands_until_something_else_is_said():
    dollars = {
        most: prompt(BRIEF | {"budget": {"high": {"amount": most, "currency": "USD"}}}) for most in ("2000", "2500")
    }
    full = dollars["2500"].replace("relaxed", "full")
    messages = [
        ("Plan this trip, about $2,000", dollars["2000"], "$2,000"),
        ("What does it cost?", dollars["2500"], "$2,500"),
        ("Make it $1,500", dollars["2500"], "$1,500"),
        ("What does it cost?", full, "$1,500"),
    ]
    history: list[Turn] = []

    for text, system_prompt, budget in messages:
        assert f"Budget {budget}" in go_on(history, text, system_prompt=system_prompt).text


def test_trip_that_a_session_is_put_in_later_brings_its_brief():
    history: list[Turn] = []
    go_on(history, "5 days in Lisbon in May for two, about $2,000", system_prompt="You help.")

    assert "€2,500" in go_on(history, "What does it cost?", system_prompt=prompt()).text


def test_change_of_the_brief_is_not_proposed_back():
    history: list[Turn] = []
    go_on(history, "Plan this trip, about €2,000", system_prompt=prompt(BRIEF | {"budget": None}))
    proposed = go_on(
        history, "Make a trip brief from this conversation", system_prompt=prompt(), tools=["propose_brief"]
    )

    assert proposed.text == TEXTS["no_news"]


@pytest.mark.parametrize(
    "brief",
    [
        {},
        {"where": "Lisbon", "start": 5, "end": None, "travellers": "two", "budget": "much", "must": {}, "avoid": [1]},
        {"start": "2027-02-31", "end": "9999-99-99", "months": ["2027-13"], "budget": {"high": {"amount": "NaN"}}},
        {"where": ["x" * 10_000] * 100, "must": [{"text": "y" * 10_000}] * 100},
    ],
)
def test_brief_that_is_none_stops_no_answer(brief):
    odd = f"Told.\n{json.dumps({'brief': brief})}"

    assert talk("5 days in Lisbon", system_prompt=odd)[0]
    assert len(brief_line(odd)) < 20_000


@pytest.mark.parametrize("text", [None, "", "{", "{}", "[1]", '{"brief": 1}', "{" * 10_000])
def test_no_brief_says_nothing(text):
    assert brief_line(text) == ""
