"""A conversation as a fold over what the planner wrote: ``state = step(state, message)``."""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import MAXYEAR, date, timedelta
from typing import Any

from emulator.conversation import Turn
from emulator.demo import say
from emulator.demo.destinations import atlas, fold
from emulator.demo.line import WORDS, typed
from emulator.demo.offers import offer_of
from emulator.demo.plan import build
from emulator.demo.reading import ASIDES, FACTS, read
from emulator.demo.wishes import MAX_DAYS, Change, Reading, State, Wishes
from emulator.demo.words import TEXTS, plural

_PAST = 20  # changes that can be undone
_SENTENCES = 20  # of a message that are looked at one by one
_PATTERNS = WORDS["patterns"]
_NEXT = re.compile(r"(?<=[.!?\n])\s+|,? and (?=(?:what|where|which|how|tell me|is|are|does|do)\b)", re.IGNORECASE)
_CARRIED = (
    "This conversation began earlier. Its latest turns, oldest first:",
    "These messages were added to the conversation meanwhile, oldest first:",
)
_SPEAKER = re.compile(r"(?:^|\n\n)(Planner|You|Note): ")
_STEPS = {"pace": (0, -1, 1), "hotel": (1, 0, 2), "meals": (1, 0, 2), "start_at": (570, 450, 720)}  # usual, both ends
_DAY_STEPS = {"pace": 1, "walking": 1, "start": 120, "free": 1}  # at most
_REPLACED = ("currency", "rooms", "pace", "hotel", "meals", "start_at", "rests", "no_trips")
_ADDED = {  # to what was said before, and what it takes names out of
    "diets": None, "allergies": None, "mobility": None, "traded": None,
    "interests": "avoids", "avoids": "interests", "wanted": "unwanted", "unwanted": "wanted",
}  # fmt: skip


def planner_turns(turns: Iterable[Turn]) -> list[Turn]:
    """What the planner wrote, oldest first; of turns carried over from another thread only the planner's."""
    found: list[Turn] = []
    for turn in (one for one in turns if one.role == "user"):
        parts = _SPEAKER.split(turn.text) if turn.text.startswith(_CARRIED) else ["", "Planner", turn.text]
        said = zip(parts[1::2], parts[2::2], strict=True)
        found += [replace(turn, text=text) for speaker, text in said if speaker == "Planner"]
    while len(found) > 1 and re.match(_PATTERNS["go_on"], found[-1].text, re.I):
        found.pop()
    return found


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
        for at in range(len(state.past) - 1, -1, -1):
            wishes, changes = state.past[at]
            back = replace(fresh, wishes=wishes, changes=changes, past=state.past[:at], topics=("undo",))
            if not state.planned or (wishes.places and say.changed(state, back)[0]):
                return back
        return replace(fresh, past=(), topics=("nothing to undo",))
    leads = reading.said.days or re.search(_PATTERNS["goes_to"], reading.text)
    if state.wishes.places and reading.names and not reading.said.places and leads:
        return replace(fresh, names=reading.names, topics=("unknown place",))
    if "reset" in reading.topics:
        fresh = State(today=state.today, past=state.past, reading=reading, topics=reading.topics)
    return _with_wishes(state, fresh, asks=asks)


