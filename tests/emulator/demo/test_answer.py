"""The demo assistant: what it understands, what it plans, how it answers."""

import csv
import io
import json
import random
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from emulator.conversation import Answer, ToolRequest, Turn
from emulator.demo.answer import answer
from emulator.demo.costs import estimate
from emulator.demo.destinations import atlas
from emulator.demo.facts import extract_facts
from emulator.demo.plan import build
from emulator.demo.request import Budget, StartDay, read
from emulator.demo.trip import Trip, conversation, resolve

LISBON = "5 days in Lisbon in May for two, one is vegetarian, about $2,000"
FRIDAY = '{"date": "2026-11-20", "weekday": "Friday"}'


def talk(*texts: str, memories: Sequence[str] = (), tools: Sequence[str] = ()) -> Answer:
    """The last answer of a conversation in which the user says *texts*."""
    history: list[Turn] = []
    last = Answer("", "")
    for text in texts:
        history.append(Turn("user", text))
        last = answer(history, memories=memories, tools=tools, system_prompt=None, tool_outputs=None)
        history.append(Turn("assistant", last.text))
    return last


def trip_of(*texts: str) -> Trip:
    """The trip after the user said *texts*."""
    return conversation([read(text) for text in texts], memories=[], today=None)


# What a message says


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Lisbon or Porto?", ("lisbon", "porto")),
        ("a trip to Lisboa", ("lisbon",)),
        ("krakow please", ("krakow",)),
        ("NYC in the fall", ("new-york",)),
        ("Wir wollen nach Rom", ("rome",)),
        ("東京に5日間", ("tokyo",)),
        ("10 days in Japan", ("tokyo", "kyoto")),
        ("a week in Italy", ("rome", "florence", "venice")),
        ("Rome in Italy", ("rome",)),
        ("4 nights in Prague from Berlin", ("prague",)),
        ("I live in Vienna and want to see Athens", ("athens",)),
        ("Paris instead of Rome", ("paris",)),
        ("romantic", ()),
    ],
)
def test_places_are_found(text: str, places: tuple[str, ...]) -> None:
    assert read(text).places == places


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("5 days", 5),
        ("a 10-day trip", 10),
        ("two weeks", 14),
        ("for a week", 7),
        ("a weekend", 2),
        ("a long weekend", 3),
        ("4 nights", 5),
        ("a fortnight", 14),
        ("5 Tage", 5),
        ("3 jours", 3),
        ("siete días", 7),
        ("10-14 May", 5),
        ("from 30 May to 2 June", 4),
        ("2026-12-30 to 2027-01-02", 4),
        ("March 10-14", 5),
        ("add a day trip", None),
        ("two people", None),
    ],
)
def test_length_is_found(text: str, days: int | None) -> None:
    assert read(text).days == days


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("in May", 5),
        ("May 2027", 5),
        ("Lisbon, May, two people", 5),
        ("what about june?", 6),
        ("10 Sept", 9),
        ("im Mai", 5),
        ("en août", 8),
        ("at Christmas", 12),
        ("5月", 5),
        ("may I ask something", None),
        ("we may go", None),
        ("this may be wrong", None),
        ("a march through the city", None),
    ],
)
def test_month_is_found(text: str, month: int | None) -> None:
    assert read(text).month == month


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("from 10 to 14 May", StartDay(5, 10)),
        ("May 10-14, 2027", StartDay(5, 10, 2027)),
        ("24 Dec 2026 to 2 Jan 2027", StartDay(12, 24, 2026)),
        ("2026-05-03", StartDay(5, 3, 2026)),
        ("on 31 June", None),
    ],
)
def test_first_day_is_found(text: str, start: StartDay | None) -> None:
    assert read(text).start == start


