"""What one message says. Free text in, plain data out; nothing is remembered from one message to the next."""

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from emulator.demo import numbers
from emulator.demo.days import Names, Spot, goes_on, read_changes, read_sights
from emulator.demo.destinations import atlas, fold
from emulator.demo.line import LISTS, PAIRS, TAKEN, WORDS, Line, any_of, whole_words
from emulator.demo.wishes import Reading, Wishes

SMALL_TALK = frozenset(("thanks", "bye", "hello"))
FACTS = frozenset(WORDS["facts"]) - {"overview"}  # answers about places: asking for them changes no trip
ASIDES = FACTS | {"included", "save", "day", "thing"}  # what changes no trip that there is
ABOUT_ITSELF = frozenset(["identity", "tongue", "memory", "forget", "date", "instructions", "destinations", "help"])
_PATTERNS, _MACROS = WORDS["patterns"], WORDS["macros"]
_LIKED = {name: pattern for name, (pattern, *_) in WORDS["interests"].items()}
_ANY_LIKED = rf"(?:the )?(?:{'|'.join(_LIKED.values())})"
_NOT_LIKED = rf"{_MACROS['NOT']} {_ANY_LIKED}(?:(?:, {_ANY_LIKED}){{0,4}},? (?:n?or|and) {_ANY_LIKED})?"
_RULES = dict[str, str]()  # by what comes of it, see the word file
for _effect, _pattern in WORDS["wishes"].items():
    if re.match(r"diets\+|mobility\+", _effect):
        _RULES[_effect.replace("+", "-")] = rf"{_PATTERNS['removed']} (?:{_pattern})"
    _RULES[_effect] = _pattern
for _name, _pattern in _LIKED.items():
    _RULES[f"interests+{_name}"] = rf"(?:{_pattern}){_PATTERNS['no_problem']}"


@lru_cache(maxsize=4_096)  # a long conversation, read again at each turn
def read(text: str, *, context: Names = (), brief: bool = False) -> Reading:
    """Everything that can be recognised in *text*, which may be anything.

    *context* are the ids of the places that names of sights may belong to; a *brief* is a document: amounts in it are
    no budget unless it says so.
    """
    line = Line(text)
    known = Reading(raw=line.raw, text=line.text, language=_language(line))
    answer, more = _answer(line)
    if known.language or not more:
        return replace(known, said=Wishes(places=_chosen(_places(line))[0]), answer=answer)
    line.take(_PATTERNS["no_wish"])  # "which one is cheaper", and in "June instead of May" what is instead
    for match in line.take(rf"{_PATTERNS['unmet']}|(?:less|fewer|not (?:so|too) (?:many|much)) {_ANY_LIKED}"):
        line.refused.append(line.quote(*match.span()))
    _refuse_levels(line, context)
    # First what is not wished; what else is negated is refused, and then everything is a wish.
    dropped, spots = _places_out(line), _places(line)
    near = tuple(dict.fromkeys(one for one, *_ in spots)) or context
    unwanted = read_sights(line, near, out=True)
    changes = read_changes(line, is_known=bool(context))
    fields, shifts, drops = dict[str, Any](), list[tuple[str, int]](), [("places", one) for one in dropped]
    _read_wishes(line, fields, shifts, drops, negated=True)
    line.refuse_negated()
    spots = [spot for spot in spots if line.text[spot[1]] != TAKEN and spot[0] not in dropped]
    places, country = _chosen(spots)
    wanted, located = read_sights(line, near, out=False), _located(line)
    dates, budget = numbers.read_dates(line), numbers.read_budget(line, brief=brief)
    currency = numbers.read_currency(line)
    _read_wishes(line, fields, shifts, drops, negated=False)
    fields.pop("kept", None)
    relative = None if dates else next((match[0] for match in line.take(WORDS["numbers"]["relative"])), None)
    goals, others = [spot for spot in spots if spot[0] in places], [*wanted, *(located if spots else [])]
    stays, days = numbers.read_days(line, goals, others)
    people, vague = numbers.read_people(line)
    month = numbers.read_month(line, south=bool(near) and atlas().get(near[0]).lat < 0)
    topics = _topics(line, len(places), bool(days), bool(budget), bool(wanted))
    start, length = dates or (None, None)
    days = length or days or (2 if relative and "weekend" in relative else None)
    said = Wishes(
        **people | fields, currency=currency, places=places, country=country, stays=stays, days=days,
        month=start.month if start else month, start=start, budget=budget,
        wanted=_names(wanted), unwanted=_names(unwanted), traded=_names(wanted if unwanted else []),
    )  # fmt: skip
    return replace(
        known, said=said, mode=_mode(line, spots, topics, bool(dropped)), answer=answer,
        shifts=tuple(shifts), drops=tuple(drops), changes=changes, topics=topics, relative=relative, vague=vague,
        names=(*_names(located), *(() if places else _unknown_names(line)))[:3],
        continent=next((to for name, to in PAIRS["continents"].items() if line.find(name)), None),
        left=(*line.refused, *line.left_over()),
    )  # fmt: skip


