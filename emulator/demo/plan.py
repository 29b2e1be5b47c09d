"""Days put together from wishes and changes. The same wishes and changes always make the same plan."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from emulator.demo.destinations import DayTrip, Destination, Dish, Sight, atlas
from emulator.demo.line import WORDS
from emulator.demo.wishes import MAX_DAYS, Change, Wishes, evenly
from emulator.demo.words import USUAL_START, listed, plural

INDOOR = frozenset({"museum", "gallery", "palace", "religious", "market", "family", "show", "food", "wellness"})
_ON_FOOT = frozenset({"quarter", "nature"})
_NOON, _LUNCH_ENDS, _REST_ENDS, _DAY_ENDS = 13 * 60 + 15, 14 * 60, 16 * 60, 18 * 60 + 30  # minutes after midnight
_HOP, _STROLL = 30, 15  # minutes between areas, and within one
_TRIP_DAYS = (2, 5, 8, 11, 14, 17, 1, 4, 7, 10, 13, 16, 3, 6, 9, 12, 15, 18, 19)  # counted from 0, best first


@dataclass(frozen=True, slots=True)
class Stop:
    """A sight with its start and end in minutes after midnight."""

    sight: Sight
    start: int
    end: int


@dataclass(slots=True)
class Day:
    """One day; *number* counts from 1. With a *trip* nothing else is done by day, and with *free* nothing at all.

    Two days are the same when the same is done at the same times.
    """

    number: int
    place: Destination
    arrives: bool = field(compare=False)
    leaves: bool = field(compare=False)
    pace: int = field(compare=False)
    start: int
    gentle: bool = field(compare=False)  # no steps, one area
    rests: bool
    sights: list[Sight] = field(default_factory=list)
    evening: Sight | None = None
    trip: DayTrip | None = None
    free: bool = False
    dish: Dish | None = None

    @property
    def most(self) -> int:
        """How many sights by day at most."""
        return max(1, 3 + self.pace - (self.arrives or self.rests))

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
        return self.times(self.sights) or ([], [])

    def times(self, sights: Sequence[Sight]) -> tuple[list[Stop], list[Stop]] | None:
        """Morning and afternoon with *sights* in this order; None where they do not fit."""
        morning, afternoon = list[Stop](), list[Stop]()
        later = _REST_ENDS if self.rests else _LUNCH_ENDS
        clock, area = later if self.arrives else self.start, ""
        for sight in sights:
            clock += 0 if not area else _STROLL if sight.area == area else _HOP
            early = not afternoon and not self.arrives and len(morning) < (len(sights) + 1) // 2
            stops = morning if early and clock + sight.minutes <= _NOON else afternoon
            clock = max(clock, later) if stops is afternoon else clock
            if clock + sight.minutes > _DAY_ENDS:
                return None
            stops.append(Stop(sight, clock, clock + sight.minutes))
            clock, area = clock + sight.minutes, sight.area
        return morning, afternoon

    def trim(self) -> list[str]:
        """Give up the last sights until the rest fits; return the names of what was given up."""
        out = []
        while self.sights and self.times(self.sights) is None:
            out.append(self.sights.pop().name)
        return out

    def clear(self, trip: DayTrip | None = None, *, free: bool = False) -> None:
        """Give up all that is seen, for a *trip* or to be *free*."""
        self.trip, self.sights, self.evening, self.free = trip, [], None, free


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
    """The plan for wishes with at least one place."""
    plan, total = Plan(wishes, [], []), min(wishes.days or 4, MAX_DAYS)
    days = plan.days
    if (wishes.days or 4) > total:
        plan.notes.append(f"{wishes.days} days are more than I can plan, so these are the first {MAX_DAYS}.")
    left, shares = (
        wishes.trips,
        _shares(plan, total),
    )  # day trips more or fewer, in the first place that has days for it
    for at, (place, count) in enumerate(shares):
        later = sum(trip.name in wishes.wanted for other, _ in shares[at + 1 :] for trip in other.day_trips)
        here = replace(wishes, trips=max(0, left - later) if left > 0 else left)
        added = _in_one_place(place, count, here, len(days) + 1, total)
        more = sum(day.trip is not None for day in added) - _usual_trips(count, wishes)
        left = max(0, left - more) if left > 0 else min(0, left - more)
        days += added
    for day in days:
        _suit(plan, day, wishes)
    for change in changes:
        _change(plan, days[change.day - 1], change)
    for name in wishes.wanted:
        _include(plan, name)
    for place in plan.places:
        dishes = [one for one in place.food if not one.snack and can_eat(one, wishes)]
        for day, dish in zip([day for day in days if day.place == place and not day.leaves], dishes, strict=False):
            day.dish = dish
    return plan


def _shares(plan: Plan, days: int) -> list[tuple[Destination, int]]:
    """The places with their days; notes on places that are left out."""
    wishes, places = plan.wishes, [atlas().get(one) for one in plan.wishes.places]
    most = max(1, days // 2) if wishes.country else days
    if out := [place.name for place in places[most:]]:
        are = "is" if len(out) == 1 else "are"
        plan.notes.append(
            f"For {plural(days, 'day')} it is too much: {listed(out)} would need more time, and {are} left out."
        )
    places = places[:most]
    said = len(wishes.stays) == len(places) and sum(wishes.stays) == days
    return list(zip(places, wishes.stays if said else evenly(days, len(places)), strict=True))


def categories(names: Sequence[str]) -> set[str]:
    return {category for name in names for category in WORDS["interests"][name][1:]}


def suits(sight: Sight, wishes: Wishes) -> bool:
    """Whether nothing that was wished speaks against a sight."""
    return not (
        sight.name in wishes.unwanted
        or sight.category in categories(wishes.avoids) - categories(wishes.interests)
        or (sight.steps and wishes.mobility)
        or (sight.category in _ON_FOOT and "short walks" in wishes.mobility)
        or (sight.category == "nature" and "wheelchair" in wishes.mobility)
        or (sight.category == "nightlife" and wishes.children)
    )


def can_eat(dish: Dish, wishes: Wishes) -> bool:
    """Whether the strictest of the group can eat a dish, as far as the file knows: it knows vegan and vegetarian."""
    if wishes.allergies or {"gluten-free", "kosher"} & set(wishes.diets):
        return False
    if {"vegan", "dairy-free"} & set(wishes.diets):
        return dish.diet == "vegan"
    return not wishes.diets or dish.diet != "any"


def ranked(place: Destination, wishes: Wishes) -> list[Sight]:
    """The sights of *place* that suit the wishes, best first."""
    liked, less, count = categories(wishes.interests), categories(wishes.less), len(place.sights)
    points = {
        sight.name: 12 * (count - at) / count
        + 6 * ((sight.category in liked) - (sight.category in less))
        + 4 * (sight.category == "family" and bool(wishes.children))
        for at, sight in enumerate(place.sights)
    }
    return sorted((one for one in place.sights if suits(one, wishes)), key=lambda sight: -points[sight.name])


def _trips(place: Destination, wishes: Wishes) -> list[DayTrip]:
    """The day trips that may be made, those asked for first."""
    longest = 150 if (wishes.start_at or 0) >= 600 else 300
    fitting = [one for one in place.day_trips if one.name not in wishes.unwanted and one.minutes_each_way <= longest]
    return sorted(fitting, key=lambda trip: (trip.name not in wishes.wanted, trip.minutes_each_way >= 200))


def _usual_trips(days: int, wishes: Wishes) -> int:
    none = wishes.no_trips or ((wishes.pace or 0) < 0 and days < 7)
    return 0 if none else (days > 3) + (days > 6) + (days > 9)


def _in_one_place(place: Destination, count: int, wishes: Wishes, first: int, total: int) -> list[Day]:
    pace = wishes.pace or 0
    start = wishes.start_at or USUAL_START + 30 * (pace < 0)
    same = pace, start, bool(wishes.mobility), bool(wishes.rests)
    days = [Day(first + at, place, not at and total > 1, first + at == total > 1, *same) for at in range(count)]
    open_days = [days[at] for at in _TRIP_DAYS if at < count and not days[at].arrives and not days[at].leaves]
    usual = _usual_trips(count, replace(wishes, no_trips=None))
    trips, in_order = _trips(place, wishes), _trips(place, replace(wishes, wanted=()))
    wanted = sum(trip.name in wishes.wanted for trip in trips)
    made = max(wishes.trips + _usual_trips(count, wishes), wanted)
    trips = [*sorted(trips[: max(made, usual)], key=in_order.index), *trips[max(made, usual) :]]
    usually = [trip.name for trip in _trips(place, replace(wishes, wanted=(), unwanted=()))]
    out = [day.number for day, name in zip(open_days[:usual], usually, strict=False) if name in wishes.unwanted]
    open_days[:usual] = away = sorted(open_days[:usual], key=lambda day: day.number in out)  # the other trips stay
    for day, trip in zip(away, trips, strict=False):
        day.trip = trip
    sights = ranked(place, replace(wishes, unwanted=()))
    pool = [sight for sight in sights if not sight.evening]
    city = [day for day in days if day not in away]
    for at, day in enumerate(city):
        _fill(day, pool, min(day.most, -(-len(pool) // (len(city) - at))))
    evenings = [sight for sight in sights if sight.evening]
    for at, day in enumerate(days):
        if evenings and not day.leaves and day not in away and not (pace < 0 and at % 2):
            near = [one for one in evenings if day.sights and one.area == day.sights[-1].area]
            day.evening = (near or evenings)[0]
            evenings.remove(day.evening)
    # More trips or fewer: they take the place of one day each, or leave it.
    for day, trip in list(zip(open_days, trips, strict=False))[usual:made]:
        day.clear(trip)
    for day in away[min(made, len(trips)) :]:
        day.trip = None
        _fill(day, pool, day.most)
    return days


def _fill(day: Day, pool: list[Sight], count: int) -> None:
    """Move sights from *pool* into the day until it has *count*, one area as long as there is any."""
    while len(day.sights) < count:
        fitting = [sight for sight in pool if day.times([*day.sights, sight])]
        near = [sight for sight in fitting if day.sights and sight.area == day.sights[-1].area]
        if not fitting or (day.sights and day.gentle and not near):
            return
        day.sights.append((near or fitting)[0])
        pool.remove(day.sights[-1])


# What was asked for by name, and changes to single days: nothing but the days concerned becomes different.


def _unused(plan: Plan, place: Destination, wishes: Wishes) -> list[Sight]:
    """The sights of a place that suit and are not in the plan, those by day first."""
    seen = {sight.name for day in plan.days for sight in day.seen}
    return sorted((one for one in ranked(place, wishes) if one.name not in seen), key=lambda one: one.evening)


def _refill(plan: Plan, day: Day, count: int) -> None:
    """Bring up to *count* sights into a day that has no trip any more."""
    day.trip = None
    _fill(day, [sight for sight in _unused(plan, day.place, plan.wishes) if not sight.evening], count)


def _suit(plan: Plan, day: Day, wishes: Wishes) -> None:
    """Put the best unused sights, of the same area if there are any, in the place of those that do not suit."""
    for sight in [one for one in day.sights if not suits(one, wishes)]:
        at = day.sights.index(sight)
        head, tail = day.sights[:at], day.sights[at + 1 :]
        unused = [one for one in _unused(plan, day.place, wishes) if not one.evening]
        options = [one for one in unused if day.times([*head, one, *tail])]
        near = [one for one in options if one.area == sight.area]
        day.sights = [*head, *(near or ([] if day.gentle else options))[:1], *tail]
    day.evening = day.evening if day.evening and suits(day.evening, wishes) else None


def _change(plan: Plan, day: Day, change: Change) -> None:
    kind, less, wishes, before = change.kind, change.value < 0, plan.wishes, len(day.sights)
    if day.trip and less and kind in ("pace", "walking", "theme"):  # a day out is neither lazy nor short of walking
        _refill(plan, day, day.most)
    if kind == "swap":
        _swap(plan, day, plan.days[change.value - 1])
    elif kind == "move":
        _include(plan, change.name, on=day)
    elif kind == "theme" and less:
        _suit(plan, day, replace(wishes, avoids=(*wishes.avoids, change.name)))
    elif kind == "theme":
        elsewhere = [
            one for other in plan.days[::-1] if other.place == day.place and other is not day for one in other.seen
        ]
        options = [*_unused(plan, day.place, wishes), *elsewhere]
        names = [one.name for one in options if one.category in categories([change.name])]
        if names:
            _include(plan, names[0], on=day)
        else:
            plan.notes.append(f"I found no more {change.name} for day {day.number}.")
    elif kind == "free":
        day.clear(free=True)
    elif kind in ("start", "at") and day.arrives:
        plan.notes.append(f"Day {day.number} begins when they arrive; I can set no time for that.")
    elif kind == "start":
        day.start = max(360, min(780, day.start + change.value))
        day.trim()
    elif kind == "at":
        day.start = change.value + 60 * bool(day.trip)  # which is left for an hour early
        day.trim()
    elif kind == "walking" and less:
        day.gentle = True
        _suit(plan, day, replace(wishes, mobility=("short walks",)))
        areas = [sight.area for sight in day.sights]
        day.sights = [sight for sight in day.sights if sight.area == max(areas, key=areas.count)]
    elif kind == "pace" and less:
        day.sights, day.evening, day.start = day.sights[: max(1, len(day.sights) - 1)], None, day.start + 30
        day.trim()
    elif kind == "pace":
        if not day.trip:
            _refill(plan, day, before + 1)
        if len(day.sights) == before:
            plan.notes.append(f"Day {day.number} has no time for another sight that I know.")


def _include(plan: Plan, name: str, on: Day | None = None) -> None:
    """Bring a sight or a day trip into the plan, or to the day *on*."""
    if name == "the day trip" and on:
        made = [day.trip for day in plan.days if day.trip and day.place == on.place]
        name = next((trip.name for trip in [*made, *_trips(on.place, plan.wishes)]), name)
    now = next((day for day in plan.days if name in day.names), None)
    here = [day for day in plan.days if name in day.place.things]
    if (now and on in (None, now)) or not (here or on):
        return
    thing = here[0].place.things[name] if here else None
    note = f"I found no time for {name}{f' on day {on.number}' if on else ''}"
    if isinstance(thing, DayTrip):
        if on is None or on not in here or on.arrives or on.leaves:
            plan.notes.append(f"{note}: it takes a whole day.")
            return
        on.clear(thing)
        if now:
            _refill(plan, now, now.most)
    elif not thing or (on and on not in here) or not _put(thing, [on] if on else here):
        plan.notes.append(f"{note}.")
    elif now:
        now.sights = [one for one in now.sights if one != thing]
        now.evening = None if now.evening == thing else now.evening


def _put(sight: Sight, days: Sequence[Day]) -> bool:
    """Find time for a sight: a gap, or the place of what is last on a day."""
    if sight.evening:
        evenings = [day for day in days if not day.leaves and not day.trip]
        for day in sorted(evenings, key=lambda day: day.evening is not None)[:1]:
            day.evening, day.free = sight, False
        return bool(evenings)
    open_days = [day for day in days if day.trip is None and (not day.free or len(days) == 1)]
    gaps = [day for day in open_days if day.times([*day.sights, sight]) and len(day.sights) < day.most]
    for day in sorted(gaps or open_days, key=lambda day: sight.area not in [one.area for one in day.sights]):
        kept = day.sights[:]
        while kept and (len(kept) >= day.most or day.times([*kept, sight]) is None):
            kept.pop()
        if day.times([*kept, sight]) is not None:
            day.sights, day.free = [*kept, sight], False
            return True
    return False


def _swap(plan: Plan, first: Day, second: Day) -> None:
    """Exchange what two days hold; what is tied to arriving or leaving stays."""
    days = f"Days {first.number} and {second.number}"
    if first.place != second.place:
        plan.notes.append(f"{days} are in different places, so they stay as they are.")
    elif (first.trip or second.trip) and any(day.arrives or day.leaves for day in (first, second)):
        plan.notes.append(f"{days} stay as they are: a day trip needs a whole day.")
    else:
        for name in ["sights", "trip", "start", "free", "gentle"] + ["evening"] * (
            not (first.leaves or second.leaves)
        ):
            one, other = getattr(first, name), getattr(second, name)
            setattr(first, name, other)
            setattr(second, name, one)
        if out := [*first.trim(), *second.trim()]:
            plan.notes.append(f"There is no time left for {listed(out)}.")
