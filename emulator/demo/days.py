"""What one message says of single days, sights and day trips."""

import re
from functools import cache

from emulator.demo.destinations import atlas, fold
from emulator.demo.line import LISTS, WORDS, Line, is_negated, whole_words, without
from emulator.demo.wishes import Change

_PATTERNS = WORDS["patterns"]
_KINDS = whole_words("|".join(liked for liked, *kinds in WORDS["interests"].values() if len(kinds) < 3))
Names = tuple[str, ...]
Spot = tuple[str, int, int]  # a name or an id, and where in the line it stands


def days_named(text: str) -> list[int]:
    """The numbers of the days that a text names; -1 is the last day."""
    return [int(number) for one in re.findall(_PATTERNS["day"], text) for number in re.findall(r"\d+", one) or [-1]]


def read_changes(line: Line, *, is_known: bool) -> tuple[Change, ...]:
    """What is to be different about single days. A clause that names a day is about no other one."""
    swaps = [sorted((int(match[1]), int(match[2]))) for match in line.take(_PATTERNS["swap"], negated=False)]
    found = [Change(first, "swap", second) for first, second in swaps]
    for start, end in line.clauses():
        clause = line.rest[start:end]
        days, is_whole = days_named(clause), clause == line.text[start:end]  # not in "skip the fado on day 2"
        if is_known and is_whole and re.search(_PATTERNS["days_of"], clause):  # "2 days for museums" of the trip
            line.refuse(start, end)
            continue
        if not days:
            continue
        if is_whole and not re.search(_PATTERNS["not_of_a_day"], clause):
            changes, rest = _changes_in(clause)
            if not changes or is_negated(rest) or (len(days) > 1 and _changes_in(rest)[0]):
                line.refuse(start, end)
                continue
            for change, match in changes:
                found += [Change(day, change.kind, change.value) for day in days]
                line.understand(start + match.start(), start + match.end())
            line.rest = without(line.rest, start, end)
        line.find(_PATTERNS["day"])
    return tuple(found)


def _changes_in(clause: str) -> tuple[list[tuple[Change, re.Match[str]]], str]:
    """The changes with where they are said, one of a kind, and what is left of the clause."""
    changes: dict[str, tuple[Change, re.Match[str]]] = {}
    for name, pattern in WORDS["days"].items():
        kind, step = name.split()
        match = whole_words(pattern).search(clause)
        if match and kind not in changes and "free" not in changes:
            changes[kind] = Change(0, kind, int(step)), match
            clause = without(clause, *match.span())
    return list(changes.values()), clause


def read_sights(line: Line, near: Names, *, out: bool) -> list[Spot]:
    """Sights and day trips of the places *near*: those to be left out, or those to be seen."""
    found, last, called = list[Spot](), 0, _called(near)
    for name, start, end in line.names(called):
        before, is_whole = line.before(start), fold(called[name]) == name
        is_kind = _KINDS.fullmatch(name) and not before.endswith("the ")
        if not is_whole and (is_kind or re.search(r"\b(?:an?|any|some|1|more) $", before)):  # "a museum", "no beach"
            continue
        lead = re.search(_PATTERNS["skip" if out else "see"], before)
        if out and not lead and re.match(_PATTERNS["changed_to"], line.text[end : end + 6]):
            lead = re.search(r"\b(?:swap|switch|exchange|trade|change)(?: the)? $", before)
        listed = last and goes_on(line, last, start)
        if lead and out and line.is_denied(start - len(lead[0])):  # "don't skip it"
            continue
        if lead or listed or (re.match(r" out\b", line.text[end : end + 5]) if out else is_whole):
            line.remove(start - len(lead[0]) if out and lead else start, end)
            found.append((called[name], start, end))
            last = end
    return found


def goes_on(line: Line, end: int, start: int) -> bool:
    """Whether a list goes on from a name that ends to one that starts."""
    return bool(re.fullmatch(r",? (?:and|n?or|&) (?:the )?", line.text[end:start]))


@cache
def _called(place_ids: Names) -> dict[str, str]:
    """How sights and day trips of places are called: their names, and words that are in one of the names only."""
    names = [name for one in place_ids for name in atlas().get(one).things]
    called = {fold(name): name for name in names}
    words_of = {name: set(re.findall(r"[^\W_]{4,}", name)) for name in called}
    words = [word for one in words_of.values() for word in one]
    general = {word for word in words if word.endswith("s") and _KINDS.fullmatch(word)}  # "museums" are all of them
    known = {word for word in words if words.count(word) < 3} - general - set(LISTS["generic"])
    alone = {word: full for name, full in reversed(called.items()) for word in known & words_of[name]}
    return alone | called