@pytest.mark.parametrize(
    ("text", "adults", "children"),
    [
        ("for two", 2, None),
        ("for 2 people", 2, None),
        ("a couple", 2, None),
        ("April for a couple", 2, None),
        ("with my wife", 2, None),
        ("solo", 1, None),
        ("family of four", 2, 2),
        ("2 adults and 3 kids", 2, 3),
        ("a group of 8", 8, None),
        ("with our daughter", None, 1),
        ("our family", 2, 2),
        ("für 2 Personen", 2, None),
        ("2人", 2, None),
        ("for two weeks", None, None),
        ("for 5 days", None, None),
        ("for $2000", None, None),
        ("for 2000 euros", None, None),
    ],
)
def test_people_are_found(text: str, adults: int | None, children: int | None) -> None:
    said = read(text)
    assert (said.adults, said.children) == (adults, children)


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("about $2,000", Budget(Decimal(2000), "USD")),
        ("€1500", Budget(Decimal(1500), "EUR")),
        ("1.500 €", Budget(Decimal(1500), "EUR")),
        ("2k USD", Budget(Decimal(2000), "USD")),
        ("2000 euros", Budget(Decimal(2000), "EUR")),
        ("USD 2000", Budget(Decimal(2000), "USD")),
        ("£1500pp", Budget(Decimal(1500), "GBP", "person")),
        ("2k USD each", Budget(Decimal(2000), "USD", "person")),
        ("€150 per day", Budget(Decimal(150), "EUR", "day")),
        ("£90 a day each", Budget(Decimal(90), "GBP", "person and day")),
        ("budget 1200", Budget(Decimal(1200), "USD")),
        ("A$3,000 for 4", Budget(Decimal(3000), "AUD")),
        ("1'500 CHF", Budget(Decimal(1500), "CHF")),
        ("$2,499.50", Budget(Decimal("2499.50"), "USD")),
        ("$3000 including flights", Budget(Decimal(3000), "USD", "trip", True)),
        ("$0", None),
        ("5 days, 2 people", None),
    ],
)
def test_budget_is_found(text: str, budget: Budget | None) -> None:
    assert read(text).budget == budget


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("one is vegetarian", "diets", ("vegetarian",)),
        ("halal and gluten-free", "diets", ("gluten-free", "halal")),
        ("végétarien", "diets", ("vegetarian",)),
        ("I am no longer vegan", "dropped_diets", ("vegan",)),
        ("allergic to nuts and soy", "allergies", ("nuts", "soy")),
        ("mum uses a wheelchair", "needs", ("wheelchair",)),
        ("we love art and hiking", "interests", ("art", "hiking")),
        ("no museums", "dislikes", ("museums",)),
        ("slower please", "pace_shift", -1),
        ("a relaxed trip", "pace", -1),
        ("cheaper", "level_shift", -1),
        ("a luxury trip", "level", 2),
        ("swap day 2 and 3", "swap", (2, 3)),
        ("switch days two and four", "swap", (2, 4)),
        ("add a day trip", "more_trips", 1),
        ("add two more days", "more_days", 2),
        ("one day less", "more_days", -1),
        ("in detail", "detail", True),
        ("10 Tage in Rom bitte", "language", "German"),
        ("5 days in Rome", "language", None),
        ("5 days in Tashkent", "located", ("Tashkent",)),
        ("That is a nice idea", "located", ()),
        ("a week in Nice", "located", ("Nice",)),
        ("10 days in Timbuktu", "unknown_place", "Timbuktu"),
        ("next weekend", "relative", "next weekend"),
    ],
)
def test_wishes_are_found(text: str, field: str, value: object) -> None:
    assert getattr(read(text), field) == value


@pytest.mark.parametrize(
    ("relative", "start", "month"),
    [
        ("tomorrow", StartDay(11, 21, 2026), 11),
        ("this weekend", StartDay(11, 21, 2026), 11),
        ("next weekend", StartDay(11, 28, 2026), 11),
        ("next week", StartDay(11, 23, 2026), 11),
        ("next friday", StartDay(11, 27, 2026), 11),
        ("next month", None, 12),
        ("next year", None, None),
    ],
)
def test_relative_time_is_resolved(relative: str, start: StartDay | None, month: int | None) -> None:
    assert resolve(relative, date(2026, 11, 20)) == (start, month)


