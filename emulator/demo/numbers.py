"""The numbers of a message: dates, days, people, money. Each is read once and then taken out of the line."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from emulator.demo.destinations import atlas
from emulator.demo.line import LISTS, MONTHS, PAIRS, WORDS, Line, any_of, whole_words
from emulator.demo.wishes import MAX_PEOPLE, NO_YEAR, Budget

WEEKDAYS = LISTS["weekdays"]
MONTH_NUMBERS = {
    name: number for number, month in enumerate(MONTHS, 1) for name in (month.lower(), month[:3].lower())
} | {"sept": 9, "christmas": 12, "xmas": 12, "easter": 4}
SEASONS = {"spring": 4, "summer": 7, "autumn": 10, "fall": 10, "winter": 1}  # in the north
_NUMBERS: dict[str, Any] = WORDS["numbers"]
_CHILD, _ADULT = WORDS["macros"]["CHILD"], WORDS["macros"]["ADULT"]


def read_dates(line: Line) -> tuple[date, int | None] | None:
    """The first day, and the number of days when the last one is named too."""
    for pattern in _NUMBERS["dates"]:
        taken = line.take(pattern)
        if not (said := [match.groupdict() for match in taken][:2]):
            continue
        if said[0].get("b"):  # both days of one month
            said = [said[0], said[0] | {"a": said[0]["b"]}]
        year = next((one["year"] for one in said if one["year"]), NO_YEAR)
        numbered = [(one["year"] or year, one.get("m") or MONTH_NUMBERS[one["month"]], one["a"]) for one in said]
        try:
            first, last = (date(*map(int, numbered[at])) for at in (0, -1))
            last = last if last >= first else last.replace(year=last.year + 1)
        except ValueError:
            last = first = date.max
        if (length := (last - first).days + 1) <= 60 and last < date.max:
            return first, length if len(said) > 1 else None
        line.refused.append(line.quote(*taken[0].span()))
    return None


def read_month(line: Line, *, south: bool) -> int | None:
    """A month that is named; "may" and "march" and short names only where they cannot be other words."""
    seasons = [SEASONS[name] for name in SEASONS if line.find(rf"(?:in|this|next|for|the|of|during) (?:the )?{name}")]
    line.find(_NUMBERS["moved"])
    line.find(_NUMBERS["part_of_month"])  # a plan knows no more than the month
    for match in whole_words(WORDS["macros"]["SHORT_MONTH"]).finditer(line.rest):
        name, start, after = match["month"], match.start(), line.rest[match.end() :][:10]
        sure = len(name) > 3 and name != "march"
        ends = re.match(_NUMBERS["after_month"], after) and not re.search(
            r"\b(?:i|we|you|they|it) $", line.before(start)
        )
        named = start and line.is_capital(start) and not re.match(r" (?:i|we|you|be|have|it)\b", after)
        likely = sure or ends or named or re.search(_NUMBERS["before_month"], line.before(start))
        if likely and not line.refuse(*match.span()):
            line.remove(*match.span())
            return MONTH_NUMBERS[name]
    return (seasons[0] + 6 * south - 1) % 12 + 1 if seasons else None


def read_relative(line: Line) -> str | None:
    """Words that mean something only when today's date is known."""
    for pattern in _NUMBERS["relative"]:
        if matches := line.take(pattern):
            return matches[0][0]
    return line.take(r"in \d{1,2} days")[0][0] if re.search(_NUMBERS["leaves_in"], line.rest) else None


def read_days(line: Line, spots: list[tuple[int, int]]) -> tuple[tuple[int, ...], int | None, int]:
    """The days in each place (see `_stays`), the days in all, and how many more or fewer than before."""
    if stays := _stays(line, spots):
        return stays, sum(stays), 0
    if more := sum(sign * _count(match["n"]) for sign, step in _NUMBERS["steps"] for match in line.take(step)):
        return (), None, more
    own, total, before = tuple[int, ...](), 0, ""
    for match in line.take(_NUMBERS["length"]):
        count = 1 if match["a"] else 2 if match["n"] == "couple of" else int(match["n"])
        unit = (match["unit"] or "week")[0]
        days = {"d": count, "n": count + 1, "w": count * 7}[unit]
        if total and re.search(WORDS["patterns"]["corrects"], line.before(match.start(), 30)):
            total = 0
        if total and before != "w" and (days > total + (unit != before) or (unit != before and days < total - 1)):
            line.refused.append(line.quote(*match.span()))
        elif total and before != "w" and len(spots) == 1:  # "9 days, and Athens for 2 days"
            own = (days,)
        total += days if not total or before == "w" else 0
        before = unit
    for days, pattern in _NUMBERS["lengths"]:
        total = total or (days if line.take(pattern) else 0)
    return own, total or None, 0


def _count(word: str | None) -> int:
    return int(word) if word and word.isdecimal() else 1


