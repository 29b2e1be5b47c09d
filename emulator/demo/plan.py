"""Days put together from wishes and changes. The same wishes and changes always make the same plan."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from operator import itemgetter

from emulator.demo.destinations import DayTrip, Destination, Dish, Sight, atlas, fold
from emulator.demo.line import WORDS, whole_words
from emulator.demo.wishes import MAX_DAYS, Change, Wishes, evenly
from emulator.demo.words import USUAL_START, listed, plural

INDOOR = frozenset({"museum", "gallery", "palace", "religious", "market", "family", "show", "food", "wellness"})
_ON_FOOT = frozenset({"quarter", "nature"})
_NOON, _LUNCH_ENDS, _REST_ENDS, _DAY_ENDS = 13 * 60 + 15, 14 * 60, 16 * 60, 18 * 60 + 30  # minutes after midnight
_HOP, _STROLL = 30, 15  # minutes between areas, and within one
Stop = tuple[Sight, int]  # what is seen, and when it begins in minutes after midnight


@dataclass(slots=True)
class Day:
    """One day; *number* counts from 1. With a *trip* nothing else is done by day, and with *free* nothing at all.

    Two days are the same when the same is done at the same times.
    """

    number: int
    place: Destination
    arrives: bool = field(compare=False)
    leaves: bool = field(compare=False)
    most: int = field(compare=False)  # sights by day
    start: int
    gentle: bool = field(compare=False)  # no steps, one area
    rests: bool
    sights: list[Sight] = field(default_factory=list)
    evening: Sight | None = None
    trip: DayTrip | None = None
    free: bool = False
    dish: Dish | None = None

    @property
    def seen(self) -> list[Sight]:
        """All sights of the day, in order of time."""
        return [*self.sights, *([self.evening] if self.evening else [])]

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.seen] + ([self.trip.name] if self.trip else [])

    @property
    def halves(self) -> tuple[list[Stop], list[Stop]]:
        """What is seen in the morning and in the afternoon, with times."""
        stops = self.times(self.sights) or []
        return [one for one in stops if one[1] < _NOON], [one for one in stops if one[1] >= _NOON]

    def times(self, sights: Sequence[Sight]) -> list[Stop] | None:
        """The *sights* in this order, half of them in the morning; None where they do not fit."""
        stops, clock, area = list[Stop](), self.start, ""
        for at, sight in enumerate(sights):
            clock += 0 if not area else _STROLL if sight.area == area else _HOP
            if self.arrives or at >= (len(sights) + 1) // 2 or clock + sight.minutes > _NOON:
                clock = max(clock, _REST_ENDS if self.rests else _LUNCH_ENDS)
            if clock + sight.minutes > _DAY_ENDS:
                return None
            stops.append((sight, clock))
            clock, area = clock + sight.minutes, sight.area
        return stops

    def trim(self) -> None:
        """Give up the last sights until the rest fits."""
        while self.sights and self.times(self.sights) is None:
            self.sights.pop()


@dataclass(frozen=True, slots=True)
class Plan:
    """All days of what is wished, and sentences about what could not be done as asked."""

    wishes: Wishes = field(compare=False)
    days: list[Day]
    notes: list[str]

    @property
    def places(self) -> list[Destination]:
        return list({day.place.id: day.place for day in self.days}.values())


def build(wishes: Wishes, changes: Sequence[Change] = ()) -> Plan:
    """The plan for wishes with at least one place.

    First come the usual days; then what is unwanted goes, days are changed, and what is wanted is put in. So nothing
    becomes different but the days concerned.
    """
    plan, total = Plan(wishes, [], []), min(wishes.days or 4, MAX_DAYS)
    if (wishes.days or 4) > total:
        plan.notes.append(f"{wishes.days} days are more than I can plan, so these are the first {MAX_DAYS}.")
    for place, count in _shares(plan, total):
        _add_days(plan, place, count, total)
    for day in plan.days:
        count = len(day.sights)
        if day.trip and (wishes.no_trips or not suits(day.trip, wishes)):
            used, traded = [one.trip for one in plan.days], {*wishes.wanted} & {*wishes.traded}
            day.trip = next((one for one in day.place.day_trips if one.name in traded and one not in used), None)
            count = 0 if day.trip else day.most
        _fill(plan, day, count, wishes)
    for change in changes:
        _change(plan, plan.days[change.day - 1], change)
    for name in wishes.wanted:
        _include(plan, name)
    if missing := [name for name in wishes.wanted if not any(name in day.names for day in plan.days)]:
        plan.notes.append(f"I found no time for {listed(missing)}.")
    return plan


def _shares(plan: Plan, days: int) -> list[tuple[Destination, int]]:
    """The places with their days; notes on places that are left out."""
    wishes, places = plan.wishes, [atlas().get(one) for one in plan.wishes.places]
    most = max(1, days // 2) if wishes.country else days
    if out := [place.name for place in places[most:]]:
        plan.notes.append(f"{plural(days, 'day')} are too few to see {listed(out)} too.")
    places = places[:most]
    said = len(wishes.stays) == len(places) and sum(wishes.stays) == days
    return list(zip(places, wishes.stays if said else evenly(days, len(places)), strict=True))


# What suits


@cache
def kinds(thing: Sight | DayTrip) -> frozenset[str]:
    """The interests that a sight or a day trip is for, by its category or by what it is called."""
    category, about = (
        (thing.category, thing.name) if isinstance(thing, Sight) else ("", f"{thing.name}: {thing.about}")
    )
    return frozenset(
        name
        for name, (pattern, *categories) in WORDS["interests"].items()
        if category in categories or whole_words(pattern).search(fold(about))
    )


def suits(thing: Sight | DayTrip, wishes: Wishes) -> bool:
    """Whether nothing that was wished speaks against a sight or a day trip."""
    mine = kinds(thing) if wishes.avoids else frozenset[str]()
    avoided = not mine.isdisjoint(wishes.avoids) and mine.isdisjoint(wishes.interests)
    if avoided or thing.name in wishes.unwanted or isinstance(thing, DayTrip):
        return not (avoided or thing.name in wishes.unwanted)
    return not (
        (wishes.mobility and (thing.steps or thing.category in _ON_FOOT))
        or (thing.category == "nightlife" and wishes.children)
    )


def can_eat(dish: Dish, wishes: Wishes) -> bool:
    """Whether the strictest of the group can eat a dish, as far as the file knows: it knows vegan and vegetarian."""
    if wishes.allergies or {"gluten-free", "kosher"} & set(wishes.diets):
        return False
    if {"vegan", "dairy-free"} & set(wishes.diets):
        return dish.diet == "vegan"
    return not wishes.diets or dish.diet != "any"


def ranked(place: Destination, wishes: Wishes) -> list[Sight]:
    """The sights of *place* that suit: the important ones first, what is liked half a list ahead of its turn."""
    half = len(place.sights) / 2

    def liked(sight: Sight) -> bool:
        if wishes.children and sight.category == "family":
            return True
        return bool(wishes.interests) and not kinds(sight).isdisjoint(wishes.interests)

    turns = [(at - half * liked(one), at, one) for at, one in enumerate(place.sights) if suits(one, wishes)]
    return [one for *_, one in sorted(turns, key=itemgetter(0, 1))]


# The usual days


def _add_days(plan: Plan, place: Destination, count: int, total: int) -> None:
    """Add the days in one place, as they would be if nothing were unwanted."""
    wishes, first = replace(plan.wishes, unwanted=()), len(plan.days) + 1
    slow, most = (wishes.pace or 0) < 0, 3 + (wishes.pace or 0)
    start = wishes.start_at or USUAL_START + 30 * slow
    dishes = [one for one in place.food if not one.snack and can_eat(one, wishes)]
    for number in range(first, first + count):
        arrives, leaves = number == first and total > 1, number == total > 1
        fewer = max(1, most - (arrives or bool(wishes.rests)))
        day = Day(number, place, arrives, leaves, fewer, start, bool(wishes.mobility), bool(wishes.rests))
        day.dish = dishes.pop(0) if dishes and not leaves else None
        plan.days.append(day)
    days, sights = plan.days[first - 1 :], ranked(place, wishes)
    trips = [one for one in place.day_trips if suits(one, wishes)]
    for day, trip in zip(days[2:-1:3] if count > 6 or not slow else [], trips, strict=False):
        day.trip = trip
    city, left = [day for day in days if not day.trip], sum(not one.evening for one in sights)
    for at, day in enumerate(city):
        _fill(plan, day, min(day.most, -(-left // (len(city) - at))), wishes)
        left -= len(day.sights)
    for day, evening in zip(city[:: 1 + slow], [one for one in sights if one.evening], strict=False):
        day.evening = None if day.leaves else evening


def _fill(plan: Plan, day: Day, count: int, wishes: Wishes) -> None:
    """Take out of a day in town what does not suit, and bring its sights up to *count*, best of one area."""
    seen = {name for one in plan.days for name in one.names}
    unused = [one for one in ranked(day.place, wishes) if not one.evening and one.name not in seen]
    day.sights = [one for one in day.sights if suits(one, wishes)]
    day.evening = day.evening if day.evening and suits(day.evening, wishes) else None
    while len(day.sights) < count:
        left = [one for one in unused if one not in day.sights]
        near = [one for one in left if day.sights and one.area == day.sights[-1].area]
        others = [] if day.sights and day.gentle else left
        best = next((one for one in (*near, *others) if day.times([*day.sights, one])), None)
        if best is None:
            return
        day.sights.append(best)


# What makes other plans of them


def _change(plan: Plan, day: Day, change: Change) -> None:
    """Make a day different, or note that it could not be."""
    kind, less, was = change.kind, change.value < 0, (day.start, day.names, day.free)
    if day.trip and less and kind in ("pace", "walking"):  # a day out is neither lazy nor short of walking
        day.trip = None
        _fill(plan, day, day.most, plan.wishes)
    if kind == "swap":
        _swap(day, plan.days[change.value - 1])
    elif kind == "free":
        day.sights, day.evening, day.trip, day.free = [], None, None, True
    elif kind == "start":
        day.start += 0 if day.arrives else change.value
    elif kind == "walking" and less:
        day.gentle = True
        _fill(plan, day, len(day.sights), replace(plan.wishes, mobility=("short walks",)))
        areas = [sight.area for sight in day.sights]
        day.sights = [sight for sight in day.sights if sight.area == max(areas, key=areas.count)]
    elif less:
        day.sights, day.evening, day.start = day.sights[: max(1, len(day.sights) - 1)], None, day.start + 30
    elif not day.trip:
        _fill(plan, day, len(day.sights) + 1, plan.wishes)
    day.trim()
    if was == (day.start, day.names, day.free):
        plan.notes.append(f"I found no way to change day {day.number} like that, so it stays as it is.")


def _swap(first: Day, second: Day) -> None:
    """Exchange what two days of a place hold; a day trip needs a whole day, and the last evening is none."""
    ends = any(day.arrives or day.leaves for day in (first, second))
    if first.place == second.place and not (ends and (first.trip or second.trip)):
        for name in ["sights", "trip", "free"] + ["evening"] * (not (first.leaves or second.leaves)):
            one, other = getattr(first, name), getattr(second, name)
            setattr(first, name, other)
            setattr(second, name, one)
        second.trim()


def _include(plan: Plan, name: str) -> None:
    """Bring a sight or a day trip into the plan: in a gap, or in the place of something that nobody asked for."""
    days = [day for day in plan.days if name in day.place.things and not day.free]
    if not days or any(name in day.names for day in days):
        return
    thing, in_town = days[0].place.things[name], [day for day in days if not day.trip]
    if isinstance(thing, DayTrip):
        whole = [one for one in days if not (one.arrives or one.leaves or set(one.names) & set(plan.wishes.wanted))]
        for day in sorted(whole, key=lambda day: day.trip is not None)[:1]:
            day.sights, day.evening, day.trip = [], None, thing
    elif thing.evening:
        evenings = [day for day in in_town if not day.leaves]
        for day in sorted(evenings, key=lambda day: day.evening is not None)[:1]:
            day.evening = thing
    else:
        for day in sorted(in_town, key=lambda day: (day.arrives, len(day.sights) >= day.most))[:1]:
            day.sights = [thing, *day.sights[: day.most - 1]]
            day.trim()
