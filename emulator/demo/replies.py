"""Everything the demo assistant says that is not a plan: facts, comparisons, ideas, limits, small talk."""

import re
from collections.abc import Sequence
from decimal import Decimal

from emulator.demo.costs import converted, estimate, money, whole
from emulator.demo.destinations import Destination, atlas
from emulator.demo.plan import Plan, build, dishes_for, indoor, suitable
from emulator.demo.request import Said
from emulator.demo.text import ESTIMATES, listed, months, plural, span, ticket, wishes_text
from emulator.demo.trip import Trip
from emulator.demo.words import INTERESTS, MONTHS

INTRODUCTION = (
    "*I am a demo assistant: I answer from a small bundled file of travel facts and am not a language model.*"
)
EXAMPLE = '"5 days in Lisbon in May for two, one is vegetarian, about $2,000"'


def destinations_by_region(continent: str | None = None, *, detail: bool = False) -> str:
    """All bundled places, by continent; with *detail* a paragraph on each."""
    regions: dict[str, list[Destination]] = {}
    for place in atlas().destinations:
        regions.setdefault(place.continent, []).append(place)
    chosen = {name: places for name, places in regions.items() if continent in (None, name)}
    if detail:
        parts = ["## All destinations"]
        for name, places in chosen.items():
            parts.append(f"### {name}")
            parts += [_paragraph(place) for place in places]
        return "\n\n".join([*parts, ESTIMATES])
    count = sum(len(places) for places in chosen.values())
    lines = [f"I know {count} destinations{f' in {continent}' if continent else ''}:", ""]
    lines += [f"- **{name}:** {', '.join(place.name for place in places)}" for name, places in chosen.items()]
    return "\n".join([*lines, "", f"Name one with a number of days, for example {EXAMPLE}."])


def _paragraph(place: Destination) -> str:
    first = listed([sight.name for sight in place.sights[:4]])
    dishes = listed([dish.name for dish in place.food])
    trips = listed([trip.name for trip in place.day_trips])
    return (
        f"**{place.name}, {place.country}.** Best in {months(place.best_months)}; less good in"
        f" {months(place.avoid_months)} ({place.avoid_why}). First to see: {first}. To eat: {dishes}. Day "
        f"trips: {trips}."
        f" {place.practical} From {place.airport}: {place.transfer}."
    )


def overview(place: Destination, trip: Trip) -> str:
    """One place in short, with an offer to plan."""
    best = suitable(place, trip)[:6]
    daily = place.daily_usd["standard"]
    day = money(whole(daily.meal * 2 + daily.transport + daily.room / 2), "USD")
    lines = [
        f"## {place.name}, {place.country}",
        "",
        f"- **When:** best in {months(place.best_months)}; less good in {months(place.avoid_months)} "
        f"({place.avoid_why})",
        f"- **See first:** {listed([sight.name for sight in best])}",
        f"- **Eat:** {'; '.join(f'{dish.name} ({dish.about})' for dish in dishes_for(place, trip))}",
        f"- **Day trips:** {'; '.join(f'{one.name} ({one.about})' for one in place.day_trips)}",
        f"- **Costs:** about {day} a person and day at the standard level, sharing a room",
        f"- **Arrive:** {place.airport}, {place.transfer}",
        f"- **Good to know:** {place.practical}",
        "",
        f"{ESTIMATES} How many days would you like there, when, and for how many people?",
    ]
    return "\n".join(lines)


