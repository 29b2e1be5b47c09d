"""A plan, and what became different in it, as Markdown; wishes, counts and times in words."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from emulator.demo.costs import Costs, converted, currency_of, estimate, money, rooms_for
from emulator.demo.destinations import Sight, atlas
from emulator.demo.line import LISTS, MONTHS, WORDS
from emulator.demo.plan import USUAL_START, Day, Plan, Stop, build, can_eat
from emulator.demo.wishes import LEVELS, NO_YEAR, State, Wishes

TEXTS: dict[str, str] = WORDS["texts"]
_SPELLED = ("no", *LISTS["numbers"][1:11])


def plural(count: int, noun: str, *, words: bool = False) -> str:
    """A count with its noun, such as "1 day", "5 days" or "two children"."""
    many = {"child": "children", "person": "people"}.get(noun, f"{noun}s")
    return f"{_SPELLED[count] if words and count < len(_SPELLED) else count} {noun if count == 1 else many}"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names in a sentence: "a, b and c"."""
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


def quoted(texts: Sequence[str]) -> str:
    """At most three quotations, as plain text for Markdown."""
    shown = [f"“{plain(text[:80])}”" for text in texts[:3]]
    return listed([*shown, f"{len(texts) - 3} more"] if len(texts) > 3 else shown)


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


def names_of(place_ids: Sequence[str]) -> list[str]:
    """The names of places."""
    return [atlas().get(one).name for one in place_ids]


def when(wishes: Wishes) -> str:
    """Such as " in May", or nothing."""
    return f" in {MONTHS[wishes.month - 1]}" if wishes.month else ""


def day_date(wishes: Wishes, number: int = 1) -> str:
    """The date of a day, such as "Sunday 10 May"; without weekday when the year is unknown, or nothing."""
    if wishes.start is None:
        return ""
    shown = wishes.start + timedelta(days=number - 1)
    return f"{'' if wishes.start.year == NO_YEAR else f'{shown:%A} '}{shown.day} {MONTHS[shown.month - 1]}"


def people(wishes: Wishes) -> str:
    """Such as "two adults and two children (6 and 9)"."""
    adults, children = wishes.group
    ages = f" ({listed([str(age) for age in wishes.ages])})" if wishes.ages else ""
    young = f" and {plural(children, 'child', words=True)}{ages}" if children else ""
    return plural(adults, "adult", words=True) + young


def needs(wishes: Wishes) -> str:
    """Diets, allergies and mobility in words."""
    mobility = {"wheelchair": "wheelchair access", "short walks": "short walks without steps"}
    diets = [f"{diet} food" for diet in wishes.diets]
    return listed(
        diets + [f"no {one} (allergy)" for one in wishes.allergies] + [mobility[one] for one in wishes.mobility]
    )


def level(index: int | None) -> str:
    """The name of a level, "standard" where none was said."""
    return LEVELS[1 if index is None else index]


def told(wishes: Wishes) -> dict[str, str]:
    """What is wished for the days, in words; what was not said is not there."""
    start, trips = wishes.start_at or 0, wishes.trips
    more = f"{plural(abs(trips), 'day trip')} {'more' if trips > 0 else 'fewer'} than usual"
    shown = {
        "needs": needs(wishes),
        "pace": "" if wishes.pace is None else ("a slow pace", "the usual pace", "full days")[wishes.pace + 1],
        "start": f"no start before {clock(start)}" if start > USUAL_START else "early starts" if start else "",
        "rests": "a rest every afternoon" if wishes.rests else "",
        "interests": f"a liking for {listed(wishes.interests)}" if wishes.interests else "",
        "avoids": f"no {listed(wishes.avoids, 'or')}" if wishes.avoids else "",
        "less": f"less {listed(wishes.less)}" if wishes.less else "",
        "trips": "no day trips" if wishes.no_trips else more if trips else "",
        "hotel": "" if wishes.hotel is None else f"{level(wishes.hotel)} hotel",
        "meals": "" if wishes.meals is None else f"{level(wishes.meals)} meals",
        "unwanted": f"no {listed(wishes.unwanted, 'or')}" if wishes.unwanted else "",
        "wanted": f"{listed(wishes.wanted)} in the plan" if wishes.wanted else "",
    }
    return {name: text for name, text in shown.items() if text}


def budget_in_words(wishes: Wishes) -> str:
    """Such as "€150 per person and day"."""
    if wishes.budget is None:
        return ""
    per = "in all" if wishes.budget.per == "trip" else f"per {wishes.budget.per}"
    return f"{money(wishes.budget.amount, wishes.budget.currency or currency_of(wishes))} {per}"


