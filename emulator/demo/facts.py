"""What the demo assistant says about places: facts, comparisons, ideas, and what is near an unknown place."""

import re
from collections.abc import Sequence
from dataclasses import replace

from emulator.demo.costs import estimate
from emulator.demo.destinations import Destination, Sight, atlas
from emulator.demo.line import MONTHS, WORDS
from emulator.demo.plan import INDOOR, build, can_eat, categories, ranked
from emulator.demo.say import TEXTS, budget_text, plan_of, table
from emulator.demo.wishes import State, Wishes
from emulator.demo.words import currency_of, listed, money, months, names_of, plain, plural, price, span, ticket, when


def fact(topic: str, place: Destination, wishes: Wishes) -> str:
    """The answer to a question about a place; *topic* is a name of the word file's facts."""
    sights, daily = ranked(place, wishes), place.daily_usd["standard"]
    areas = [sight.area for sight in sights]
    shown = [(one, span(one.minutes), ticket(one, place.currency, wishes)) for one in sights]
    site = atlas().official.get(place.country_code)
    dishes = "; ".join(f"{one.name} ({one.about})" for one in place.food if can_eat(one, wishes))
    markets = [one.name for one in place.sights if one.category in ("food", "market")]
    trips = [
        f"{one.name} ({one.about}, {span(one.minutes_each_way)} each way by {one.by}, "
        f"about {price(one.usd, wishes)} a person)"
        for one in place.day_trips
    ]
    dry = [f"- **{one.name}** ({one.area}): {time}, {paid}" for one, time, paid in shown if one.category in INDOOR]
    return str(WORDS["facts"][topic]).format(
        name=place.name, country=place.country, airport=place.airport, transfer=place.transfer,
        practical=place.practical, currency=place.currency, month=when(wishes),
        estimates=TEXTS["estimates"], best=months(place.best_months),
        avoid=f"{months(place.avoid_months)} ({place.avoid_why})",
        weather=place.weather_in(wishes.month) if wishes.month else "what the month brings, which I was not told",
        site=f", and begin at [{site[0]}]({site[1]})" if site else "", first=listed([one.name for one in sights[:6]]),
        daily=price(daily["meal"] * 2 + daily["transport"] + daily["room"] / 2, wishes),
        meals=listed([f"{price(cost['meal'], wishes)} {name}" for name, cost in place.daily_usd.items()]),
        rooms=listed([f"{price(cost['room'], wishes)} {name}" for name, cost in place.daily_usd.items()]),
        rate=f"$1 is {atlas().per_usd[place.currency].normalize():,f} {place.currency}",
        fill=plural(max(1, round(sum(not one.evening for one in sights) / 3.5)), "day"),
        dishes=dishes or TEXTS["no_dishes"], trips="; ".join(trips), dry="\n".join(dry),
        markets=listed(markets[:4]) or "none that I know",
        sights="\n".join(f"| {one.name} | {one.area} | {time} | {paid} |" for one, time, paid in shown[:12]),
        areas="; ".join(sorted(dict.fromkeys(areas), key=lambda area: -areas.count(area))[:3]),
        hard=listed([one.name for one in place.sights if one.steps]) or "none that I know of",
        cards="".join(f'\n- [ ] a card on "{one}" in {place.language}' for one in (*wishes.diets, *wishes.allergies)),
    )  # fmt: skip


def thing(name: str, place: Destination, wishes: Wishes) -> str:
    """What is known of a sight or a day trip of a place; empty where it is neither."""
    known = place.things.get(name)
    if isinstance(known, Sight):
        paid = ticket(known, place.currency, wishes)
        return f"**{name}** is in {known.area}, {place.name}. It takes {span(known.minutes)}; the ticket: {paid}."
    way = f"{span(known.minutes_each_way)} each way by {known.by}" if known else ""
    return f"**{name}** is a day trip from {place.name}: {known.about}, {way}." if known else ""


def ways_to_save(state: State) -> str:
    """What cheaper rooms, cheaper meals, no day trips or a day less would save."""
    wishes, (plan, costs), lines = state.wishes, plan_of(state), list[str]()
    for what, other in {
        "Saver hotels": replace(wishes, hotel=0),
        "Saver meals": replace(wishes, meals=0),
        "No day trips": replace(wishes, no_trips=1, trips=0),
        "A day less": replace(wishes, days=max(1, len(plan.days) - 1), stays=()),
    }.items():
        saved = estimate(build(wishes), wishes).total - estimate(build(other), other).total
        lines += [f"- **{what}** would save about {costs(saved)}."] if saved > 0 else []
    total = f"The plan costs {costs(costs.total)} without flights."
    return "\n".join([total, "", *lines, "", budget_text(plan, costs)])


def _cost_of(place: Destination, wishes: Wishes) -> int:
    alone = replace(wishes, places=(place.id,), country=None, stays=(), wanted=(), unwanted=())
    return estimate(build(alone), alone).total


def _season(place: Destination, wishes: Wishes) -> int:
    return (wishes.month in place.best_months) - (wishes.month in place.avoid_months)


def _liked(place: Destination, wishes: Wishes) -> int:
    return sum(sight.category in categories(wishes.interests) for sight in place.sights)


