"""What the demo assistant says about places: facts, comparisons, ideas, and what is near an unknown place."""

import re
from collections.abc import Sequence
from dataclasses import replace

from emulator.demo import words
from emulator.demo.costs import estimate
from emulator.demo.destinations import Destination, Sight, atlas
from emulator.demo.line import WORDS
from emulator.demo.plan import INDOOR, build, can_eat, kinds, ranked
from emulator.demo.wishes import State, Wishes
from emulator.demo.words import TEXTS, listed, plain, plural, price, table, when


def fact(topic: str, place: Destination, wishes: Wishes) -> str:
    """The answer to a question about a place; *topic* is a name of the word file's facts."""
    sights, daily, site = ranked(place, wishes), place.daily_usd["standard"], atlas().official.get(place.country_code)
    areas = [sight.area for sight in sights]
    dishes = "; ".join(f"{one.name} ({one.about})" for one in place.food if can_eat(one, wishes))
    trips = [
        f"{one.name} ({one.about}, {words.span(one.minutes_each_way)} each way by {one.by}, "
        f"about {price(one.usd, wishes)} a person)"
        for one in place.day_trips
    ]
    shown = [sight for sight in sights if topic != "rain" or sight.category in INDOOR]
    rows = [(one.name, one.area, words.span(one.minutes), words.ticket(one, place.currency, wishes)) for one in shown]
    return str(WORDS["facts"][topic]).format(
        name=place.name, country=place.country, airport=place.airport, transfer=place.transfer,
        practical=place.practical, currency=place.currency, month=when(wishes), estimates=TEXTS["estimates"],
        season=words.season(place, wishes),
        weather=place.weather_in(wishes.month) if wishes.month else "the weather of the month",
        site=f", and begin at [{site[0]}]({site[1]})" if site else "", first=listed([one.name for one in sights[:6]]),
        daily=price(daily["meal"] * 2 + daily["transport"] + daily["room"] / 2, wishes),
        meal=price(daily["meal"], wishes), room=price(daily["room"], wishes),
        rate=f"$1 is {atlas().per_usd[place.currency].normalize():,f} {place.currency}",
        fill=plural(max(1, round(sum(not one.evening for one in sights) / 3.5)), "day"),
        dishes=dishes or TEXTS["no_dishes"], trips="; ".join(trips),
        sights=table(["What", "Area", "Time", "Ticket"], rows),
        areas="; ".join(sorted(dict.fromkeys(areas), key=lambda area: -areas.count(area))[:3]),
        cards="".join(f'\n- [ ] a card on "{one}" in {place.language}' for one in (*wishes.diets, *wishes.allergies)),
    )  # fmt: skip


def thing(name: str, place: Destination, wishes: Wishes) -> str:
    """What is known of a sight or a day trip of a place."""
    known = place.things[name]
    if isinstance(known, Sight):
        takes, paid = words.span(known.minutes), words.ticket(known, place.currency, wishes)
        return f"**{name}** is in {known.area}, {place.name}. It takes {takes}; the ticket: {paid}."
    way = f"{words.span(known.minutes_each_way)} each way by {known.by}"
    return f"**{name}** is a day trip from {place.name}: {known.about}, {way}."


def _fit(place: Destination, wishes: Wishes) -> tuple[int, int]:
    """How good the season is, -1 to 1, and how much there is of what is liked, at most three of a kind."""
    liked = sum(min(3, sum(one in kinds(sight) for sight in place.sights)) for one in wishes.interests)
    return (wishes.month in place.best_months) - (wishes.month in place.avoid_months), liked


def _cost_of(place: Destination, wishes: Wishes) -> int:
    alone = replace(wishes, places=(place.id,), country=None, stays=(), wanted=(), unwanted=())
    return estimate(build(alone), alone).total


def best_of(place_ids: Sequence[str], wishes: Wishes) -> Destination:
    """The place to recommend: the better season first, then more of what is liked, then the lower costs."""
    places = [atlas().get(one) for one in place_ids]
    return max(places, key=lambda one: (_fit(one, wishes), -_cost_of(one, wishes)))


def comparison(state: State) -> str:
    """A table of places side by side, and which one to take."""
    places, wishes = [atlas().get(one) for one in state.about], state.asked
    costs = {place.name: _cost_of(place, wishes) for place in places}
    sums = [f"about {words.money(one, words.currency_of(wishes))}" for one in costs.values()]
    rows = {
        f"Weather{when(wishes)}": [words.season(place, wishes) for place in places],
        "See first": [", ".join(sight.name for sight in ranked(place, wishes)[:3]) for place in places],
        "Day trips": [", ".join(one.name for one in place.day_trips) for place in places],
        f"{plural(wishes.days or 4, 'day')}, all but flights": sums,
    }
    best, cheapest = best_of(state.about, wishes), min(costs, key=lambda name: costs[name])
    cells = table(["", *costs], [[f"**{name}**", *row] for name, row in rows.items()])
    why = f"By the season, what is liked and the costs, in this order, I would take **{best.name}**. "
    why += f"{cheapest} costs least. {TEXTS['estimates']}"
    return f"## {listed([*costs], 'or')}\n\n{cells}\n\n{why}"


def suggested(state: State) -> list[Destination]:
    """The places closest to one that is only located; else those of the region that are warm, if that is asked for,
    in season, and have most of what is liked.
    """
    wishes, reading = state.wishes, state.reading
    if state.names:
        point = atlas().nearby_places.get(state.names[0])
        return atlas().nearest(*point, count=3) if point else []
    asks_warm = wishes.month and re.search(r"\b(?:warm|sun|sunny|hot)\b", reading.text)

    def fits(place: Destination) -> tuple[bool, tuple[int, int]]:
        degrees = re.search(r"(-?\d{1,2})-\d{1,2} °C", place.weather_in(wishes.month or 1))
        return not asks_warm or bool(degrees and int(degrees[1]) >= 15), _fit(place, wishes)

    inside = [one for one in atlas().destinations if reading.continent in (None, one.continent)]
    inside = [one for one in inside if ("places", one.id) not in reading.drops]
    return sorted(inside, key=fits, reverse=True)[:4]


def ideas(state: State) -> str:
    wishes = state.wishes
    liked = f" for {listed(wishes.interests)}" if wishes.interests else ""
    lines = [f"Here are places I would look at first{when(wishes)}{liked}:", ""]
    for number, place in enumerate(suggested(state), 1):
        names = listed([one.name for one in ranked(place, wishes)[:3]])
        lines.append(f"{number}. **{place.name}, {place.country}:** {names}; {words.season(place, wishes)}.")
    return "\n".join(lines)


def unknown_place(state: State) -> str:
    """Says that a place is not bundled, and what is near it."""
    name, near = state.names[0], suggested(state)
    if base := atlas().bases.get(name):
        return f"I know **{name}** only as a day trip from {atlas().get(base).name}."
    known = f" The closest places that I know are {listed([one.name for one in near])}."
    closest = known if near else f"\n\n{destinations(None)}"
    return f"**{plain(name)}** is not in my small file, so I cannot plan it.{closest}"


def destinations(continent: str | None) -> str:
    """All bundled places, by continent."""
    places = [place for place in atlas().destinations if continent in (None, place.continent)]
    regions = {place.continent: [one.name for one in places if one.continent == place.continent] for place in places}
    lines = [f"- **{name}:** {', '.join(names)}" for name, names in regions.items()]
    return "\n".join([f"I know {plural(len(places), 'destination')}:", "", *lines, "", TEXTS["where"]])
