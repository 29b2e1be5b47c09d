"""What one message says. Free text in, plain data out; nothing is remembered from one message to the next."""

import re
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from emulator.demo import numbers
from emulator.demo.days import goes_on, read_changes, read_sights, start_in
from emulator.demo.destinations import atlas, fold
from emulator.demo.line import LISTS, PAIRS, TAKEN, WORDS, Line, whole_words
from emulator.demo.wishes import Reading, Wishes

SMALL_TALK = frozenset(("thanks", "bye", "hello"))
FACTS = frozenset(WORDS["facts"]) - {"overview"}  # answers about places: asking for them changes no trip
ASIDES = FACTS | {"included", "save", "day", "thing"}  # what changes no trip that there is
ABOUT_ITSELF = frozenset(["identity", "tongue", "memory", "forget", "date", "instructions", "destinations", "help"])
_PATTERNS, _MACROS = WORDS["patterns"], WORDS["macros"]
_NOT, _RULES = _MACROS["NOT"], dict[str, str]()
for _field, _thing in (("hotel", _MACROS["ROOM"]), ("meals", _MACROS["MEAL"])):
    for _step, _how in (("^-1", _MACROS["CHEAPER"]), ("^1", rf"(?:{_MACROS['NICER']}|better)")):
        _RULES[_field + _step] = rf"{_how}(?: the)? {_thing}|{_thing}(?: is| are)?(?: a bit| much)? {_how}"
    for _level, _name in enumerate(("CHEAP", "STANDARD", "LUXURY")):
        _RULES[f"{_field}={_level}"] = rf"{_MACROS[_name]} {_thing}"
for _name, _pattern in WORDS["wishes"].items():
    _RULES[_name] = f"{_RULES[_name]}|{_pattern}" if _name in _RULES else _pattern
for _name, (_pattern, *_) in WORDS["interests"].items():
    _RULES |= {
        f"avoids+{_name}": rf"{_NOT} (?:{_pattern})|(?:{_pattern}) (?:are|is) (?:boring|not for us)",
        f"like:{_name}^-1": rf"(?:less|fewer|not so (?:much|many)) (?:{_pattern})",
        f"like:{_name}^1": rf"more (?:{_pattern})",
        f"interests+{_name}": rf"(?:{_pattern}){_PATTERNS['no_problem']}",
    }
_Names = tuple[str, ...]
_Spot = tuple[str, int, int]  # the id of a place, and where in the line it is named


@lru_cache(maxsize=512)
def read(text: str, *, context: _Names = (), brief: bool = False) -> Reading:
    """Everything that can be recognised in *text*, which may be anything.

    *context* are the ids of the places that names of sights may belong to; a *brief* is a document: amounts in it are
    no budget unless it says so.
    """
    line = Line(text)
    empty = Reading(raw=line.raw, text=line.text)
    language = _language(line)
    answer, more = (None, True) if language else _answer(line)
    if not more:
        return replace(empty, answer=answer)
    line.take(_PATTERNS["no_wish"])  # "which one is cheaper", and in "June instead of May" what is instead
    unmet = [line.quote(*match.span()) for match in line.take(_PATTERNS["unmet"])]
    if context and line.find(WORDS["topics"]["costs"]):  # "how much is it without the hotel" changes no plan
        line.find(_PATTERNS["day"])
        parts = f"{_PATTERNS['parts_left_out']}|{_PATTERNS['parts_alone']}|{_PATTERNS['parts_unknown']}"
        unmet += [line.quote(*match.span()) for match in line.take(parts)]
    spots = _places(line)
    places, country, dropped = _chosen(line, spots)
    if language:
        return replace(empty, language=language, said=Wishes(places=places))
    near = places or context
    changes = read_changes(line)
    dates, budget = numbers.read_dates(line), numbers.read_budget(line, brief=brief)
    relative = None if dates else numbers.read_relative(line)
    where = list(dict.fromkeys(spot[1:] for spot in spots if spot[0] in places))
    _refuse_stays(line, near, where)
    stays, days, more_days = numbers.read_days(line, where)
    days = days or (2 if relative and relative.endswith("weekend") else None)
    fields, shifts = numbers.read_people(line)
    shifts += [("days", more_days)] if more_days else []
    drops = [("places", one) for one in dropped]
    wanted, unwanted = read_sights(line, near, drops)
    fields |= _wishes(line, shifts, drops)
    topics = _topics(line, len(places), bool(days), bool(budget))
    topics = ("thing", *topics) if wanted and line.find(_PATTERNS["thing"]) else topics
    month = numbers.read_month(line, south=bool(near) and atlas().get(near[0]).lat < 0)
    said = Wishes(
        **fields, places=places, country=country, stays=stays, days=(dates[1] if dates else None) or days,
        month=dates[0].month if dates else month, start=dates[0] if dates else None, budget=budget,
        wanted=wanted, unwanted=unwanted,
    )  # fmt: skip
    return replace(
        empty, said=said, mode=_mode(line, spots, topics, bool(dropped)), answer=answer,
        shifts=tuple(shifts), drops=tuple(drops), changes=changes, topics=topics, relative=relative,
        names=(*_located(line), *(() if places else _unknown_names(line)))[:3],
        continent=next((to for name, to in PAIRS["continents"].items() if line.find(name)), None),
        left=(*unmet, *line.refused, *line.left_over()),
    )  # fmt: skip


