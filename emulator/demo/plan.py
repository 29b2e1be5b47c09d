"""A trip as days: which sights, in which order, at what time. Pure; the same wishes give the same plan."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from emulator.demo.destinations import DayTrip, Destination, Dish, Sight, atlas, distance_km, fold
from emulator.demo.trip import Trip
from emulator.demo.words import INTERESTS

INDOOR = frozenset({"museum", "gallery", "palace", "religious", "market", "family", "show", "food", "wellness"})
HOP_MIN, STROLL_MIN = 30, 15  # between areas, and within one
MORNING, AFTERNOON, EVENING = "Morning", "Afternoon", "Evening"


@dataclass(frozen=True, slots=True)
class Stop:
    """A sight with its start and end in minutes after midnight."""

    sight: Sight
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a day: *stops* in order of time, or a sentence. *fixed* ones (arrival, leaving) do not move."""

    stops: tuple[Stop, ...] = ()
    text: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One day. With a *trip*, morning and afternoon are spent on it."""

    number: int
    place: Destination
    morning: Slot
    afternoon: Slot
    evening: Slot
    dinner: str
    trip: DayTrip | None = None

    @property
    def sights(self) -> tuple[Sight, ...]:
        """All sights of the day, in order of time."""
        return tuple(stop.sight for slot in (self.morning, self.afternoon, self.evening) for stop in slot.stops)

    @property
    def title(self) -> str:
        """The areas of the day, or where the day trip goes."""
        if self.trip:
            return f"Day trip to {self.trip.name}"
        daytime = [stop.sight.area for slot in (self.morning, self.afternoon) for stop in slot.stops]
        areas = list(dict.fromkeys(daytime or [sight.area for sight in self.sights]))
        if self.morning.fixed and not areas:
            return "Arrival"
        return ", ".join(areas[:2]) if areas else "A free day"


@dataclass(frozen=True, slots=True)
class Plan:
    """All days, and sentences about what could not be done as asked."""

    days: tuple[Day, ...]
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[Destination, ...]:
        """The places in the order of the trip."""
        return tuple({day.place.id: day.place for day in self.days}.values())


@dataclass(slots=True)
class _Pool:
    """Sights not yet used, best first, and the counters of one place."""

    day: list[Sight]
    evening: list[Sight]
    dishes: list[Dish]
    areas: list[str]
    fillers: int = 0
    dinners: int = 0
    used: list[Sight] = field(default_factory=list)


def build(trip: Trip, *, days: int) -> Plan:
    """The plan for *trip*, which has at least one place, over *days* (1 to 21)."""
    places = [atlas().get(place_id) for place_id in trip.places][: max(1, days // 2)]
    notes = []
    if len(places) < len(trip.places):
        notes.append(f"{days} days leave time for {len(places)} of the places; the others are left out.")
    planned: list[Day] = []
    for index, place in enumerate(places):
        share = days // len(places) + (1 if index < days % len(places) else 0)
        planned += _days_in(place, trip, share, before=places[index - 1] if index else None, first=len(planned) + 1,
                            last=index == len(places) - 1)  # fmt: skip
    for one, other in trip.swaps:
        notes += _swap(planned, one, other)
    return Plan(tuple(planned), tuple(notes))


def stops_per_half_day(pace: int) -> int:
    """How many sights at most in a morning or an afternoon."""
    return {-1: 1, 0: 2, 1: 3}[pace]


def indoor(sight: Sight) -> bool:
    """Whether a sight is good in rain."""
    return sight.category in INDOOR


def suitable(place: Destination, trip: Trip) -> list[Sight]:
    """The sights of *place* that fit the wishes, best first."""
    liked = {category for name in trip.interests for category in INTERESTS[name][1]}
    disliked = {category for name in trip.dislikes for category in INTERESTS[name][1]} - liked
    scored = []
    for rank, sight in enumerate(place.sights):
        excluded = (
            sight.category in disliked
            or (sight.steps and bool(trip.needs))
            or (sight.category == "nightlife" and bool(trip.children))
            or any(_named(sight, words) for words in trip.left_out)
        )
        if excluded:
            continue
        score = 12.0 * (len(place.sights) - rank) / len(place.sights)
        score += 6 * (sight.category in liked)
        score += 4 * (sight.category == "family" and bool(trip.children))
        score -= 3 * (sight.category == "nature" and "wheelchair" in trip.needs)
        score -= 4 * (sight.price > 0 and trip.level_shift < 0)
        scored.append((-score, rank, sight))
    return [sight for _, _, sight in sorted(scored, key=lambda entry: entry[:2])]


def _named(sight: Sight, words: str) -> bool:
    name = fold(sight.name)
    return name in words or words in name


def dishes_for(place: Destination, trip: Trip) -> list[Dish]:
    """Dishes worth naming, those for the strictest diet of the group first."""
    order = {"vegan": 0, "vegetarian": 1, "any": 2}
    if "vegan" in trip.diets:
        return sorted((dish for dish in place.food), key=lambda dish: order[dish.diet])
    if "vegetarian" in trip.diets:
        return sorted(place.food, key=lambda dish: dish.diet == "any")
    return list(place.food)


def day_trips(place: Destination, trip: Trip, days: int) -> list[DayTrip]:
    """The day trips that belong into *days* days in *place*."""
    usual = 0 if days < 4 else 1 if days < 7 else 2 if days < 10 else 3
    if trip.pace < 0 and days < 7:
        usual = 0
    count = max(0, min(usual + trip.more_trips, len(place.day_trips), days - 2 if days > 2 else days - 1))
    wanted = [one for one in place.day_trips if not any(fold(one.name) in words for words in trip.left_out)]
    return sorted(wanted, key=lambda one: one.minutes_each_way >= 200)[:count]


def _days_in(
    place: Destination, trip: Trip, count: int, *, before: Destination | None, first: int, last: bool
) -> list[Day]:
    ranked = suitable(place, trip)
    trips = day_trips(place, trip, count)
    evening = [sight for sight in ranked if sight.evening]
    daytime = [sight for sight in ranked if not sight.evening]
    per_half = stops_per_half_day(trip.pace)
    city_days = count - len(trips)
    pool = _Pool(
        day=daytime[: city_days * (per_half * 2 if trip.pace else 3)],
        evening=evening,
        dishes=[dish for dish in dishes_for(place, trip) if not dish.snack and suits(dish, trip)],
        areas=list(dict.fromkeys(sight.area for sight in place.sights)),
    )
    trip_positions = {round((index + 1) * count / (len(trips) + 1)) for index in range(len(trips))}
    queue = list(trips)
    planned = []
    for index in range(count):
        number = first + index
        leaves = last and index == count - 1 and count > 2
        if index in trip_positions and queue:
            going = queue.pop(0)
            planned.append(Day(number, place, Slot(), Slot(), Slot(text="An easy evening back in town."),
                               _dinner(pool, trip, near=None), going))  # fmt: skip
            city_left = count - index - 1 - len(queue)
        else:
            arrives = index == 0 and (count > 2 or before is not None)
            city_left = count - index - len(queue)
            planned.append(_city_day(place, pool, trip, number, city_left, before, arrives=arrives, leaves=leaves))
    return planned


def _city_day(
    place: Destination,
    pool: _Pool,
    trip: Trip,
    number: int,
    city_left: int,
    before: Destination | None,
    *,
    arrives: bool,
    leaves: bool,
) -> Day:
    per_half = stops_per_half_day(trip.pace)
    quota = max(1, -(-len(pool.day) // max(1, city_left)))
    begin = {-1: 600, 0: 570, 1: 540}[trip.pace]
    area: str | None = None
    if arrives:
        morning = Slot(text=_arrival(place, before), fixed=True)
    else:
        stops = _fill(pool, begin, 780, min(per_half, -(-quota // 2)), area)
        area = stops[-1].sight.area if stops else None
        morning = Slot(stops) if stops else Slot(text=_filler(pool, place, morning=True))
    wanted = min(per_half + (trip.pace >= 0), max(1, quota - len(morning.stops)))
    stops = _fill(pool, 840, 1110, wanted, area) or _fill(pool, 780, 1110, 1, area)
    area = stops[-1].sight.area if stops else area
    afternoon = Slot(stops) if stops else Slot(text=_filler(pool, place, morning=False))
    if leaves:
        evening = Slot(text=f"Collect the bags and leave for {place.airport}: {place.transfer}.", fixed=True)
        return Day(number, place, morning, afternoon, evening, "")
    evening_stop = _evening(pool, trip, number, area)
    evening = Slot((evening_stop,)) if evening_stop else Slot(text="Nothing fixed.")
    if evening_stop and evening_stop.sight.category == "food":
        return Day(number, place, morning, afternoon, evening, "")
    dinner = _dinner(pool, trip, near=evening_stop.sight.area if evening_stop else area)
    return Day(number, place, morning, afternoon, evening, dinner)


def _fill(pool: _Pool, start: int, end: int, count: int, area: str | None) -> tuple[Stop, ...]:
    """Take up to *count* sights that fit between two times, one area as long as there is any."""
    stops: list[Stop] = []
    clock = start
    while len(stops) < count:
        choices = [sight for sight in pool.day if sight.area == area] if area else []
        if not choices and not stops:
            choices = pool.day
        gap = 0 if not stops else STROLL_MIN if stops[-1].sight.area == area else HOP_MIN
        fitting = next((sight for sight in choices if clock + gap + sight.minutes <= end), None)
        if fitting is None and not stops and area:
            fitting = next((sight for sight in pool.day if clock + gap + sight.minutes <= end), None)
        if fitting is None:
            break
        clock += gap
        stops.append(Stop(fitting, clock, clock + fitting.minutes))
        clock += fitting.minutes
        area = fitting.area
        pool.day.remove(fitting)
    return tuple(stops)


def _evening(pool: _Pool, trip: Trip, number: int, area: str | None) -> Stop | None:
    if not pool.evening or (trip.pace < 0 and number % 2 == 0):
        return None
    sight = next((one for one in pool.evening if one.area == area), pool.evening[0])
    pool.evening.remove(sight)
    begin = {"nightlife": 1260, "show": 1200}.get(sight.category, 1140)
    return Stop(sight, begin, begin + sight.minutes)


def _arrival(place: Destination, before: Destination | None) -> str:
    if before is None:
        return f"Arrive at {place.airport}: {place.transfer}. Leave the bags and have a light lunch."
    km = round(distance_km(before.lat, before.lon, place.lat, place.lon), -1)
    how = "by train, bus or a short flight" if km <= 700 and before.continent == place.continent else "by plane"
    return (
        f"Travel from {before.name} to {place.name}, about {km:,.0f} km {how}. Leave the bags and have a light lunch."
    )


_MORNINGS = (
    "Sleep in, then a long breakfast near {area}",
    "A free morning: a café and small shops around {area}",
    "A cooking class or a guided tasting; many meet near {area}",
    "A photo walk through {area} while the light is soft",
    "Go back to a favourite corner of {area}",
    "A quiet morning: laundry, postcards and coffee around {area}",
    "Rent bicycles or take a local bus out from {area}",
)
_AFTERNOONS = (
    "A free afternoon around {area}, no tickets needed",
    "Time for presents and a long coffee near {area}",
    "Rest at the hotel, then a short walk in {area}",
    "Something by mood: a bookshop, a bath or a bench in {area}",
    "Spare time for what rain or queues made you miss; {area} is a good base",
    "A guided walk on one theme, such as architecture, starting in {area}",
    "An unplanned walk from {area} to wherever it leads",
)


def _filler(pool: _Pool, place: Destination, *, morning: bool) -> str:
    texts = _MORNINGS if morning else _AFTERNOONS
    text = texts[pool.fillers // 2 % len(texts)].format(area=pool.areas[pool.fillers % len(pool.areas)])
    pool.fillers += 1
    return f"{text}."


def suits(dish: Dish, trip: Trip) -> bool:
    """Whether the vegetarians and vegans of the group can eat it."""
    if "vegan" in trip.diets:
        return dish.diet == "vegan"
    return "vegetarian" not in trip.diets or dish.diet != "any"


def _dinner(pool: _Pool, trip: Trip, *, near: str | None) -> str:
    """Where or what to eat; each dish is named once."""
    place = f" near {near}" if near else ""
    pool.dinners += 1
    if pool.dishes:
        dish = pool.dishes.pop(0)
        label = "" if dish.diet == "any" else f", {dish.diet}"
        return f"Dinner{place}: try {dish.name} ({dish.about}{label})."
    if trip.diets:
        return f"Dinner{place}, at a place with {_diet_words(trip)} dishes on the menu."
    choices = ("at a small family place", "wherever the locals queue", "from the market or a food hall",
               "somewhere with tables outside", "at a wine or tea bar with small plates")  # fmt: skip
    return f"Dinner{place}, {choices[pool.dinners % len(choices)]}."


def _diet_words(trip: Trip) -> str:
    return " and ".join(trip.diets)


def _swap(planned: list[Day], one: int, other: int) -> list[str]:
    """Exchange the contents of two days in place; what is tied to arriving or leaving stays."""
    if not (1 <= one <= len(planned) and 1 <= other <= len(planned)) or one == other:
        return [f"There are only {len(planned)} days, so days {one} and {other} cannot be swapped."]
    first, second = planned[one - 1], planned[other - 1]
    if first.place != second.place:
        return [f"Days {one} and {other} are in different places, so they stay as they are."]
    fixed = any(slot.fixed for day in (first, second) for slot in (day.morning, day.evening))
    if fixed and (first.trip or second.trip):
        return [f"Days {one} and {other} stay as they are: a day trip does not fit beside an arrival or a departure."]
    if not fixed:
        planned[one - 1] = replace(second, number=one)
        planned[other - 1] = replace(first, number=other)
        return []
    planned[one - 1], planned[other - 1] = _blended(first, second), _blended(second, first)
    return [f"In swapping days {one} and {other}, what belongs to arriving and leaving stayed where it was."]


def _blended(day: Day, source: Day) -> Day:
    morning = day.morning if day.morning.fixed or source.morning.fixed else source.morning
    keep_evening = day.evening.fixed or source.evening.fixed
    return replace(
        day,
        morning=morning,
        afternoon=source.afternoon,
        evening=day.evening if keep_evening else source.evening,
        dinner=day.dinner if keep_evening else source.dinner,
    )


def unused(plan: Plan, place: Destination, trip: Trip) -> Sequence[Sight]:
    """Suitable sights of *place* that the plan does not visit."""
    visited = {sight.name for day in plan.days if day.place == place for sight in day.sights}
    return [sight for sight in suitable(place, trip) if sight.name not in visited]