def price(amount_in: str, sight: Sight, wishes: Wishes) -> str:
    """The ticket of a sight, priced in the currency *amount_in*, such as "about €18" or "free"."""
    if not sight.price:
        return "pay as you go" if sight.category in ("food", "nightlife", "market") else "free"
    return f"about {money(converted(sight.price, source=amount_in, target=currency_of(wishes)), currency_of(wishes))}"


# The plan


def plan_text(state: State, ending: str, *, style: str = "detailed") -> str:
    """The whole plan with its costs, in the *style* ``detailed`` or ``brief``, closed by *ending*."""
    wishes, plan = state.wishes, build(state.wishes, state.changes)
    costs = estimate(plan, wishes)
    summary = f"For {people(wishes)}{f', with {listed(list(told(wishes).values()))}' if told(wishes) else ''}. "
    summary += f"About **{costs(costs.total)}** without flights"
    if costs.budget is not None:
        left = costs.budget - costs.total
        stands = f"leaves {costs(left)} of" if left >= 0 else f"is {costs(-left)} over"
        summary += f", which {stands} the {costs(costs.budget)}"
    parts = [f"## {headline(plan, wishes)}", f"{summary}.", not_met(state, plan)]
    if style == "brief":
        parts += [
            "\n".join(f"- **Day {day.number}:** {title(day)}" for day in plan.days),
            budget_text(wishes, costs, plan),
        ]
    else:
        parts += [*(day_text(day, wishes, plan) for day in plan.days), *sections(plan, wishes), _assumed(wishes)]
    return "\n\n".join(part for part in (*parts, ending) if part)


def headline(plan: Plan, wishes: Wishes) -> str:
    """Such as "5 days in Lisbon in May"."""
    return f"{plural(len(plan.days), 'day')} in {listed([place.name for place in plan.places])}{when(wishes)}"


def not_met(state: State, plan: Plan) -> str:
    """What was wished and is not in the plan, as a quotation."""
    reading, notes = state.reading, list(dict.fromkeys([*plan.notes, *state.notes]))
    if state.names:
        notes.append(f"I do not know {listed([plain(name) for name in state.names])}, so it is not in the plan.")
    if reading.left:
        notes.append(f"Not in this plan, because I could not make anything of it: {quoted(reading.left)}.")
    if reading.relative and state.today is None:
        notes.append(f"I do not know today's date, so “{reading.relative}” is not in the plan.")
    return "\n>\n".join(f"> {note}" for note in notes)


def title(day: Day) -> str:
    """The areas of a day, or where the day trip goes."""
    if day.trip:
        return f"Day trip to {day.trip.name}"
    areas = list(dict.fromkeys(sight.area for sight in day.sights))
    return ", ".join(areas[:2]) if areas else "Arrival" if day.arrives and not day.free else "A free day"


def day_text(day: Day, wishes: Wishes, plan: Plan) -> str:
    """One day as a heading and a list."""
    on, trip, currency = day_date(wishes, day.number), day.trip, currency_of(wishes)
    place = f"{day.place.name}: " if len(plan.places) > 1 else ""
    if trip:
        start = max(day.start - 60, wishes.start_at or 0)
        cost = money(converted(trip.usd, source="USD", target=currency), currency)
        back = clock(min(start + 2 * trip.minutes_each_way + 330, 21 * 60))
        parts = {
            "Morning": f"leave about {clock(start)} by {trip.by}, {span(trip.minutes_each_way)} each way.",
            "Daytime": f"{trip.name}, {trip.about}. About {cost} a person all in.",
            "Evening": f"back about {back}. {_dinner(day, wishes, '')}",
        }
    else:
        morning, afternoon = (_stops(day, stops, wishes) for stops in day.halves)
        here = list(dict.fromkeys(sight.area for sight in (day.seen or day.place.sights)))[
            0 if day.seen else day.number % 3
        ]
        morning = "free, as you asked." if day.free else morning or f"a long breakfast and a slow walk around {here}."
        if day.arrives and day.comes_from:
            morning = f"travel from {day.comes_from.name} to {day.place.name}. Leave the bags and have a light lunch."
        elif day.arrives:
            morning = f"arrive at {day.place.airport}: {day.place.transfer}. Leave the bags and have a light lunch."
        rest = "a rest at the hotel until 16:00." if day.rests else ""
        afternoon = " ".join(filter(None, [rest, f"Then {afternoon}" if rest and afternoon else afternoon]))
        afternoon = (
            "free, as you asked." if day.free else afternoon or f"a free afternoon around {here}, no tickets needed."
        )
        parts = {"Morning": morning, "Afternoon": afternoon, "Evening": _evening(day, wishes)}
    lines = [f"- **{part}:** {text}" for part, text in parts.items()]
    return "\n".join([f"### Day {day.number}{f', {on}' if on else ''}: {place}{title(day)}", "", *lines])