def comparison(places: Sequence[Destination], trip: Trip) -> str:
    """A table of two to four places side by side, and a sentence on how to choose."""
    days = trip.days or 4
    rows: list[tuple[str, list[str]]] = [
        ("Best months", [months(place.best_months) for place in places]),
        ("See first", [", ".join(sight.name for sight in suitable(place, trip)[:3]) for place in places]),
        ("Eat", [dishes_for(place, trip)[0].name for place in places]),
        ("Day trips", [", ".join(one.name for one in place.day_trips) for place in places]),
        ("Airport", [f"{place.airport}: {place.transfer}" for place in places]),
        ("Mind", [place.practical for place in places]),
    ]
    if trip.month:
        rows.insert(1, (f"In {MONTHS[trip.month - 1]}", [place.weather_in(trip.month) for place in places]))
    totals = [estimate(build(one, days=days), one) for one in (_only(trip, place) for place in places)]
    rows.append(
        (f"{plural(days, 'day')}, all but flights", [f"about {money(cost.total, cost.currency)}" for cost in totals])
    )
    lines = [
        f"## {listed([place.name for place in places], 'or')}",
        "",
        f"| | {' | '.join(place.name for place in places)} |",
    ]
    lines.append(f"| --- |{' --- |' * len(places)}")
    lines += [f"| **{name}** | {' | '.join(cells)} |" for name, cells in rows]
    cheapest = min(range(len(places)), key=lambda index: totals[index].total)
    tip = f"**{places[cheapest].name}** is the cheaper choice"
    good = [place.name for place in places if trip.month in place.best_months]
    if trip.month and len(good) == 1:
        tip += f", and {good[0]} has the better season in {MONTHS[trip.month - 1]}"
    if len(places) == 2:
        apart = next(
            km for place, km in atlas().nearest(places[0].lat, places[0].lon, count=99) if place == places[1]
        )
        if apart < 600:
            tip += f". They are only about {apart} km apart, so with a week you can do both"
    return "\n".join([*lines, "", f"{tip}. {ESTIMATES}", "", f'Say "plan {places[0].name}" to go on.'])


def _only(trip: Trip, place: Destination) -> Trip:
    return Trip(
        places=(place.id,), days=trip.days, month=trip.month, adults=trip.adults, children=trip.children,
        budget=trip.budget, diets=trip.diets, needs=trip.needs, interests=trip.interests, level=trip.level,
        pace=trip.pace,
    )  # fmt: skip


def ideas(said: Said, trip: Trip) -> str:
    """Three or four places that fit the month, the interests and the region."""
    liked = {category for name in trip.interests for category in INTERESTS[name][1]}
    ranked = []
    for order, place in enumerate(atlas().destinations):
        if said.continent and place.continent != said.continent:
            continue
        score = 3.0 * (trip.month in place.best_months) - 4.0 * (trip.month in place.avoid_months)
        score += sum(sight.category in liked for sight in place.sights) / 2
        if trip.level == 0 or trip.level_shift < 0:
            score -= float(place.daily_usd["standard"].room) / 40
        if said.has("warm|sun|sunny|hot") and trip.month:
            lows = re.findall(r"(?<!\d)(-?\d+)-\d+ °C", place.weather_in(trip.month))
            score += 3 * any(int(low) >= 15 for low in lows)
        ranked.append((-score, order, place))
    chosen = [place for _, _, place in sorted(ranked, key=lambda entry: entry[:2])[:4]]
    why = [f"in {MONTHS[trip.month - 1]}"] if trip.month else []
    why += [f"for {listed(list(trip.interests))}"] if trip.interests else []
    lines = [f"Here are places I would look at first{' ' if why else ''}{' '.join(why)}:", ""]
    for place in chosen:
        fitting = [sight.name for sight in place.sights if sight.category in liked][:3] or [
            s.name for s in place.sights[:3]
        ]
        season = place.weather_in(trip.month) if trip.month else f"best in {months(place.best_months)}"
        lines.append(f"- **{place.name}, {place.country}:** {season}. {listed(fitting)}.")
    return "\n".join(
        [*lines, "", "Which one shall I plan?" if trip.days else "Which one shall I plan, and for how many days?"]
    )


