"""A plan, and what became different in it, as Markdown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from emulator.demo import words
from emulator.demo.costs import Costs, estimate
from emulator.demo.destinations import DayTrip
from emulator.demo.line import PAIRS
from emulator.demo.plan import Day, Plan, Stop, build
from emulator.demo.wishes import Change, State, Wishes
from emulator.demo.words import TEXTS, clock, joined, listed, people, plain, plural, table

_USUAL = {name: [text] for name, text in PAIRS["usual"].items()}


def plan_of(state: State) -> tuple[Plan, Costs]:
    plan = build(state.wishes, state.changes)
    return plan, estimate(plan, state.wishes)


def plan_text(state: State, *, style: str = "detailed") -> str:
    """The whole plan with its costs, in the *style* ``detailed`` or ``brief``."""
    wishes, (plan, costs) = state.wishes, plan_of(state)
    special = words.wished(wishes, basics=False)
    summary = f"For {people(wishes)}{f', with {special}' if special else ''}. "
    summary += f"About **{costs(costs.total)}** without flights"
    if style == "brief":
        parts = ["\n".join(f"- **{day}:** {title}" for day, title, _ in day_rows(plan)), budget_text(plan, costs)]
    else:
        parts = [*(day_text(day, plan) for day in plan.days), cost_text(plan), notes_text(plan)]
    return joined(f"## {headline(plan)}", f"{summary}.", not_met(state, plan), *parts)


def headline(plan: Plan) -> str:
    """Such as "5 days in Lisbon in May"."""
    places = listed([place.name for place in plan.places])
    return f"{plural(len(plan.days), 'day')} in {places}{words.when(plan.wishes)}"


def not_met(state: State, plan: Plan) -> str:
    """What was wished and is not in the plan, as a quotation."""
    return "\n>\n".join(f"> {note}" for note in dict.fromkeys([*plan.notes, *missed(state)]))


def missed(state: State, file: str = "") -> list[str]:
    """Sentences on what the newest message, or a *file* that it names, wished and did not get."""
    reading, notes = state.reading, list(state.notes)
    notes += [unknown(state, "in the plan")] if state.names else []
    if reading.left:
        notes.append(f"{f'Of {plain(file)} ' if file else ''}{left(state)}")
    if reading.relative and state.today is None:
        notes.append(f"I do not know today's date, so “{reading.relative}” is not in the plan.")
    return notes


def unknown(state: State, purpose: str) -> str:
    """A sentence on places that are not in the file, if any were named."""
    names = listed([plain(name) for name in state.names])
    return f"I do not know {names}, so {'they are' if state.names[1:] else 'it is'} not {purpose}." if names else ""


def left(state: State) -> str:
    """A sentence on what was not understood, if anything was not."""
    return f"I could not make anything of {words.quoted(state.reading.left)}." if state.reading.left else ""


# Days


def _title(day: Day) -> str:
    """The areas of a day, or where the day trip goes."""
    if day.trip:
        return f"Day trip to {day.trip.name}"
    areas = list(dict.fromkeys(sight.area for sight in day.sights))
    return ", ".join(areas[:2]) or ("Arrival" if day.arrives and not day.free else "A free day")


def day_rows(plan: Plan) -> list[list[str]]:
    """For each day its number and date, what it is about, and what is seen."""
    rows = []
    for day in plan.days:
        on, place = words.day_date(plan.wishes, day.number), f"{day.place.name}: " if len(plan.places) > 1 else ""
        names = day.trip.about if day.trip else listed(day.names) or "time of your own"
        rows.append([f"Day {day.number}{f', {on}' if on else ''}", f"{place}{_title(day)}", names])
    return rows


def day_text(day: Day, plan: Plan) -> str:
    """One day as a heading and a list."""
    name, title, _ = day_rows(plan)[day.number - 1]
    texts = _out_of_town(day, day.trip, plan.wishes) if day.trip else _in_town(day, plan)
    parts = zip(("Morning", "Afternoon", "Evening"), texts, strict=True)
    lines = [f"- **{part}:** {text[:1].upper()}{text[1:]}" for part, text in parts]
    return "\n".join([f"### {name}: {title}", "", *lines])


def _out_of_town(day: Day, trip: DayTrip, wishes: Wishes) -> tuple[str, str, str]:
    start, each_way = clock(max(day.start - 60, wishes.start_at or 0)), words.span(trip.minutes_each_way)
    cost = f"About {words.price(trip.usd, wishes)} a person all in."
    return f"leave about {start} by {trip.by}, {each_way} each way.", f"{trip.about}. {cost}", _dinner(day, wishes)


def _in_town(day: Day, plan: Plan) -> tuple[str, str, str]:
    free = f"free time around {(day.seen or day.place.sights)[0].area}."
    morning, afternoon = (_stops(day, stops, plan.wishes) or free for stops in day.halves)
    if day.arrives:
        way = f"arrive at {day.place.airport}: {day.place.transfer}"
        if day.number > 1:
            way = f"travel from {plan.days[day.number - 2].place.name} to {day.place.name}"
        morning = f"{way}. Leave the bags and have a light lunch."
    if day.rests:
        afternoon = f"a rest at the hotel until 16:00, then {afternoon}"
    if day.leaves:
        return morning, afternoon, f"collect the bags and go to {day.place.airport} for the way home."
    late = [(day.evening, 20 * 60 + 30)] if day.evening else []
    return morning, afternoon, f"{_dinner(day, plan.wishes)}{' Then ' * bool(late)}{_stops(day, late, plan.wishes)}"


def _stops(day: Day, stops: Sequence[Stop], wishes: Wishes) -> str:
    shown = [
        f"{clock(start)}–{clock(start + sight.minutes)} **{sight.name}** "
        f"({sight.area}, {words.ticket(sight, day.place.currency, wishes)})"
        for sight, start in stops
    ]
    return f"{'; '.join(shown)}." if shown else ""


def _dinner(day: Day, wishes: Wishes) -> str:
    near = "" if day.trip else f" near {(day.seen or day.place.sights)[-1].area}"
    if day.dish:
        diet = "" if day.dish.diet == "any" else f", {day.dish.diet}"
        return f"Dinner{near}: try {day.dish.name} ({day.dish.about}{diet})."
    wanted = listed([*wishes.diets, *(f"without {one}" for one in wishes.allergies)])
    return f"Dinner{near}{f', at a place that is sure to cook {wanted}' if wanted else ''}."


# Costs and notes


def cost_text(plan: Plan) -> str:
    """The table of costs with its sum, and how it stands to the budget."""
    costs = estimate(plan, plan.wishes)
    lines = [f"| What | Calculation | {costs.currency} |", "| --- | --- | ---: |"]
    lines += [f"| {row.label} | {row.reckoned} | {costs(row.amount)} |" for row in costs.rows]
    lines += [f"| **Total** | without flights | **{costs(costs.total)}** |"]
    return joined("### What it costs", "\n".join(lines), budget_text(plan, costs))


def costs_told(plan: Plan, costs: Costs) -> str:
    """The costs as the answer to a question: in all, for each person and for each day."""
    each, daily = costs(-(-costs.total // sum(plan.wishes.group))), costs(costs.total // len(plan.days))
    lead = f"For {people(plan.wishes)}, {headline(plan)}: {costs(costs.total)} in all, about {each} a person or "
    return joined(f"{lead}{daily} a day for everybody.", cost_text(plan))


def budget_text(plan: Plan, costs: Costs) -> str:
    """How the costs stand to the budget, and what other levels cost."""
    budget, said = plan.wishes.budget, list[str]()
    if budget and costs.budget is not None:
        left = costs.budget - costs.total
        if budget.per != "trip" or budget.currency not in (None, costs.currency):
            said.append(f"{words.budget_in_words(plan.wishes)} is {costs(costs.budget)} for this trip.")
        said.append(f"Budget {costs(costs.budget)}: **{costs(abs(left))} {'left' if left >= 0 else 'short'}**.")
        said += ["Flights have to come out of that; I have no fares."] if budget.with_flights else []
        said += [f"No currency was said, so I took {costs.currency}."] if budget.currency is None else []
    saver, comfort = (estimate(plan, replace(plan.wishes, hotel=one, meals=one)).total for one in (0, 2))
    said.append(f"With saver hotel and meals it is {costs(saver)}, with comfort {costs(comfort)}.")
    return " ".join([*said, TEXTS["estimates"]])


def notes_text(plan: Plan) -> str:
    """The season, and what else the plan rests on."""
    wishes = plan.wishes
    lines = ["Arrival on the first morning, departure on the last evening."] if len(plan.days) > 1 else []
    lines += [f"**{place.name}:** {words.season(place, wishes)}." for place in plan.places]
    lines += ["Four days, as no length was said."] if wishes.days is None else []
    if wishes.supposed or wishes.adults is None:
        supposed = people(wishes) if wishes.supposed else plural(wishes.group[0], "adult", words=True)
        lines.append(f"{supposed.capitalize()}, as nobody said how many.")
    lines += [TEXTS["ask_kitchens"]] if wishes.diets or wishes.allergies else []
    lines += [TEXTS["mobility"]] if wishes.mobility else []
    return "\n- ".join(["### Good to know\n", *lines])


# Other shapes


def as_table(plan: Plan, costs: Costs) -> str:
    total = f"About **{costs(costs.total)}** without flights. {TEXTS['estimates']}"
    return joined(f"## {headline(plan)}", table(["Day", "Where", "What"], day_rows(plan)), total)


def as_email(plan: Plan, costs: Costs, *, to: str) -> str:
    """A short message that a planner can send to the customer."""
    kept = listed(words.needs(plan.wishes))
    return TEXTS["email"].format(
        headline=headline(plan), people=people(plan.wishes), total=costs(costs.total), to=to,
        days="\n".join(f"- {day}: {title} ({names})" for day, title, names in day_rows(plan)),
        kept=f" We keep in mind: {kept}." if kept else "",
    )  # fmt: skip


# What became different


def changed(before: State, after: State) -> tuple[str, list[Day]]:
    """What a message changed in a plan, in a sentence or two, and the days; empty where there was no plan before."""
    old, new = before.wishes, after.wishes
    if not before.planned or not old.places or (old, before.changes) == (new, after.changes):
        return "", []
    (old_plan, then), (plan, costs) = plan_of(before), plan_of(after)
    names = {name for day in plan.days for name in day.names}
    only_wanted = before.changes == after.changes and replace(old, wanted=()) == replace(new, wanted=())
    if only_wanted and old_plan == plan and {*old.wanted} ^ {*new.wanted} <= names:
        return "", []  # it was there already
    was, now = (
        {name: texts or _USUAL.get(name, []) for name, texts in words.in_words(one).items()} for one in (old, new)
    )
    if (old.days, old.places) != (new.days, new.places):
        now["stays"] = was["stays"]  # they follow from it
    said, back = list[str](), list[str]()
    for name in now:
        more = listed([text for text in now[name] if text not in was[name]])
        gone = listed([text for text in was[name] if text not in now[name]])
        said += [f"{more} instead of {gone}" if gone else more] if more else []
        back += [gone] if gone and not more else []
    one, other = Counter(before.changes), Counter(after.changes)
    said += map(_change_text, (other - one).elements())
    back += [text for text in map(_change_text, (one - other).elements()) if text not in said]
    if not (said or back) and then == costs:
        return "", []
    sentences = [f"{lead}: {'; '.join(texts)}." for lead, texts in (("Changed", said), ("Taken back", back)) if texts]
    days = [day for day, was in zip(plan.days, old_plan.days, strict=False) if day != was]
    sentences += _days_changed(old_plan, plan, len(days)) if old.places == new.places else []
    if then.currency != costs.currency:
        sentences.append(f"All amounts are in {costs.currency} now: {costs(costs.total)} in all.")
    elif then.total != costs.total:
        sentences.append(f"It costs {costs(costs.total)} instead of {then(then.total)}.")
    else:
        sentences.append(f"It still costs {costs(costs.total)}.")
    return " ".join(sentences), days


def _change_text(change: Change) -> str:
    less, *more = TEXTS[f"change_{change.kind}"].split("|")
    text = more[0] if more and change.value > 0 else less
    return text.format(day=change.day, other=change.value)


def _days_changed(old: Plan, new: Plan, others: int) -> list[str]:
    """What came in, what went out, and that the rest is as it was."""
    was, now = ([name for day in plan.days for name in day.names] for plan in (old, new))
    added, gone = [one for one in now if one not in was], [one for one in was if one not in now]
    said = [f"New: {listed(added)}."] if 0 < len(added) < 7 else []
    said += [f"Out: {listed(gone)}."] if 0 < len(gone) < 7 else []
    same = len(new.days) - others
    if len(old.days) == len(new.days) and same:
        rest = f"The other {same} days stay as they are." if same > 1 else "The other day stays as it is."
        said.append("The days stay as they are." if same == len(new.days) else rest)
    return said
