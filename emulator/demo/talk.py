"""A conversation as a fold over what the planner wrote: ``state = step(state, message)``."""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from emulator.demo.destinations import atlas, fold
from emulator.demo.line import READ_CHARS, WORDS
from emulator.demo.numbers import WEEKDAYS
from emulator.demo.offers import offer_of
from emulator.demo.plan import build
from emulator.demo.reading import ASIDES, FACTS, read
from emulator.demo.wishes import LEVELS, MAX_DAYS, Change, Reading, State, Wishes, evenly
from emulator.demo.words import TEXTS, listed, names_of, plural

_PAST = 20  # changes that can be undone
_PATTERNS = WORDS["patterns"]
_CARRIED = (
    "This conversation began earlier. Its latest turns, oldest first:",
    "These messages were added to the conversation meanwhile, oldest first:",
)
_SPEAKER = re.compile(r"(?:^|\n\n)(Planner|You|Note): ")
# Steps of the wishes: what is usual, and both ends.
_STEPS = {
    "pace": (0, -1, 1),
    "hotel": (1, 0, 2),
    "meals": (1, 0, 2),
    "start_at": (570, 450, 720),
}
_DAY_STEPS = {"pace": 1, "walking": 1, "start": 120, "free": 1}


def planner_lines(texts: Iterable[str]) -> list[str]:
    """What the planner wrote, oldest first; of turns carried over from another thread only the planner's."""
    lines: list[str] = []
    for text in texts:
        parts = _SPEAKER.split(text) if text.startswith(_CARRIED) else ["", "Planner", text]
        lines += [said for speaker, said in zip(parts[1::2], parts[2::2], strict=True) if speaker == "Planner"]
    while len(lines) > 1 and re.match(_PATTERNS["go_on"], lines[-1], re.I):
        lines.pop()
    return lines


def step(state: State, text: str, *, brief: bool = False) -> State:
    """The state after one more message; a *brief* is a document that the planner named."""
    reading, asks = _read(state, text, brief)
    fresh = replace(state, reading=reading, topics=reading.topics, about=(), names=(), notes=(), whole=False)
    if reading.language:
        return replace(fresh, topics=("language",))
    if taken_up := _taken_up(state, reading):
        after, lead = step(replace(state, topics=()), taken_up), re.match(_PATTERNS["yes_lead"], text, re.I)
        return step(after, text[lead.end() :]) if lead and reading.wishes_something else after
    if reading.answer in ("yes", "no") and not reading.wishes_something and not reading.topics:
        return replace(fresh, topics=(reading.answer,))
    if reading.answer == "undo":
        if not state.past or (state.planned and not state.past[-1][0].places):
            return replace(fresh, topics=("nothing to undo",))
        (wishes, changes), past = state.past[-1], state.past[:-1]
        return replace(fresh, wishes=wishes, changes=changes, past=past, topics=("undo",))
    leads = reading.said.days or re.search(_PATTERNS["goes_to"], reading.text)
    if state.wishes.places and reading.names and not reading.said.places and leads:
        return replace(fresh, names=reading.names, topics=("unknown place",))
    same, past = (state.wishes, state.changes), state.past
    if "reset" in reading.topics:
        state = State(today=state.today)
        fresh = replace(state, reading=reading, topics=reading.topics)
    wishes, notes = _merged(state, reading)
    notes += (
        [f"That was long: I read no more than {READ_CHARS:,} characters of it."] if len(text) > READ_CHARS else []
    )
    changes = _with_changes(state, reading, wishes, notes)
    compared = state.about if len(state.about) > 1 else ()
    about = reading.said.places or state.wishes.places or compared
    names = tuple(one for one in reading.names if fold(one) not in map(fold, wishes.wanted))
    fresh = replace(fresh, names=names, about=about)
    if reading.mode == "candidates" and len({*state.wishes.places, *about}) > 1:
        about = about if len(about) > 1 else tuple(dict.fromkeys((*state.wishes.places, *about)))
        kept = state.wishes if state.planned else replace(wishes, places=state.wishes.places, country=None)
        return replace(fresh, wishes=kept, about=about[:4])
    if compared and _goes_on_comparing(state, reading):
        kept = state.wishes if state.planned else wishes
        return replace(fresh, wishes=kept, about=compared, topics=("compare", *reading.topics))
    if asks or (ASIDES & set(reading.topics) and not reading.said.days and (state.wishes.places or compared)):
        return fresh if asks else _with_what_is_left(fresh)
    planned = bool(wishes.places) and (state.planned or wishes.days is not None or "plan" in reading.topics)
    other = any(getattr(state.wishes, one) != getattr(wishes, one) for one in ("places", "days", "stays", "start"))
    past = past if same == (wishes, changes) else (*past, same)[-_PAST:]
    whole = planned and (other or not state.planned or "plan" in reading.topics)
    return replace(fresh, wishes=wishes, changes=changes, notes=tuple(notes), planned=planned, whole=whole, past=past)