def _answer(line: Line) -> tuple[str | None, bool]:
    """Whether the message answers an offer, and whether it says more than that."""
    for answer in ("yes", "no"):
        if re.match(_PATTERNS[f"{answer}_line"], line.text):
            return answer, False
    if match := re.match(_PATTERNS["pick"], line.text) or re.match(_PATTERNS["number"], line.text):
        return match["n"], False
    if any(line.negation(match.start()) is None for match in line.find(_PATTERNS["undo"])):
        return "undo", False
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
    sure = words + [word for word in words if word in LISTS["sure"]]  # one such word is enough
    scores = {name: sum(word in known.split() for word in sure) for name, known in WORDS["languages"].items()}
    english = scores.pop("English")
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 2 and scores[best] > english else None


def _topics(line: Line, places: int, days: bool, budget: bool) -> _Names:
    """What is asked for, the most telling first; small talk only where there is nothing else."""
    found = {
        name
        for name, pattern in WORDS["topics"].items()
        if any(line.negation(one.start()) is None for one in line.find(pattern))
    }
    found |= {"compare"} if "ranks" in found and places > 1 else set()
    if "compare" in found and places < 2 and not line.find(_PATTERNS["compared"]):  # but "or"
        found.remove("compare")
    if "compare" in found:
        found &= {"compare", "plan", *ABOUT_ITSELF}
    found -= {"packing", "rules", "costs", "practical"} if "checklist" in found else set()
    found -= {name for name, has in (("ideas", places), ("live", budget)) if has}
    found -= FACTS if "included" in found else set()
    found -= {"stay"} if "costs" in found else set()
    if days and "plan" in found:
        found &= {"plan", "email", "disruption", "short"}
    serious = found - SMALL_TALK or (found if len(line.words) < 6 else set())
    return tuple(name for name in WORDS["topics"] if name in serious)


# Places


@cache
def _place_ids() -> dict[str, _Names]:
    """How places and their countries are called, and which ids each name stands for."""
    ids: dict[str, _Names] = {}
    for place in atlas().destinations:
        country = fold(place.country.split(",")[0])
        ids[country] = (*ids.get(country, ()), place.id)
    ids |= {word: ids[fold(country)] for word, country in PAIRS["countries"].items()}
    for place in atlas().destinations:
        ids |= {fold(name): (place.id,) for name in (place.name, place.local_name, *place.aliases)}
    return ids


def _places(line: Line) -> list[_Spot]:
    """The places in the line that somebody may go to."""
    found = []
    for name, start, end in line.names(_place_ids()):
        line.remove(start, end)
        if not _is_no_goal(line, start, end):
            found += [(one, start, end) for one in _place_ids()[name]]
    return found


def _is_no_goal(line: Line, start: int, end: int) -> bool:
    """Whether somebody lives or was in a place, or is called like it."""
    surname = re.match(r" ([a-z]{3,30})", line.text[end : end + 32])
    called = surname and line.is_capital(end + 1) and line.before(start).endswith("for ")
    known = surname and surname[1] in (*numbers.MONTH_NUMBERS, *numbers.WEEKDAYS)
    return bool(re.search(_PATTERNS["home"], line.before(start, 30)) or (called and not known))


def _chosen(line: Line, spots: list[_Spot]) -> tuple[_Names, str | None, _Names]:
    """The places that are meant, the country where only that was said, and places to be left out."""
    out, last, before = set[str](), 0, 0  # the last one that is out, and any before
    for one, start, end in spots:
        between, lead = line.text[before:start], line.before(start, 40)
        if before and start > before and re.search(_PATTERNS["corrects"], between):  # "Rome, no, Florence"
            out |= {other for other, at, _ in spots if at < start}
        listed = last and (end == last or goes_on(line, last, start))
        changed = re.search(_PATTERNS["changed"], lead) and re.match(_PATTERNS["changed_to"], line.text[end:])
        if listed or changed or re.search(_PATTERNS["out"], lead):
            out.add(one)
            last = end
        before = end
    chosen = [(one, start) for one, start, _ in spots if one not in out]
    starts = [start for _, start in chosen]
    cities = [one for one, start in chosen if starts.count(start) == 1]
    ids = tuple(dict.fromkeys(cities or [one for one, _ in chosen]))
    return ids, atlas().get(ids[0]).country if ids and not cities else None, tuple(sorted(out))


def _mode(line: Line, spots: list[_Spot], topics: _Names, replaces: bool) -> str:
    if not spots or "compare" in topics:
        return "candidates" if spots else "new"
    for mode, pattern in WORDS["modes"].items():
        if (mode != "swap" or len(spots) > 1) and line.find(pattern):
            return str(mode)
    goes_on = re.match(r"\W*(?:and|plus|then) ", line.text) and not line.find("instead")
    if goes_on or re.search(_PATTERNS["add"], line.before(spots[0][1], 90)):
        return "add"
    return "instead" if replaces or line.find(_PATTERNS["instead"]) else "new"


