"""The trip that a conversation has arrived at: messages folded one over the other, memories below them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from emulator.demo.destinations import Destination, atlas
from emulator.demo.request import Budget, Said, StartDay, read
from emulator.demo.words import MONTHS

MAX_DAYS = 21
SEASON_MONTHS = {"spring": 4, "summer": 7, "autumn": 10, "winter": 1}
QUESTION = r"what|which|how|where|when|who|why|tell me|is it|is there|do i|do we|should"


@dataclass(frozen=True, slots=True)
class Trip:
    """Wishes so far. ``None`` and empty are "not said"; *remembered* names what came from memories."""

    places: tuple[str, ...] = ()
    days: int | None = None
    month: int | None = None
    start: StartDay | None = None
    adults: int | None = None
    children: int | None = None
    budget: Budget | None = None
    diets: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    pace: int = 0
    level: int | None = None
    level_shift: int = 0
    swaps: tuple[tuple[int, int], ...] = ()
    more_trips: int = 0
    left_out: tuple[str, ...] = ()
    detail: bool = False
    remembered: tuple[str, ...] = ()
    capped_days: int | None = None

    @property
    def main(self) -> Destination:
        """The first place. Raises IndexError when there is none."""
        return atlas().get(self.places[0])

    @property
    def season_month(self) -> str | None:
        """The English name of the month, if known."""
        return MONTHS[self.month - 1] if self.month else None


def from_memories(memories: Sequence[str]) -> Trip:
    """What earlier conversations say about everyone's needs: never a place, a length or a month."""
    trip = Trip()
    for memory in memories:
        if re.search(r"\b(?:no longer|not) ", memory):
            continue
        said = read(memory)
        used = replace(
            trip,
            diets=_joined(trip.diets, said.diets),
            allergies=_joined(trip.allergies, said.allergies),
            needs=_joined(trip.needs, said.needs),
            dislikes=_joined(trip.dislikes, said.dislikes),
            pace=trip.pace if said.pace is None else said.pace,
            budget=said.budget if re.match(r"usual(?:ly)? (?:budget|spends)", said.folded) else trip.budget,
        )
        if used != trip:
            trip = replace(used, remembered=(*trip.remembered, memory.strip().rstrip(".")))
    return trip


def conversation(turns: Iterable[Said], *, memories: Sequence[str], today: date | None) -> Trip:
    """Fold the user's messages, oldest first, into one trip."""
    trip = from_memories(memories)
    for said in turns:
        trip = merge(trip, said, today=today)
    return trip


def merge(trip: Trip, said: Said, *, today: date | None) -> Trip:
    """*trip* after one more message: what the message says wins, everything else stays."""
    days = said.days or (trip.days + said.more_days if trip.days and said.more_days else trip.days)
    start, month = said.start, said.month
    if said.relative and today and not start:
        start, month = resolve(said.relative, today)
    if said.season and not month:
        place = said.places or trip.places
        south = bool(place) and atlas().get(place[0]).lat < 0
        month = (SEASON_MONTHS[said.season] + (6 if south else 0) - 1) % 12 + 1
    trip = _places_merged(trip, said)
    if said.days and said.days != trip.days:
        trip = replace(trip, swaps=())
    dropped = set(said.dropped_diets)
    liked = tuple(name for name in said.interests if name != "food" or not asks_about_food(said))
    shift = trip.level_shift + said.level_shift
    return replace(
        trip,
        days=None if days is None else max(1, min(days, MAX_DAYS)),
        capped_days=days if days and days > MAX_DAYS else None,
        month=month or trip.month,
        start=start or (trip.start if month is None else None),
        adults=said.adults if said.adults is not None else trip.adults,
        children=said.children if said.children is not None else trip.children,
        budget=said.budget or trip.budget,
        diets=tuple(diet for diet in _joined(trip.diets, said.diets) if diet not in dropped),
        allergies=_joined(trip.allergies, said.allergies),
        needs=_joined(trip.needs, said.needs),
        interests=tuple(name for name in _joined(trip.interests, liked) if name not in said.dislikes),
        dislikes=tuple(name for name in _joined(trip.dislikes, said.dislikes) if name not in said.interests),
        pace=said.pace if said.pace is not None else max(-1, min(1, trip.pace + said.pace_shift)),
        level=trip.level if said.level is None else said.level,
        level_shift=max(-2, min(2, shift)) if said.level is None else 0,
        swaps=(*trip.swaps, said.swap) if said.swap else trip.swaps,
        more_trips=max(-3, min(3, trip.more_trips + said.more_trips)),
        left_out=_joined(trip.left_out, (said.left_out,) if said.left_out else ()),
        detail=said.detail,
    )


