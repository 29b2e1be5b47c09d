"""A plan as text: Markdown with days and costs, a table, JSON, CSV, or an e-mail to the customer."""

import csv
import io
import json
from datetime import date, timedelta

from emulator.demo.costs import (
    Estimate,
    at_other_level,
    currency_of,
    days_within_budget,
    estimate,
    group_of,
    money,
)
from emulator.demo.destinations import Destination, Sight, atlas
from emulator.demo.plan import Day, Plan, Slot, build, dishes_for, indoor, suits, unused
from emulator.demo.request import Budget, StartDay
from emulator.demo.trip import Trip
from emulator.demo.words import MONTHS

ESTIMATES = "All prices and times are rough estimates from a small file: please confirm them before you quote."


def plan_text(plan: Plan, trip: Trip) -> str:
    """The whole answer to a request for a plan."""
    costs = estimate(plan, trip)
    parts = [f"## {headline(plan, trip)}", summary(plan, trip, costs)]
    parts += [f"> {note}" for note in plan.notes]
    for day in plan.days:
        parts.append(_day(day, trip, plan))
    parts += [cost_text(plan, trip, costs), season_text(plan, trip), food_notes(plan, trip)]
    if trip.detail:
        parts.append(_practical(plan, trip))
    parts += [_assumed(trip), _next(plan, trip)]
    return "\n\n".join(part for part in parts if part)


def headline(plan: Plan, trip: Trip) -> str:
    """Such as "5 days in Lisbon in May"."""
    names = listed([place.name for place in plan.places])
    when = f" in {trip.season_month}" if trip.month else ""
    return f"{plural(len(plan.days), 'day')} in {names}{when}"


def summary(plan: Plan, trip: Trip, costs: Estimate) -> str:
    """One or two sentences: for whom, at what pace and cost."""
    pace = {-1: "a slow pace", 0: "an easy pace", 1: "full days"}[trip.pace]
    text = f"For {people(trip)}, at {pace}" if trip.pace < 1 else f"For {people(trip)}, with {pace}"
    if trip.diets:
        text += f", with {listed(list(trip.diets))} food in mind"
    text += f". About **{money(costs.total, costs.currency)}** without flights"
    if costs.budget is None:
        return text + "."
    left = costs.budget - costs.total
    budget = money(costs.budget, costs.currency)
    if left >= 0:
        return text + f", which leaves {money(left, costs.currency)} of the {budget}."
    return text + f", which is {money(-left, costs.currency)} over the {budget}."


def people(trip: Trip) -> str:
    """Such as "two adults and one child"."""
    group = group_of(trip)
    adults = plural(group.adults, "adult", words=True)
    return f"{adults} and {plural(group.children, 'child', words=True)}" if group.children else adults


def budget_scope(budget: Budget) -> str:
    """What a budget covers: "in all", "per person", "per day" or "per person and day"."""
    return "in all" if budget.per == "trip" else f"per {budget.per}"


def wishes_text(trip: Trip) -> str:
    """Everything known about the trip in one line, such as "Lisbon, 5 days, in May, two adults"."""
    shown = [listed([atlas().get(place_id).name for place_id in trip.places])] if trip.places else []
    shown += [plural(trip.days, "day")] if trip.days else []
    shown += [f"in {trip.season_month}"] if trip.month else []
    shown += [people(trip)] if trip.adults or trip.children else []
    shown += [f"{listed(list(trip.diets))} food"] if trip.diets else []
    shown += [*trip.needs, *(f"allergy to {one}" for one in trip.allergies)]
    shown += [f"fond of {listed(list(trip.interests))}"] if trip.interests else []
    shown += [f"no {listed(list(trip.dislikes))}"] if trip.dislikes else []
    if trip.budget:
        shown.append(f"{money(trip.budget.amount, trip.budget.currency)} {budget_scope(trip.budget)}")
    return ", ".join(shown)


