"""What a plan costs, roughly: whole units of one currency, in rows that anybody can reckon again."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from emulator.demo.destinations import atlas
from emulator.demo.plan import Day, Plan
from emulator.demo.wishes import LEVELS, Wishes

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "C$", "AUD": "A$", "NZD": "NZ$", "INR": "₹"}


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
        """The sum of all rows."""
        return sum(row.amount for row in self.rows)

    def __call__(self, amount: int | Decimal) -> str:
        """An amount in the costs' currency, for people."""
        return money(amount, self.currency)


def money(amount: int | Decimal, currency: str) -> str:
    """An amount for people, such as ``$2,000``, ``€45`` or ``1,200 CZK``."""
    return f"{_SIGNS[currency]}{amount:,}" if currency in _SIGNS else f"{amount:,} {currency}"


def converted(amount: Decimal, *, source: str, target: str) -> int:
    """*amount* at the rough bundled rates, in whole units and never less than one of what is not free."""
    rates = atlas().per_usd
    exact = amount if source == target else amount / rates[source] * rates[target]
    return max(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), 1 if amount > 0 else 0)


def currency_of(wishes: Wishes) -> str:
    """The currency to reckon in: the one asked for, the budget's, or US dollars."""
    return wishes.currency or (wishes.budget.currency if wishes.budget else None) or "USD"


def rooms_for(wishes: Wishes) -> int:
    """Two adults to a room; up to two children sleep with them, a third needs a bed in another one."""
    adults, children = wishes.group
    usual = max(-(-adults // 2), -(-(adults + children) // 4))
    return usual if wishes.rooms is None else wishes.rooms or adults


def estimate(plan: Plan, wishes: Wishes) -> Costs:
    """What the plan costs at the levels of hotel and meals that are wished, "standard" where nothing was said."""
    currency, heads, rows = currency_of(wishes), sum(wishes.group), list[Row]()
    for place, days in groupby(plan.days, key=lambda day: day.place):
        where = f" in {place.name}" if len(plan.places) > 1 else ""
        rows += _in_one_place(list(days), wishes, currency, where, last=len(plan.days))
    for one, other, km in plan.legs:
        fare = converted(15 + Decimal(km) * Decimal("0.15"), source="USD", target=currency)
        rows.append(Row(f"{one.name} to {other.name}", f"{heads} × {money(fare, currency)}", fare * heads))
    rows.append(Row("Spare", "5% for the unforeseen", (sum(row.amount for row in rows) + 10) // 20))
    return Costs(currency, tuple(rows), _budget(wishes, days=len(plan.days)))


def _in_one_place(days: list[Day], wishes: Wishes, currency: str, where: str, *, last: int) -> list[Row]:
    place = days[0].place
    hotel, meals = (LEVELS[1 if level is None else level] for level in (wishes.hotel, wishes.meals))
    room, meal, ride = place.daily_usd[hotel].room, place.daily_usd[meals].meal, place.daily_usd["standard"].transport
    room_price, food, bus = (converted(usd, source="USD", target=currency) for usd in (room, meal * 2, ride))
    seen, trips = [sight for day in days for sight in day.seen], [day.trip for day in days if day.trip]
    tickets = sum(converted(sight.price, source=place.currency, target=currency) for sight in seen)
    outings = sum(converted(trip.usd, source="USD", target=currency) for trip in trips)
    nights, rooms, heads = sum(day.number < last for day in days), rooms_for(wishes), sum(wishes.group)
    in_town = len(days) - len(trips)
    stay = f"{_of(rooms, 'room')} × {_of(nights, 'night')} × {money(room_price, currency)}, {hotel}"
    rides = f"{_of(heads, 'person')} × {_of(in_town, 'day')} × {money(bus, currency)}"
    rows = [
        Row(f"Hotel{where}", stay, rooms * nights * room_price),
        _for_group(f"Meals{where}", wishes, currency, food, len(days), f", {meals}"),
        Row(f"Local transport{where}", rides, heads * in_town * bus),
        _for_group(f"Tickets{where}", wishes, currency, tickets),
        _for_group(f"Day trip{'s' if len(trips) > 1 else ''}{where}", wishes, currency, outings),
    ]
    return [row for row in rows if row.amount]


def _for_group(label: str, wishes: Wishes, currency: str, each: int, days: int = 1, tail: str = "") -> Row:
    """A row in which children count half."""
    (adults, children), half = wishes.group, (each + 1) // 2
    times = f" × {_of(days, 'day')}" if tail else ""
    how = f"{_of(adults, 'adult')}{times} × {money(each, currency)}"
    how += f" + {_of(children, 'child')}{times} × {money(half, currency)}" if children else ""
    return Row(label, how + tail, days * (adults * each + children * half))


def _of(count: int, noun: str) -> str:
    many = {"child": "children", "person": "people"}.get(noun, f"{noun}s")
    return f"{count} {noun if count == 1 else many}"


def _budget(wishes: Wishes, *, days: int) -> int | None:
    """The budget of the whole group for all days, in the currency that is reckoned in."""
    if wishes.budget is None:
        return None
    heads = sum(wishes.group)
    times = {"trip": 1, "person": heads, "day": days, "person and day": heads * days}[wishes.budget.per]
    target = currency_of(wishes)
    return converted(wishes.budget.amount * times, source=wishes.budget.currency or target, target=target)