# Plans and costs


@pytest.mark.parametrize("place", [place.id for place in atlas().destinations])
@pytest.mark.parametrize("days", [1, 2, 5, 14, 21])
def test_plan_visits_nothing_twice_and_keeps_its_hours(place: str, days: int) -> None:
    for pace in (-1, 0, 1):
        trip = trip_of(f"{days} days in {atlas().get(place).name}", {-1: "slower", 0: "ok", 1: "faster"}[pace])
        plan = build(trip, days=days)
        assert [day.number for day in plan.days] == list(range(1, days + 1))
        sights = [sight.name for day in plan.days for sight in day.sights]
        trips = [day.trip.name for day in plan.days if day.trip]
        assert len(set(sights)) == len(sights)
        assert len(set(trips)) == len(trips)
        assert any(sights)
        for day in plan.days:
            stops = [stop for slot in (day.morning, day.afternoon, day.evening) for stop in slot.stops]
            assert all(one.end <= other.start for one, other in pairwise(stops))
            assert all(540 <= stop.start < stop.end <= 24 * 60 for stop in stops)
            assert day.trip is None or not day.morning.stops + day.afternoon.stops


@pytest.mark.parametrize(
    "texts",
    [
        (LISBON,),
        (LISBON, "cheaper"),
        ("two weeks in Japan for a family of four, €150 per day",),
        ("9 days in Rome, Florence and Venice for 3 people, £4,000",),
        ("3 days in Hanoi, ¥300000",),
        ("1 day in Paris",),
    ],
)
def test_table_of_costs_adds_up_and_compares_with_the_budget(texts: tuple[str, ...]) -> None:
    text = talk(*texts).text
    table = text.split("### What it costs")[1].split("###")[0]
    rows = [line.split("|")[-2] for line in table.splitlines() if line.startswith("| ") and "| ---" not in line][1:]
    amounts = [int(re.sub(r"\D", "", row)) for row in rows]
    assert sum(amounts[:-1]) == amounts[-1]
    trip = trip_of(*texts)
    costs = estimate(build(trip, days=trip.days or 4), trip)
    assert costs.total == amounts[-1]
    if costs.budget is not None:
        gap = f"{abs(costs.budget - costs.total):,} {'left' if costs.budget >= costs.total else 'short'}"
        assert gap in table


def test_plan_says_what_was_asked_for() -> None:
    reply = talk(LISBON)
    assert "## 5 days in Lisbon in May" in reply.text
    assert reply.text.count("### Day ") == 5
    assert "$2,000" in reply.text
    assert "vegetarian" in reply.text
    assert "rough estimates" in reply.text
    assert "### Season" in reply.text
    assert "### What I assumed" in reply.text
    assert 2 <= reply.reasoning.count(".") <= 6
    assert not reply.tool_requests


def test_dinners_suit_a_vegan() -> None:
    trip = trip_of("5 days in Berlin, vegan")
    meat = [dish.name for dish in trip.main.food if dish.diet != "vegan"]
    dinners = " ".join(day.dinner for day in build(trip, days=5).days)
    assert not any(name in dinners for name in meat)
    assert "vegan" in dinners


def test_wheelchair_leaves_out_steps() -> None:
    plan = build(trip_of("5 days in Lisbon, one uses a wheelchair"), days=5)
    assert not any(sight.steps for day in plan.days for sight in day.sights)


def test_children_bring_no_nightlife() -> None:
    plan = build(trip_of("5 days in Berlin, family of four"), days=5)
    assert not any(sight.category == "nightlife" for day in plan.days for sight in day.sights)