def _stays(line: Line, spots: list[tuple[int, int]]) -> tuple[int, ...]:
    """The days in each of several places, where each has its own number; a night more belongs to the last one."""
    each = whole_words(r"(\d{1,2}) (days?|nights?) (?:each|in each|per (?:city|place))").search(line.rest)
    found = [(int(each[1]), each[2], each.span())] * len(spots) if each and len(spots) > 1 else []
    for start, end in spots if not found else ():
        found += [one] if (one := stay(line, start, end)) else []
    if len(found) < 2:
        return ()
    for _, _, span in found:
        line.remove(*span)
    if len(found) < len(spots):  # "3 days Rome, 2 days Florence, the rest Venice"
        line.refused += [line.quote(*span) for _, _, span in found]
        return ()
    stays = [count for count, _, _ in found]
    return (*stays[:-1], stays[-1] + any(unit.startswith("n") for _, unit, _ in found))


def stay(line: Line, start: int, end: int) -> tuple[int, str, tuple[int, int]] | None:
    """The number of days or nights beside the name of a place, their unit, and where they stand."""
    at = max(0, start - 24)
    match = re.search(_NUMBERS["stay_before"], line.rest[at:start])
    if match is None:
        at, match = end, re.match(_NUMBERS["stay_after"], line.rest[end : end + 16])
    if match is None or not 0 < int(match[1]) < 30:
        return None
    return int(match[1]), match[2] or "", (at + match.start(), at + match.end())


# People


def read_people(line: Line) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """The group as far as it is said, by field of the wishes, and how many more or fewer people than before."""
    shifts = [
        ("children" if re.fullmatch(_CHILD, match["who"]) else "adults", sign * _count(match["n"]))
        for sign, pattern in _NUMBERS["people"]
        for match in line.take(pattern)
    ]
    rooms = line.take(r"(\d{1,2}) (?:double |twin |separate |hotel |bed)?rooms?(?! each)")
    said: dict[str, Any] = {"rooms": int(rooms[0][1]) or None} if rooms else {}
    if line.take(_NUMBERS["no_children"]):
        return said | {"children": 0, "ages": (), "adults": min(_counted(line, _ADULT), MAX_PEOPLE) or None}, shifts
    for match in whole_words(r"the ([^\W\d_]{2,30}) (?:family|couple|group|party)").finditer(line.rest):
        if line.is_capital(match.start(1)):  # what they are called
            line.remove(*match.span(1))
    ages = _ages(line)
    line.take(rf"(?:\d|an?) {_CHILD}(?= {_NUMBERS['tells']})")  # tells something of one, not how many they are
    young = tuple(age for age in ages if age < 18)
    adults, children, supposed, some = _group(line, len(young), len(ages) - len(young))
    if adults + children > MAX_PEOPLE:
        line.refused.append(f"{adults + children} people")
        adults = children = 0
    if some and adults and not children:
        shifts, adults = [*shifts, ("somebody", adults)], 0
    said |= {"adults": adults or None, "children": children or None}
    return said | {"ages": young, "supposed": supposed}, shifts


def _ages(line: Line) -> list[int]:
    ages: list[int] = []
    for pattern in _NUMBERS["ages"]:
        for match in whole_words(pattern).finditer(line.rest):
            some = re.match(_NUMBERS["some_of_them"], line.rest[match.start(2) :]) and not re.search(
                r"\bage", match[0]
            )
            if not some and not re.match(_NUMBERS["no_age"], line.rest[match.end(2) : match.end(2) + 14]):
                ages += map(int, re.findall(r"\d{1,2}", match[2]))
                line.remove(match.start() + len(match["who"]), match.end())  # the noun is still needed to count
    return ages


