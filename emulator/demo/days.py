"""What one message says of single days, sights and day trips."""

import re
from dataclasses import replace
from functools import cache

from emulator.demo.destinations import atlas, fold
from emulator.demo.line import LISTS, TAKEN, WORDS, Line, whole_words
from emulator.demo.wishes import Change

_PATTERNS, _NOT = WORDS["patterns"], WORDS["macros"]["NOT"]
_PART_OF_DAY = re.compile(r"\b(?:morning|afternoon|evening|night)")
_Names = tuple[str, ...]


def days_named(text: str) -> list[int]:
    """The numbers of the days that a text names; -1 is the last day."""
    found = re.finditer(_PATTERNS["day"], text)
    return [-1 if one["last"] else int(number) for one in found for number in one.groups() if number]


def read_changes(line: Line) -> tuple[Change, ...]:
    """What is to be different about single days; taken away from the line."""
    swaps = [sorted((int(match[1]), int(match[2]))) for match in line.take(_PATTERNS["swap"])]
    found = [Change(first, "swap", second) for first, second in swaps]
    for clause in re.finditer(r"[^.;!?\n,]+", line.rest):
        begin = start = clause.start()
        waiting = list[int]()
        for piece in re.split(_PATTERNS["and_day"], clause[0]):
            if day := days_named(piece):
                begin = begin if waiting else start
                waiting += day
            if day and (changes := _of_a_day(piece)):  # "day 3 and day 5 easier" is of both
                found += [replace(change, day=one) for one in waiting for change, _ in changes]
                line.take_away(begin, start + len(piece))
                line.find(f"{_PATTERNS['day']}|{_PATTERNS['other_day']}")
                for _, match in changes:
                    line.understand(start + match.start(), start + match.end())
                waiting.clear()
            elif day and not _asks_of_day(piece) and piece == line.text[start : start + len(piece)]:
                line.refused.append(line.quote(start, start + len(piece)))  # "no museums on day 5" is of no other day
                line.remove(start, start + len(piece))
            start += len(piece)
    return tuple(found)


def _asks_of_day(piece: str) -> bool:
    """Whether a part of a line that names a day wishes nothing for it, or is read elsewhere."""
    topics = (WORDS["topics"][name] for name in ("day", "costs", "included"))
    fewer = (pattern for sign, pattern in WORDS["numbers"]["steps"] if sign < 0)  # "remove the last day"
    return any(whole_words(pattern).search(piece) for pattern in (*topics, *fewer))


def _of_a_day(piece: str) -> list[tuple[Change, re.Match[str]]]:
    """What is to be different about a day, and where that is said in a piece of a line."""
    denied, changes = whole_words(WORDS["negation"]["word"]).search(piece), list[tuple[Change, re.Match[str]]]()
    for kind, pattern in WORDS["days"].items():
        name, value = kind.split()
        found = None if name == "free" and _PART_OF_DAY.search(piece) else whole_words(pattern).search(piece)
        if (
            found
            and not (denied and denied.start() < found.start())
            and not {name, "free"} & {one.kind for one, _ in changes}
        ):
            changes.append((Change(0, name, int(value)), found))
            piece = f"{piece[: found.start()]}{TAKEN * len(found[0])}{piece[found.end() :]}"
    return changes


@cache
def _names_near(place_ids: _Names) -> dict[str, str]:
    """How sights and day trips of places are called: their names, and words that are in one of the names only."""
    places = [atlas().get(one) for one in place_ids]
    names = [name for place in places for name in place.things]
    called = {fold(name): name for name in names}
    words_of = {name: set(re.findall(r"[^\W_]{4,}", name)) for name in called}
    words = [word for one in words_of.values() for word in one]
    kinds = "|".join(pattern for pattern, *_ in WORDS["interests"].values())  # "museums" are all of them
    general = {word for word in words if word.endswith("s") and re.fullmatch(kinds, word)}
    known = {word for word in words if words.count(word) < 3} - general - set(LISTS["generic"])
    alone = {word: full for name, full in reversed(called.items()) for word in known & words_of[name]}
    return alone | called


def read_sights(line: Line, near: _Names, drops: list[tuple[str, str]]) -> tuple[_Names, _Names]:
    """Sights and day trips to be seen, and those to be left out; what else is to be left out goes to *drops*."""
    wanted, unwanted, last = list[str](), list[str](), 0  # the last one that is out
    called = _names_near(near)
    for name, start, end in line.names(called):
        before = line.before(start, 40)
        if re.search(r"\b(?:an?|any|some|1|more) $", before) and fold(called[name]) != name:  # "a museum" is any
            continue
        out = re.search(_PATTERNS["skip"], before)
        listed = last and goes_on(line, last, start)
        negated = line.negation(start - len(before) + out.start() if out else start) is not None
        out = out or re.match(r" out\b", line.text[end : end + 5])  # "take it out"
        moved = re.search(_PATTERNS["moved"], before) or re.match(r" (?:on|to) \S* ?day", line.text[end : end + 20])
        if negated and (out or moved):  # "don't remove it"
            line.refuse(start, end)
        elif out or listed or negated or fold(called[name]) == name or re.search(_PATTERNS["see"], before):
            last = end if out or listed or negated else 0
            (unwanted if last else wanted).append(called[name])
            line.remove(start, end)
    return tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted))


def goes_on(line: Line, end: int, start: int) -> bool:
    """Whether a list goes on from a name that ends to one that starts."""
    return bool(re.fullmatch(r",? (?:and|n?or|&) (?:the )?", line.text[end:start]))


def start_in(match: re.Match[str] | None) -> int | None:
    """When a day is to begin, in minutes after midnight: from 6 to 13 o'clock."""
    return int(match[1]) * 60 + int(match[2] or 0) if match and 6 <= int(match[1]) <= 13 else None