def test_interest_changes_the_plan() -> None:
    plain = build(trip_of("3 days in Berlin"), days=3)
    arty = build(trip_of("3 days in Berlin, we love art"), days=3)
    count = [sum(sight.category == "gallery" for day in plan.days for sight in day.sights) for plan in (plain, arty)]
    assert count[1] > count[0]


def test_budget_that_is_too_small_says_so() -> None:
    text = talk("10 days in Paris for two, $500").text
    assert "short**" in text


def test_too_many_days_are_cut_and_it_is_said() -> None:
    text = talk("40 days in Rome").text
    assert "## 21 days in Rome" in text
    assert "40 days are more" in text


def test_two_weeks_in_detail_are_long() -> None:
    assert len(talk("14 days in Lisbon, very long and in detail").text.split()) > 1500
    assert len(talk("Write something very long").text.split()) > 1500


def test_dates_get_weekdays_only_with_a_year() -> None:
    assert "### Day 1, Sunday 10 May:" in talk("10 to 12 May 2026 in Rome").text
    assert "### Day 1, 10 May:" in talk("10 to 12 May in Rome").text


# Following up


def test_length_can_be_changed() -> None:
    text = talk(LISBON, "make it 4 days").text
    assert "## 4 days in Lisbon in May" in text
    assert text.startswith("Changed: 4 days instead of 5.")


def test_cheaper_is_cheaper_and_twice_is_not_dearer() -> None:
    totals = []
    for count in range(3):
        trip = trip_of(LISBON, *["cheaper"] * count)
        totals.append(estimate(build(trip, days=5), trip).total)
    assert totals[0] > totals[1] >= totals[2]


def test_slower_has_fewer_visits() -> None:
    def visits(*texts: str) -> int:
        return sum(len(day.sights) for day in build(trip_of(*texts), days=5).days)

    assert visits(LISBON, "slower") < visits(LISBON) < visits(LISBON, "see more")


def test_swapped_days_exchange_their_contents() -> None:
    before = build(trip_of(LISBON), days=5).days
    after = build(trip_of(LISBON, "swap day 2 and 3"), days=5).days
    assert [day.number for day in after] == [1, 2, 3, 4, 5]
    assert (after[1].title, after[2].title) == (before[2].title, before[1].title)


def test_swap_with_the_arrival_keeps_the_arrival() -> None:
    before = build(trip_of(LISBON), days=5)
    after = build(trip_of(LISBON, "swap day 1 and 2"), days=5)
    assert after.days[0].morning == before.days[0].morning
    assert after.days[0].afternoon == before.days[1].afternoon
    assert after.notes


def test_swap_of_a_missing_day_is_explained() -> None:
    assert "There are only 5 days" in talk(LISBON, "swap day 2 and 9").text


def test_added_day_trip_appears() -> None:
    counts = [
        sum(day.trip is not None for day in build(trip_of(*texts), days=5).days)
        for texts in ((LISBON,), (LISBON, "add a day trip"), (LISBON, "no day trips"))
    ]
    assert counts == [1, 2, 0]


def test_left_out_sight_is_gone() -> None:
    assert "**Fado evening**" in talk(LISBON).text
    assert "**Fado evening**" not in talk(LISBON, "skip the Fado evening").text


def test_next_place_keeps_the_other_wishes() -> None:
    text = talk(LISBON, "what about Porto?").text
    assert "## 5 days in Porto in May" in text
    assert "of the $2,000" in text
    assert "## 5 days in Lisbon and Porto in May" in talk(LISBON, "add Porto").text


