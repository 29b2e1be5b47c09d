"""The facts of the demo assistant: some fifty destinations, read once from ``destinations.json``."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

FACTS_FILE = Path(__file__).with_name("destinations.json")
# Marks are put in order by insertion, each among all of its run: 100,000 take seconds. No name holds so many.
_LONG_RUN = re.compile(r"([^\w\s]{30})[^\w\s]+")
_UNFOLDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "\u2019": "'"})


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing to see or do; *price* is a rough adult ticket in the local currency, 0 when free."""

    name: str
    category: str
    area: str
    minutes: int
    price: Decimal
    evening: bool = False
    steps: bool = False


@dataclass(frozen=True, slots=True)
class DayTrip:
    """A whole day out of town; *usd* is a rough price per person for getting there and getting in."""

    name: str
    minutes_each_way: int
    by: str
    about: str
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Dish:
    """Something to eat; *diet* is ``any``, ``vegetarian`` or ``vegan``; a *snack* makes no dinner."""

    name: str
    about: str
    diet: str
    snack: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Everything that the demo knows about one place. Sights stand in order of importance.

    *weather* has the months (1 to 12) of each phrase. *daily_usd* has by level, in rough US dollars, a ``meal`` and a
    day's ``transport`` per person, and a ``room`` a night.
    """

    id: str
    name: str
    local_name: str
    aliases: tuple[str, ...]
    country: str
    country_code: str
    continent: str
    lat: float
    lon: float
    currency: str
    language: str
    best_months: tuple[int, ...]
    avoid_months: tuple[int, ...]
    avoid_why: str
    weather: Mapping[str, tuple[int, ...]]
    daily_usd: Mapping[str, Mapping[str, Decimal]]
    food: tuple[Dish, ...]
    airport: str
    transfer: str
    practical: str
    day_trips: tuple[DayTrip, ...]
    sights: tuple[Sight, ...]

    @property
    def things(self) -> dict[str, Sight | DayTrip]:
        return {one.name: one for one in self.sights} | {one.name: one for one in self.day_trips}

    def weather_in(self, month: int) -> str:
        return next(text for text, months in self.weather.items() if month in months)


@dataclass(frozen=True, slots=True)
class Atlas:
    """All facts: destinations, rough units of a currency per US dollar, and places that are only located.

    *official* are names and addresses of national tourism organisations by country code.
    """

    destinations: tuple[Destination, ...]
    per_usd: Mapping[str, Decimal]
    nearby_places: Mapping[str, tuple[float, float]]
    official: Mapping[str, tuple[str, str]]

    def get(self, destination_id: str) -> Destination:
        return next(place for place in self.destinations if place.id == destination_id)

    @property
    def bases(self) -> dict[str, str]:
        """The names of day trips, with the ids of the destinations that they are made from."""
        return {trip.name: place.id for place in self.destinations[::-1] for trip in place.day_trips}

    def nearest(self, lat: float, lon: float, *, count: int) -> list[Destination]:
        """The *count* destinations closest to a point, closest first."""
        return sorted(self.destinations, key=lambda place: distance_km(lat, lon, place.lat, place.lon))[:count]


def fold(text: str) -> str:
    """*text* for comparing names: lower case, Latin letters without marks, other scripts as they are."""
    short = _LONG_RUN.sub(r"\1", text)
    plain = short.casefold().translate(_UNFOLDED)
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain)
    marks_off = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", marks_off)


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """The great-circle distance between two points given in degrees."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    across = math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    half_chord = math.sin((phi_b - phi_a) / 2) ** 2 + across
    return 2 * 6371 * math.asin(min(1.0, math.sqrt(half_chord)))


@cache
def atlas() -> Atlas:
    """The bundled facts, parsed at the first call."""
    return TypeAdapter(Atlas).validate_json(FACTS_FILE.read_bytes())
