"""What is typed into the fields of a trip, and back."""

import pytest

from components.trips.typed import (
    ages_text,
    budget_texts,
    changed_fields,
    lines,
    needs_of,
    typed_ages,
    typed_amount,
    typed_budget,
    typed_travellers,
    typed_wishes,
    wishes_text,
    with_needs,
)
from travel.brief import Brief, Budget, Need, Traveller, Wish, brief_of, brief_values
from travel.types import NotValidError, money_of


def test_lines_are_what_says_something():
    assert lines(" Rome \n\n Paris, Texas\n") == ["Rome", "Paris, Texas"]
    assert lines(None) == []


def test_line_that_ends_with_an_exclamation_mark_of_its_own_is_a_condition():
    assert typed_wishes("Pompeii !\nA boat trip\nBeach!", ()) == [
        Wish("Pompeii", hard=True),
        Wish("A boat trip"),
        Wish("Beach!"),
    ]


def test_wish_that_nobody_touches_means_what_it_meant():
    before = (Wish("La plage !"), Wish("Pompeii", hard=True))

    assert typed_wishes(wishes_text(before), before) == list(before)


@pytest.mark.parametrize(
    ("text", "ages"), [("6, 9", [6, 9]), ("6 9;?", [6, 9, None]), ("", []), ("six", ["six"]), ("-1", ["-1"])]
)
def test_ages_are_numbers_with_anything_between_them(text, ages):
    assert typed_ages(text) == ages


def test_ages_stand_in_the_field_as_far_as_one_is_known():
    assert (ages_text([8, None]), ages_text([None, None])) == ("8, ?", "")


def test_ages_alone_say_how_many_children_there_are():
    found = typed_travellers(2, None, "6, 9", ())

    assert [(one.band, one.age_at_travel) for one in found] == [
        ("adult", None), ("adult", None), ("child", 6), ("child", 9),
    ]  # fmt: skip


@pytest.mark.parametrize(("children", "ages"), [(1, "6, 9"), (2, "six"), (1, "-1")])
def test_ages_that_cannot_be_are_refused(children, ages):
    with pytest.raises(NotValidError):
        typed_travellers(2, children, ages, ())


def test_need_belongs_to_whom_it_is_said_of_and_is_as_hard_as_it_was():
    before = (Traveller("Ann", needs=(Need("diet", "vegan", hard=False),)), Traveller("Adult 2"))
    rows = [*needs_of(before), ("Adult 2", "mobility", "no stairs"), ("Ann", "diet", "  ")]

    found = with_needs(before, rows, before)

    assert [one.needs for one in found] == [(Need("diet", "vegan", hard=False),), (Need("mobility", "no stairs"),)]


def test_need_of_nobody_is_told():
    with pytest.raises(NotValidError, match="nobody called Child 2: say whose need “vegan” is"):
        with_needs((Traveller("Adult 1"),), [("Child 2", "diet", "vegan")], ())


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("2000", "2000"),
        ("2,000", "2000"),
        ("1.234.567", "1234567"),
        ("2.000,50", "2000.50"),
        ("2,000.50", "2000.50"),
        ("2 000,5", "2000.5"),
        ("2’000.50", "2000.50"),
        ("", ""),
        ("much", "much"),  # the brief tells of it
    ],
)
def test_amount_is_read_as_people_write_it(text, amount):
    assert typed_amount(text, "EUR") == amount


@pytest.mark.parametrize("text", ["2.000", "2000.500", "1,23,456"])
def test_amount_that_can_be_read_in_two_ways_is_refused(text):
    with pytest.raises(NotValidError, match="two ways"):
        typed_amount(text, "EUR")


def test_three_decimals_are_read_where_a_currency_has_them():
    assert typed_amount("2.500", "KWD") == "2.500"


def test_budget_that_nobody_touches_stays():
    before = Budget(high=money_of({"amount": "2000.125", "currency": "EUR"}))
    low, high = budget_texts(before)

    typed = typed_budget(low, high, currency="EUR", basis="total", hard=False, before=before)

    assert brief_of({"budget": typed}).budget == before
    assert typed_budget("", "", currency="EUR", basis="total", hard=False, before=before) is None


def test_changed_fields_are_those_that_differ_and_none_where_one_is_gone():
    before = brief_values(Brief(where=("Rome",), purpose="Rest", pace="full"))
    given = brief_values(Brief(where=("Rome",), pace="relaxed"))

    assert changed_fields(given, before) == {"purpose": None, "pace": "relaxed"}