def _with_what_is_left(state: State) -> State:
    """A question that wishes more than it asks about is answered, and told to have changed nothing."""
    reading = state.reading
    said = replace(reading.said, places=(), country=None, month=None, interests=(), wanted=(), supposed=False)
    said = replace(said, diets=()) if re.search(_PATTERNS["question"], reading.text) else said
    more = said != Wishes() or reading.shifts or reading.drops or reading.changes
    return replace(state, reading=replace(reading, left=(*reading.left, reading.raw))) if more else state


def _goes_on_comparing(state: State, reading: Reading) -> bool:
    """Whether a message after a comparison is about the same places: "which is cheaper?", "and in June?"."""
    if reading.said.places or reading.names or {"ideas", "plan", *FACTS} & set(reading.topics):
        return False
    return "ranks" in reading.topics or (not state.wishes.places and reading.wishes_something)


def _read(state: State, text: str, brief: bool) -> tuple[Reading, bool]:
    """A message, and whether it only asks about the plan that there is. Questions beside a wish wish nothing."""
    reading, sentences = read(text, context=state.wishes.places, brief=brief), re.split(r"(?<=[.!?\n])\s+", text)
    asked = [one for one in sentences if re.match(_PATTERNS["asks"], fold(one))] if state.wishes.places else []
    if not asked or reading.said == Wishes(currency=reading.said.currency or "none"):  # "what is that in euros?"
        return reading, False
    told = read(" ".join(one for one in sentences if one not in asked), context=state.wishes.places)
    topics, left = reading.topics, tuple(map(str.strip, asked))
    if told.wishes_something:
        topics = tuple(one for one in topics if one not in ASIDES)
        return replace(told, topics=topics, left=(*told.left, *(() if topics else left))), False
    elsewhere = set(reading.said.places) - set(state.wishes.places)
    other = elsewhere and reading.said == Wishes(places=reading.said.places)
    understood = ASIDES & set(topics) or other or not reading.wishes_something
    return reading if understood else replace(reading, left=left), "reset" not in topics


def _taken_up(state: State, reading: Reading) -> str | None:
    """The message that the newest one stands for, where it answers what was offered or asked."""
    answer = reading.answer
    if (ages := re.match(_PATTERNS["ages"], reading.text)) and not state.wishes.ages:
        count, asked = len(re.findall(r"\d+", ages[1])), offer_of(state).asked
        if count == state.wishes.children and (count > 1 or ("ages" in asked and "days" not in asked)):
            return f"children aged {ages[1]}"
    if (both := re.match(r"\W{0,3}both\b", reading.text)) and "compare" in state.topics:
        return f"plan {listed(names_of(state.about))} {reading.text[both.end() :]}"
    plans_it = "plan" in reading.topics and not state.wishes.places and not reading.wishes_something
    if answer in ("no", "undo") or (answer is None and not plans_it):
        return None
    offer = offer_of(state)
    if answer is None or answer == "yes":
        return offer.yes
    if 0 < int(answer) <= len(offer.picks):
        return offer.picks[int(answer) - 1]
    again = state.reading.said.days and re.match(r"\W?(?:actually|no|rather)\b", reading.text)
    fields = ["days"] if again else [one for one in offer.asked if one in ("days", "people")]
    return f"{answer} {fields[0]}" if fields and re.match(_PATTERNS["number"], reading.text) else None