def _names(spots: list[Spot]) -> Names:
    return tuple(dict.fromkeys(name for name, *_ in spots))


def _answer(line: Line) -> tuple[str | None, bool]:
    """Whether the message answers an offer, and whether it says more than that."""
    for answer in ("yes", "no", "undo"):
        if re.match(_PATTERNS[f"{answer}_line"], line.text):
            return answer, False
    if match := re.match(_PATTERNS["pick"], line.text) or re.match(_PATTERNS["number"], line.text):
        return match["n"], False
    if match := re.match(_PATTERNS["yes_lead"], line.text):
        line.remove(*match.span())
        return "yes", True
    return None, True


def _language(line: Line) -> str | None:
    """The English name of the language when it is clearly not English."""
    letters = [char for char in line.text[:600] if char.isalpha()]
    for name, ends in PAIRS["scripts"].items():
        if sum(ends[0] <= char <= ends[1] for char in letters) * 2 > len(letters) > 3:
            return name
    words = [word[0] for word in line.words[:60]]
    words += [word for word in words if word in LISTS["sure"]]  # one such word is enough
    scores = {name: sum(word in known.split() for word in words) for name, known in WORDS["languages"].items()}
    english = scores.pop("English")
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 2 and scores[best] > english else None


def _topics(line: Line, places: int, days: bool, budget: bool, things: bool) -> Names:
    """What is asked for, the most telling first; small talk only where there is nothing else."""
    found = {name for name, pattern in WORDS["topics"].items() if line.find(pattern)}
    found |= {"compare"} if "ranks" in found and places > 1 else set()
    if "compare" in found and places < 2 and not line.find(_PATTERNS["compared"]):  # but "or"
        found.remove("compare")
    if "compare" in found:
        found &= {"compare", "plan", *ABOUT_ITSELF}
    found -= {"packing", "rules", "costs", "practical"} if "checklist" in found else set()
    found -= {name for name, has in (("ideas", places), ("live", budget), ("excursions", things)) if has}
    found -= FACTS if "included" in found else set()
    found -= {"stay"} if "costs" in found else set()
    if "plan" in found and (days or line.find(_PATTERNS["by_day"])):
        found &= {"plan", "email", "disruption", "short"}
    serious = found - SMALL_TALK or (found if len(line.words) < 6 and not days else set())
    thing = ("thing",) if things and line.find(_PATTERNS["thing"]) else ()
    return (*thing, *(name for name in WORDS["topics"] if name in serious))


# Places


@cache
def _place_ids() -> dict[str, Names]:
    """How places and their countries are called, and which ids each name stands for."""
    ids: dict[str, Names] = {}
    for place in atlas().destinations:
        country = fold(place.country.split(",")[0])
        ids[country] = (*ids.get(country, ()), place.id)
    ids |= {word: ids[fold(country)] for word, country in PAIRS["countries"].items()}
    for place in atlas().destinations:
        ids |= {fold(name): (place.id,) for name in (place.name, place.local_name, *place.aliases)}
    return ids


def _places_out(line: Line) -> Names:
    """The places that are to be left out."""
    out, last = list[str](), 0
    for name, start, end in line.names(_place_ids()):
        lead, after = re.search(_PATTERNS["out"], line.before(start)), line.text[end : end + 40]
        listed = last and (end == last or goes_on(line, last, start))
        changed = re.search(r"\b(?:change|swap|switch|exchange)(?: from)? $", line.before(start))
        if lead or listed or (changed and re.match(_PATTERNS["changed_to"], after)):
            line.remove(start - len(lead[0]) if lead else start, end)
            out += _place_ids()[name]
            last = end
    return tuple(sorted(set(out)))


def _places(line: Line) -> list[Spot]:
    """The places in what is left where somebody may go."""
    found = []
    for name, start, end in line.names(_place_ids()):
        line.remove(start, end)
        if not re.search(_PATTERNS["home"], line.before(start)):
            found += [(one, start, end) for one in _place_ids()[name]]
    return found


