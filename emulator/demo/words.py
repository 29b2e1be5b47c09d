"""Counts, times, money and wishes in words."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from emulator.demo.destinations import Destination, Sight, atlas
from emulator.demo.line import LISTS, MONTHS, PAIRS, WORDS
from emulator.demo.wishes import LEVELS, NO_YEAR, Wishes

TEXTS: dict[str, str] = WORDS["texts"]
USUAL_START = 9 * 60 + 30  # minutes after midnight
_SPELLED = ("no", *LISTS["numbers"][1:11])
_MANY = {"child": "children", "person": "people"}
_SIGNS = PAIRS["signs"]
_BASICS = ("places", "days", "stays", "month", "people", "budget", "rooms")
_MOBILITY = {"wheelchair": "wheelchair access", "short walks": "short walks without steps"}


def joined(*parts: str) -> str:
    """Paragraphs, without those that are empty."""
    return "\n\n".join(part for part in parts if part)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines).replace("|  |", "| |")


def plural(count: int, noun: str, *, words: bool = False) -> str:
    """A count with its noun, such as "1 day", "5 days" or "two children"."""
    shown = _SPELLED[count] if words and count < len(_SPELLED) else count
    return f"{shown} {noun if count == 1 else _MANY.get(noun, f'{noun}s')}"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names in a sentence: "a, b and c"."""
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


def quoted(texts: Sequence[str]) -> str:
    """At most five quotations, as plain text for Markdown."""
    return listed([*(f"“{plain(text[:80])}”" for text in texts[:5]), *(["more"] if len(texts) > 5 else [])])


def plain(text: str) -> str:
    """Text on one line whose marks are no Markdown."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|~$" else char for char in " ".join(text.split()))


def clock(minutes: int) -> str:
    """Minutes after midnight as "9:30"."""
    return f"{minutes // 60 % 24}:{minutes % 60:02d}"


def span(minutes: int) -> str:
    """A length of time for people: "45 minutes", "2 hours", "2 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    return f"{minutes} minutes" if not hours else f"{hours} h {rest} min" if rest else plural(hours, "hour")


def season(place: Destination, wishes: Wishes) -> str:
    """The weather of the month, if there is one, and which months are good or bad."""
    weather = f"{place.weather_in(wishes.month)}; " if wishes.month else ""
    good, bad = ([MONTHS[month - 1] for month in each] for each in (place.best_months, place.avoid_months))
    return f"{weather}best in {listed(good)}; less good in {listed(bad)} ({place.avoid_why})"


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


def needs(wishes: Wishes) -> list[str]:
    food = [*(f"{diet} food" for diet in wishes.diets), *(f"no {one} (allergy)" for one in wishes.allergies)]
    return food + [_MOBILITY[one] for one in wishes.mobility]


def budget_in_words(wishes: Wishes) -> str:
    """Such as "€150 per person and day"."""
    if wishes.budget is None:
        return ""
    per = "in all" if wishes.budget.per == "trip" else f"per {wishes.budget.per}"
    return f"{money(wishes.budget.amount, wishes.budget.currency or currency_of(wishes))} {per}"


def level(index: int | None) -> str:
    return LEVELS[1 if index is None else index]


def in_words(wishes: Wishes) -> dict[str, list[str]]:
    """All wishes, by what they are about; empty where nothing was said."""
    start, each = wishes.start_at or 0, zip(names_of(wishes.places), wishes.stays, strict=False)
    rooms = {None: "", 0: "a room each"}.get(wishes.rooms, plural(wishes.rooms or 0, "room"))
    said = {
        "places": [listed(names_of(wishes.places))],
        "days": [plural(wishes.days, "day") if wishes.days else ""],
        "stays": [listed([f"{plural(days, 'day')} in {name}" for name, days in each])],
        "month": [day_date(wishes) or (MONTHS[wishes.month - 1] if wishes.month else "")],
        "people": [people(wishes) if wishes.adults or wishes.children else ""],
        "budget": [f"a budget of {budget_in_words(wishes)}" if wishes.budget else ""],
        "rooms": [rooms],
        "needs": needs(wishes),
        "pace": ["" if wishes.pace is None else ("a slow pace", "the usual pace", "full days")[wishes.pace + 1]],
        "start": [f"no start before {clock(start)}" if start > USUAL_START else "early starts" if start else ""],
        "rests": ["a rest every afternoon" if wishes.rests else ""],
        "interests": [f"a liking for {one}" for one in wishes.interests],
        "avoids": [f"no {one}" for one in wishes.avoids],
        "trips": ["no day trips" if wishes.no_trips else ""],
        "hotel": ["" if wishes.hotel is None else f"a {level(wishes.hotel)} hotel"],
        "meals": ["" if wishes.meals is None else f"{level(wishes.meals)} meals"],
        "unwanted": [f"no {one}" for one in wishes.unwanted],
        "wanted": [f"{one} in the plan" for one in wishes.wanted],
    }
    return {name: [text for text in texts if text] for name, texts in said.items()}


def wished(wishes: Wishes, *, basics: bool = True) -> str:
    """All wishes in words, or only what is special about them."""
    said = in_words(wishes).items()
    return ", ".join(text for name, texts in said if basics or name not in _BASICS for text in texts)