def _merged(state: State, reading: Reading) -> tuple[Wishes, list[str]]:
    """The wishes after a message, and notes on what could not be done."""
    old, said, notes = state.wishes, reading.said, list[str]()
    new = _with_days(old, _with_places(old, reading), reading)
    start, month = said.start, said.month
    if reading.relative and state.today and not start:
        start, month = resolve(reading.relative, state.today)
    new = replace(new, start=start, month=start.month if start else month) if start or month else new
    new = _with_people(new, said, alone=bool(re.search(r"\b(?:only|just)\b", reading.text)))
    for field in ("currency", "rooms", "pace", "hotel", "meals", "start_at", "rests", "no_trips"):
        new = new if getattr(said, field) is None else _set(new, field, getattr(said, field))
    new = _without(new, "wanted", list(atlas().bases)) if said.no_trips else new
    if said.budget:
        currency = said.budget.currency or (old.budget.currency if old.budget else None)
        new = replace(new, budget=replace(said.budget, currency=currency), currency=said.currency)
    for field in ("diets", "allergies", "mobility"):
        new = _joined(new, field, getattr(said, field))
    for to, off in (("interests", "avoids"), ("avoids", "interests"), ("wanted", "unwanted"), ("unwanted", "wanted")):
        new = _turned(new, to, (off,), getattr(said, to), back=False)
    for field, value in reading.drops:
        if field == "unknown":
            notes.append(f"“{value}” is not in the plan, so there was nothing to leave out.")
        elif field == "places" and old.places and value not in old.places:
            notes.append(f"{atlas().get(value).name} is not in the plan, so there was nothing to leave out.")
        elif field == "budget":
            new = replace(new, budget=None)
        elif field != "places":
            new = _without(new, field, (value,))
    for field, by in reading.shifts:
        if field != "days":
            new = _shifted(new, field, by, notes)
    return new, notes


def _with_days(old: Wishes, new: Wishes, reading: Reading) -> Wishes:
    said, stays, more = reading.said, old.each, dict(reading.shifts).get("days", 0)
    adds = bool(said.days and reading.mode == "add" and old.places)
    one_of_several = new.places == old.places and len(said.places) == 1 < len(old.places)
    if one_of_several and (said.days or more):
        at = old.places.index(said.places[0])
        stays = (*stays[:at], said.days or max(1, stays[at] + more), *stays[at + 1 :])
    elif adds and len(said.stays) == 1:  # the days of the place added
        stays = (*evenly(max(1, (said.days or 0) - said.stays[0]), len(old.places)), said.stays[0])
    elif adds and said.days and not said.stays and old.days and said.places:
        stays = (*stays, said.days)
    elif more > 0 and old.days and len(new.places) == len(old.places) + 1:  # "add 2 days in Porto"
        stays = (*stays, more)
    elif more and new.stays and new.stays[-1] + more > 0:
        stays = (*new.stays[:-1], new.stays[-1] + more)
    elif more:
        return replace(new, days=max(1, min(MAX_DAYS, (said.days or new.days or 4) + more)), stays=())
    else:
        return replace(new, days=said.days, stays=said.stays) if said.days else new
    return replace(new, stays=stays, days=sum(stays))


def _set(wishes: Wishes, field: str, value: Any) -> Wishes:
    return replace(wishes, **{field: value})


def _joined(wishes: Wishes, field: str, names: Sequence[str]) -> Wishes:
    return _set(wishes, field, tuple(dict.fromkeys((*getattr(wishes, field), *names))))