def _stops(day: Day, stops: Sequence[Stop], wishes: Wishes) -> str:
    shown, area = [], ""
    for stop in stops:
        where = f"{stop.sight.area}, " if stop.sight.area != area else ""
        ticket, area = price(day.place.currency, stop.sight, wishes), stop.sight.area
        shown.append(f"{clock(stop.start)}–{clock(stop.end)} **{stop.sight.name}** ({where}{ticket})")
    return f"{'; '.join(shown)}." if shown else ""


def _evening(day: Day, wishes: Wishes) -> str:
    if day.leaves:
        return f"collect the bags and go to {day.place.airport} for the way home."
    dinner = _dinner(day, wishes, f" near {(day.seen or day.place.sights)[-1 if day.seen else 0].area}")
    if day.evening is None:
        return dinner
    start = {"nightlife": 1260, "show": 1200}.get(day.evening.category, 1140)
    stop = _stops(day, [Stop(day.evening, start, start + day.evening.minutes)], wishes)
    return stop if day.evening.category == "food" else f"{stop} {dinner}" if start < 1200 else f"{dinner} Then {stop}"


def _dinner(day: Day, wishes: Wishes, near: str) -> str:
    if day.dish:
        diet = "" if day.dish.diet == "any" else f", {day.dish.diet}"
        return f"Dinner{near}: try {day.dish.name} ({day.dish.about}{diet})."
    if wishes.diets or wishes.allergies:
        wanted = listed([*wishes.diets, *(f"without {one}" for one in wishes.allergies)])
        return f"Dinner{near}, at a place that is sure to cook {wanted}."
    return f"Dinner{near}, {TEXTS['dinners'].split('|')[day.number % 3]}."


# Costs and notes


def sections(plan: Plan, wishes: Wishes) -> list[str]:
    """What follows the days: costs, season, food and needs; empty where there is nothing to say."""
    return [cost_text(wishes, estimate(plan, wishes), plan), _season(plan, wishes), _food(plan, wishes)]


def cost_text(wishes: Wishes, costs: Costs, plan: Plan) -> str:
    """The table of costs with its sum, and how it stands to the budget."""
    lines = ["### What it costs", "", f"| What | Calculation | {costs.currency} |", "| --- | --- | ---: |"]
    lines += [f"| {row.label} | {row.reckoned} | {costs(row.amount)} |" for row in costs.rows]
    total = f"| **Total** | without flights | **{costs(costs.total)}** |"
    return "\n".join([*lines, total, "", budget_text(wishes, costs, plan)])


def budget_text(wishes: Wishes, costs: Costs, plan: Plan) -> str:
    """How the costs stand to the budget, or what other levels cost."""
    budget = wishes.budget
    if costs.budget is None or budget is None:
        saver, comfort = (estimate(plan, replace(wishes, hotel=one, meals=one)).total for one in (0, 2))
        return f"With saver hotel and meals it is {costs(saver)}, with comfort {costs(comfort)}. {TEXTS['estimates']}"
    said, left = [], costs.budget - costs.total
    if budget.per != "trip" or budget.currency not in (None, costs.currency):
        said.append(f"{budget_in_words(wishes)} is {costs(costs.budget)} for this trip.")
    said.append(f"Budget {costs(costs.budget)}: **{costs(abs(left))} {'left' if left >= 0 else 'short'}**.")
    said += ["Flights have to come out of that; I have no fares."] if budget.with_flights else []
    said += [f"No currency was said, so I took {costs.currency}."] if budget.currency is None else []
    return " ".join([*said, TEXTS["estimates"]])