def unknown_place(said: Said) -> str:
    """Says that a place is not bundled, and what is near it."""
    located = [name for name in said.located if name in atlas().nearby_places]
    if not located:
        name = f"**{said.unknown_place}** is" if said.unknown_place else "That place is"
        return f"{name} not in my small file, so I cannot plan it. {destinations_by_region()}"
    name = located[0]
    near = atlas().nearest(*atlas().nearby_places[name], count=3)
    lines = [f"**{name}** is not in my small file, so I cannot plan it well. The closest places that I know:", ""]
    lines += [
        f"- **{place.name}, {place.country}**, about {km:,} km away: {place.sights[0].name}, {place.sights[1].name}"
        for place, km in near
    ]
    return "\n".join(
        [*lines, "", f"Shall I plan {near[0][0].name} instead? I can also list all destinations by region."]
    )


def remembered(memories: Sequence[str], trip: Trip, facts: Sequence[str]) -> str:
    """What is known about the person, from earlier conversations and from this one."""
    lines = []
    if memories:
        lines += ["From earlier conversations:", "", *(f"- {memory.strip().rstrip('.')}" for memory in memories), ""]
    fresh = [fact for fact in facts if fact not in memories]
    if fresh:
        lines += ["From this conversation:", "", *(f"- {fact}" for fact in fresh), ""]
    if wishes := wishes_text(trip):
        lines += [f"The trip so far: {wishes}.", ""]
    if not lines:
        return (
            'Nothing about you yet. Tell me, for example "I am vegetarian" or "I live in Berlin", and I will use it.'
        )
    return "\n".join([*lines, "Tell me if something is wrong."])


_VERBS = {
    "Is": "are", "Has": "have", "Lives": "live", "Dislikes": "dislike", "Prefers": "prefer", "Uses": "use",
    "Does": "do", "Cannot": "cannot", "Eats": "eat", "Likes": "like", "Loves": "love",
    "Travels": "travel",
}  # fmt: skip


def addressed(fact: str) -> str:
    """A remembered statement said to the person: "Is vegetarian" becomes "you are vegetarian"."""
    first, _, rest = fact.partition(" ")
    if first == "Flies":
        return f"you fly {rest}"
    if fact.startswith("Usually spends"):
        return f"you usually spend {fact.removeprefix('Usually spends ')}"
    if first in _VERBS:
        return f"you {_VERBS[first]} {rest}"
    return f"your {fact[:1].lower()}{fact[1:]}"


def acknowledgement(facts: Sequence[str], trip: Trip, plan: Plan | None) -> str:
    """Confirms what somebody said about themselves and how it will be used."""
    lines = [f"Noted: {', '.join(addressed(fact) for fact in facts)}. I will use that from now on."]
    if plan and trip.diets:
        for place in plan.places:
            fitting = [dish.name for dish in dishes_for(place, trip) if dish.diet != "any"]
            lines.append(f"In {place.name} that means dishes such as {listed(fitting)}.")
    if plan:
        lines.append('Say "update the plan" to see it again with this in mind.')
    else:
        lines.append("Where would you like to go, and for how long?")
    return " ".join(lines)


def food(place: Destination, trip: Trip) -> str:
    """What to eat there, with the diets in mind."""
    lines = [f"## Food in {place.name}", ""]
    for dish in dishes_for(place, trip):
        label = {"any": "", "vegetarian": " Vegetarian.", "vegan": " Vegan."}[dish.diet]
        lines.append(f"- **{dish.name}:** {dish.about}.{label}")
    places = [sight for sight in place.sights if sight.category in ("food", "market")]
    if places:
        lines += ["", f"Good places to graze: {listed([f'{sight.name} ({sight.area})' for sight in places[:4]])}."]
    daily = {level: money(cost.meal, "USD") for level, cost in place.daily_usd.items()}
    lines += [
        "",
        f"A meal costs about {daily['saver']} simple, {daily['standard']} standard, {daily['comfort']} in "
        f"comfort, a person.",
    ]
    if trip.diets:
        lines.append(
            f"For {listed(list(trip.diets))} guests: ask about stock, sauces and frying fat, and book ahead "
            f"for groups."
        )
    return "\n".join(lines)