def _with_wishes(before: State, state: State, *, asks: bool) -> State:
    """The *state* with what its newest message wishes, or compares, or only asks about."""
    reading, old = state.reading, state.wishes
    wishes, notes = _merged(state)
    changes = _with_changes(state, wishes, notes)
    compared = before.about if len(before.about) > 1 else ()
    about = reading.said.places or old.places or compared
    names = tuple(one for one in reading.names if fold(one) not in map(fold, wishes.wanted))
    state = replace(state, names=names, about=about)
    if reading.mode == "candidates" and len({*old.places, *about}) > 1:
        about = about if len(about) > 1 else tuple(dict.fromkeys((*old.places, *about)))
        kept = old if state.planned else replace(wishes, places=old.places, country=None)
        return replace(state, wishes=kept, about=about[:4])
    elsewhere = reading.said.places or reading.names or {"ideas", "plan", *FACTS} & set(reading.topics)
    goes_on = "ranks" in reading.topics or (not old.places and reading.wishes_something)
    if compared and goes_on and not elsewhere:  # "which is cheaper?", "and in June?"
        kept = old if state.planned else wishes
        return replace(state, wishes=kept, about=compared, topics=("compare", *reading.topics))
    if asks:
        return state
    planned = bool(wishes.places) and (state.planned or wishes.days is not None or "plan" in reading.topics)
    other = any(getattr(old, one) != getattr(wishes, one) for one in ("places", "days", "stays", "start"))
    same = (before.wishes, before.changes)
    past = state.past if same == (wishes, changes) else (*state.past, same)[-_PAST:]
    whole = planned and (other or not state.planned or "plan" in reading.topics)
    return replace(state, wishes=wishes, changes=changes, notes=tuple(notes), planned=planned, whole=whole, past=past)


def _read(state: State, text: str, brief: bool) -> tuple[Reading, bool]:
    """A message, and whether it only asks about the plan that there is. Questions beside a wish wish nothing."""
    near = state.wishes.places
    reading = read(text, context=near, brief=brief)
    sentences = _NEXT.split(typed(text), maxsplit=_SENTENCES)
    asked = [one for one in sentences if _asks(one, near)] if near or len(state.about) > 1 else []
    if not asked or reading.said == Wishes(currency=reading.said.currency or "none"):  # "what is that in euros?"
        return reading, False
    told = read(" ".join(one for one in sentences if one not in asked), context=near)
    topics, left = reading.topics, tuple(map(str.strip, asked))
    if told.wishes_something:
        topics = tuple(one for one in topics if one not in ASIDES)
        return replace(told, topics=topics, left=(*told.left, *(() if topics else left))), False
    about = replace(reading.said, places=(), country=None, month=None, interests=(), wanted=(), supposed=False)
    about = replace(about, diets=()) if re.search(_PATTERNS["question"], reading.text) else about
    asks_more = about != Wishes() or reading.shifts or reading.drops or reading.changes
    elsewhere = set(reading.said.places) - set(near)
    answers = ASIDES & set(topics) or elsewhere or ("costs" in topics and not reading.left)
    understood = (answers and not asks_more) or not reading.wishes_something
    return reading if understood else replace(reading, left=left), "reset" not in topics


def _asks(sentence: str, near: tuple[str, ...]) -> bool:
    """Whether a sentence is a question, or asks for something else than the plan."""
    reading = read(sentence, context=near)
    aside = ASIDES & set(reading.topics) and not reading.said.days
    return bool(aside or re.match(_PATTERNS["asks"], fold(sentence)))


def _taken_up(state: State, reading: Reading) -> str | None:
    """The message that the newest one stands for, where it answers what was offered or asked."""
    answer = reading.answer
    if (ages := re.match(_PATTERNS["ages"], reading.text)) and not state.wishes.ages:
        count, asked = len(re.findall(r"\d+", ages[1])), offer_of(state).asked
        if count == state.wishes.children and (count > 1 or ("ages" in asked and "days" not in asked)):
            return f"children aged {ages[1]}"
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