def _located(line: Line) -> list[str]:
    """Names of places that are only located on the map or day trips, not described."""
    names, found = {fold(name): name for name in (*atlas().nearby_places, *atlas().bases)}, []
    for name, start, end in line.names(names):
        led = re.search(r"\b(?:in|to|for|around|visit|near|and|or|about) $", line.before(start))
        days = re.search(r"(?:days?|nights?|weeks?|weekend) in $", line.before(start)) and re.match(
            r"\W*$| ?[,.;!?]| (?:for|in)\b", line.text[end:]
        )  # "4 days in nice"
        if name not in LISTS["ambiguous"] or days or (led and line.is_capital(start)):
            line.remove(start, end)
            found += [] if _is_no_goal(line, start, end) else [names[name]]
    return found


def _refuse_stays(line: Line, near: _Names, where: list[tuple[int, int]]) -> None:
    """Days in a day trip, or in a place that is only located, are no days of the places that have their own."""
    trips = {fold(trip.name) for one in near for trip in atlas().get(one).day_trips}
    located = set(map(fold, (*atlas().nearby_places, *atlas().bases))) - set(LISTS["ambiguous"])
    if where and not any(numbers.stay(line, *spot) for spot in where):
        return
    for name, start, end in line.names(trips | located if where else trips):
        if stay := numbers.stay(line, start, end):
            line.remove(*stay[2])
            one_day = name in trips and stay[0] == 1 and not stay[1].startswith("n")
            line.refused += [] if one_day else [line.quote(min(start, stay[2][0]), max(end, stay[2][1]))]


def _unknown_names(line: Line) -> list[str]:
    """Names with a capital after "in", "to" and the like, when they were nothing else."""
    found = []
    for match in re.finditer(_PATTERNS["name"], line.rest):
        known = match["one"] in (*numbers.MONTH_NUMBERS, *numbers.WEEKDAYS, "the", "day", "english")
        if known or not line.is_capital(match.start("one")):
            continue
        end = match.end("two" if match["two"] and line.is_capital(match.start("two")) else "one")
        found.append(line.quote(match.start("one"), end))
        line.remove(match.start("one"), end)
    return found


# Wishes


def _wishes(line: Line, shifts: list[tuple[str, int]], drops: list[tuple[str, str]]) -> dict[str, Any]:
    """Fields of the wishes by the rules of the word file; steps, and what no longer holds, go to the lists."""
    said: dict[str, Any] = {"allergies": (), "currency": numbers.read_currency(line)}
    for match in line.take(_PATTERNS["clock"]):
        if start := start_in(match):
            said["start_at"] = start
        else:
            line.refused.append(line.quote(*match.span()))
    shifts += [("at most", 1)] * bool(line.take(_PATTERNS["stars_at_most"]))
    for effects, pattern in _RULES.items():
        for match in [
            one for one in whole_words(pattern).finditer(line.rest) if not _is_off(line, one, effects, said, drops)
        ]:
            line.remove(*match.span())
            for effect in effects.split(";"):
                field, sign, value = re.split(r"([=+^-])", effect, maxsplit=1)
                if sign == "-":
                    drops.append((field, value))
                elif sign == "+":
                    said[field] = tuple(dict.fromkeys((*said.get(field, ()), value)))
                elif sign == "^":
                    shifts.append((field, int(value)))
                else:
                    said.setdefault(field, int(value) if value.lstrip("-").isdecimal() else value)
    for match in line.take(_PATTERNS["allergy"]):
        said["allergies"] += tuple(one for one in re.findall(r"[a-z]{3,}", match[1] or match[2]) if one != "and")
    for match in line.find(_PATTERNS["left_out"]):
        if TAKEN not in line.rest[match.start(1) : match.end(1)] and not line.refuse(*match.span()):
            drops.append(("unknown", line.quote(match.start(1), match.end(1))))
    return said


def _is_off(
    line: Line, match: re.Match[str], effects: str, said: dict[str, Any], drops: list[tuple[str, str]]
) -> bool:
    """Whether a wish is negated, so that it is none: a need is dropped, a taste avoided, anything else quoted."""
    begin, (field, _, value) = line.negation(match.start()), effects.partition("+")
    kept = begin is not None and re.search(
        WORDS["negation"]["keeps"], line.text[begin : match.start()].removeprefix("never mind")
    )
    if begin is None and (removed := re.search(_PATTERNS["removed"], line.before(match.start(), 30))):
        begin = match.start() - len(removed[0])  # "remove the wheelchair", not "don't remove it"
    if begin is None:
        return False
    if field not in ("diets", "mobility", "interests") or kept:
        return line.refuse(*match.span(), begin=begin)
    if field == "interests":
        said["avoids"] = tuple(dict.fromkeys((*said.get("avoids", ()), value)))
    else:
        drops.append((field, value))
    line.understand(begin, match.start())  # what stands between may be disliked too
    line.remove(*match.span())
    return True
