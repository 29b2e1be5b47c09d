"""What a plan costs, roughly: whole units of one currency, in rows that anybody can reckon again."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise

from emulator.demo.destinations import distance_km
from emulator.demo.plan import Day, Plan
from emulator.demo.wishes import Wishes
from emulator.demo.words import converted, currency_of, level, money, plural


@dataclass(frozen=True, slots=True)
class Row:
    """What is paid, how it is reckoned, and the amount in the costs' currency."""

    label: str
    reckoned: str
    amount: int


@dataclass(frozen=True, slots=True)
class Costs:
    """The rows, which add up to *total*; *budget* is the whole group's for the whole trip, or None."""

    currency: str
    rows: tuple[Row, ...]
    budget: int | None

    @property
    def total(self) -> int:
        return sum(row.amount for row in self.rows)

    def __call__(self, amount: int | Decimal) -> str:
        return money(amount, self.currency)


def estimate(plan: Plan, wishes: Wishes) -> Costs:
    """What the plan costs at the levels of hotel and meals that are wished, "standard" where nothing was said."""
    currency, heads, rows = currency_of(wishes), sum(wishes.group), list[Row]()
    for place, group in groupby(plan.days, key=lambda day: day.place):
        where = f" in {place.name}" if len(plan.places) > 1 else ""
        rows += _in_one_place(list(group), wishes, currency, where, last=len(plan.days))
    for one, other in pairwise(plan.places):
        km = round(distance_km(one.lat, one.lon, other.lat, other.lon))
        fare = converted(15 + km * Decimal("0.15"), "USD", currency)
        rows.append(Row(f"{one.name} to {other.name}", f"{heads} × {money(fare, currency)}", fare * heads))
    rows.append(Row("Spare", "5% for the unforeseen", (sum(row.amount for row in rows) + 10) // 20))
    said, days = wishes.budget, len(plan.days)
    budget = converted(said.times(heads, days), said.currency or currency, currency) if said else None
    return Costs(currency, tuple(rows), budget)


def _in_one_place(days: list[Day], wishes: Wishes, currency: str, where: str, *, last: int) -> list[Row]:
    place, hotel, meals = days[0].place, level(wishes.hotel), level(wishes.meals)
    usd = place.daily_usd
    prices = usd[hotel]["room"], usd[meals]["meal"] * 2, usd["standard"]["transport"]
    room, food, ride = (converted(price, "USD", currency) for price in prices)
    seen, trips = [sight for day in days for sight in day.seen], [day.trip for day in days if day.trip]
    tickets = sum(converted(sight.price, place.currency, currency) for sight in seen)
    outings = sum(converted(trip.usd, "USD", currency) for trip in trips)
    nights, in_town, (adults, children) = sum(day.number < last for day in days), len(days) - len(trips), wishes.group
    heads, usual = adults + children, max(-(-adults // 2), -(-(adults + children) // 4))  # children sleep with them
    rooms = usual if wishes.rooms is None else wishes.rooms or adults
    stay = f"{plural(rooms, 'room')} × {plural(nights, 'night')} × {money(room, currency)}, {hotel}"
    rides = f"{plural(heads, 'person')} × {plural(in_town, 'day')} × {money(ride, currency)}"
    rows = [
        Row(f"Hotel{where}", stay, rooms * nights * room),
        _for_group(f"Meals{where}", wishes, currency, food, len(days), f", {meals}"),
        Row(f"Local transport{where}", rides, heads * in_town * ride),
        _for_group(f"Tickets{where}", wishes, currency, tickets),
        _for_group(f"Day trip{'s' if len(trips) > 1 else ''}{where}", wishes, currency, outings),
    ]
    return [row for row in rows if row.amount]


def _for_group(label: str, wishes: Wishes, currency: str, each: int, days: int = 1, tail: str = "") -> Row:
    """A row in which children count half."""
    (adults, children), half = wishes.group, (each + 1) // 2
    times = f" × {plural(days, 'day')}" if tail else ""
    how = f"{plural(adults, 'adult')}{times} × {money(each, currency)}"
    how += f" + {plural(children, 'child')}{times} × {money(half, currency)}" if children else ""
    return Row(label, how + tail, days * (adults * each + children * half))