def _met(place: Destination, wishes: Wishes) -> int:
    """How many of the interests there is anything for in a place."""
    return sum(any(sight.category in categories((one,)) for sight in place.sights) for one in wishes.interests)


def best_of(place_ids: Sequence[str], wishes: Wishes) -> Destination:
    """The place to recommend: the better season first, then more of what is liked, then the lower costs."""
    places = [atlas().get(one) for one in place_ids]
    return min(places, key=lambda one: (-_season(one, wishes), -_liked(one, wishes), _cost_of(one, wishes)))


def comparison(state: State) -> str:
    """A table of places side by side, and which one to take."""
    places, wishes = [atlas().get(one) for one in state.about], state.wishes
    costs, month = [_cost_of(place, wishes) for place in places], wishes.month
    season = [place.weather_in(month) if month else months(place.best_months) for place in places]
    dishes = [[one.name for one in place.food if can_eat(one, wishes)] for place in places]
    rows = {
        f"Weather{when(wishes)}" if month else "Best months": season,
        "See first": [", ".join(sight.name for sight in ranked(place, wishes)[:3]) for place in places],
        "Eat": [names[0] if names else "ask each kitchen" for names in dishes],
        "Day trips": [", ".join(one.name for one in place.day_trips) for place in places],
        "Good to know": [place.practical for place in places],
        f"{plural(wishes.days or 4, 'day')}, all but flights": [
            f"about {money(cost, currency_of(wishes))}" for cost in costs
        ],
    }
    best, cheapest = best_of(state.about, wishes), places[costs.index(min(costs))]
    most = _liked(best, wishes) == max(_liked(place, wishes) for place in places)
    why = [f"{MONTHS[month - 1]} is a good month there"] if month and month in best.best_months else []
    why += [f"it has most for {listed(wishes.interests)}"] if wishes.interests and most else []
    why += ["it costs least"] if best == cheapest else []
    dearer = "" if best == cheapest else f" {cheapest.name} costs least."
    cells = table(["", *(place.name for place in places)], [[f"**{name}**", *row] for name, row in rows.items()])
    why_text = f"I would take **{best.name}**: {listed(why) or 'it has most to see'}.{dearer} {TEXTS['estimates']}"
    return f"## {listed(names_of(state.about), 'or')}\n\n{cells}\n\n{why_text}"


def fitting_places(state: State) -> list[Destination]:
    """Four places that fit the month, the interests and the region."""
    wishes, warm = state.wishes, re.search(r"\b(?:warm|sun|sunny|hot)\b", state.reading.text)

    def score(place: Destination) -> float:
        text = place.weather_in(wishes.month) if warm and wishes.month else ""
        is_warm = any(int(low) >= 15 for low in re.findall(r"(?<!\d)(-?\d{1,2})-\d{1,2} °C", text))
        dear = float(place.daily_usd["standard"]["room"]) / 40 * (wishes.hotel == 0)
        liked = 6 * _met(place, wishes) + _liked(place, wishes) / 2
        return 3.5 * _season(place, wishes) + liked - dear + 3 * is_warm

    reading = state.reading
    inside = [one for one in atlas().destinations if reading.continent in (None, one.continent)]
    inside = [one for one in inside if ("places", one.id) not in reading.drops]
    return sorted(inside, key=score, reverse=True)[:4]


def ideas(state: State) -> str:
    wishes = state.wishes
    liked = f" for {listed(wishes.interests)}" if wishes.interests else ""
    lines = [f"Here are places I would look at first{when(wishes)}{liked}:", ""]
    for number, place in enumerate(fitting_places(state), 1):
        season = place.weather_in(wishes.month) if wishes.month else f"best in {months(place.best_months)}"
        names = listed([one.name for one in ranked(place, wishes)[:3]])
        lines.append(f"{number}. **{place.name}, {place.country}:** {season}. {names}.")
    return "\n".join(lines)


def near_places(name: str) -> list[tuple[Destination, int]]:
    """The known places closest to one that is only located, with distances in km."""
    point = atlas().nearby_places.get(name)
    return atlas().nearest(*point, count=3) if point else []


def unknown_place(name: str) -> str:
    """Says that a place is not bundled, and what is near it."""
    if base := atlas().bases.get(name):
        return f"I know **{name}** only as a day trip from {atlas().get(base).name}."
    text, near = f"**{plain(name)}** is not in my small file, so I cannot plan it.", near_places(name)
    lines = [f"{at}. **{one.name}, {one.country}**, about {km:,} km away" for at, (one, km) in enumerate(near, 1)]
    closest = "\n".join(["The closest places that I know:", "", *lines])
    return f"{text} {closest if near else destinations(None)}"


def destinations(continent: str | None) -> str:
    """All bundled places, by continent."""
    places = [place for place in atlas().destinations if continent in (None, place.continent)]
    regions = {place.continent: [one.name for one in places if one.continent == place.continent] for place in places}
    lines = [f"- **{name}:** {', '.join(names)}" for name, names in regions.items()]
    example = 'Name one with a number of days, for example "5 days in Lisbon in May for two".'
    return "\n".join([f"I know {plural(len(places), 'destination')}:", "", *lines, "", example])