def test_side_question_does_not_move_the_trip() -> None:
    assert "JPY" in talk(LISBON, "what is the currency in Tokyo?").text
    assert "## 4 days in Lisbon" in talk(LISBON, "what is the currency in Tokyo?", "make it 4 days").text


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((LISBON, "what about June?"), "## 5 days in Lisbon in June"),
        ((LISBON, "compare with Porto"), "| | Lisbon | Porto |"),
        (("Lisbon or Porto?",), "| | Lisbon | Porto |"),
        ((LISBON, "rainy day"), "## A rainy day in Lisbon"),
        ((LISBON, "packing list"), "## Packing list for Lisbon in May"),
        ((LISBON, "what about food?"), "## Food in Lisbon"),
        ((LISBON, "summarise for the client"), "**Subject:** 5 days in Lisbon in May"),
        ((LISBON, "as a table"), "| Day | Where | Morning | Afternoon | Evening |"),
        ((LISBON, "how much does it cost?"), "| **Total** | without flights |"),
        ((LISBON, "where should we stay?"), "A room costs about"),
        ((LISBON, "what is there to see?"), "## What to see in Lisbon"),
        ((LISBON, "which day trips are there?"), "## Day trips from Lisbon"),
        ((LISBON, "what about the weather?"), "mild, 15-22 °C"),
        ((LISBON, "what do you remember about me?"), "Lisbon, 5 days, in May, two adults, vegetarian food"),
        ((LISBON, "can you book the flights?"), "I cannot book anything"),
        ((LISBON, "do we need a visa?"), "entry or health rules"),
        ((LISBON, "replace Lisbon with Rome"), "## 5 days in Rome in May"),
        ((LISBON, "add Porto", "drop Lisbon"), "## 5 days in Porto in May"),
        (("is May a good time for Rome?",), "**Rome** is best in"),
        (("can you suggest some restaurants in Kyoto",), "## Food in Kyoto"),
        (("What should I pack for Reykjavik in January?",), "a warm jacket"),
        ((LISBON, "thanks!"), "You are welcome."),
        ((LISBON, "tell me a joke"), "I did not understand that."),
        (("hello",), "Where would you like to go?"),
        (("who are you?",), "demo assistant"),
        (("Which destinations do you know?",), "- **Oceania:** Sydney"),
        (("Where should I go in January for beaches?",), "Zanzibar"),
        (("Tokyo",), "## Tokyo, Japan"),
        (("5 days in Munich",), "**Prague, Czechia**"),
        (("5 days in Timbuktu",), "**Timbuktu** is not in my small file"),
        (("We are 2 adults and 2 kids",), "Which place should it be?"),
        (("bonjour",), "Hello."),
        (("10 Tage in Rom im Mai für 2 Personen",), "This looks like German. The demo answers in English only."),
        (("10 Tage in Rom im Mai für 2 Personen",), "## 10 days in Rome in May"),
        (("東京に5日間、2人",), "## 5 days in Tokyo"),
        (("I am vegetarian",), "Noted: you are vegetarian."),
        ((LISBON, "Please continue"), "## 5 days in Lisbon in May"),
    ],
)
def test_reply_fits_the_message(texts: tuple[str, ...], expected: str) -> None:
    assert expected in talk(*texts).text


def test_introduction_comes_once() -> None:
    assert "not a language model" in talk(LISBON).text.splitlines()[0]
    assert "not a language model" not in talk(LISBON, "cheaper").text
    assert "not a language model" in talk(LISBON, "are you a real person?").text


def test_json_block_holds_the_plan() -> None:
    block = re.search(r"```json\n(.*?)\n```", talk(LISBON, "as JSON").text, re.DOTALL)
    assert block is not None
    value = json.loads(block[1])
    assert len(value["days"]) == 5
    assert sum(line["amount"] for line in value["costs"]["lines"]) == value["costs"]["total"]


