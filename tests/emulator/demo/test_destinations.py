"""The bundled facts are complete and consistent."""

import json
import re
from decimal import Decimal

import pytest

from emulator.demo.destinations import FACTS_FILE, Destination, atlas, distance_km, fold
from emulator.demo.wishes import LEVELS

EACH_PLACE = pytest.mark.parametrize("place", atlas().destinations, ids=lambda place: place.id)
CONTINENTS = {"Europe", "Asia", "Africa", "North America", "South America", "Oceania"}
CATEGORIES = {
    "beach", "boat", "family", "food", "gallery", "market", "monument", "museum", "nature", "nightlife", "palace",
    "park", "quarter", "religious", "ruins", "show", "viewpoint", "wellness",
}  # fmt: skip


def test_file_is_small_enough_to_bundle() -> None:
    assert FACTS_FILE.stat().st_size < 250_000


def test_file_has_one_sight_per_line() -> None:
    lines = FACTS_FILE.read_text(encoding="utf-8").splitlines()
    raw = json.loads("\n".join(lines))
    sights = sum(len(entry["sights"]) for entry in raw["destinations"])
    assert sum('"minutes": ' in line for line in lines) == sights


def test_there_are_enough_places_and_ids_are_unique() -> None:
    ids = [place.id for place in atlas().destinations]
    assert len(ids) >= 42
    assert len(set(ids)) == len(ids)
    assert {place.continent for place in atlas().destinations} == CONTINENTS


def test_no_name_means_two_places() -> None:
    seen: dict[str, str] = {}
    for place in atlas().destinations:
        for name in {fold(name) for name in (place.name, place.local_name, *place.aliases)}:
            assert seen.setdefault(name, place.id) == place.id, name


@EACH_PLACE
def test_place_is_on_the_map(place: Destination) -> None:
    assert -90 <= place.lat <= 90
    assert -180 <= place.lon <= 180


@EACH_PLACE
def test_codes_have_the_form_of_their_standards(place: Destination) -> None:
    assert re.fullmatch(r"[A-Z]{2}", place.country_code)
    assert re.fullmatch(r"[A-Z]{3}", place.currency)
    assert re.fullmatch(r"[A-Z]{3}", place.airport)
    assert atlas().per_usd[place.currency] > 0


@EACH_PLACE
def test_months_are_months_and_good_ones_are_not_bad_ones(place: Destination) -> None:
    for months in (place.best_months, place.avoid_months):
        assert months
        assert set(months) <= set(range(1, 13))
        assert len(set(months)) == len(months)
    assert not set(place.best_months) & set(place.avoid_months)
    assert place.avoid_why


@EACH_PLACE
def test_every_month_has_exactly_one_phrase_about_weather(place: Destination) -> None:
    assert sorted(month for months in place.weather.values() for month in months) == list(range(1, 13))
    assert all(place.weather_in(month) for month in range(1, 13))


@EACH_PLACE
def test_sights_are_many_and_plausible(place: Destination) -> None:
    names = [sight.name for sight in place.sights]
    assert len(names) >= 12
    assert len(set(names)) == len(names)
    assert sum(sight.evening for sight in place.sights) >= 2
    assert sum(not sight.evening and not sight.steps for sight in place.sights) >= 6
    for sight in place.sights:
        assert sight.category in CATEGORIES
        assert 15 <= sight.minutes <= 270
        assert sight.price >= 0
        assert sight.area


@EACH_PLACE
def test_prices_of_sights_are_of_a_sane_size(place: Destination) -> None:
    dearest = max(sight.price for sight in place.sights) / atlas().per_usd[place.currency]
    assert dearest <= 230  # US dollars; a flight along a mountain range is the dearest


@EACH_PLACE
def test_daily_costs_rise_with_the_level(place: Destination) -> None:
    assert tuple(place.daily_usd) == LEVELS
    costs = [place.daily_usd[level] for level in LEVELS]
    for kind in ("meal", "transport", "room"):
        amounts = [cost[kind] for cost in costs]
        assert all(amount > Decimal(0) for amount in amounts)
        assert amounts == sorted(amounts)


@EACH_PLACE
def test_food_has_something_without_meat_and_a_dinner(place: Destination) -> None:
    assert {dish.diet for dish in place.food} <= {"any", "vegetarian", "vegan"}
    assert any(dish.diet != "any" for dish in place.food)
    assert any(not dish.snack for dish in place.food)


@EACH_PLACE
def test_day_trips_fit_into_a_day(place: Destination) -> None:
    assert len(place.day_trips) >= 2
    for trip in place.day_trips:
        assert 15 <= trip.minutes_each_way <= 270
        assert trip.usd > 0


def test_located_places_are_on_the_map_and_not_described() -> None:
    described = {
        fold(name) for place in atlas().destinations for name in (place.name, place.local_name, *place.aliases)
    }
    for name, (lat, lon) in atlas().nearby_places.items():
        assert -90 <= lat <= 90
        assert -180 <= lon <= 180
        assert fold(name) not in described


def test_distance_is_right_for_known_cities() -> None:
    lisbon, tokyo = atlas().get("lisbon"), atlas().get("tokyo")
    assert distance_km(lisbon.lat, lisbon.lon, tokyo.lat, tokyo.lon) == pytest.approx(11_150, rel=0.01)
    assert distance_km(1.0, 2.0, 1.0, 2.0) == 0


def test_nearest_comes_first() -> None:
    lisbon = atlas().get("lisbon")
    near = atlas().nearest(lisbon.lat, lisbon.lon, count=3)
    assert [place.id for place in near[:2]] == ["lisbon", "porto"]
    assert len(near) == 3


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Łódź", "lodz"), ("Kraków", "krakow"), ("İstanbul", "istanbul"), ("REYKJAVÍK", "reykjavik"), ("東京", "東京")],
)
def test_names_are_folded_for_comparing(text: str, folded: str) -> None:
    assert fold(text) == folded
