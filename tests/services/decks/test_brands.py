"""How decks look: what a planner chooses, and who sees it."""

import pytest

from exports.decks.records import Brand, Font
from services.errors import FileRefusedError, InvalidFieldsError
from services.trips.members import TripMembers
from tests.helpers.deck_places import Decks, picture, planning  # noqa: F401 - a fixture


def test_brand_is_a_plain_one_until_somebody_chooses(planning: Decks):
    assert planning.brands.get(user_id=planning.ada) == Brand()
    chosen = {
        "name": " Weber \n Travel ",
        "contact": "+49 30 1234",
        "footer": "Weber Travel, Berlin\x00",
        "primary": "#004400",
        "accent": "#ABCDEF",
        "font": "Cambria",
        "language": "pt-BR",
    }

    brand = planning.brands.change(chosen, user_id=planning.ada)

    assert brand == Brand(
        name="Weber Travel",
        contact="+49 30 1234",
        footer="Weber Travel, Berlin",
        primary="#004400",
        accent="#ABCDEF",
        font=Font.CAMBRIA,
        language="pt-BR",
    )
    assert planning.brands.change({"accent": "#000000"}, user_id=planning.ada).name == "Weber Travel"
    assert planning.brands.get(user_id=planning.bob) == Brand()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "x" * 1_001, "longer than 1,000"),
        ("contact", "x" * 1_001, "longer than 1,000"),
        ("footer", "x" * 1_001, "longer than 1,000"),
        ("primary", "red", "no colour such as"),
        ("primary", "#12345", "no colour such as"),
        ("accent", "#1234567", "no colour such as"),
        ("accent", "#ff0000;}", "no colour such as"),
        ("font", "Comic Sans MS", "none of those"),
        ("language", "xx", "none that is known"),
        ("language", "", "none that is known"),
        ("language", "../../de", "none that is known"),
        ("language", "e" * 36, "none that is known"),
        ("logo", b"<svg/>", "no field logo"),
        ("logo_type", "image/png", "no field logo_type"),
        ("user_id", 1, "no field user_id"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_wrong_field_is_told_by_its_name_and_nothing_is_changed(planning: Decks, field, value, told):
    with pytest.raises(InvalidFieldsError) as refused:
        planning.brands.change({"footer": "New", field: value}, user_id=planning.ada)

    assert refused.value.problems.keys() == {field}
    assert told in refused.value.problems[field]
    assert planning.brands.get(user_id=planning.ada) == Brand()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_wrong_field_is_told(planning: Decks):
    with pytest.raises(InvalidFieldsError) as refused:
        planning.brands.change({"primary": "red", "language": "xx", "font": ""}, user_id=planning.ada)

    assert refused.value.problems.keys() == {"primary", "language", "font"}


def test_logo_stays_while_the_rest_changes_and_goes_when_it_is_taken_away(planning: Decks):
    brand = planning.brands.set_logo(picture(), user_id=planning.ada)
    with pytest.raises(FileRefusedError):
        planning.brands.set_logo(b"no picture", user_id=planning.ada)

    assert brand.logo
    assert planning.brands.change({"name": "Weber"}, user_id=planning.ada).logo == brand.logo
    gone = planning.brands.set_logo(None, user_id=planning.ada)
    assert (gone.name, gone.logo, gone.logo_type) == ("Weber", None, None)


def test_decks_look_as_their_owners_do_for_everybody_and_after_a_hand_over_as_the_new_owners(planning: Decks):
    planning.brands.change({"name": "Ada's"}, user_id=planning.ada)
    planning.brands.change({"name": "Bob's"}, user_id=planning.bob)

    def seen(of, *people):
        return {planning.brands.of_deck(of, user_id=one).name for one in people}

    people = (planning.ada, planning.bob, planning.cleo)
    assert seen(planning.trip, *people) == seen(planning.session, *people) == {"Ada's"}

    TripMembers(planning.database).hand_over(planning.trip_id, planning.bob, user_id=planning.ada)
    assert seen(planning.trip, *people) == {"Bob's"}
    assert seen(planning.session, *people) == {"Ada's"}  # who began it works on it as before