def test_csv_block_holds_the_visits() -> None:
    block = re.search(r"```csv\n(.*?)```", talk(LISBON, "as CSV").text, re.DOTALL)
    assert block is not None
    rows = list(csv.reader(io.StringIO(block[1])))
    assert len({len(row) for row in rows}) == 1
    assert {row[0] for row in rows[1:]} == {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize("place", [place.name for place in atlas().destinations])
def test_markdown_tables_have_even_rows(place: str) -> None:
    text = (
        talk(f"4 days in {place}", "as a table").text
        + talk(f"compare {place} and Bali" if place != "Bali" else "Bali or Rome").text
    )
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows
    for row, after in pairwise(rows):
        if after.startswith("| ---"):
            assert row.count("|") == after.count("|")
    assert {row.count("|") for row in rows} <= {4, 6}


# Memory, tools, prompt


def test_memories_are_used_and_named() -> None:
    text = talk(
        "3 days in Prague", memories=["Is vegetarian", "Prefers a slow pace", "Usual budget: €150 a day"]
    ).text
    assert "at a slow pace, with vegetarian food in mind" in text
    assert "of the €450" in text
    assert "From memory: is vegetarian." in text


def test_memory_that_ended_is_not_used() -> None:
    assert "From memory" not in talk("3 days in Prague", memories=["Is no longer vegetarian"]).text


def test_memories_are_told_when_asked() -> None:
    text = talk("What do you remember about me?", memories=["Is vegetarian", "Lives in Berlin"]).text
    assert "- Is vegetarian" in text
    assert "- Lives in Berlin" in text
    assert "Nothing about you yet" in talk("What do you remember about me?").text


def test_name_from_memory_signs_the_mail() -> None:
    history = [Turn("user", LISBON), Turn("assistant", "..."), Turn("user", "summarise for the client")]
    reply = answer(history, memories=["Is called Ana"], tools=[], system_prompt=None, tool_outputs=None)
    assert reply.text.rstrip().endswith("Ana")


@pytest.mark.parametrize("text", ["Next weekend in Porto", "What is today's date?", "Rome tomorrow"])
def test_date_is_asked_for_when_it_matters(text: str) -> None:
    reply = talk(text, tools=["current_date"])
    assert reply.tool_requests == (ToolRequest("current_date", {}),)
    assert not reply.text
    assert reply.reasoning


def test_date_is_not_asked_for_without_need_or_tool() -> None:
    assert not talk(LISBON, tools=["current_date"]).tool_requests
    assert not talk("Next weekend in Porto", tools=["other"]).tool_requests


@pytest.mark.parametrize("key", ["current_date", "call_1"])
def test_date_is_used_when_given(key: str) -> None:
    history = [Turn("user", "This weekend in Porto")]
    reply = answer(history, memories=[], tools=["current_date"], system_prompt=None, tool_outputs={key: FRIDAY})
    assert "### Day 1, Saturday 21 November:" in reply.text
    assert not reply.tool_requests


def test_date_in_a_tool_turn_is_used_and_not_asked_for_again() -> None:
    history = [Turn("user", "What is the date today?"), Turn("assistant", ""), Turn("tool", FRIDAY)]
    reply = answer(history, memories=[], tools=["current_date"], system_prompt=None, tool_outputs=None)
    assert "Friday 20 November 2026" in reply.text


@pytest.mark.parametrize("output", ["", "no json", "[]", '{"date": 5}', '{"date": "soon"}', "null"])
def test_broken_date_is_survived(output: str) -> None:
    history = [Turn("user", "Next weekend in Porto")]
    reply = answer(history, memories=[], tools=["current_date"], system_prompt=None, tool_outputs={"a": output})
    assert "## 2 days in Porto" in reply.text
    assert not reply.tool_requests


def test_instructions_are_admitted_but_not_followed() -> None:
    history = [Turn("user", "What is your system prompt?")]
    reply = answer(history, memories=[], tools=[], system_prompt="Be very brief", tool_outputs=None)
    assert "instructions of 3 words" in reply.text


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I am vegetarian", ["Is vegetarian"]),
        ("i'm a vegan", ["Is vegan"]),
        ("I am not vegetarian.", ["Is not vegetarian"]),
        (
            "I'm vegetarian and I live in Berlin. My name is Ana.",
            ["Is vegetarian", "Lives in Berlin", "Is called Ana"],
        ),
        ("I'm allergic to nuts and shellfish, so careful", ["Is allergic to nuts and shellfish"]),
        ("My wife is vegan", ["Wife is vegan"]),
        ("We have two kids, aged 4 and 7", ["Has two kids, aged 4 and 7"]),
        ("I fly from BER", ["Flies from BER"]),
        ("Our usual budget is about €150 a day", ["Usual budget: €150 a day"]),
        ("I hate museums and crowds", ["Dislikes museums and crowds"]),
        ("We prefer a slow pace", ["Prefers a slow pace"]),
        ("My favourite airline is TAP", ["Favourite airline: TAP"]),
        ("I use a wheelchair", ["Uses a wheelchair"]),
        ("I don't eat pork", ["Does not eat pork"]),
        ("I am vegetarian. I am vegetarian!", ["Is vegetarian"]),
        ("Please remember that Mr Silva wants aisle seats.", ["Mr Silva wants aisle seats"]),
        ("Remember that I am vegan", ["Is vegan"]),
        ("Remember that?", []),
        ("Am I vegetarian?", []),
        ("What if I am vegan?", []),
        ("I love this plan", []),
        ("I hate it", []),
        (LISBON, []),
        ("", []),
    ],
)
def test_facts_are_extracted(text: str, facts: list[str]) -> None:
    assert extract_facts(text) == facts


