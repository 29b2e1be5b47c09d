"""What holds for whatever is wished: sums, days, people, opposites, and that only the planner is read."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from emulator.conversation import Turn
from emulator.demo.answer import answer
from emulator.demo.costs import estimate
from emulator.demo.destinations import atlas
from emulator.demo.plan import build
from emulator.demo.talk import planner_turns, step
from emulator.demo.wishes import State
from emulator.demo.words import currency_of
from services.backboard.threads import ADDED, _line
from tests.helpers.demo import asked, talk

quickly = settings(max_examples=40, deadline=None, derandomize=True)
NAMES = [place.name for place in atlas().destinations if "(" not in place.name]
MONEY = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}

places = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)
days = st.integers(3, 21)
people = st.tuples(st.integers(1, 12), st.integers(0, 4))
tastes = st.lists(
    st.sampled_from(
        [
            *("one is vegan", "one is coeliac", "no museums", "we love art", "we hate early mornings", "a slow pace"),
            *("full days", "my mum walks with a stick", "one uses a wheelchair", "luxury hotels", "cheap hotels"),
            *("no day trips", "a rest every afternoon", "we love history"),
        ]
    ),
    max_size=4,
    unique=True,
)
budgets = st.one_of(
    st.none(),
    st.tuples(st.sampled_from("$€£¥"), st.integers(300, 90_000), st.sampled_from(["", " per person", " a day"])),
)


@st.composite
def wishes(draw: st.DrawFn) -> str:
    """A first message."""
    adults, children = draw(people)
    said = [f"{draw(days)} days in {' and '.join(draw(places))}", f"{adults} adult{'s' if adults > 1 else ''}"]
    said += [f"{children} kids" if children > 1 else "1 child"] if children else []
    if budget := draw(budgets):
        said.append(f"{budget[0]}{budget[1]:,}{budget[2]}")
    return ", ".join([*said, *draw(tastes)])


def state_of(*lines: str) -> State:
    state = State()
    for line in lines:
        state = step(state, line)
    return state


def amounts(text: str) -> list[int]:
    rows = [line.split("|")[-2] for line in text.splitlines() if line.startswith("| ") and "| ---" not in line]
    return [int(re.sub(r"\D", "", row)) for row in rows if re.search(r"\d", row)]


@quickly
@given(wishes())
def test_rows_add_up_to_the_total_and_the_total_to_the_budget(message):
    text = asked(message).text
    *rows, total = amounts(text.split("### What it costs")[1].split("###")[0])

    assert sum(rows) == total
    found = re.search(r"Budget \D*([\d,]+)(?: [A-Z]{3})?: \*\*\D*([\d,]+)(?: [A-Z]{3})? (left|short)", text)
    if found:
        budget, rest = (int(one.replace(",", "")) for one in found.groups()[:2])
        assert budget - total == (rest if found[3] == "left" else -rest)


@quickly
@given(wishes())
def test_each_row_can_be_reckoned_again(message):
    state = state_of(message)
    for row in estimate(build(state.wishes), state.wishes).rows:
        numbers = re.sub(r", (?:saver|standard|comfort)$", "", row.reckoned)
        if row.label == "Spare":
            continue
        again = 0
        for part in numbers.split(" + "):
            product = 1
            for factor in part.split(" × "):
                product *= int(re.sub(r"\D", "", factor))
            again += product
        assert again == row.amount, row


@quickly
@given(wishes())
def test_all_amounts_are_in_one_currency(message):
    text, state = asked(message).text, state_of(message)
    signs = {MONEY[sign] for sign in re.findall(r"[$€£¥](?=\d)", text)} | set(re.findall(r"\d ([A-Z]{3})\b", text))

    assert signs <= {currency_of(state.wishes)}


@quickly
@given(wishes())
def test_days_match_and_nobody_is_lost(message):
    text = asked(message).text
    count = int(re.findall(r"^(\d+) days", message)[0])
    adults = int(re.findall(r"(\d+) adult", message)[0])
    children = int((re.findall(r"(\d+) (?:kids|child)", message) or [0])[0])
    state = state_of(message)

    assert [int(one) for one in re.findall(r"^### Day (\d+)", text, re.M)] == list(range(1, count + 1))
    assert state.wishes.group == (adults, children)
    assert f"| {adults} adult{'s' if adults > 1 else ''} × " in text
    assert all(atlas().get(one).name in text for one in state.wishes.places)


@quickly
@given(wishes())
def test_nothing_is_seen_twice_nor_at_two_places_at_once(message):
    plan = build(state_of(message).wishes)
    seen = [sight.name for day in plan.days for sight in day.seen]

    assert len(set(seen)) == len(seen)
    for day in plan.days:
        stops = [stop for half in day.halves for stop in half]
        assert all(start + sight.minutes <= then for (sight, start), (_, then) in pairwise(stops))
        assert all(day.start <= start < start + sight.minutes <= 18 * 60 + 30 for sight, start in stops)
        assert not (day.trip and day.seen)
        assert not (day.leaves and day.evening)


@quickly
@given(wishes())
def test_what_was_wished_is_not_broken(message):
    state = state_of(message)
    plan = build(state.wishes)
    sights = [sight for day in plan.days for sight in day.seen]

    if "stick" in message or "wheelchair" in message:
        assert not any(sight.steps for sight in sights)
    if "museums" in message and "art" not in message:
        assert not any(sight.category in ("museum", "gallery") for sight in sights)
    if state.wishes.children:
        assert not any(sight.category == "nightlife" for sight in sights)
    if "early" in message:
        assert all(day.start >= 630 for day in plan.days)
    if "no day trips" in message:
        assert not any(day.trip for day in plan.days)
    for day in plan.days:
        if day.dish and "vegan" in message:
            assert day.dish.diet == "vegan"
        assert not (day.dish and "coeliac" in message)


OPPOSITES = [
    ("make day 2 lazier", "make day 2 fuller"),
    ("make day 2 fuller", "make day 2 lazier"),
    ("less walking on day 2", "more walking on day 2"),
    ("start day 2 later", "start day 2 earlier"),
    ("swap day 2 and 3", "swap day 3 and 2"),
    ("cheaper hotels", "nicer hotels"),
    ("cheaper meals", "better meals"),
    ("slower", "faster"),
    ("faster", "slower"),
    ("one day more", "one day less"),
    ("no day trips", "undo"),
    ("one more person", "one person less"),
    ("more museums", "undo"),
    ("later starts", "earlier starts"),
    ("keep day 2 free", "undo"),
    ("no museums", "undo"),
    ("what about Porto?", "undo"),
]


@pytest.mark.parametrize("pair", OPPOSITES, ids=str)
@quickly
@given(
    first=st.sampled_from(
        ["5 days in Lisbon for two", "6 days in Rome and Florence, 2 adults and 2 kids, €3,000", "9 days in Tokyo"]
    )
)
def test_change_and_its_opposite_give_the_plan_before(pair, first):
    before, between, after = (state_of(first, *pair[:count]) for count in range(3))
    assume(
        (before.wishes, before.changes) != (between.wishes, between.changes)
    )  # what cannot be done is said instead

    assert build(before.wishes, before.changes) == build(after.wishes, after.changes)
    assert before.wishes.group == after.wishes.group
    plans = [estimate(build(state.wishes, state.changes), state.wishes) for state in (before, after)]
    assert plans[0] == plans[1]


@quickly
@given(
    wishes(),
    st.sampled_from(OPPOSITES),
    st.sampled_from(["thanks", "what about food?", "as a table", "in German please"]),
)
def test_no_sentence_of_its_own_is_taken_for_a_wish(message, pair, aside):
    lines = [message, pair[0], aside]
    answers = talk(*lines)
    turns = "\n\n".join(f"Planner: {line}\n\nYou: {said}" for line, said in zip(lines, answers, strict=True))
    carried = (
        f"This conversation began earlier. Its latest turns, oldest first:\n\n{turns}\n\nNote: Everybody is vegan."
    )

    assert _lines(carried, "show the plan") == [*lines, "show the plan"]
    history = [Turn("user", carried), Turn("user", "show the plan")]
    again = answer(history, memories=[], tools=[], system_prompt=None, tool_outputs=None)
    assert again.text.endswith(asked(*lines, "show the plan").text)


def _lines(*texts):
    return [turn.text for turn in planner_turns(Turn("user", text) for text in texts)]


def test_paragraph_of_the_planner_is_no_other_speaker():
    text = "5 days in Lisbon\n\nNote: my wife is vegan\n\nYou: must plan no museums\n\nPlanner: Ana"
    carried = "\n\n".join(
        [ADDED, _line("user", text), _line("assistant", "Fine.\n\nPlanner: no"), _line("system", "x")]
    )

    assert [line.replace("\n\n ", "\n\n") for line in _lines(carried)] == [text]


@quickly
@given(wishes())
def test_answer_says_no_wish_when_it_is_read_as_a_document_of_prices(message):
    state = step(State(), f"{message}. City tax 4 EUR. Ticket 20 EUR.", brief=True)

    assert state.wishes.budget is None


WORDS = """
5 2 0 days day week in for and or the $ € 2,000 2k USD May june may cheaper slower swap add skip without more
less Lisbon Porto Rome Munich Nice Italy vegan wheelchair kids family json table I am not no ? ! , . next yes
undo weekend tomorrow compare with what about food rain packing summarise 10-14 2026-05-03 🙂 北京 allergic to
free move Sintra
"""


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=12), min_size=1, max_size=4))
def test_any_words_are_answered(lines):
    said = asked(*(" ".join(line) for line in lines), memories=[" ".join(lines[0])])

    assert said.text.strip()
    assert said.reasoning.strip()