def asks_about_food(said: Said) -> bool:
    """Whether the message is a question about eating, rather than a wish for the trip."""
    asks = said.has(QUESTION) or "?" in said.text or said.has("suggest|recommend|some")
    return (
        said.days is None
        and asks
        and said.has(r"food|eat|eating|restaurants?|dishes|dinner|lunch|breakfast|cuisine|drink|try")
    )


def is_comparison(said: Said) -> bool:
    """Whether the message asks which place is better."""
    return said.has(r"compare|compared|versus|vs|better than|difference between") or (
        len(said.places) > 1 and said.has(r"or|oder|ou|o|which")
    )


def _places_merged(trip: Trip, said: Said) -> Trip:
    kept = tuple(place for place in trip.places if place not in said.dropped_places)
    if not said.places and kept != trip.places:
        return replace(trip, places=kept, swaps=(), more_trips=0, left_out=())
    if not said.places:
        if said.located or said.unknown_place:
            wants_new = said.days is not None or said.has(
                r"trip|visit|go to|travel|plan|instead|what about|how about"
            )
            return replace(trip, places=(), swaps=(), more_trips=0, left_out=()) if wants_new else trip
        return trip
    if is_comparison(said) or (trip.places and said.has(QUESTION) and not _asks_for_it(said)):
        return trip
    places = _joined(trip.places, said.places) if said.added_places else said.places
    if places == trip.places:
        return trip
    return replace(trip, places=places[:4], swaps=(), more_trips=0, left_out=())


def _asks_for_it(said: Said) -> bool:
    """Whether a trip is meant: "what about Porto?" asks for one, "what is the currency in Porto?" does not."""
    return said.days is not None or bool(
        re.match(r"(?:and |so |ok |okay )?(?:what about|how about|what if)\b", said.folded)
    )


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def today_from(outputs: Iterable[str]) -> date | None:
    """The date in the newest output of the ``current_date`` tool, which is JSON with an ISO ``date``."""
    found = None
    for output in outputs:
        try:
            value = json.loads(output)
            found = date.fromisoformat(value["date"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
    return found


def tool_texts(tool_outputs: Mapping[str, str] | None) -> list[str]:
    """The outputs given for this turn, whatever they are keyed by."""
    return [str(output) for output in (tool_outputs or {}).values()]


def resolve(relative: str, today: date) -> tuple[StartDay | None, int | None]:
    """The first day and the month that *relative* means; only a month for "next month".

    "Next weekend" is the one of the week after this one, "this weekend" the one of this week.
    """
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    if relative.endswith("year"):
        return None, None
    if relative.endswith("month"):
        month = today.month % 12 + 1 if relative.startswith("next") else today.month
        return None, month
    monday = today - timedelta(days=today.weekday())
    if relative.endswith("weekend"):
        first = monday + timedelta(days=12 if relative.startswith("next") else 5)
    elif relative.endswith("week"):
        first = today + timedelta(days=7 - today.weekday() if relative.startswith("next") else 0)
    elif relative.split()[-1] in weekdays:
        first = today + timedelta(days=(weekdays.index(relative.split()[-1]) - today.weekday()) % 7 or 7)
    else:
        first = today + timedelta(days={"tomorrow": 1, "day after tomorrow": 2}.get(relative, 0))
    return StartDay(first.month, first.day, first.year), first.month