def changed_text(before: Trip, trip: Trip) -> str:
    """A sentence on what a message changed in a plan that was there before; empty when nothing comparable was."""
    if not before.places or before.places != trip.places or before.days is None or trip.days is None:
        return ""
    shown = []
    if trip.days != before.days:
        shown.append(f"{plural(trip.days, 'day')} instead of {before.days}")
    if trip.month != before.month and before.month:
        shown.append(f"{trip.season_month} instead of {before.season_month}")
    if trip.pace != before.pace:
        shown.append("a slower pace" if trip.pace < before.pace else "a fuller pace")
    if (trip.level_shift, trip.level) != (before.level_shift, before.level):
        shown.append("another level of comfort")
    if len(trip.swaps) > len(before.swaps):
        shown.append(f"days {trip.swaps[-1][0]} and {trip.swaps[-1][1]} swapped")
    if trip.more_trips != before.more_trips:
        shown.append("one more day trip" if trip.more_trips > before.more_trips else "fewer day trips")
    if trip.left_out != before.left_out or trip.dislikes != before.dislikes:
        shown.append("some sights left out")
    if trip.interests != before.interests:
        shown.append(f"more for {listed(list(trip.interests))}")
    if not shown:
        return ""
    old, new = (estimate(build(one, days=one.days or 4), one) for one in (before, trip))
    cost = f" About {money(new.total, new.currency)} instead of {money(old.total, old.currency)}."
    return f"Changed: {', '.join(shown)}.{cost if old.currency == new.currency and old.total != new.total else ''}"


def plural(count: int, noun: str, *, words: bool = False) -> str:
    """A count with its noun, such as "1 day", "5 days" or "two children"."""
    spelled = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    many = "children" if noun == "child" else f"{noun}s"
    shown = spelled[count] if words and count < len(spelled) else str(count)
    return f"{shown} {noun if count == 1 else many}"


def listed(names: list[str], word: str = "and") -> str:
    """Names in a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""


def clock(minutes: int) -> str:
    """Minutes after midnight as "9:30"."""
    return f"{minutes // 60 % 24}:{minutes % 60:02d}"


def ticket(sight: Sight, currency: str) -> str:
    """The ticket of a sight, such as "about €18" or "free"."""
    if not sight.price:
        return "free" if sight.category not in ("food", "nightlife", "market") else "pay as you go"
    return f"about {money(sight.price, currency)}"


def day_date(start: StartDay | None, number: int) -> str:
    """The date of day *number*, such as "Sunday 10 May"; without weekday when the year is unknown."""
    if start is None:
        return ""
    shown = date(start.year or 2028, start.month, start.day) + timedelta(days=number - 1)
    weekday = f"{shown:%A} " if start.year else ""
    return f"{weekday}{shown.day} {MONTHS[shown.month - 1]}"


def _day(day: Day, trip: Trip, plan: Plan) -> str:
    when = day_date(trip.start, day.number)
    place = f"{day.place.name}: " if len(plan.places) > 1 else ""
    lines = [f"### Day {day.number}{f', {when}' if when else ''}: {place}{day.title}", ""]
    if day.trip:
        back = 17 * 60 + 30 + min(90, max(0, day.trip.minutes_each_way - 60))
        lines += [
            f"- **Morning:** leave about 8:30 by {day.trip.by}, {span(day.trip.minutes_each_way)} each way.",
            f"- **Daytime:** {day.trip.name}, {day.trip.about}. About {money(day.trip.usd, 'USD')} a person all in.",
            f"- **Evening:** back about {clock(back)}. {day.evening.text} {day.dinner}",
        ]
    else:
        lines.append(f"- **Morning:** {_slot(day.morning, day.place)}")
        lines.append(f"- **Afternoon:** {_slot(day.afternoon, day.place)}")
        lines.append(f"- **Evening:** {_evening(day)}")
    if trip.detail:
        lines += _details(day, trip, plan)
    return "\n".join(lines)


def span(minutes: int) -> str:
    """A length of time for people: "45 minutes", "2 hours", "2 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return f"{minutes} minutes"
    return plural(hours, "hour") if rest == 0 else f"{hours} h {rest} min"


def _slot(slot: Slot, place: Destination) -> str:
    if not slot.stops:
        return slot.text
    shown = []
    area = None
    for stop in slot.stops:
        where = f"{stop.sight.area}, " if stop.sight.area != area else ""
        area = stop.sight.area
        shown.append(
            f"{clock(stop.start)}–{clock(stop.end)} **{stop.sight.name}** "
            f"({where}{ticket(stop.sight, place.currency)})"
        )
    return "; ".join(shown) + "."


def _evening(day: Day) -> str:
    if not day.evening.stops:
        return f"{day.evening.text} {day.dinner}".strip()
    early = day.evening.stops[0].start < 1200
    sight = _slot(day.evening, day.place)
    if not day.dinner:
        return sight
    return f"{sight} {day.dinner}" if early else f"{day.dinner} Then {sight}"