def _without(wishes: Wishes, field: str, values: Sequence[str]) -> Wishes:
    return _set(wishes, field, tuple(one for one in getattr(wishes, field) if one not in values))


def _turned(wishes: Wishes, to: str, off: Sequence[str], names: Sequence[str], *, back: bool) -> Wishes:
    """Names are put to one field and out of others; with *back*, what was in the others is only put out."""
    there = {one for field in off for one in getattr(wishes, field)} if back else set()
    for field in off:
        wishes = _without(wishes, field, names)
    return _joined(wishes, to, [one for one in names if one not in there])


def _with_places(old: Wishes, reading: Reading) -> Wishes:
    said, places, names = reading.said, reading.said.places, reading.names
    other = replace(old, stays=(), wanted=(), unwanted=(), country=said.country)
    gone = {value for field, value in reading.drops if field == "places"}
    kept = tuple(one for one in old.places if one not in gone)
    if not places and not old.places:  # what is a day trip of a known place is no unknown place
        for trip in names:
            if trip in atlas().bases:
                return replace(other, places=(atlas().bases[trip],), wanted=(trip,))
    if not places and kept != old.places:
        stays = tuple(days for days, one in zip(old.stays, old.places, strict=False) if one in kept)
        things = {name for one in kept for name in atlas().get(one).things}
        wanted, unwanted = (tuple(one for one in names if one in things) for names in (old.wanted, old.unwanted))
        fewer = replace(other, places=kept, stays=stays, wanted=wanted, unwanted=unwanted)
        return replace(fewer, days=sum(stays) or old.days)
    if not places:
        return old
    if reading.mode in ("swap", "first") and set(places) <= set(old.places):
        each = dict(zip(old.places, old.each, strict=True))
        other_way = dict(zip(places, reversed(places), strict=True))
        switched = tuple(other_way.get(one, one) for one in old.places)
        places = switched if reading.mode == "swap" else tuple(dict.fromkeys((*places, *old.places)))
        return replace(old, places=places, stays=tuple(each[one] for one in places))
    if reading.mode == "new" and set(places) < set(old.places):
        places = old.places
    if reading.mode == "add" or (gone and len(old.places) > 1):
        places = tuple(dict.fromkeys((*kept, *places)))
    if places == old.places:
        return replace(old, country=said.country or old.country)
    if set(old.places) <= set(places):
        return replace(old, places=places, country=None if old.places else said.country, stays=())
    return replace(other, places=places)


def _with_people(wishes: Wishes, said: Wishes, *, alone: bool) -> Wishes:
    """The group: who names adults only leaves the children that were known before."""
    of_some = said.adults is None and said.ages and len(said.ages) == said.children
    if of_some and set(said.ages) < set(wishes.ages) and not alone:
        return wishes  # "the 5 year old naps" is about one of them
    if said.adults is None and said.children is None:
        return replace(wishes, ages=said.ages[: wishes.children or 0]) if said.ages and wishes.children else wishes
    guessed = said.supposed and bool(wishes.children)  # "the kids hate ruins" is not how many they are
    children = wishes.children if said.children is None or guessed else said.children
    adults = wishes.adults if said.adults is None else said.adults
    ages = wishes.ages if children == wishes.children and not said.ages else said.ages
    supposed = wishes.supposed if guessed else said.supposed
    return replace(wishes, adults=adults, children=children, ages=ages, supposed=supposed)


