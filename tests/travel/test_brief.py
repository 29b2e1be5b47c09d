"""A trip's brief: what is kept as it was given, and a sentence that names the field for what cannot be."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from travel import limits
from travel.brief import (
    FIELDS,
    Brief,
    BriefError,
    Budget,
    Money,
    Need,
    Traveller,
    Wish,
    brief_of,
    brief_values,
    known_brief,
    title_of,
)
from travel.records import BANDS, BASES, NEED_KINDS, PACES
from travel.status import TripStatus

WHOLE = {
    "where": ["Lisbon", "Porto"],
    "purpose": "A birthday",
    "start": "2027-05-03",
    "end": "2027-05-07",
    "date_flex_days": 0,
    "travellers": [
        {"label": "Ann", "band": "adult"},
        {
            "label": "Bo",
            "band": "child",
            "age_at_travel": 8,
            "needs": [{"kind": "allergy", "text": "nuts", "hard": True}],
        },
    ],
    "budget": {
        "low": {"amount": "2000.00", "currency": "EUR"},
        "high": {"amount": "3000.50", "currency": "EUR"},
        "basis": "total",
        "hard": True,
    },
    "pace": "relaxed",
    "must": [{"text": "A tram ride", "hard": False}],
    "avoid": [{"text": "Early mornings", "hard": True}],
    "questions": ["Is the flight in the budget?"],
    "tell_needs": True,
    "notes_private": "Pays late.\nAsk twice.",
}


def problems(**given) -> dict[str, str]:
    with pytest.raises(BriefError) as caught:
        brief_of(given)
    return caught.value.problems


def test_brief_is_kept_as_it_was_given():
    brief = brief_of(WHOLE)

    assert brief == Brief(
        where=("Lisbon", "Porto"),
        purpose="A birthday",
        start=date(2027, 5, 3),
        end=date(2027, 5, 7),
        date_flex_days=0,
        travellers=(Traveller("Ann"), Traveller("Bo", "child", 8, (Need("allergy", "nuts"),))),
        budget=Budget(Money(Decimal(2000), "EUR"), Money(Decimal("3000.5"), "EUR"), hard=True),
        pace="relaxed",
        must=(Wish("A tram ride"),),
        avoid=(Wish("Early mornings", hard=True),),
        questions=("Is the flight in the budget?",),
        tell_needs=True,
        notes_private="Pays late.\nAsk twice.",
    )
    assert brief_values(brief) == WHOLE
    assert known_brief(json.loads(json.dumps(WHOLE))) == brief
    assert set(WHOLE) | {"months"} == set(FIELDS)


def test_what_is_not_known_is_absent():
    nothing = {field: None for field in FIELDS} | {"where": [], "purpose": " ", "must": [], "travellers": []}

    assert brief_of(nothing) == brief_of({}) == Brief()
    assert brief_values(Brief()) == {}


def test_parts_of_a_brief_can_be_given_as_they_are():
    brief = brief_of(WHOLE)

    assert brief_of({field: getattr(brief, field) for field in FIELDS}) == brief


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        (
            {"start": "2027-05-03", "end": "2027-05-01"},
            "end",
            "The end (2027-05-01) is before the start (2027-05-03).",
        ),
        ({"start": "2027-05-03"}, "end", "The end is missing: a trip has a start and an end, or neither."),
        ({"questions": "Why?"}, "questions", "The list of open questions is no list."),
        ({"questions": ["a"] * 21}, "questions", "The list of open questions has more than 20 entries."),
        ({"questions": ["a" * 201]}, "questions", "An open question has more than 200 characters."),
        ({"end": "2027-05-03"}, "start", "The start is missing: a trip has a start and an end, or neither."),
        (
            {"start": "2027-02-30", "end": "2027-03-02"},
            "start",
            "The start is no date that exists, written like 2027-05-03 (2027-02-30).",
        ),
        ({"end": "20270503"}, "end", "The end is no date that exists, written like 2027-05-03 (20270503)."),
        ({"end": "2027-W18-1"}, "end", "The end is no date that exists, written like 2027-05-03 (2027-W18-1)."),
        ({"end": 2027}, "end", "The end is no date that exists, written like 2027-05-03 (2027)."),
        ({"end": "1027-05-03"}, "end", "The end lies between the years 2000 and 2100 (1027-05-03)."),
        ({"start": "2027-01-01", "end": "2029-01-01"}, "end", "The end is more than 730 days after the start."),
        (
            {"months": ["2027-13"]},
            "months",
            "One of the months is no month that exists, written like 2027-05 (2027-13).",
        ),
        ({"months": "2027-05"}, "months", "The list of months is no list."),
        ({"months": ["2027-05"] * 13}, "months", "The list of months has more than 12 entries."),
        (
            {"date_flex_days": -1},
            "date_flex_days",
            "The number of days that the dates are flexible by is 0 to 60, not -1.",
        ),
        ({"children": -1}, "travellers", "The number of children is 0 to 100, not -1."),
        ({"adults": 10_000}, "travellers", "The number of adults is 0 to 100, not 10000."),
        ({"adults": 10**5000}, "travellers", "The number of adults is 0 to 100, not a very long number."),
        ({"adults": 1.5}, "travellers", "The number of adults is no whole number."),
        ({"adults": float("nan")}, "travellers", "The number of adults is no whole number."),
        ({"adults": True}, "travellers", "The number of adults is no whole number."),
        ({"adults": 60, "children": 60}, "travellers", "The travellers are more than 100."),
        ({"travellers": [{}] * 10_000}, "travellers", "The travellers are more than 100."),
        ({"child_ages": [18]}, "travellers", "The age of a child is 0 to 17, not 18."),
        (
            {"children": 1, "child_ages": [3, 4]},
            "travellers",
            "The travellers have 1 children among them, but there are 2 ages of children.",
        ),
        (
            {"travellers": [{"label": "A"}, {"label": "B", "age_at_travel": 130}]},
            "travellers",
            "The age of traveller 2 is 0 to 120, not 130.",
        ),
        (
            {"travellers": [{"band": "infant", "age_at_travel": 40}]},
            "travellers",
            "The age of traveller 1, who is called an infant, is 0 to 2, not 40.",
        ),
        (
            {"travellers": [{"band": "dog"}]},
            "travellers",
            "The band of traveller 1 is one of adult, child, infant, senior, not dog.",
        ),
        ({"travellers": [{"name": "A"}]}, "travellers", "Traveller 1 has no field name."),
        ({"travellers": ["A"]}, "travellers", "Traveller 1 is no object with a label and a band."),
        ({"travellers": [{"needs": [{"text": " "}]}]}, "travellers", "A need of traveller 1 is empty."),
        (
            {"travellers": [{"needs": [{"kind": "wish", "text": "a"}]}]},
            "travellers",
            "A need of traveller 1 has a kind, one of diet, allergy, mobility, medical, other, not wish.",
        ),
        ({"pace": "fast"}, "pace", "The pace is one of relaxed, balanced, full, not fast."),
        ({"pace": []}, "pace", "The pace is one of relaxed, balanced, full, not a list."),
        ({"purpose": 3}, "purpose", "The purpose is not text."),
        ({"purpose": "a" * 501}, "purpose", "The purpose has more than 500 characters."),
        ({"notes_private": "a" * 8001}, "notes_private", "The text of the notes has more than 8,000 characters."),
        ({"where": ["a" * 101]}, "where", "A destination has more than 100 characters."),
        ({"where": [f"{at}" for at in range(21)]}, "where", "The list of destinations has more than 20 entries."),
        ({"must": [{"txt": "a"}]}, "must", "A must is no object with a text and whether it is hard."),
        ({"avoid": [{"text": "a", "hard": "yes"}]}, "avoid", "Whether a wish is hard is true or false."),
        ({"tell_needs": "yes"}, "tell_needs", "Whether needs may be told is true or false."),
        ({"colour": "red"}, "colour", "There is no field colour in a brief."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(given, field, sentence):
    assert problems(**given) == {field: sentence}


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("-5", "The least of the budget is below zero (-5)."),
        (-5, "The least of the budget is below zero (-5)."),
        ("NaN", 'The least of the budget has an amount that is no number like "1234.50" (NaN).'),
        (Decimal("NaN"), 'The least of the budget has an amount that is no number like "1234.50" (?).'),
        (Decimal("1E+30"), 'The least of the budget has an amount that is no number like "1234.50" (?).'),
        (12.5, 'The least of the budget has an amount that is no text like "1234.50" (12.5).'),
        (float("nan"), 'The least of the budget has an amount that is no text like "1234.50" (nan).'),
        ("1,234.50", 'The least of the budget has an amount that is no number like "1234.50" (1,234.50).'),
        ("1e3", 'The least of the budget has an amount that is no number like "1234.50" (1e3).'),
        ("١٢", 'The least of the budget has an amount that is no number like "1234.50" (١٢).'),
        ("", 'The least of the budget has an amount that is no number like "1234.50" ().'),
        ("1" * 16, "The least of the budget has more than 15 digits before the point or 6 after it."),
        ("1.1234567", "The least of the budget has more than 15 digits before the point or 6 after it."),
    ],
)
def test_amount_that_is_none_is_refused(amount, sentence):
    assert problems(budget={"low": {"amount": amount, "currency": "EUR"}}) == {"budget": sentence}


@pytest.mark.parametrize(
    ("budget", "sentence"),
    [
        (
            {"low": {"amount": "5", "currency": "EUR"}, "high": {"amount": "4.5", "currency": "EUR"}},
            "The budget begins above its end (5.00 is more than 4.50).",
        ),
        (
            {"low": {"amount": "5", "currency": "EUR"}, "high": {"amount": "6", "currency": "USD"}},
            "The budget is in two currencies (EUR and USD).",
        ),
        (
            {"high": {"amount": "5", "currency": "EURO"}},
            "The most of the budget is in a currency that nobody knows (EURO): use a code like EUR.",
        ),
        ({"high": {"amount": "5", "currency": "DEM"}}, "The budget is in a currency that is no longer in use (DEM)."),
        ({}, "The budget has no amount: say the least, the most, or both."),
        ({"most": 4}, "The budget is no object with low, high, basis and hard."),
        ("3000 EUR", "The budget is no object with low, high, basis and hard."),
        ({"high": 4}, 'The most of the budget is written like {"amount": "1234.50", "currency": "EUR"}.'),
        (
            {"high": {"amount": "5", "currency": "EUR"}, "basis": "daily"},
            "The basis of the budget is one of total, per_person, per_person_night, not daily.",
        ),
    ],
)
def test_budget_that_is_none_is_refused(budget, sentence):
    assert problems(budget=budget) == {"budget": sentence}


def test_all_fields_that_are_wrong_are_told_at_once():
    assert set(problems(pace="fast", start="x", where=3, colour="red")) == {"pace", "start", "where", "colour"}

    old = {"high": {"amount": "5", "currency": "DEM"}}
    assert set(problems(start="2027-05-03", end="2027-05-01", budget=old, pace=3)) == {"end", "budget", "pace"}


def test_brief_that_no_assistant_could_be_told_is_refused():
    long = [{"text": f"{at}".ljust(290, "a")} for at in range(30)]

    assert problems(must=long, avoid=long, travellers=[{"label": f"{at}".ljust(60, "b")} for at in range(60)]) == {
        "must": "This brief is too long to be told to an assistant; most of it is in: Musts."
    }


def test_amount_has_the_decimals_of_its_currency():
    given = {"low": {"amount": 1000, "currency": "JPY"}, "high": {"amount": "0001000.50", "currency": "JPY"}}
    budget = brief_values(brief_of({"budget": given}))["budget"]

    assert [budget["low"]["amount"], budget["high"]["amount"]] == ["1000", "1000.5"]


def test_months_count_only_while_there_are_no_dates():
    assert brief_of({"months": ["2027-06", "2027-05", "2027-06"]}).months == ("2027-05", "2027-06")
    assert brief_of({"months": ["2027-05"], "start": "2027-05-03", "end": "2027-05-03"}).months == ()


def test_texts_are_put_in_order():
    brief = brief_of(
        {
            "where": [" Cafe\u0301\n\n\x00 Lisboa\u2028", "", "\u2800", "Café Lisboa"],
            "must": ["a", {"text": "a\n"}],
            "notes_private": "one \r\ntwo\x1b\n",
        }
    )

    assert brief.where == ("Café Lisboa",)
    assert brief.must == (Wish("a"),)
    assert brief.notes_private == "one\ntwo"


def test_travellers_are_made_from_counts():
    brief = brief_of({"adults": 2, "children": 3, "child_ages": [8, 1]})

    assert [(one.label, one.band, one.age_at_travel) for one in brief.travellers] == [
        ("Adult 1", "adult", None),
        ("Adult 2", "adult", None),
        ("Child 1", "child", 8),
        ("Infant 1", "infant", 1),
        ("Child 2", "child", None),
    ]


def test_travellers_who_still_go_along_stay_as_they_are():
    before = brief_of(WHOLE)
    ann, bo = before.travellers

    more = brief_of(WHOLE | {"adults": 2}).travellers
    older = brief_of(WHOLE | {"child_ages": [9]}).travellers

    assert more == (ann, Traveller("Adult 1"), bo)
    assert older == (ann, Traveller("Child 1", "child", 9))
    assert brief_of(WHOLE | {"adults": 1, "child_ages": [3, 8]}).travellers[2] == bo
    assert brief_of(WHOLE | {"child_ages": [8, 8]}).travellers == (ann, bo, Traveller("Child 1", "child", 8))


def test_what_a_newer_version_wrote_is_left_out():
    stored = WHOLE | {"pace": "slow", "start": "2027-99-99", "rooms": 2, "budget": "much"}

    known = known_brief(stored)

    assert (known.where, known.pace, known.start, known.end, known.budget) == (
        ("Lisbon", "Porto"),
        None,
        None,
        None,
        None,
    )
    assert known_brief(None) == known_brief([]) == Brief()


def test_budget_of_a_currency_that_went_out_of_use_is_still_known():
    budget = {"high": {"amount": "500", "currency": "DEM"}}

    assert known_brief({"budget": budget}).budget == Budget(high=Money(Decimal(500), "DEM"))


@pytest.mark.parametrize("given", ["", "\n" * 1000, "\u2800", None, 3, "a" * 101, "a\n" * 100])
def test_title_that_is_none_is_refused(given):
    with pytest.raises(BriefError) as caught:
        title_of(given)

    assert list(caught.value.problems) == ["title"]
    assert str(caught.value).startswith(("The title ", "Enter a title."))


def test_title_is_one_line():
    assert title_of("\nLisbon,\n in May\x00 ") == "Lisbon, in May"


def test_status_is_in_the_order_in_which_trips_go_on():
    assert [*TripStatus] == ["draft", "proposed", "approved", "booked", "travelling", "done", "cancelled"]


texts = st.text(max_size=30)
amounts = st.decimals(min_value=0, max_value=10**9, places=2)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def given_briefs(draw: st.DrawFn) -> dict[str, object]:
    """What a form could send, all of it right."""
    low, high = sorted([draw(amounts), draw(amounts)])
    days = sorted(draw(st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 1)), min_size=2, max_size=2)))
    needs = st.fixed_dictionaries({"kind": st.sampled_from(NEED_KINDS), "text": texts.map(lambda one: f"x{one}")})
    travellers = st.fixed_dictionaries(
        {"label": texts, "band": st.sampled_from(BANDS), "needs": st.lists(needs, max_size=2)}
    )
    wishes = st.lists(st.fixed_dictionaries({"text": texts, "hard": st.booleans()}), max_size=4)
    money = {"low": {"amount": str(low), "currency": "EUR"}, "high": {"amount": str(high), "currency": "EUR"}}
    whole = {
        "where": draw(st.lists(texts, max_size=4)),
        "purpose": draw(texts),
        "start": days[0].isoformat(),
        "end": days[1].isoformat(),
        "date_flex_days": draw(st.integers(0, 60)),
        "travellers": draw(st.lists(travellers, max_size=3)),
        "budget": {**money, "basis": draw(st.sampled_from([*BASES])), "hard": draw(st.booleans())},
        "pace": draw(st.sampled_from(PACES)),
        "must": draw(wishes),
        "avoid": draw(wishes),
        "tell_needs": draw(st.booleans()),
        "notes_private": draw(texts),
    }
    fields = draw(st.sets(st.sampled_from([field for field in whole if field not in ("start", "end")])))
    return {field: whole[field] for field in fields} | draw(
        st.sampled_from([{}, {"start": whole["start"], "end": whole["end"]}, {"months": ["2027-05"]}])
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(given_briefs())
def test_what_is_kept_reads_back_as_the_same(given):
    brief = brief_of(given)
    stored = json.loads(json.dumps(brief_values(brief)))

    assert brief_of(stored) == known_brief(stored) == brief
    assert brief_values(known_brief(stored)) == stored


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from([*FIELDS, "adults", "children", "child_ages"]) | texts, jsons, max_size=6))
def test_whatever_is_given_is_a_brief_or_a_sentence_for_each_field(given):
    wrong: dict[str, str] = {}
    try:
        brief = brief_of(given)
    except BriefError as exc:
        brief, wrong = known_brief(given), exc.problems
    assert known_brief(brief_values(brief)) == brief
    assert len(json.dumps(brief_values(brief))) < 2 * limits.MAX_TOLD_CHARS
    assert all(text[0].isupper() and text.endswith(".") and "\n" not in text for text in wrong.values())
    assert all(len(text) < 200 for text in wrong.values())
