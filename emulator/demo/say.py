"""A plan, and what became different in it, as Markdown."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from emulator.demo import words
from emulator.demo.costs import Costs, estimate, of_day, part_of, rooms_for
from emulator.demo.destinations import DayTrip
from emulator.demo.line import PAIRS, WORDS, whole_words
from emulator.demo.plan import Day, Plan, Stop, build, can_eat
from emulator.demo.wishes import MAX_DAYS, Change, State, Wishes
from emulator.demo.words import clock, day_date, listed, months, people, plural, when

TEXTS: dict[str, str] = WORDS["texts"]
_USUAL = PAIRS["usual"]
_LISTS = ("diets", "allergies", "mobility", "interests", "avoids", "less", "wanted", "unwanted")


def joined(*parts: str) -> str:
    """Paragraphs, without those that are empty."""
    return "\n\n".join(part for part in parts if part)


def plan_of(state: State) -> tuple[Plan, Costs]:
    plan = build(state.wishes, state.changes)
    return plan, estimate(plan, state.wishes)


def plan_text(state: State, ending: str, *, style: str = "detailed") -> str:
    """The whole plan with its costs, in the *style* ``detailed`` or ``brief``, closed by *ending*."""
    wishes, (plan, costs) = state.wishes, plan_of(state)
    summary = f"For {people(wishes)}{f', with {words.told(wishes)}' if words.told(wishes) else ''}. "
    summary += f"About **{costs(costs.total)}** without flights"
    if costs.budget is not None:
        left = costs.budget - costs.total
        stands = f"leaves {costs(left)} of" if left >= 0 else f"is {costs(-left)} over"
        summary += f", which {stands} the {costs(costs.budget)}"
    if style == "brief":
        parts = ["\n".join(f"- **Day {day.number}:** {_title(day)}" for day in plan.days), budget_text(plan, costs)]
    else:
        parts = [*(day_text(day, plan) for day in plan.days), *sections(plan), _assumed(wishes)]
    return joined(f"## {headline(plan)}", f"{summary}.", not_met(state, plan), *parts, ending)


def headline(plan: Plan) -> str:
    """Such as "5 days in Lisbon in May"."""
    return f"{plural(len(plan.days), 'day')} in {listed([place.name for place in plan.places])}{when(plan.wishes)}"


def not_met(state: State, plan: Plan) -> str:
    """What was wished and is not in the plan, as a quotation."""
    return "\n>\n".join(f"> {note}" for note in dict.fromkeys([*plan.notes, *missed(state)]))


def missed(state: State, file: str = "") -> list[str]:
    """Sentences on what the newest message, or a *file* that it names, wished and did not get."""
    reading, notes = state.reading, list(state.notes)
    if state.names:
        notes.append(
            f"I do not know {listed([words.plain(name) for name in state.names])}, so it is not in the plan."
        )
    if reading.left and file:
        notes.append(f"Of {words.plain(file)} I could not make anything of {words.quoted(reading.left, most=9)}.")
    elif reading.left:
        notes.append(f"Not in this plan, because I could not make anything of it: {words.quoted(reading.left)}.")
    if reading.relative and state.today is None:
        notes.append(f"I do not know today's date, so “{reading.relative}” is not in the plan.")
    return notes


# Days


def _title(day: Day) -> str:
    """The areas of a day, or where the day trip goes."""
    if day.trip:
        return f"Day trip to {day.trip.name}"
    areas = list(dict.fromkeys(sight.area for sight in day.sights))
    return ", ".join(areas[:2]) if areas else "Arrival" if day.arrives and not day.free else "A free day"


def day_text(day: Day, plan: Plan) -> str:
    """One day as a heading and a list."""
    on = day_date(plan.wishes, day.number)
    place = f"{day.place.name}: " if len(plan.places) > 1 else ""
    parts = _trip_parts(day, day.trip, plan.wishes) if day.trip else _city_parts(day, plan)
    lines = [f"- **{part}:** {text[:1].upper()}{text[1:]}" for part, text in parts.items()]
    return "\n".join([f"### Day {day.number}{f', {on}' if on else ''}: {place}{_title(day)}", "", *lines])


def _trip_parts(day: Day, trip: DayTrip, wishes: Wishes) -> dict[str, str]:
    start = max(day.start - 60, wishes.start_at or 0)
    back = clock(min(start + 2 * trip.minutes_each_way + 330, 21 * 60))
    return {
        "Morning": f"leave about {clock(start)} by {trip.by}, {words.span(trip.minutes_each_way)} each way.",
        "Daytime": f"{trip.name}, {trip.about}. About {words.price(trip.usd, wishes)} a person all in.",
        "Evening": f"back about {back}. {_dinner(day, wishes, '')}",
    }


def _city_parts(day: Day, plan: Plan) -> dict[str, str]:
    wishes = plan.wishes
    morning, afternoon = (_stops(day, stops, wishes) for stops in day.halves)
    areas = list(dict.fromkeys(sight.area for sight in (day.seen or day.place.sights)))
    here = areas[0 if day.seen else day.number % 3]
    morning = morning or f"a long breakfast and a slow walk around {here}."
    if day.arrives:
        way = f"arrive at {day.place.airport}: {day.place.transfer}"
        if day.number > 1:
            way = f"travel from {plan.days[day.number - 2].place.name} to {day.place.name}"
        morning = f"{way}. Leave the bags and have a light lunch."
    if day.rests:
        afternoon = f"a rest at the hotel until 16:00.{f' Then {afternoon}' if afternoon else ''}"
    afternoon = afternoon or f"a free afternoon around {here}, no tickets needed."
    if day.free:
        morning, afternoon = morning if day.arrives else "free, as you asked.", "free, as you asked."
    return {"Morning": morning, "Afternoon": afternoon, "Evening": _evening(day, wishes)}


def _stops(day: Day, stops: Sequence[Stop], wishes: Wishes) -> str:
    shown, area = [], ""
    for stop in stops:
        where = f"{stop.sight.area}, " if stop.sight.area != area else ""
        costs, area = words.ticket(stop.sight, day.place.currency, wishes), stop.sight.area
        shown.append(f"{clock(stop.start)}–{clock(stop.end)} **{stop.sight.name}** ({where}{costs})")
    return f"{'; '.join(shown)}." if shown else ""


def _evening(day: Day, wishes: Wishes) -> str:
    if day.leaves:
        return f"collect the bags and go to {day.place.airport} for the way home."
    dinner = _dinner(day, wishes, f" near {day.seen[-1].area if day.seen else day.place.sights[0].area}")
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


def sections(plan: Plan) -> list[str]:
    """What follows the days: costs, season, food and needs; empty where there is nothing to say."""
    return [cost_text(plan, estimate(plan, plan.wishes)), _season(plan), _food(plan)]


def cost_text(plan: Plan, costs: Costs) -> str:
    """The table of costs with its sum, and how it stands to the budget."""
    return f"### What it costs\n\n{cost_table(costs)}\n\n{budget_text(plan, costs)}"


def cost_table(costs: Costs) -> str:
    lines = [f"| What | Calculation | {costs.currency} |", "| --- | --- | ---: |"]
    lines += [f"| {row.label} | {row.reckoned} | {costs(row.amount)} |" for row in costs.rows]
    return "\n".join([*lines, f"| **Total** | without flights | **{costs(costs.total)}** |"])


def day_cost_text(plan: Plan, day: Day, text: str) -> str:
    """What one day costs, or what the question *text* is about of it, as a table."""
    (called, costs), group = part_of(of_day(plan, day), text), people(plan.wishes)
    lead = f"Day {day.number} costs about **{costs(costs.total)}**{called} for {group}, with nothing spare."
    return joined(lead, cost_table(costs), TEXTS["estimates"])


def included_text(state: State, plan: Plan) -> str:
    """Whether what is asked for is in the plan or its costs; empty where nothing is known of it."""
    reading, days = state.reading, {name: day.number for day in plan.days for name in day.names}
    said = [text for text, pattern in WORDS["included"].items() if whole_words(pattern).search(reading.text)]
    for name in reading.said.wanted:
        said.append(f"{name} is on day {days[name]}." if name in days else f"{name} is not in the plan.")
    return " ".join(said)


def budget_text(plan: Plan, costs: Costs) -> str:
    """How the costs stand to the budget, or what other levels cost."""
    budget = plan.wishes.budget
    if costs.budget is None or budget is None:
        saver, comfort = (estimate(plan, replace(plan.wishes, hotel=one, meals=one)).total for one in (0, 2))
        return f"With saver hotel and meals it is {costs(saver)}, with comfort {costs(comfort)}. {TEXTS['estimates']}"
    said, left = [], costs.budget - costs.total
    if budget.per != "trip" or budget.currency not in (None, costs.currency):
        said.append(f"{words.budget_in_words(plan.wishes)} is {costs(costs.budget)} for this trip.")
    said.append(f"Budget {costs(costs.budget)}: **{costs(abs(left))} {'left' if left >= 0 else 'short'}**.")
    said += ["Flights have to come out of that; I have no fares."] if budget.with_flights else []
    said += [f"No currency was said, so I took {costs.currency}."] if budget.currency is None else []
    return " ".join([*said, TEXTS["estimates"]])


def _season(plan: Plan) -> str:
    lines, month = ["### Season", ""], plan.wishes.month
    for place in plan.places:
        best, bad = months(place.best_months), f"{months(place.avoid_months)} ({place.avoid_why})"
        fair = "A good choice" if month in place.best_months else f"Fair; {best} is best"
        if month in place.avoid_months:
            fair = f"Not the easiest time: {place.avoid_why}. Best in {best}"
        expected = f"{place.weather_in(month)}. {fair}." if month else f"best in {best}. Less good: {bad}."
        lines.append(f"- **{place.name}{when(plan.wishes)}:** {expected}")
    return "\n".join(lines)


def _food(plan: Plan) -> str:
    wishes, lines = plan.wishes, list[str]()
    wanted = listed([*wishes.diets, *(f"{one} allergy" for one in wishes.allergies)])
    for place in plan.places if wanted else ():
        dishes = "; ".join(f"{dish.name} ({dish.about})" for dish in place.food if can_eat(dish, wishes))
        lines.append(f"- **{place.name}, {wanted}:** {dishes or TEXTS['no_dishes']}.")
    lines += [TEXTS["ask_kitchens"]] if wishes.allergies or not set(wishes.diets) <= {"vegan", "vegetarian"} else []
    lines += [TEXTS[wishes.mobility[0]]] if wishes.mobility else []
    return "\n".join(["### Food and needs", "", *lines]) if lines else ""


def _assumed(wishes: Wishes) -> str:
    days = min(wishes.days or 4, MAX_DAYS)
    lines = [f"- Arrival in the morning of day 1, departure in the evening of day {days}."] if days > 1 else []
    lines += ["- Four days, as no length was said."] if wishes.days is None else []
    if wishes.supposed or wishes.adults is None:
        supposed = people(wishes) if wishes.supposed else plural(wishes.group[0], "adult", words=True)
        lines.append(f"- {supposed.capitalize()}, as nobody said how many.")
    lines += ["- Children pay half for meals, tickets and day trips."] if wishes.children else []
    rooms = plural(rooms_for(wishes), "room", words=True).capitalize()
    lines.append(f"- {rooms}; {words.level(wishes.hotel)} hotel and {words.level(wishes.meals)} meals.")
    return "\n".join(["### What it rests on", "", *lines])


# Other shapes


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines).replace("|  |", "| |")


def day_titles(plan: Plan) -> list[str]:
    """What each day is about, in a few words."""
    return [f"Day {day.number}: {_title(day)}" for day in plan.days]


def day_rows(plan: Plan) -> tuple[list[str], list[list[str]]]:
    """The days as the head and the rows of a table."""
    rows = []
    for day in plan.days:
        on, place = day_date(plan.wishes, day.number), f"{day.place.name}: " if len(plan.places) > 1 else ""
        morning, afternoon = (", ".join(stop.sight.name for stop in stops) or "Free" for stops in day.halves)
        evening = "Departure" if day.leaves else day.evening.name if day.evening else "Dinner"
        cells = ["Arrival" if day.arrives else morning, afternoon, evening]
        cells = [f"Out by {day.trip.by}", day.trip.name, "Back for dinner"] if day.trip else cells
        rows.append([f"{day.number}{f', {on}' if on else ''}", f"{place}{_title(day)}", *cells])
    return ["Day", "Where", "Morning", "Afternoon", "Evening"], rows


def as_table(plan: Plan) -> str:
    costs, days = estimate(plan, plan.wishes), table(*day_rows(plan))
    return joined(
        f"## {headline(plan)}", days, f"About **{costs(costs.total)}** without flights. {TEXTS['estimates']}"
    )


def as_email(plan: Plan, *, to: str, sender: str) -> str:
    """A short message that a planner can send to the customer."""
    wishes, costs, days = plan.wishes, estimate(plan, plan.wishes), []
    for day in plan.days:
        names = listed([sight.name for sight in day.seen[:3]]) or "time of your own"
        on = f" ({day_date(wishes, day.number)})" if wishes.start else ""
        days.append(f"- Day {day.number}{on}: {f'{day.trip.name}, {day.trip.about}' if day.trip else names}")
    return TEXTS["email"].format(
        headline=headline(plan), people=people(wishes), days="\n".join(days), total=costs(costs.total), to=to,
        sender=sender, kept=f" We keep in mind: {words.needs(wishes)}." if words.needs(wishes) else "",
    )  # fmt: skip


# What became different


def changed_text(before: State, after: State) -> str:
    """What a message changed in a plan, in a sentence or two; empty where there was none to compare with."""
    old, new = before.wishes, after.wishes
    if not before.planned or not old.places or (old, before.changes) == (new, after.changes):
        return ""
    was, now = (
        {name: text or _USUAL.get(name, "") for name, text in words.in_words(_apart(*both)).items()}
        for both in ((old, new), (new, old))
    )
    if (old.days, old.places) != (new.days, new.places):
        now["stays"] = was["stays"]
    if (old.trips, old.no_trips) != (new.trips, new.no_trips):
        same = (old.places, old.no_trips) == (new.places, new.no_trips)
        now["trips"] = words.trips_more(new.trips - old.trips) if same else now["trips"]
        was["trips"] = ""
    differs = [name for name in now if was[name] != now[name]]
    lists = ("needs", *_LISTS)
    said = [
        f"{now[name].removeprefix('in ')} instead of {was[name].removeprefix('in ')}"
        if was[name] and name not in lists
        else now[name]
        for name in differs
        if now[name]
    ]
    (old_plan, then), (plan, costs) = plan_of(before), plan_of(after)
    held = {(day.number, name) for day in old_plan.days for name in day.names}
    new_changes = [one for one in after.changes if one not in before.changes and (one.day, one.name) not in held]
    said += map(_change_text, new_changes)
    back = [was[name] for name in differs if was[name] and (name in lists or not now[name]) and name != "wanted"]
    back += [_change_text(one) for one in before.changes if one not in after.changes]
    if not (said or back) and old_plan == plan and then == costs:
        return ""
    sentences = [f"{lead}: {'; '.join(texts)}." for lead, texts in (("Changed", said), ("Taken back", back)) if texts]
    sentences += _days_changed(old_plan, plan) if old.places == new.places else []
    if then.currency != costs.currency:
        sentences.append(f"All amounts are in {costs.currency} now: {costs(costs.total)} in all.")
    elif then.total != costs.total:
        sentences.append(f"It costs {costs(costs.total)} instead of {then(then.total)}.")
    else:
        sentences.append(f"It still costs {costs(costs.total)}.")
    return " ".join(sentences)


def _apart(one: Wishes, other: Wishes) -> Wishes:
    """Wishes with only what is not in the lists of the *other* ones."""
    more: dict[str, Any] = {
        field: tuple(name for name in getattr(one, field) if name not in getattr(other, field)) for field in _LISTS
    }
    return replace(one, **more)


def _change_text(change: Change) -> str:
    texts = TEXTS[f"change_{change.kind}"].split("|")
    value = clock(change.value) if change.kind == "at" else change.value
    return texts[-1 if change.value > 0 else 0].format(day=change.day, other=value, name=change.name)


def _days_changed(old: Plan, new: Plan) -> list[str]:
    """What came in, what went out, and that the rest is as it was."""
    was, now = ([name for day in plan.days for name in day.names] for plan in (old, new))
    added, gone = [one for one in now if one not in was], [one for one in was if one not in now]
    said = [f"New: {listed(added)}."] if 0 < len(added) < 7 else []
    said += [f"Out: {listed(gone)}."] if 0 < len(gone) < 7 else []
    same = len(new.days) - len(changed_days(old, new))
    if len(old.days) == len(new.days) and same:
        rest = f"The other {same} days stay as they are." if same > 1 else "The other day stays as it is."
        said.append("The days stay as they are." if same == len(new.days) else rest)
    return said


def changed_days(old: Plan, new: Plan) -> list[Day]:
    """The days of *new* that hold something else than in *old*."""
    return [after for before, after in zip(old.days, new.days, strict=False) if before != after]