def _merged(state: State) -> tuple[Wishes, list[str]]:
    """The wishes after a message, and notes on what could not be done."""
    old, reading, said, notes = state.wishes, state.reading, state.reading.said, list[str]()
    new = _with_people(_with_days(old, _with_places(old, reading), reading, notes), reading)
    start, month = said.start, said.month
    if reading.relative and state.today and not start:
        start, month = resolve(reading.relative, state.today)
    if start or month:
        new = replace(new, start=start, month=start.month if start else month)
    if said.budget and not said.budget.amount:
        notes += [] if old.budget else ["There is no budget yet."]
        new = replace(new, budget=old.budget and replace(old.budget, per=said.budget.per))
    elif said.budget:
        currency = said.budget.currency or (old.budget.currency if old.budget else None)
        new = replace(new, budget=replace(said.budget, currency=currency), currency=None)
    if any(re.search(_PATTERNS["level_in"], fold(one)) for one in reading.left):
        notes.append(TEXTS["one_level"])
    for field in _REPLACED:
        new = new if getattr(said, field) is None else _set(new, field, getattr(said, field))
    new = _without(new, "wanted", list(atlas().bases)) if said.no_trips else new
    for field, opposite in _ADDED.items():
        names = getattr(said, field)
        new = _without(new, opposite, names) if opposite else new
        new = _set(new, field, tuple(dict.fromkeys((*getattr(new, field), *names))))
    for field, value in reading.drops:
        if field == "budget":
            new = replace(new, budget=None)
        elif field != "places":
            new = _without(new, field, (value,))
    for field, by in reading.shifts:
        new = new if field == "days" else _shifted(new, field, by)
    return new, notes


def _set(wishes: Wishes, field: str, value: Any) -> Wishes:
    return wishes if getattr(wishes, field) == value else replace(wishes, **{field: value})


def _without(wishes: Wishes, field: str, values: Sequence[str]) -> Wishes:
    return _set(wishes, field, tuple(one for one in getattr(wishes, field) if one not in values))


def _shifted(wishes: Wishes, field: str, by: int) -> Wishes:
    """The wishes after a step, which goes no further than there is anything."""
    if field in ("adults", "children"):
        count = max(field == "adults", wishes.group[field == "children"] + by)
        return replace(_set(wishes, field, count), ages=wishes.ages if field == "adults" else (), supposed=False)
    usual, low, high = _STEPS[field]
    now = usual if getattr(wishes, field) is None else getattr(wishes, field)
    to = max(low, min(high, now + by))
    return _set(wishes, field, None if to == usual else to)


def _with_places(old: Wishes, reading: Reading) -> Wishes:
    said, places = reading.said, reading.said.places
    base = next((name for name in reading.names if name in atlas().bases), None)
    if base and not places and not old.places:  # a day trip of a known place is no unknown place
        return replace(old, places=(atlas().bases[base],), wanted=(base,))
    gone = {value for field, value in reading.drops if field == "places"}
    kept = tuple(one for one in old.places if one not in gone)
    if not places or (reading.mode == "new" and set(places) < set(old.places)):
        places = kept
    elif reading.mode == "add" or (gone and len(old.places) > 1):
        places = tuple(dict.fromkeys((*kept, *places)))
    if places == old.places:
        return replace(old, country=said.country or old.country)
    stays = dict(zip(old.places, old.stays, strict=False))
    stayed = tuple(stays[one] for one in places) if set(places) <= stays.keys() else ()
    things = {name for one in places for name in atlas().get(one).things}
    wanted, unwanted = (tuple(one for one in names if one in things) for names in (old.wanted, old.unwanted))
    new = replace(old, places=places, country=said.country, stays=stayed, days=sum(stayed) or old.days)
    return replace(new, wanted=wanted, unwanted=unwanted)


def _with_days(old: Wishes, new: Wishes, reading: Reading, notes: list[str]) -> Wishes:
    said, more = reading.said, dict(reading.shifts).get("days", 0)
    rest = (said.days or new.days or 0) - sum(said.stays)
    of_some = (
        (said.stays or len(said.places) == 1) and new.places == old.places and len(said.places) < len(old.places)
    )
    if (of_some and (said.days or said.stays or more)) or (0 in said.stays and (rest < 1 or said.stays.count(0) > 1)):
        notes.append("Please say the days in each place, for example “3 days in Rome and 2 days in Florence”.")
        return new
    added = len(said.places) == 1 and (*old.places, *said.places) == new.places
    if old.days and old.places and added and not said.stays and (more > 0 or (said.days and reading.mode == "add")):
        stays = (*old.each, said.days or more)  # "add 2 days in Porto"
    elif more and new.stays:
        stays = (*new.stays[:-1], max(1, new.stays[-1] + more))
    elif more:
        return replace(new, days=max(1, min(999, (new.days or 4) + more)))
    elif 0 in said.stays:  # "the rest in Venice"
        stays = tuple(days or rest for days in said.stays)
    else:
        return replace(new, days=said.days, stays=said.stays) if said.days else new
    return replace(new, stays=stays, days=sum(stays))