def sights(place: Destination, trip: Trip) -> str:
    """A table of what to see."""
    lines = [f"## What to see in {place.name}", "", "| What | Area | Time | Ticket |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {s.name} | {s.area} | {span(s.minutes)} | {ticket(s, place.currency)} |"
        for s in suitable(place, trip)[:12]
    ]
    return "\n".join([*lines, "", f"{ESTIMATES} Say a number of days and I turn it into a plan."])


def excursions(place: Destination) -> str:
    """Day trips from a place."""
    lines = [f"## Day trips from {place.name}", ""]
    for one in place.day_trips:
        lines.append(
            f"- **{one.name}:** {one.about}. {span(one.minutes_each_way).capitalize()} each way by "
            f"{one.by}, about {money(one.usd, 'USD')} a person."
        )
    return "\n".join([*lines, "", 'Say "add a day trip" and I put the first free one into the plan.'])


def rainy_day(place: Destination, trip: Trip) -> str:
    """Indoor things for a wet day."""
    dry = [sight for sight in suitable(place, trip) if indoor(sight) and not sight.evening][:5]
    late = [
        sight
        for sight in suitable(place, trip)
        if sight.category in ("show", "food", "wellness") and sight not in dry
    ][:1]
    lines = [f"## A rainy day in {place.name}", ""]
    lines += [f"- **{s.name}** ({s.area}): {span(s.minutes)}, {ticket(s, place.currency)}" for s in [*dry, *late]]
    dish = dishes_for(place, trip)[0]
    return "\n".join(
        [
            *lines,
            "",
            f"In between: {dish.name} ({dish.about}). Move outdoor sights to the driest day of the "
            f"forecast; I cannot see forecasts myself.",
        ]
    )


def packing(place: Destination, trip: Trip) -> str:
    """A packing list for the season and the plan."""
    weather = place.weather_in(trip.month) if trip.month else None
    lows = [int(low) for low in re.findall(r"(?<!\d)(?<!\d-)(-?\d+)(?=-| °C| to )", weather or "")]
    cold = bool(lows and min(lows) < 8) or bool(re.search("frost|cold|icy|snow|freezing", weather or ""))
    hot = bool(re.search(r"hot|3\d °C|2[6-9] °C", weather or ""))
    wet = bool(re.search(r"rain|shower|wet|storm|drizzle|monsoon", weather or ""))
    clothes = ["comfortable shoes that are already worn in", "layers for changing temperatures"]
    clothes += ["a warm jacket, hat and gloves"] if cold else []
    clothes += ["light, breathable clothes", "sun hat, sunglasses and sun cream"] if hot else []
    clothes += ["a rain jacket or small umbrella"] if wet or weather is None else []
    if any(s.category == "religious" for s in place.sights):
        clothes.append("something that covers shoulders and knees, for places of worship")
    if any(s.category in ("beach", "wellness") for s in place.sights):
        clothes.append("swimwear")
    extra = ["passport or identity card, and "
        "copies", "bank cards and a little cash in " + place.currency, "phone, charger, plug adapter",
             "usual medicine, with the prescription", "insurance details"]  # fmt: skip
    extra += [f'a card that explains "{diet}" in {place.language}' for diet in trip.diets]
    extra += [f"a card about the allergy to {one}" for one in trip.allergies]
    extra += ["for the children: snacks, something to draw with, spare clothes"] if trip.children else []
    when = f" in {MONTHS[trip.month - 1]}" if trip.month else ""
    lines = [f"## Packing list for {place.name}{when}", ""]
    if weather:
        lines += [f"Expect {weather}.", ""]
    lines += [
        "**To wear**",
        "",
        *(f"- [ ] {item}" for item in clothes),
        "",
        "**To carry**",
        "",
        *(f"- [ ] {item}" for item in extra),
    ]
    return "\n".join(lines) if weather else "\n".join([*lines, "", "Tell me the month and I can be more exact."])