def _details(day: Day, trip: Trip, plan: Plan) -> list[str]:
    group = group_of(trip)
    daily = day.place.daily_usd["standard"]
    if day.trip:
        return [
            f"- **Getting around:** buy the {day.trip.by} tickets the day before, and check the time of the last way"
            f" back. Door to door the day takes about {span(day.trip.minutes_each_way * 2 + 300)}.",
            "- **If it rains:** look at the forecast two days ahead and change places with a day in town;"
            " most of this day is outside.",
            f"- **Costs:** about {money(day.trip.usd + daily.meal * 2, 'USD')} an adult with two meals.",
            "- **Take along:** water, a snack, a layer for the way home and a charged phone.",
        ]
    areas = list(dict.fromkeys(sight.area for sight in day.sights))
    spare = [sight for sight in unused(plan, day.place, trip) if indoor(sight)]
    shown = spare[(day.number * 2) % len(spare)].name if spare else None
    outside = [sight.name for sight in day.sights if not indoor(sight)]
    minutes = sum(sight.minutes for sight in day.sights)
    move = (
        f"one ride between {areas[0]} and {areas[1]}, the rest on foot"
        if len(areas) > 1
        else f"everything lies in {areas[0]}, so this is a day on foot"
        if areas
        else "no fixed route today"
    )
    rain = (
        f"swap {outside[0]} for {shown}"
        if outside and shown
        else f"start with {shown}"
        if shown
        else f"leave {outside[0]} for a drier hour and lengthen lunch"
        if outside
        else "no change, all of this is under a roof"
        if day.sights
        else "a covered market or a long lunch saves the day"
    )
    fees = sum((sight.price for sight in day.sights), start=daily.meal * 0)
    note = f"tickets come to about {money(fees, day.place.currency)} an adult" if fees else "no tickets to buy"
    who = " Children usually pay about half." if group.children and fees else ""
    return [
        f"- **Getting around:** {move}. Reckon about {money(daily.transport, 'USD')} a person for local transport.",
        f"- **If it rains:** {rain}.",
        f"- **Costs:** {note}, two meals to about {money(daily.meal * 2, 'USD')}.{who}",
        f"- **Pace:** {plural(len(day.sights), 'visit')} and {span(minutes) if minutes else 'no fixed time'} in all;"
        " the gaps are for coffee, queues and getting lost a little.",
    ]


def cost_text(plan: Plan, trip: Trip, costs: Estimate) -> str:
    """The table of costs with its sum, and how it stands to the budget."""
    lines = ["### What it costs", "", f"| What | How reckoned | {costs.currency} |", "| --- | --- | ---: |"]
    lines += [f"| {line.label} | {line.reckoned} | {money(line.amount, costs.currency)} |" for line in costs.lines]
    lines.append(f"| **Total** | without flights | **{money(costs.total, costs.currency)}** |")
    lines += ["", _budget_text(plan, trip, costs)]
    return "\n".join(lines)


def _budget_text(plan: Plan, trip: Trip, costs: Estimate) -> str:
    if costs.budget is None:
        saver = at_other_level(plan, trip, "saver").total
        comfort = at_other_level(plan, trip, "comfort").total
        both = f"{money(saver, costs.currency)} at the saver level and {money(comfort, costs.currency)} in comfort"
        return f"The same days cost about {both}. {ESTIMATES}"
    left = costs.budget - costs.total
    budget = money(costs.budget, costs.currency)
    sentences = []
    if left >= 0:
        sentences.append(f"Budget {budget}: **{money(left, costs.currency)} left**.")
        if trip.budget and trip.budget.with_flights:
            sentences.append("Flights have to come out of that; I have no fares.")
        nicer = at_other_level(plan, trip, "comfort")
        if costs.level != "comfort" and nicer.total <= costs.budget:
            sentences.append(f"It would even do for the comfort level ({money(nicer.total, costs.currency)}).")
        if costs.level == "saver" and trip.level is None and trip.level_shift == 0:
            sentences.append("To stay within it I reckoned with simple rooms and meals.")
    else:
        sentences.append(f"Budget {budget}: **{money(-left, costs.currency)} short**.")
        fewer = days_within_budget(trip, days=len(plan.days))
        if fewer:
            sentences.append(f"At the saver level about {plural(fewer, 'day')} would fit.")
        else:
            sentences.append(
                "Even one day at the saver level goes beyond it, so it would need a closer or cheaper place."
            )
    sentences.append(ESTIMATES)
    return " ".join(sentences)


def season_text(plan: Plan, trip: Trip) -> str:
    """What the month means for each place."""
    lines = ["### Season", ""]
    for place in plan.places:
        best = months(place.best_months)
        if trip.month is None:
            lines.append(
                f"- **{place.name}:** best in {best}. Less good: {months(place.avoid_months)} ({place.avoid_why})."
            )
            continue
        verdict = (
            "a good choice"
            if trip.month in place.best_months
            else f"not the easiest time: {place.avoid_why}. Best in {best}"
            if trip.month in place.avoid_months
            else f"fair; {best} is best"
        )
        lines.append(
            f"- **{place.name} in {MONTHS[trip.month - 1]}:** {place.weather_in(trip.month)}. {verdict.capitalize()}."
        )
    return "\n".join(lines)


