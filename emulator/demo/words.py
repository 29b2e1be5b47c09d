"""Counts, times, money and wishes in words."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from emulator.demo.destinations import Sight, atlas
from emulator.demo.line import LISTS, MONTHS, PAIRS
from emulator.demo.wishes import LEVELS, NO_YEAR, Wishes

USUAL_START = 9 * 60 + 30  # minutes after midnight
_SPELLED = ("no", *LISTS["numbers"][1:11])
_MANY = {"child": "children", "person": "people"}
_SIGNS = PAIRS["signs"]
_BASICS = ("places", "days", "stays", "month", "people", "budget", "rooms")
_MOBILITY = {"wheelchair": "wheelchair access", "short walks": "short walks without steps"}


def plural(count: int, noun: str, *, words: bool = False) -> str:
    """A count with its noun, such as "1 day", "5 days" or "two children"."""
    shown = _SPELLED[count] if words and count < len(_SPELLED) else count
    return f"{shown} {noun if count == 1 else _MANY.get(noun, f'{noun}s')}"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names in a sentence: "a, b and c"."""
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


def quoted(texts: Sequence[str], *, most: int = 3) -> str:
    """At most *most* quotations, as plain text for Markdown."""
    shown = [f"“{plain(text[:80])}”" for text in texts[:most]]
    return listed([*shown, f"{len(texts) - most} more"] if len(texts) > most else shown)


def plain(text: str) -> str:
    """Text whose marks are no Markdown."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|~$" else char for char in text)


def clock(minutes: int) -> str:
    """Minutes after midnight as "9:30"."""
    return f"{minutes // 60 % 24}:{minutes % 60:02d}"


def span(minutes: int) -> str:
    """A length of time for people: "45 minutes", "2 hours", "2 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    return f"{minutes} minutes" if not hours else f"{hours} h {rest} min" if rest else plural(hours, "hour")


def months(numbers: Sequence[int]) -> str:
    """Month names as ranges: "April to June, September and October"."""
    runs: list[list[str]] = []
    for before, number in zip((0, *numbers), numbers, strict=False):
        runs += [[]] if not before or number != before % 12 + 1 else []
        runs[-1].append(MONTHS[number - 1])
    return listed([text for run in runs for text in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else run)])


def when(wishes: Wishes) -> str:
    """Such as " in May", or nothing."""
    return f" in {MONTHS[wishes.month - 1]}" if wishes.month else ""


def day_date(wishes: Wishes, number: int = 1) -> str:
    """The date of a day, such as "Sunday 10 May"; without weekday when the year is unknown, or nothing."""
    if wishes.start is None:
        return ""
    shown = wishes.start + timedelta(days=number - 1)
    return f"{'' if wishes.start.year == NO_YEAR else f'{shown:%A} '}{shown.day} {MONTHS[shown.month - 1]}"


def money(amount: int | Decimal, currency: str) -> str:
    """An amount for people, such as ``$2,000``, ``€45`` or ``1,200 CZK``."""
    return f"{_SIGNS[currency]}{amount:,}" if currency in _SIGNS else f"{amount:,} {currency}"


def converted(amount: Decimal, source: str, target: str) -> int:
    """*amount* at the rough bundled rates, in whole units and never less than one of what is not free."""
    rates = atlas().per_usd
    exact = amount if source == target else amount / rates[source] * rates[target]
    return max(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)), 1 if amount > 0 else 0)


def currency_of(wishes: Wishes) -> str:
    """The currency to reckon in: the one asked for, the budget's, or US dollars."""
    return wishes.currency or (wishes.budget.currency if wishes.budget else None) or "USD"


def price(amount: Decimal, wishes: Wishes, *, source: str = "USD") -> str:
    """An amount of the currency *source* in the one that is reckoned in."""
    return money(converted(amount, source, currency_of(wishes)), currency_of(wishes))


def ticket(sight: Sight, currency: str, wishes: Wishes) -> str:
    """The ticket of a sight, priced in *currency*, such as "about €18" or "free"."""
    if not sight.price:
        return "pay as you go" if sight.category in ("food", "nightlife", "market") else "free"
    return f"about {price(sight.price, wishes, source=currency)}"


def names_of(place_ids: Sequence[str]) -> list[str]:
    return [atlas().get(one).name for one in place_ids]


def people(wishes: Wishes) -> str:
    """Such as "two adults and two children (6 and 9)"."""
    adults, children = wishes.group
    ages = f" ({listed([str(age) for age in wishes.ages])})" if wishes.ages else ""
    young = f" and {plural(children, 'child', words=True)}{ages}" if children else ""
    return plural(adults, "adult", words=True) + young


def needs(wishes: Wishes) -> str:
    food = [f"{diet} food" for diet in wishes.diets] + [f"no {one} (allergy)" for one in wishes.allergies]
    return listed(food + [_MOBILITY[one] for one in wishes.mobility])


def budget_in_words(wishes: Wishes) -> str:
    """Such as "€150 per person and day"."""
    if wishes.budget is None:
        return ""
    per = "in all" if wishes.budget.per == "trip" else f"per {wishes.budget.per}"
    return f"{money(wishes.budget.amount, wishes.budget.currency or currency_of(wishes))} {per}"


def level(index: int | None) -> str:
    return LEVELS[1 if index is None else index]


def trips_more(count: int) -> str:
    """Such as "one more day trip" or "two fewer day trips"."""
    number = plural(abs(count), "day trip", words=True)
    return number.replace(" ", f" {'more' if count > 0 else 'fewer'} ", 1)


def in_words(wishes: Wishes) -> dict[str, str]:
    """All wishes, by what they are about; empty where nothing was said."""
    start, trips, each = wishes.start_at or 0, wishes.trips, zip(names_of(wishes.places), wishes.stays, strict=False)
    more = f"{trips_more(trips)} than usual" if trips else ""
    return {
        "places": listed(names_of(wishes.places)),
        "days": plural(wishes.days, "day") if wishes.days else "",
        "stays": listed([f"{plural(days, 'day')} in {name}" for name, days in each]) if wishes.stays else "",
        "month": day_date(wishes) or when(wishes).strip(),
        "people": people(wishes) if wishes.adults or wishes.children else "",
        "budget": f"a budget of {budget_in_words(wishes)}" if wishes.budget else "",
        "rooms": plural(wishes.rooms, "room") if wishes.rooms else "a room each" if wishes.rooms == 0 else "",
        "needs": needs(wishes),
        "pace": "" if wishes.pace is None else ("a slow pace", "the usual pace", "full days")[wishes.pace + 1],
        "start": f"no start before {clock(start)}" if start > USUAL_START else "early starts" if start else "",
        "rests": "a rest every afternoon" if wishes.rests else "",
        "interests": f"a liking for {listed(wishes.interests)}" if wishes.interests else "",
        "avoids": f"no {listed(wishes.avoids, 'or')}" if wishes.avoids else "",
        "less": f"less {listed(wishes.less)}" if wishes.less else "",
        "trips": plural(trips, "day trip", words=True) if wishes.no_trips else more,
        "hotel": "" if wishes.hotel is None else f"a {level(wishes.hotel)} hotel",
        "meals": "" if wishes.meals is None else f"{level(wishes.meals)} meals",
        "unwanted": f"no {listed(wishes.unwanted, 'or')}" if wishes.unwanted else "",
        "wanted": f"{listed(wishes.wanted)} in the plan" if wishes.wanted else "",
    }


def told(wishes: Wishes) -> str:
    return listed([text for name, text in in_words(wishes).items() if text and name not in _BASICS])