def _season(plan: Plan, wishes: Wishes) -> str:
    lines = ["### Season", ""]
    for place in plan.places:
        best, bad = months(place.best_months), f"{months(place.avoid_months)} ({place.avoid_why})"
        fair = "A good choice" if wishes.month in place.best_months else f"Fair; {best} is best"
        fair = (
            f"Not the easiest time: {place.avoid_why}. Best in {best}" if wishes.month in place.avoid_months else fair
        )
        expected = (
            f"{place.weather_in(wishes.month)}. {fair}." if wishes.month else f"best in {best}. Less good: {bad}."
        )
        lines.append(f"- **{place.name}{when(wishes)}:** {expected}")
    return "\n".join(lines)


def _food(plan: Plan, wishes: Wishes) -> str:
    lines, wanted = [], listed([*wishes.diets, *(f"{one} allergy" for one in wishes.allergies)])
    for place in plan.places if wanted else ():
        dishes = "; ".join(f"{dish.name} ({dish.about})" for dish in place.food if can_eat(dish, wishes))
        lines.append(f"- **{place.name}, {wanted}:** {dishes or TEXTS['no_dishes']}.")
    lines += [TEXTS["ask_kitchens"]] if wishes.allergies or not set(wishes.diets) <= {"vegan", "vegetarian"} else []
    lines += [TEXTS[wishes.mobility[0]]] if wishes.mobility else []
    return "\n".join(["### Food and needs", "", *lines]) if lines else ""


def _assumed(wishes: Wishes) -> str:
    days, (adults, children) = wishes.days or 4, wishes.group
    lines = [f"- Arrival in the morning of day 1, departure in the evening of day {days}."] if days > 1 else []
    lines += ["- Four days, as no length was said."] if wishes.days is None else []
    if wishes.supposed or wishes.adults is None:
        supposed = wishes.supposed or f"{plural(adults, 'adult', words=True)}, as nobody said how many"
        lines.append(f"- {supposed[:1].upper()}{supposed[1:]}.")
    lines += ["- Children pay half for meals, tickets and day trips."] if children else []
    rooms = plural(rooms_for(wishes), "room", words=True).capitalize()
    lines.append(f"- {rooms}; {level(wishes.hotel)} hotel and {level(wishes.meals)} meals.")
    return "\n".join(["### What I assumed", "", *lines])


# Other shapes


def as_table(plan: Plan, wishes: Wishes) -> str:
    """The days as one Markdown table."""
    rows = ["| Day | Where | Morning | Afternoon | Evening |", "| --- | --- | --- | --- | --- |"]
    for day in plan.days:
        on, place = day_date(wishes, day.number), f"{day.place.name}: " if len(plan.places) > 1 else ""
        morning, afternoon = (", ".join(stop.sight.name for stop in stops) or "Free" for stops in day.halves)
        evening = "Departure" if day.leaves else day.evening.name if day.evening else "Dinner"
        cells = ["Arrival" if day.arrives else morning, afternoon, evening]
        cells = [f"Out by {day.trip.by}", day.trip.name, "Back for dinner"] if day.trip else cells
        rows.append(f"| {day.number}{f', {on}' if on else ''} | {place}{title(day)} | {' | '.join(cells)} |")
    costs, days = estimate(plan, wishes), "\n".join(rows)
    total = f"About **{costs(costs.total)}** without flights. {TEXTS['estimates']}"
    return f"## {headline(plan, wishes)}\n\n{days}\n\n{total}"


def as_json(plan: Plan, wishes: Wishes) -> str:
    """The days and the costs as a JSON block."""
    costs = estimate(plan, wishes)
    days = [
        {"day": day.number, "place": day.place.name, "title": title(day), "visits": day.names} for day in plan.days
    ]
    rows = {row.label: row.amount for row in costs.rows}
    value = {
        "title": headline(plan, wishes),
        "days": days,
        "currency": costs.currency,
        "costs": rows,
        "total": costs.total,
    }
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```\n\n{TEXTS['estimates']}"


def as_email(plan: Plan, wishes: Wishes, *, to: str, sender: str) -> str:
    """A short message that a planner can send to the customer."""
    costs, days = estimate(plan, wishes), []
    for day in plan.days:
        names = listed([sight.name for sight in day.seen[:3]]) or "time of your own"
        on = f" ({day_date(wishes, day.number)})" if wishes.start else ""
        days.append(f"- Day {day.number}{on}: {f'{day.trip.name}, {day.trip.about}' if day.trip else names}")
    kept = f" We keep in mind: {needs(wishes)}." if needs(wishes) else ""
    values = {
        "headline": headline(plan, wishes),
        "people": people(wishes),
        "days": "\n".join(days),
        "total": costs(costs.total),
    }
    return TEXTS["email"].format(**values, kept=kept, to=to, sender=sender)