def _shifted(wishes: Wishes, field: str, by: int, notes: list[str]) -> Wishes:
    """Take a step as far as it goes, and note where it does not."""
    if field == "at most":
        return replace(wishes, hotel=by) if (wishes.hotel or 0) > by else wishes
    if field.startswith("like:"):  # less of what was wished is as much as usual
        mine, off = ("interests", ["avoids", "less"]) if by > 0 else ("less", ["interests"])
        return _turned(wishes, mine, off, [field.removeprefix("like:")], back=True)
    if field == "somebody":
        return wishes if wishes.adults else replace(wishes, adults=by)
    if field in ("adults", "children"):
        count = max(field == "adults", wishes.group[field == "children"] + by)
        return replace(_set(wishes, field, count), ages=wishes.ages if field == "adults" else (), supposed=False)
    usual, low, high = _STEPS[field]
    now = usual if getattr(wishes, field) is None else getattr(wishes, field)
    to = max(low, min(high, now + by))
    if to == now and field in ("hotel", "meals"):
        what, price = "rooms" if field == "hotel" else "meals", "cheaper" if by < 0 else "better"
        notes.append(f"The {what} are at the {LEVELS[to]} level already; my file knows nothing {price}.")
    return _set(wishes, field, None if to == usual else to)


# Changes to single days


def _with_changes(state: State, reading: Reading, wishes: Wishes, notes: list[str]) -> tuple[Change, ...]:
    """The changes to days after a message; the opposite of one takes it back."""
    old, days = state.wishes, min(MAX_DAYS, wishes.days or 4)
    same = set(old.places) <= set(wishes.places)
    kept = [one for one in state.changes if same and (one.value if one.kind == "swap" else one.day) <= days]
    if len(kept) < len(state.changes):
        notes.append("Changes to days that are no more are gone with them.")
    for change in reading.changes:
        day = days if change.day == -1 else change.day
        last = change.value if change.kind == "swap" else day
        if not wishes.places or not (state.planned or wishes.days):
            notes.append("There is no plan yet whose days could change.")
        elif not (1 <= day <= days and 1 <= last <= days):
            notes.append(TEXTS["no_day"].format(days=plural(days, "day"), number=max(day, last)))
        else:
            tried = _changed(kept, replace(change, day=day))
            before, after = build(wishes, kept), build(wishes, tried)
            failed = [note for note in after.notes if note not in before.notes]
            notes += failed
            kept = kept if failed and (change.kind != "swap" or after.days == before.days) else tried
    return tuple(kept)


def _changed(changes: list[Change], change: Change) -> list[Change]:
    """The changes with one more; what it takes back or repeats goes into it."""
    if change.kind == "swap":
        return changes[:-1] if changes[-1:] == [change] else [*changes, change]
    if change.kind == "undo":
        return [one for one in changes if one.kind == "swap" or one.day != change.day]
    alike = [one for one in changes if (one.kind, one.day) == (change.kind, change.day)]
    others = [one for one in changes if one not in alike]
    most = _DAY_STEPS[change.kind]
    value = max(-most, min(most, sum(one.value for one in alike) + change.value))
    return [*others, replace(change, value=value)] if value else others


def today_from(outputs: Iterable[str]) -> date | None:
    """The date in the newest output of the ``current_date`` tool, which is JSON with an ISO ``date``."""
    found = None
    for output in outputs:
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            found = date.fromisoformat(json.loads(output)["date"])
    return found


def resolve(relative: str, today: date) -> tuple[date | None, int | None]:
    """The first day and the month that *relative* means; only a month for "next month".

    "Next weekend" is the one of the week after this one, "this weekend" the one of this week.
    """
    ahead, weekday = re.match(r"in (\d{1,2}|an?) (day|week|month)", relative), today.weekday()
    count, unit = int(relative.startswith("next")), relative.split()[-1]
    if ahead:
        count, unit = int(ahead[1]) if ahead[1].isdecimal() else 1, ahead[2]
    if unit in ("month", "year"):
        return None, (today.month + count - 1) % 12 + 1 if unit == "month" else None
    days = {
        "day": count,
        "week": count * (7 if ahead else 7 - weekday),
        "weekend": 7 * count + 5 - weekday,
        "tomorrow": 2 if relative.startswith("day after") else 1,
    } | {name: (at - weekday) % 7 or 7 for at, name in enumerate(WEEKDAYS)}
    first = today + timedelta(days=days[unit])
    return first, first.month
