"""What a plan costs, roughly: whole units of one currency, lines that add up exactly."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from emulator.demo.destinations import LEVELS, atlas, distance_km
from emulator.demo.plan import Plan, build
from emulator.demo.request import Budget
from emulator.demo.trip import Trip

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "C$", "AUD": "A$", "NZD": "NZ$", "INR": "₹"}


@dataclass(frozen=True, slots=True)
class CostLine:
    """One row of the table: what, how it is reckoned, a whole amount in the estimate's currency."""

    label: str
    reckoned: str
    amount: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The rows, which add up to *total*; *budget* is the whole group's for the whole trip, or None."""

    level: str
    currency: str
    lines: tuple[CostLine, ...]
    budget: int | None

    @property
    def total(self) -> int:
        """The sum of all rows."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class Group:
    """Who travels. Children count half for meals and tickets, and share their parents' room up to two."""

    adults: int
    children: int

    @property
    def heads(self) -> int:
        """Everybody."""
        return self.adults + self.children

    @property
    def shares(self) -> Decimal:
        """Adults and half of the children."""
        return Decimal(self.adults) + Decimal(self.children) / 2

    @property
    def rooms(self) -> int:
        """Two adults to a room, and no more than four people."""
        return max(-(-self.adults // 2), -(-self.heads // 4), 1)


def group_of(trip: Trip) -> Group:
    """The people of *trip*: two adults unless something else was said."""
    children = trip.children or 0
    return Group(adults=trip.adults or 2, children=children)


def money(amount: int | Decimal, currency: str) -> str:
    """An amount for people, such as ``$2,000``, ``€45`` or ``1,200 CZK``."""
    text = f"{abs(amount):,}"
    sign = "-" if amount < 0 else ""
    return f"{sign}{SIGNS[currency]}{text}" if currency in SIGNS else f"{sign}{text} {currency}"


def converted(amount: Decimal, *, source: str, target: str) -> Decimal:
    """*amount* at the rough bundled rates; exact when both currencies are the same."""
    rates = atlas().per_usd
    return amount if source == target else amount / rates[source] * rates[target]


def whole(amount: Decimal) -> int:
    """*amount* rounded to whole units."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def estimate(plan: Plan, trip: Trip) -> Estimate:
    """The costs at the level asked for, or else at the best of standard and saver that the budget allows."""
    budget = budget_total(trip, days=len(plan.days))
    if trip.level is not None:
        return _at_level(plan, trip, max(0, min(2, trip.level + trip.level_shift)), budget)
    natural = _at_level(plan, trip, 1, budget)
    level = 0 if budget is not None and natural.total > budget and not trip.level_shift else 1
    return _at_level(plan, trip, max(0, min(2, level + trip.level_shift)), budget)


def at_other_level(plan: Plan, trip: Trip, level: str) -> Estimate:
    """The same plan at a level of ``LEVELS``."""
    return _at_level(plan, trip, LEVELS.index(level), budget_total(trip, days=len(plan.days)))


def days_within_budget(trip: Trip, *, days: int) -> int | None:
    """The longest shorter trip that fits the budget at the saver level, if any."""
    frugal = replace(trip, level=0, level_shift=0, swaps=())
    for fewer in range(days - 1, 0, -1):
        found = estimate(build(frugal, days=fewer), frugal)
        if found.budget is not None and found.total <= found.budget:
            return fewer
    return None


def budget_total(trip: Trip, *, days: int) -> int | None:
    """The budget of the whole group for all days, in its own currency."""
    if trip.budget is None:
        return None
    group = group_of(trip)
    factor = {"trip": 1, "person": group.heads, "day": days, "person and day": group.heads * days}
    return whole(trip.budget.amount * factor[trip.budget.per])


def currency_of(budget: Budget | None) -> str:
    """The currency to reckon in: the budget's, or US dollars."""
    return budget.currency if budget else "USD"


def _at_level(plan: Plan, trip: Trip, index: int, budget: int | None) -> Estimate:
    level, currency, group = LEVELS[index], currency_of(trip.budget), group_of(trip)
    nights = len(plan.days) - 1
    hotel = meals = transport = tickets = excursions = Decimal(0)
    for number, day in enumerate(plan.days):
        daily = day.place.daily_usd[level]
        meals += daily.meal * 2 * group.shares
        if day.trip:
            excursions += day.trip.usd * group.shares
        else:
            transport += daily.transport * group.heads
        if number < nights:
            hotel += daily.room * group.rooms
        for sight in day.sights:
            tickets += converted(sight.price, source=day.place.currency, target="USD") * group.shares
    count = sum(day.trip is not None for day in plan.days)
    people = f"{group.heads} {'person' if group.heads == 1 else 'people'}"
    rooms = f"{group.rooms} {'room' if group.rooms == 1 else 'rooms'}"
    rows = [
        ("Hotel", f"{rooms}, {nights} {'night' if nights == 1 else 'nights'}, {level} level", hotel),
        ("Meals", f"{people}, two a day, {level} level", meals),
        ("Local transport", f"{people}, {len(plan.days) - count} days in town", transport),
        ("Tickets", "the sights in the plan", tickets),
        ("Day trips", f"{count}, with transport and entry", excursions),
        ("Between places", f"{people}, rough fares", _between(plan) * group.heads),
    ]
    lines = [
        CostLine(label, how, whole(converted(usd, source="USD", target=currency))) for label, how, usd in rows if usd
    ]
    spare = whole(Decimal(sum(line.amount for line in lines)) / 20)
    lines.append(CostLine("Spare", "about 5% for the unforeseen", spare))
    return Estimate(level, currency, tuple(lines), budget)


def _between(plan: Plan) -> Decimal:
    """US dollars per person: a start price and 0.15 per km, which is coarse for trains as for flights."""
    total = Decimal(0)
    for one, other in pairwise(plan.places):
        total += 15 + Decimal(round(distance_km(one.lat, one.lon, other.lat, other.lon))) * Decimal("0.15")
    return total
