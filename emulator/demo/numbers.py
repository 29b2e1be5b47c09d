"""The numbers of a message: dates, days, people, money. Each is read once and then taken out of the line."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from emulator.demo.days import Spot
from emulator.demo.destinations import atlas
from emulator.demo.line import LISTS, MONTHS, PAIRS, WORDS, Line, any_of, whole_words
from emulator.demo.wishes import MAX_PEOPLE, NO_YEAR, Budget

MONTH_NUMBERS = {
    name: number for number, month in enumerate(MONTHS, 1) for name in (month.lower(), month[:3].lower())
} | {"sept": 9, "christmas": 12, "xmas": 12, "easter": 4}
NO_NAMES = frozenset([*MONTH_NUMBERS, *LISTS["weekdays"], "the", "day", "english"])  # though with a capital
_SEASONS = {"spring": 4, "summer": 7, "autumn": 10, "fall": 10, "winter": 1}  # in the north
_NUMBERS: dict[str, Any] = WORDS["numbers"]


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
    """A month that is named; "may", "march" and short names only where they can be no other words."""
    line.find(_NUMBERS["around_month"])  # a plan knows no more than the month
    for match in whole_words(WORDS["macros"]["SHORT_MONTH"]).finditer(line.rest):
        before, after = line.before(match.start()), line.text[match.end() : match.end() + 10]
        sure = len(match["month"]) > 3 and match["month"] != "march"
        if sure or re.search(_NUMBERS["before_month"], before) or re.match(_NUMBERS["after_month"], after):
            year = re.match(r"(?: of|,)? 20\d\d(?!\w)", after)
            line.remove(match.start(), match.end() + (year.end() if year else 0))
            return MONTH_NUMBERS[match["month"]]
    seasons = line.take(rf"(?:in|this|next|for|the|of|during) (?:the )?({'|'.join(_SEASONS)})")
    return (_SEASONS[seasons[0][1]] + 6 * south - 1) % 12 + 1 if seasons else None


# Days


def read_days(line: Line, spots: list[Spot], others: list[Spot]) -> tuple[tuple[int, ...], int | None]:
    """The days in each of several places (0 for "the rest" of them), and the days in all.

    *spots* are the places to go to, *others* names of places where nobody can stay.
    """
    where = list({spot[1]: spot for spot in spots}.values())  # a country once
    names = list(dict.fromkeys(name for name, *_ in where))
    found = {spot[0]: stay for spot in where if (stay := _stay(line, spot))}  # the last of a place named twice
    for name, start, end in others if found or not where else ():
        if stay := _stay(line, (name, start, end)):
            away = line.remove if stay[0] == 1 else line.refuse  # a day is a day trip
            away(min(start, stay[2][0]), max(end, stay[2][1]))
    if len(names) > 1 and (each := line.take(_NUMBERS["each"])):
        found = dict.fromkeys(names, (int(each[0][1]), each[0][2].startswith("n"), each[0].span()))
    if len(found) > 1:
        for *_, span in found.values():
            (line.remove if len(found) == len(names) else line.refuse)(*span)
    said = [(_days_of(match), match["unit"][0], match) for match in line.take(_NUMBERS["length"])]
    for days, pattern in _NUMBERS["lengths"] if not said else ():
        said += [(days, "", match) for match in line.take(pattern)]
    lengths, stays = {days for days, *_ in said}, [found[name][0] for name in names if 1 < len(names) == len(found)]
    if stays and 0 not in stays:  # a night more belongs to the last place
        stays[-1] += any(is_nights for _, is_nights, _ in found.values()) or lengths == {sum(stays) + 1}
        line.refused += [line.quote(*match.span()) for days, _, match in said if days != sum(stays)]
        return tuple(stays), sum(stays)
    if [unit for _, unit, _ in said] == ["w", "d"]:  # "a week and two days"
        return (), said[0][0] + said[1][0]
    if len(lengths) > 1:
        line.refused += [line.quote(*match.span()) for *_, match in said]
    return tuple(stays), lengths.pop() if len(lengths) == 1 else None


def _days_of(match: re.Match[str]) -> int:
    count, unit = _count(match["n"]), match["unit"][0]
    return count * 7 if unit == "w" else count + (unit == "n")


def _count(word: str | None) -> int:
    return int(word) if word and word.isdecimal() else 1


def _stay(line: Line, spot: Spot) -> tuple[int, bool, tuple[int, int]] | None:
    """The number beside the name of a place (0 for "the rest"), whether it is of nights, and where it stands."""
    at = max(0, spot[1] - 24)
    match = re.search(_NUMBERS["stay_before"], line.rest[at : spot[1]])
    if match is None:
        at, match = spot[2], re.match(_NUMBERS["stay_after"], line.rest[spot[2] : spot[2] + 16])
    if match is None:
        return None
    start, end = at + match.start(), at + match.end()
    return int(match[1]) if match[1].isdecimal() else 0, (match[2] or "").startswith("n"), (start, end)


# People


def read_people(line: Line) -> tuple[dict[str, Any], bool]:
    """The group as far as it is said, by field of the wishes; and whether nobody was counted, as in "the kids hate
    ruins", so that it tells nothing where the group is known.
    """
    line.find(_NUMBERS["called"])  # "the Weber family"
    ages = _ages(line)
    line.take(_NUMBERS["one_of_them"])
    young = tuple(age for age in ages if age < 18)
    adults, children, supposed, vague = _group(line, len(young), len(ages) - len(young))
    if adults + children > MAX_PEOPLE:
        line.refused.append(f"{adults + children} people")
        adults = children = 0
    return {"adults": adults or None, "children": children or None, "ages": young, "supposed": supposed}, vague


def _ages(line: Line) -> list[int]:
    ages: list[int] = []
    for pattern in _NUMBERS["ages"]:
        for match in whole_words(pattern).finditer(line.rest):
            if not re.match(_NUMBERS["no_age"], line.rest[match.end(2) : match.end(2) + 14]):
                ages += map(int, re.findall(r"\d{1,2}", match[2]))
                line.remove(match.start() + len(match["who"]), match.end())  # the noun is still needed to count
    return ages


def _group(line: Line, young: int, grown: int) -> tuple[int, int, bool, bool]:
    """Adults, children, whether their number is only supposed, and whether nobody was counted.

    *young* and *grown* are those with an age.
    """
    found: dict[str, list[re.Match[str]]] = {}
    for who, pattern in _NUMBERS["people"]:
        found[who] = [*found.get(who, []), *line.take(pattern)]
    count = {who: sum(_count(match[1] if match.re.groups else None) for match in said) for who, said in found.items()}
    children, adults, family = count["children"], count["adults"] + 2 * count["couples"], count["family"]
    total = _count(found["total"][0][1]) if found["total"] else 0
    counted = bool(adults or children or young or total or family)
    if not (total or family) and (kin := [*found["parents"], *found["kin"]]):
        with_me = re.search(_NUMBERS["with_me"], line.text) or not kin[0][0].startswith("for ")
        me = not adults and bool(with_me and re.search(_NUMBERS["me"], line.text))
        adults, counted = adults + len(kin) + len(found["parents"]) + me, counted or me
    if not adults:
        adults, counted = 1 if found["alone"] else 2 * bool(found["pair"]), counted or bool(found["alone"])
    supposed = False
    if not children and (young or found["some"]):
        children = young or (2 if re.search(r"(?:s|ren|babies)$", found["some"][0][0]) else 1)
        supposed = not young and children > 1
    if family:
        supposed = not (adults or children)
        children = children or max(0, family - (adults or 2))
        adults = max(1, family - children)
    elif found["families"]:
        adults, children, supposed = adults or 2, children or 2, supposed or not children
    elif total:
        adults = max(adults, total if found["besides"] or total <= children else total - children)
    return max(adults, 0 if total else grown), children, supposed, not counted


# Money

_CURRENCIES = PAIRS["currencies"] | {code.lower(): code for code in atlas().per_usd}
_SIGN = any_of([*(name for name in _CURRENCIES if not name[-1].isalpha()), *map(str.lower, atlas().per_usd)])
_WORD = any_of(name for name in _CURRENCIES if name[-1].isalpha())
_NAME = rf"(?:{_SIGN}|{_WORD})(?!\w)"
_PRICE = whole_words(WORDS["macros"]["PRICE"])
_MONEY = re.compile(_NUMBERS["money"].replace("<SIGN>", _SIGN).replace("<NAME>", _NAME))


def read_currency(line: Line) -> str | None:
    found = line.take(rf"(?:in|into|back to) (?:us |the )?({_WORD})")
    return _CURRENCIES[found[0][1]] if found else None


def read_budget(line: Line, *, brief: bool) -> Budget | None:
    """The budget, the upper one of two amounts: no price of something; in a *brief*, only one that is called so."""
    for match in _MONEY.finditer(line.rest):
        before = re.split(r"[.;!?\n]", line.rest[max(0, match.start() - 200) : match.start()])[-1]
        after = re.split(r"[.;!?\n]", line.rest[match.end() : match.end() + 40])[0]
        called = re.search(r"\b(?:budget|spend|spending)\b", f"{before} {after}")
        is_named = match["sign"] or match["name"] or match["kilo"]
        is_money = is_named or re.search(_NUMBERS["is_budget"], f"{before}<{after}")
        is_price = re.match(_NUMBERS["price_after"], after) or re.search(_PRICE, before.rsplit(",")[-1])
        amount = Decimal(re.sub(r"[.,' ](?=\d{3}(?:\D|$))", "", match["amount"]).replace(",", "."))
        if not is_money or amount <= 0 or (not called and (brief or is_price)):
            continue
        amount *= 1000 if match["kilo"] else 1
        elsewhere = re.search(_SIGN, match["low"] or "") or re.search(rf"(?<!\w){_NAME}", after)  # "600 each, eur"
        name = (match["sign"] or match["name"] or (elsewhere[0] if elsewhere else "")).strip()
        if name and name not in _CURRENCIES:  # there is no rate
            line.refuse(*match.span())
            return None
        tail = re.split(r", | for | in | and ", after)[0]
        person = re.search(_NUMBERS["per_person"], tail) or re.search(_NUMBERS["person_before"], before)
        day = re.search(_NUMBERS["per_day"], tail) or re.search(r"\b(?:daily|per day)\b", before)
        per = " and ".join(["person"] * bool(person) + ["day"] * bool(day)) or "trip"
        flights = bool(line.find(_NUMBERS["with_flights"]))
        line.hide(match.start(), match.end() + (len(tail) if per != "trip" else 0))
        return Budget(Decimal(f"{amount.normalize():f}"), _CURRENCIES.get(name), per, flights)
    for match in whole_words(_NUMBERS["basis"]).finditer(line.rest):
        line.hide(*match.span())
        return Budget(Decimal(0), None, "person and day" if "day" in match["per"] else "person")
    return None