def months(numbers: tuple[int, ...]) -> str:
    """Month names as ranges: "April to June, September and October"."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] % 12 + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    shown = []
    for run in ranges:
        first, last = MONTHS[run[0] - 1], MONTHS[run[-1] - 1]
        shown += [f"{first} to {last}"] if len(run) > 2 else [MONTHS[number - 1] for number in run]
    return listed(shown)


def food_notes(plan: Plan, trip: Trip) -> str:
    """Notes for diets, allergies and mobility; empty when there are none."""
    lines = []
    plant = {"vegetarian", "vegan"} & set(trip.diets)
    for place in plan.places:
        fitting = [dish for dish in dishes_for(place, trip) if suits(dish, trip)]
        if plant and fitting:
            diet = "vegan" if "vegan" in plant else "vegetarian"
            lines.append(
                f"- **{place.name}, {diet}:** {'; '.join(f'{dish.name} ({dish.about})' for dish in fitting)}."
            )
    others = [diet for diet in trip.diets if diet not in ("vegetarian", "vegan")]
    if others:
        lines.append(
            f"- **{listed(others).capitalize()}:** I have no list of such restaurants; ask each place when booking."
        )
    if trip.allergies:
        lines.append(
            f"- **Allergy to {listed(list(trip.allergies))}:** carry it written in "
            f"{listed([p.language for p in plan.places])}."
        )
    if trip.needs:
        lines.append(
            f"- **{listed(list(trip.needs)).capitalize()}:** sights with many steps are left out; confirm "
            f"step-free entry with each."
        )
    return "\n".join(["### Food and needs", "", *lines]) if lines else ""


def _practical(plan: Plan, trip: Trip) -> str:
    lines = ["### Good to know", ""]
    for place in plan.places:
        lines.append(f"- **{place.name}:** {place.practical}")
        lines.append(f"- **Arriving at {place.airport}:** {place.transfer}.")
        lines.append(
            f"- **Money and time:** {place.currency}; the clock is {place.zone}; people speak {place.language}."
        )
        spare = unused(plan, place, trip)[:5]
        if spare:
            lines.append(f"- **Not in the plan, worth a swap:** {listed([sight.name for sight in spare])}.")
    lines += [
        "- **Before leaving:** check passports, visas and insurance with the official sources; I do not "
        "know the rules.",
        "- **Bookings first:** anything with a timed ticket, then hotels, then day trips; restaurants last.",
        "- **Opening days:** many museums close one day a week. The plan does not know which, so check "
        "before fixing days.",
    ]
    return "\n".join(lines)


def _assumed(trip: Trip) -> str:
    lines = []
    if trip.capped_days:
        lines.append(f"- {trip.capped_days} days are more than I can fill well; this covers the first {trip.days}.")
    if trip.days is None:
        lines.append("- Four days, as none were named.")
    if trip.adults is None:
        lines.append("- Two adults sharing a room." if not trip.children else "- Two adults with the children.")
    if trip.month is None:
        lines.append("- No particular month.")
    if trip.budget and trip.budget.per != "trip":
        lines.append(
            f"- The budget of {money(trip.budget.amount, currency_of(trip.budget))} is per {trip.budget.per}."
        )
    if trip.children:
        lines.append("- Children count half for meals and tickets.")
    if trip.budget and trip.budget.currency != "USD":
        lines.append("- Amounts are converted at a rough, bundled rate.")
    lines += [f"- From memory: {memory[:1].lower() + memory[1:]}." for memory in trip.remembered]
    lines.append(
        "- Arrival before noon on the first day, departure on the last evening."
        if (trip.days or 4) > 2
        else "- Full days from morning to night."
    )
    return "\n".join(["### What I assumed", "", *lines])


def _next(plan: Plan, trip: Trip) -> str:
    asks = []
    if trip.month is None:
        asks.append("When would you go?")
    if trip.adults is None:
        asks.append("How many people travel, and are there children?")
    if trip.budget is None:
        asks.append("Is there a budget?")
    if not trip.interests:
        asks.append("What do they enjoy most: food, art, nature, history?")
    if not trip.diets and len(asks) < 3:
        asks.append("Any diets or needs I should know?")
    lines = [f"- {ask}" for ask in asks[:3]]
    offers = '"cheaper", "slower", "add a day trip", "swap day 2 and 3" or "summarise for the client"'
    far = len(plan.days) > 8 and len(plan.places) == 1
    tail = f"You can also say {offers}."
    if far:
        tail = f'That is long for one base: "add" and a second place splits the days. {tail}'
    return "\n".join(["### Next", "", *lines, *([""] if lines else []), tail])


def as_table(plan: Plan, trip: Trip) -> str:
    """The days as one Markdown table."""
    rows = ["| Day | Where | Morning | Afternoon | Evening |", "| --- | --- | --- | --- | --- |"]
    for day in plan.days:
        when = day_date(trip.start, day.number)
        cells = [f"{day.number}{f', {when}' if when else ''}", _cell(day.title), *_halves(day)]
        rows.append(f"| {' | '.join(cells)} |")
    return f"## {headline(plan, trip)}\n\n" + "\n".join(rows)


def _halves(day: Day) -> list[str]:
    if day.trip:
        return [f"Out by {day.trip.by}", day.trip.name, "Back for dinner"]
    shown = []
    for slot, empty in ((day.morning, "Free"), (day.afternoon, "Free"), (day.evening, "Dinner")):
        names = ", ".join(stop.sight.name for stop in slot.stops)
        shown.append(
            _cell(
                names or ("Arrival" if slot.fixed and slot is day.morning else "Departure" if slot.fixed else empty)
            )
        )
    return shown


def _cell(text: str) -> str:
    return text.replace("|", "/")


def as_json(plan: Plan, trip: Trip) -> str:
    """The plan and its costs as a JSON block."""
    costs = estimate(plan, trip)
    value = {
        "places": [place.name for place in plan.places],
        "month": trip.season_month,
        "adults": group_of(trip).adults,
        "children": group_of(trip).children,
        "days": [
            {
                "day": day.number,
                "date": day_date(trip.start, day.number) or None,
                "place": day.place.name,
                "title": day.title,
                "day_trip": day.trip.name if day.trip else None,
                "visits": [
                    {
                        "from": clock(stop.start),
                        "to": clock(stop.end),
                        "name": stop.sight.name,
                        "area": stop.sight.area,
                        "price": str(stop.sight.price),
                        "currency": day.place.currency,
                    }
                    for slot in (day.morning, day.afternoon, day.evening)
                    for stop in slot.stops
                ],
            }
            for day in plan.days
        ],
        "costs": {
            "currency": costs.currency,
            "level": costs.level,
            "lines": [{"what": line.label, "amount": line.amount} for line in costs.lines],
            "total": costs.total,
            "budget": costs.budget,
        },
    }
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```\n\n{ESTIMATES}"


def as_csv(plan: Plan, trip: Trip) -> str:
    """The visits as a CSV block, one row each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["day", "date", "place", "from", "to", "visit", "area", "price", "currency"])
    for day in plan.days:
        head = [day.number, day_date(trip.start, day.number), day.place.name]
        if day.trip:
            writer.writerow([*head, "8:30", "", f"Day trip to {day.trip.name}", "", day.trip.usd, "USD"])
        for slot in (day.morning, day.afternoon, day.evening):
            for stop in slot.stops:
                sight = stop.sight
                times = [clock(stop.start), clock(stop.end)]
                writer.writerow([*head, *times, sight.name, sight.area, sight.price, day.place.currency])
    return f"```csv\n{out.getvalue()}```\n\n{ESTIMATES}"


def as_email(plan: Plan, trip: Trip, *, sender: str | None) -> str:
    """A short message that a planner can send to the customer."""
    costs = estimate(plan, trip)
    lines = [f"**Subject:** {headline(plan, trip)}: a first idea", "", "Dear customer,", ""]
    lines.append(f"thank you for your request. Here is a first idea for {people(trip)}:")
    lines.append("")
    for day in plan.days:
        names = [sight.name for sight in day.sights][:3]
        what = f"{day.trip.name}, {day.trip.about}" if day.trip else listed(names) if names else "time of your own"
        when = day_date(trip.start, day.number)
        lines.append(f"- Day {day.number}{f' ({when})' if when else ''}: {what}")
    lines += [
        "",
        f"We reckon with about {money(costs.total, costs.currency)} for hotel, meals, tickets and local "
        f"transport, without flights. "
        "These are estimates that we confirm before booking.",
    ]
    if trip.diets:
        lines.append(f"We keep {listed(list(trip.diets))} meals in mind.")
    lines += [
        "",
        "Shall we go on with this, or would you like it slower, fuller or at another time?",
        "",
        "Kind regards",
        sender or "[your name]",
    ]
    return "\n".join(lines)