@cache
def _cities() -> dict[str, str]:
    """The names that stand for one place, with its id."""
    return {name: ids[0] for name, ids in _place_ids().items() if len(ids) == 1}


def _refuse_levels(line: Line, context: Names) -> None:
    """Refuse a level of hotel or meals for one of several places: "luxury hotel in Rome, a cheap one in Venice"."""
    cities = _cities()
    said, name = {cities[name] for name, *_ in line.names(cities)}, any_of(cities)
    if len(said if said - {*context} else context) > 1:
        for match in line.find(rf"{_PATTERNS['level_in']}(?:{name})(?![^.!\n]{{0,80}}\?)"):
            line.refuse(*match.span())


def _chosen(spots: list[Spot]) -> tuple[Names, str | None]:
    """The places that are meant, and the country where only that was said."""
    starts = [start for _, start, _ in spots]
    cities = [one for one, start, _ in spots if starts.count(start) == 1]
    ids = tuple(dict.fromkeys(cities or [one for one, *_ in spots]))
    return ids, atlas().get(ids[0]).country if ids and not cities else None


def _mode(line: Line, spots: list[Spot], topics: Names, replaces: bool) -> str:
    if not spots or "compare" in topics:
        return "candidates" if spots else "new"
    goes_on = re.match(r"\W*(?:and|plus|then) ", line.text) and not line.find("instead")
    if goes_on or re.search(_PATTERNS["add"], line.before(spots[0][1], 90)):
        return "add"
    return "instead" if replaces or line.find(_PATTERNS["instead"]) else "new"


@cache
def _map_names() -> dict[str, str]:
    """The places that are only located, and the day trips, by how their names are compared."""
    return {fold(name): name for name in (*atlas().nearby_places, *atlas().bases)}


def _located(line: Line) -> list[Spot]:
    """Places that are only located on the map, or day trips of other places: none that can be planned."""
    names, found = _map_names(), []
    for name, start, end in line.names(names):
        listed = line.rest[max(0, start - 3) : start] == f"{TAKEN}, "  # after a place that is known
        led = listed or re.search(r"\b(?:in|to|for|around|visit|near|and|or|about) $", line.before(start))
        if name not in LISTS["ambiguous"] or (led and line.is_capital(start)):
            line.remove(start, end)
            found += [] if re.search(_PATTERNS["home"], line.before(start)) else [(names[name], start, end)]
    return found


def _unknown_names(line: Line) -> list[str]:
    """Names with a capital after "in", "to" and the like, when they were nothing else."""
    found = []
    for match in re.finditer(_PATTERNS["name"], line.rest):
        if line.is_capital(match.start("one")) and match["one"] not in numbers.NO_NAMES:
            end = match.end("two" if match["two"] and line.is_capital(match.start("two")) else "one")
            found.append(line.quote(match.start("one"), end))
            line.remove(match.start("one"), end)
    return found


# Wishes


def _read_wishes(
    line: Line, said: dict[str, Any], shifts: list[tuple[str, int]], drops: list[tuple[str, str]], *, negated: bool
) -> None:
    """Wishes by the rules of the word file, those whose words hold a negation apart from the others."""
    for match in line.take(_PATTERNS["clock"], negated=negated):
        if 6 <= int(match[1]) <= 13:
            said["start_at"] = int(match[1]) * 60 + int(match[2] or 0)
        else:
            line.refused.append(line.quote(*match.span()))
    disliked = " ".join(match[0] for match in line.take(_NOT_LIKED, negated=negated))
    avoids = [name for name, pattern in _LIKED.items() if whole_words(pattern).search(disliked)]
    said["avoids"] = (*said.get("avoids", ()), *avoids)
    for effects, pattern in _RULES.items():
        if not (found := line.take(pattern, negated=negated)):
            continue
        figures = [re.search(r"\d+", match[0]) for match in found]
        number = sum(int(figure[0]) if figure else 1 for figure in figures)
        for effect in effects.split(";"):
            field, sign, value = re.split(r"([=+^-])", effect, maxsplit=1)
            if field in said.get("kept", ()):
                continue
            if sign == "-":
                drops.append((field, value))
            elif sign == "+":
                said[field] = (*said.get(field, ()), value)
            elif sign == "^":
                shifts.append((field, int(value.replace("#", str(number)))))
            else:
                said.setdefault(field, int(value.replace("#", str(number))))
    for match in line.take(_PATTERNS["allergy"], negated=negated):
        names = [one for one in re.findall(r"[a-z]{3,}", match[1] or match[2]) if one != "and"]
        said["allergies"] = (*said.get("allergies", ()), *names)