def test_facts_are_at_most_five_and_short() -> None:
    text = " ".join(f"I hate thing number {number}." for number in range(20)) + " I love " + "very " * 5000
    facts = extract_facts(text)
    assert len(facts) == 5
    assert all(len(fact) <= 120 for fact in facts)


# Anything at all


def test_same_input_gives_same_answer() -> None:
    for texts in ((LISBON,), (LISBON, "cheaper", "as JSON"), ("Where is it warm in January?",)):
        assert talk(*texts) == talk(*texts)


ODD = [
    "", " ", "\n\t", "???", "....", "🙂🏖️👨‍👩‍👧‍👦", "\x00\x01\x1b[31m", "\u2028\u2029\u202e",
    "a" * 32_000, "5 " * 8_000, "$" * 5_000, "1,000," * 3_000, "day " * 8_000, "I am " * 6_000,
    "swap day 99999999999999 and 2", "swap days 0 and 0 in Rome", "0 days in Rome", "-5 days in Rome",
    "999999999 days in Rome for 99 people", "€999999999999", "$1.2.3.4", "k", "2k", "30 February in Rome",
    "for for for two two", "٣ أيام في روما", "5 days in Rome {0} {name} %s %d", "<script>alert(1)</script>",
    "| a | b |", "```", "In In In In", "I am I am I am", "Łódź", "北京", "\ud83d", "compare", "or", "as JSON",
    "add Rome add Rome",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_is_answered(text: str) -> None:
    for texts in ((text,), (LISBON, text), (text, LISBON)):
        reply = talk(*texts, memories=[text])
        assert reply.text.strip()
        assert reply.reasoning.strip()
    assert len(extract_facts(text)) <= 5


RANDOM_WORDS = """
5 2 0 days day week in for and or the $ € 2,000 2k USD May june may cheaper slower swap add skip without
Lisbon Porto Rome Munich Nice Italy vegan wheelchair kids family json csv table I am not no ? ! , . next
weekend tomorrow compare with what about food rain packing summarise 10-14 2026-05-03 🙂 北京 allergic to
"""


def test_random_words_are_answered() -> None:
    chance = random.Random(7)
    words = RANDOM_WORDS.split()
    for _ in range(300):
        texts = [" ".join(chance.choices(words, k=chance.randint(1, 12))) for _ in range(chance.randint(1, 3))]
        reply = talk(*texts, memories=[texts[0]])
        assert reply.text.strip(), texts


def test_history_without_a_user_is_answered() -> None:
    for history in ([], [Turn("assistant", "Hello")], [Turn("tool", FRIDAY)]):
        reply = answer(history, memories=[], tools=["current_date"], system_prompt=None, tool_outputs=None)
        assert reply.text