def quick_fact(said: Said, place: Destination, trip: Trip) -> str | None:
    """One sentence on currency, time zone, language, airport or season; None when none of them is asked for."""
    if said.has("currency|exchange rate|what money|which money"):
        rate = converted(Decimal(1), source="USD", target=place.currency).normalize()
        return (
            f"In {place.name} people pay in **{place.currency}**. As a very rough guide $1 is about "
            f"{rate:,f} {place.currency}; I have no live rates."
        )
    if said.has("time ?zone|what time|time difference"):
        return f"{place.name} keeps the time of **{place.zone}**."
    if said.has("languages?|speak|spoken"):
        return f"In {place.name} people speak **{place.language}**."
    if said.has("airport|transfer|get from the airport|arrive"):
        return f"**{place.airport}** serves {place.name}: {place.transfer}."
    if said.has(
        "weather|when (?:should|to|is)|(?:best|good|bad|right) (?:time|month|season)"
        "|rain in|temperature|climate|warm in|cold in"
    ):
        lines = [
            f"**{place.name}** is best in {months(place.best_months)}. Less good: "
            f"{months(place.avoid_months)} ({place.avoid_why})."
        ]
        if trip.month:
            lines.append(f"In {MONTHS[trip.month - 1]}: {place.weather_in(trip.month)}.")
        else:
            lines += ["", *(f"- **{months(phase.months)}:** {phase.text}" for phase in place.weather)]
        return "\n".join([*lines, "", "These are usual values, not a forecast."])
    if said.has("wheelchair|accessib\\w+|step[- ]free|stairs"):
        hard = [sight.name for sight in place.sights if sight.steps]
        return (
            f"{place.practical} Many steps or steep ways: {listed(hard) or 'none that I know of'}. "
            f"Please confirm step-free entry with each place."
        )
    return None


def where_to_stay(place: Destination, trip: Trip) -> str:
    """Areas with most to see, and room prices; no hotel names are known."""
    counts: dict[str, int] = {}
    for sight in suitable(place, trip):
        counts[sight.area] = counts.get(sight.area, 0) + 1
    areas = sorted(counts, key=lambda area: -counts[area])[:3]
    rooms = {level: money(cost.room, "USD") for level, cost in place.daily_usd.items()}
    return (
        f"I know no hotels by name, but most of what is worth seeing in {place.name} lies around "
        f"{'; '.join(areas)}: a room"
        f" near there saves time. A room costs about {rooms['saver']} simple, {rooms['standard']} standard and"
        f" {rooms['comfort']} in comfort a night. {ESTIMATES}"
    )


def limits(said: Said, trip: Trip) -> str:
    """What cannot be done here, and what can be done instead."""
    asked = (
        "book anything or see live prices"
        if said.has(r"book\w*|reserv\w+|buy|pay|availab\w+|flights?|fares?|prices?")
        else "look up entry or health rules"
        if said.has(r"visas?|vaccin\w+|passports?|entry|insurance")
        else "see forecasts or live information"
    )
    where = f" for {listed([atlas().get(place_id).name for place_id in trip.places])}" if trip.places else ""
    return (
        f"I cannot {asked}: I only have a small file of facts. What I can do{where}: a day-by-day plan, a "
        f"rough table of"
        " costs, a comparison, a packing list, or an e-mail for the customer. "
        + (
            "Please check official sources for the rules."
            if "rules" in asked
            else "Please check with the provider before you promise it."
        )
    )


def help_text() -> str:
    """What can be asked."""
    return "\n".join(
        [
            "Tell me a place, a number of days and anything that matters, for example:",
            "",
            f"- {EXAMPLE}",
            '- "Lisbon or Porto?"',
            '- "Where is it warm in January?"',
            '- "Which destinations do you know?"',
            "",
            'Then change it as you like: "make it 4 days", "cheaper", "what about June?", "as a table".',
        ]
    )


def is_blank(said: Said) -> bool:
    """Whether there is no letter or digit in the message."""
    return not any(char.isalnum() for char in said.text)