def _with_people(wishes: Wishes, reading: Reading) -> Wishes:
    """The group: who names adults only leaves the children that were known before."""
    said, adults, children = reading.said, reading.said.adults, reading.said.children
    if said.adults is None and said.ages and wishes.ages and len(said.ages) < len(wishes.ages):
        return wishes  # "the 5 year old naps" is about one of them
    if reading.vague:
        adults, children = wishes.adults or adults, children and (wishes.children or children)
    adults = wishes.adults if adults is None else adults
    children = wishes.children if children is None else children
    ages = said.ages or (wishes.ages if children == wishes.children else ())
    supposed = said.supposed if (adults, children) != (wishes.adults, wishes.children) else wishes.supposed
    return replace(wishes, adults=adults, children=children, ages=ages[: children or 0], supposed=supposed)


# Changes to single days


def _with_changes(state: State, wishes: Wishes, notes: list[str]) -> tuple[Change, ...]:
    """The changes to days after a message; the opposite of one takes it back."""
    days, same = min(MAX_DAYS, wishes.days or 4), set(state.wishes.places) <= set(wishes.places)
    kept = [one for one in state.changes if same and one.last_day <= days]
    if len(kept) < len(state.changes):
        notes.append("Changes to days that are no more are gone with them.")
    for said in state.reading.changes:
        change = replace(said, day=days) if said.day == -1 else said
        if not wishes.places or not (state.planned or wishes.days):
            notes.append("There is no plan yet whose days could change.")
        elif not 1 <= change.day <= change.last_day <= days:
            notes.append(TEXTS["no_day"].format(days=plural(days, "day"), number=change.day and change.last_day))
        else:
            tried = _changed(kept, change)
            before, after = build(wishes, kept), build(wishes, tried)
            failed = [note for note in after.notes if note not in before.notes]
            notes += failed
            kept = kept if failed and after.days == before.days else tried
    return tuple(kept)


def _changed(changes: list[Change], change: Change) -> list[Change]:
    """The changes with one more; what it takes back or repeats since the day was swapped goes into it."""
    if change.kind == "swap":
        return changes[:-1] if changes[-1:] == [change] else [*changes, change]
    swaps = [at for at, one in enumerate(changes, 1) if one.kind == "swap" and change.day in (one.day, one.value)]
    since = swaps[-1] if swaps and change.kind != "start" else 0  # when a day starts is not swapped
    alike = [one for one in changes[since:] if (one.kind, one.day) == (change.kind, change.day)]
    most = _DAY_STEPS[change.kind]
    value = max(-most, min(most, sum(one.value for one in alike) + change.value))
    others = [*changes[:since], *(one for one in changes[since:] if one not in alike)]
    return [*others, replace(change, value=value)] if value else others


def today_from(outputs: Iterable[str]) -> date | None:
    """The date in the newest output of the ``current_date`` tool, which is JSON with an ISO ``date``."""
    found = None
    for output in outputs:
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            said = date.fromisoformat(json.loads(output)["date"])
            found = said if said.year < MAXYEAR else found  # there is a day after it
    return found


def resolve(relative: str, today: date) -> tuple[date | None, int]:
    """The first day and the month that *relative* means; only a month for "next month".

    "Next weekend" is the one of the week after this one, "this weekend" the one of this week.
    """
    number, monday = re.search(r"\d{1,2}", relative), today - timedelta(days=today.weekday())
    count = int(number[0]) if number else 1
    if "month" in relative:
        return None, (today.month + count - 1) % 12 + 1
    first = today + timedelta(days=count * (7 if "week" in relative else 1))
    if relative == "next week":
        first = monday + timedelta(days=7)
    elif "weekend" in relative:
        first = monday + timedelta(days=5 + 7 * relative.startswith("next"))
    return first, first.month