def _group(line: Line, young: int, grown: int) -> tuple[int, int, bool, bool]:
    """Adults, children, whether their number is only supposed, and whether that is all that is said of a group.

    *young* and *grown* are those with an age. "The vegetarian couple" may be some of the group only.
    """
    if families := line.take(rf"(\d)(?: \w+)? families(?: with (\d) {_CHILD}(?: each)?)?"):
        count, each = int(families[0][1]), int(families[0][2] or 2)
        return 2 * count, count * each, families[0][2] is None, False
    family = line.take(_NUMBERS["family"])
    inside = [match for pattern in _NUMBERS["inside"] for match in line.take(pattern)]
    children = sum(_count(match[1]) for match in inside) or _counted(line, _CHILD)
    with_friends = bool(re.search(_NUMBERS["with_friends"], line.text))
    adults = 2 * _counted(line, "couples?") + 2 * len(line.take("couple(?= (?:plus|and|with) )"))
    adults += _counted(line, _ADULT) + with_friends
    if some := _counted(line, "boys?|girls?|guys|lads"):  # grown up, unless somebody else is
        others = adults or young or re.search(r"\b(?:our|my|family|parents|kids)\b", line.text)
        adults, children = (adults, children + some) if others else (some, children)
    total, supposed = sum([int(match[1]) for pattern in _NUMBERS["total"] for match in line.take(pattern)][:1]), False
    me = re.search(r"\b(?:i|we|me|my|our|us)\b", line.text)
    with_me = re.search(r"\b(?:with|and) (?:me|i)\b", line.text)
    kin = line.take(_NUMBERS["kin"])
    told = adults or children or young or total or family or with_me
    for match in kin:
        alone = adults or not me or (match[0].startswith("for ") and not with_me)
        adults += 0 if total or family else (2 if match[0].endswith("parents") else 1) + (not alone)
    for count, pattern in _NUMBERS["groups"]:
        adults = adults or (count if line.take(pattern) else 0)
    adults = adults if total else max(adults, grown)
    mentioned = line.take(rf"(?:my|our|the|with|and|her|his|their|small|young|little) ?{_CHILD}|{_CHILD}")
    if not children and (young or mentioned):
        children = young or (2 if re.search(r"(?:s|ren|babies)$", mentioned[0][0]) else 1)
        supposed = not young and children > 1
    if family:
        size, supposed = int(family[0][1] or family[0][2]), not (adults or children)
        children = children or max(0, size - (adults or 2))
        return max(1, size - children), children, supposed, False
    if line.take(r"family|families"):
        return adults or 2, children or 2, supposed or not children, False
    all_said = inside or total == young + grown
    adults = (total - children if all_said else adults or total) if total else adults
    return adults, children, supposed, not told


def _counted(line: Line, noun: str) -> int:
    pattern = rf"(\d{{1,2}}|an?) {_NUMBERS['size']}(?:{noun})(?! {_NUMBERS['tells']})"
    return sum(_count(match[1]) for match in line.take(pattern))


# Money

_CURRENCIES = PAIRS["currencies"] | {code.lower(): code for code in atlas().per_usd}
_SIGN = any_of(name for name in _CURRENCIES if not name[-1].isalpha())
_WORD = any_of(name for name in _CURRENCIES if name[-1].isalpha())
_CODE = any_of(code.lower() for code in atlas().per_usd)
_NAME = rf"(?:{_SIGN}|(?:{_WORD})(?!\w))"
_MONEY = re.compile(_NUMBERS["money"].replace("<SIGN>", _SIGN).replace("<NAME>", _NAME).replace("<CODE>", _CODE))
_PRICE = WORDS["patterns"]["price"]
_OF_ONE_THING = re.compile(rf" ?(?:a |per |for the |for a |the |/ ?)?(?:city |tourist )?{_PRICE}\b")


def read_currency(line: Line) -> str | None:
    found = line.take(rf"(?:in|into|back to) (?:us |the )?({_WORD})")
    return _CURRENCIES[found[0][1]] if found else None


def read_budget(line: Line, *, brief: bool) -> Budget | None:
    """The budget: an amount that is not the price of something; in a *brief*, only one that is called a budget."""
    for match in _MONEY.finditer(line.rest):
        kind = next(name for name in "abcde" if match[name])
        before = re.split(r"[.;!?\n]", line.rest[max(0, match.start() - 200) : match.start()])[-1]
        after = line.rest[match.end() : match.end() + 40]
        called = re.search(r"\b(?:budget|spend|spending)\b", f"{before} {match[0]} {after}")
        raw = re.sub(r"[.,' ](?=\d{3}(?:\D|$))", "", match[kind]).replace(",", ".")
        amount = Decimal(raw) * (1000 if match[f"{kind}k"].strip() else 1)
        thing = _OF_ONE_THING.match(after) or re.search(rf"\b{_PRICE}\b", before.rsplit(",")[-1])
        if re.search(r"(?:\bnot|n't) $", before) and line.refuse(*match.span()):  # "the budget is not €2,000"
            continue
        if amount <= 0 or (not called and (brief or thing)):
            continue
        later = re.match(rf"[^.;!?\n\d]{{0,20}}?(?<!\w)({_NAME})", after)  # "600 each, eur"
        name = match["sign"] or match["word"] or match["after"] or (later[1] if later else "")
        tail = re.split(r"[.;!?\n]|, | for | in | and ", after)[0]
        person = re.search(_NUMBERS["per_person"], tail) or re.search(_NUMBERS["person_before"], before)
        day = re.search(_NUMBERS["per_day"], tail) or re.search(r"\b(?:daily|per day)\b", before)
        per = " and ".join(["person"] * bool(person) + ["day"] * bool(day)) or "trip"
        flights = bool(line.find(_NUMBERS["with_flights"]))
        line.remove(match.start(), match.end() + (len(tail) if per != "trip" else 0))
        amount = Decimal(int(amount)) if amount == int(amount) else amount
        return Budget(amount, _CURRENCIES.get(name.strip()), per, flights)
    return None
