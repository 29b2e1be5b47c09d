"""What one message says: places, length, time, people, money, needs. Free text in, plain data out."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from emulator.demo.destinations import atlas, fold
from emulator.demo.words import (
    CONTINENT_WORDS,
    COUNTRY_WORDS,
    CURRENCY_SIGNS,
    CURRENCY_WORDS,
    DAY_UNITS,
    DIETS,
    ENGLISH_WORDS,
    INTERESTS,
    LANGUAGE_WORDS,
    MONTH_WORDS,
    NEEDS,
    NIGHT_UNITS,
    NUMBERS,
    WEEK_UNITS,
)

READ_CHARS = 6000  # of one message; nobody describes a trip in more
MAX_PEOPLE = 30

_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_DAYS, _WEEKS, _NIGHTS = "|".join(DAY_UNITS), "|".join(WEEK_UNITS), "|".join(NIGHT_UNITS)
_MONTH = "|".join(sorted(MONTH_WORDS, key=len, reverse=True))
_ARTICLE = r"(?:an?|eine?n?|une?|un[oa]|uma?)"
_CODES = "|".join(sorted(atlas().per_usd))
_AMOUNT = r"\d{1,3}(?:[.,' \u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?!\d)"
_KILO = r"(?:\s?k\b)?"
_SIGN = "|".join(re.escape(fold(sign)) for sign in sorted(CURRENCY_SIGNS, key=len, reverse=True))
_MONEY_WORD = "|".join(sorted(CURRENCY_WORDS, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount as it was said; *per* is ``trip``, ``person``, ``day`` or ``person and day``."""

    amount: Decimal
    currency: str
    per: str = "trip"
    with_flights: bool = False


@dataclass(frozen=True, slots=True)
class StartDay:
    """The first day of a trip; the year is None when it was not said."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One message, read. Empty fields were not mentioned; *folded* is the text for matching words."""

    text: str
    folded: str
    places: tuple[str, ...] = ()
    added_places: tuple[str, ...] = ()
    dropped_places: tuple[str, ...] = ()
    located: tuple[str, ...] = ()
    unknown_place: str | None = None
    continent: str | None = None
    days: int | None = None
    more_days: int = 0
    month: int | None = None
    season: str | None = None
    start: StartDay | None = None
    relative: str | None = None
    adults: int | None = None
    children: int | None = None
    budget: Budget | None = None
    diets: tuple[str, ...] = ()
    dropped_diets: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    pace: int | None = None
    pace_shift: int = 0
    level: int | None = None
    level_shift: int = 0
    swap: tuple[int, int] | None = None
    more_trips: int = 0
    left_out: str | None = None
    detail: bool = False
    language: str | None = None

    def has(self, pattern: str) -> bool:
        """Whether the message contains *pattern* as whole words."""
        return re.search(rf"\b(?:{pattern})\b", self.folded) is not None


def read(text: str) -> Said:
    """Everything that can be recognised in *text*, which may be anything."""
    text = text[:READ_CHARS]
    folded = re.sub(r"\s+", " ", fold(text)).strip()
    ranges = _date_range(folded)
    start, range_days = ranges if ranges else (None, None)
    without_money = _money_pattern().sub(" ", folded)
    adults, children = _people(without_money)
    places, added, dropped_places = _places(folded)
    located = _located(text) if not places else ()
    diets, dropped = _diets(folded)
    dislikes = _dislikes(folded)
    return Said(
        text=text,
        folded=folded,
        places=places,
        added_places=added,
        dropped_places=dropped_places,
        located=located,
        unknown_place=None if places or located else _unknown_place(text),
        continent=next((name for word, name in CONTINENT_WORDS.items() if _word(word, folded)), None),
        days=range_days or _days(without_money),
        more_days=_more_days(folded),
        month=start.month if start else _month(text, folded),
        season=_season(folded),
        start=start,
        relative=_relative(folded),
        adults=adults,
        children=children,
        budget=_budget(folded),
        diets=diets,
        dropped_diets=dropped,
        allergies=_allergies(folded),
        needs=tuple(need for need, pattern in NEEDS.items() if _word(pattern, folded)),
        interests=tuple(
            name for name, (pattern, _) in INTERESTS.items() if name not in dislikes and _word(pattern, folded)
        ),
        dislikes=dislikes,
        swap=_swap(folded),
        left_out=_left_out(folded),
        detail=_word(r"in (?:great |full |more )?details?|detailed|(?:very|really) long|long version|thorough\w*"
                     r"|hour by hour|as long as possible|everything", folded),
        language=_language(text, folded),
        **_style(folded),
    )  # fmt: skip


def number(word: str) -> int:
    """The value of a folded numeral or number word."""
    return int(word) if word.isdecimal() else NUMBERS[word]


def _word(pattern: str, folded: str) -> bool:
    return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", folded) is not None


@cache
def _place_pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]], frozenset[str]]:
    ids: dict[str, tuple[str, ...]] = {}
    countries: dict[str, list[str]] = {}
    for place in atlas().destinations:
        countries.setdefault(place.country, []).append(place.id)
    for country, members in countries.items():
        ids[fold(country.split(",")[0])] = tuple(members)
    for word, country in COUNTRY_WORDS.items():
        ids.update({word: tuple(countries[country])} if country in countries else {})
    country_words = frozenset(ids)
    for place in atlas().destinations:
        for name in (place.name, place.local_name, *place.aliases):
            ids[fold(name)] = (place.id,)
    cities = frozenset(fold(name) for p in atlas().destinations for name in (p.name, p.local_name, *p.aliases))
    spaced: list[str] = []
    unspaced: list[str] = []
    for name in sorted(ids, key=len, reverse=True):
        (unspaced if re.search(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u0e00-\u0e7f]", name) else spaced).append(
            name
        )
    alternatives = rf"(?<!\w)(?:{'|'.join(map(re.escape, spaced))})(?!\w)|(?:{'|'.join(map(re.escape, unspaced))})"
    return re.compile(alternatives), ids, country_words - cities


_HOME = re.compile(r"\b(?:from|live in|lives in|living in|based in|home in) $")
_UNWANTED = re.compile(
    r"\b(?:not|instead of|rather than|hate|replace|remove|drop|skip|without|leave out|no more)(?: the)? $"
)
_ADDED = re.compile(r"\b(?:add|also|plus|include|continue to|on to)(?: \w+){0,3} $")


def _places(folded: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Destination ids in the order named, those to be added to the trip so far, and those to be dropped from it.

    A place that somebody comes from or lives in is none of them.
    """
    pattern, ids, country_words = _place_pattern()
    cities: list[str] = []
    by_country: list[str] = []
    added: list[str] = []
    dropped: list[str] = []
    for match in pattern.finditer(folded):
        before = folded[max(0, match.start() - 28) : match.start()]
        found = ids[match[0]]
        if _UNWANTED.search(before):
            dropped.extend(found)
        elif not _HOME.search(before):
            (by_country if match[0] in country_words else cities).extend(found)
            if _ADDED.search(before):
                added.extend(found)
    chosen = cities or by_country
    if not cities and len(by_country) > 1:
        chosen = _close_together(by_country)
    return tuple(dict.fromkeys(chosen)), tuple(dict.fromkeys(added)), tuple(dict.fromkeys(dropped))


def _close_together(place_ids: list[str]) -> list[str]:
    first = atlas().get(place_ids[0])
    near = atlas().nearest(first.lat, first.lon, count=len(atlas().destinations))
    reachable = {place.id for place, km in near if km <= 1000}
    return [place_id for place_id in dict.fromkeys(place_ids) if place_id in reachable][:3]


_COMMON_WORDS = frozenset({"Nice", "Split", "Georgia", "Jordan", "Petra", "Wales", "Florida", "Salvador", "Florence"})


@cache
def _located_pattern() -> re.Pattern[str]:
    names = sorted(atlas().nearby_places, key=len, reverse=True)
    plain = "|".join(re.escape(name) for name in names if name not in _COMMON_WORDS)
    common = "|".join(re.escape(name) for name in names if name in _COMMON_WORDS)
    led = "|".join(
        rf"(?<=\b{word} )" for word in ("in", "to", "for", "around", "visit", "about", "near", "and", "or")
    )
    return re.compile(rf"(?<!\w)(?:(?:{plain})|(?:{led})(?:{common}))(?!\w)")


def _located(text: str) -> tuple[str, ...]:
    """Names of places that are only located, not described; not the ones that somebody comes from."""
    matches = _located_pattern().finditer(text)
    home = re.compile(r"\b(?:from|live in|based in|living in) $")
    return tuple(match[0] for match in matches if not home.search(text[max(0, match.start() - 20) : match.start()]))


def _unknown_place(text: str) -> str | None:
    """A capitalised name after a preposition of place, when nothing better was recognised."""
    not_places = {fold(word) for word in ("I", "My", "The", "English", "Excel", "Markdown", "JSON", "CSV", "Day")}
    pattern = (
        r"\b(?:in|to|visit|visiting|around|about|for)\s+((?:[A-ZÀ-ÖØ-Þ][\w'’-]+)(?:\s+[A-ZÀ-ÖØ-Þ][\w'’-]+){0,2})"
    )
    for match in re.finditer(pattern, text):
        first = fold(match[1].split()[0])
        if first not in not_places and first not in MONTH_WORDS and first not in NUMBERS and len(first) > 2:
            return match[1]
    return None


def _days(folded: str) -> int | None:
    """A length in days: weeks count seven, four nights make five days, a weekend two."""
    if match := re.search(rf"(?<![\w.,])({_NUMBER})(?:-| )?(?:full )?(?:{_NIGHTS})\b", folded):
        return number(match[1]) + 1
    total = 0
    if match := re.search(
        rf"(?<![\w.,])(?<!\bin )({_NUMBER})(?:-| )?(?:{_WEEKS})\b(?! (?:from now|time|ago))", folded
    ):
        total += number(match[1]) * 7
    several = rf"(?<![\w.,])({_NUMBER})(?:-| )?(?:full )?(?:{_DAYS})\b(?! ?trips\b)"
    match = re.search(several, folded)
    if match and not re.search(r"\b(?:add|plus|another) $", folded[: match.start()]):
        value = number(match[1])
        total += value if match[1].isdecimal() or value > 1 else 0
    if match := re.search(r"(\d{1,2}) ?(?:日間?|天|일)", folded):
        total += int(match[1])
    if total:
        return total
    for pattern, days in ((r"long weekend", 3), (r"weekend|wochenende|fin de semana|week-end", 2), (r"fortnight", 14),
                          (r"(?:one|a single) day(?! trips?)|for a day|day visit", 1)):  # fmt: skip
        if _word(pattern, folded):
            return days
    return None


def _more_days(folded: str) -> int:
    count = r"(?:(?P<n>\d|an?|one|two|three|four) )?"
    if match := re.search(rf"\b(?:add |plus )?{count}(?:more|extra|another|additional) days?\b(?! trip)", folded):
        return number(match["n"] or "one")
    if match := re.search(r"\badd (?P<n>a|one|two|three|\d) days?\b(?! trip)", folded):
        return number(match["n"])
    if match := re.search(rf"\b{count}(?:days? (?:less|fewer|shorter)|(?:less|fewer) days?)\b", folded):
        return -number(match["n"] or "one")
    return 0


def _month(text: str, folded: str) -> int | None:
    """A month that is named; "may" and "march" only where they cannot be verbs."""
    for match in re.finditer(rf"(?<!\w)({_MONTH})(?!\w)", folded):
        word = match[1]
        if word in ("may", "march", "mars", "sep", "mai", "dec", "set", "marco", "jan"):
            before, after = folded[: match.start()][-12:], folded[match.end() :][:12]
            led = re.search(
                r"(?:\b(?:in|im|en|em|for|during|early|mid|late|next|about|of|until|w|\d)[ -])$",
                before,
            )
            dated = re.match(r" \d|$|[?.!,]", after)
            named = re.search(rf"(?<=[a-z,] ){word.capitalize()}\b(?! (?:i|we|you|be|have|it)\b)", text)
            if not (led or dated or named):
                continue
        return MONTH_WORDS[word]
    if numbered := re.search(r"(?<!\d)(1[0-2]|[1-9]) ?月", folded):
        return int(numbered[1])
    if _word(r"christmas|new year'?s?(?: eve)?|xmas|weihnachten|noel", folded):
        return 12
    return 4 if _word(r"easter|ostern", folded) else None


def _season(folded: str) -> str | None:
    for season, pattern in (("spring", "spring"), ("summer", "summer|sommer"), ("autumn", "autumn|fall|herbst"),
                            ("winter", "winter")):  # fmt: skip
        if _word(rf"(?:in|this|next|for|during|im|early|late|the|of) (?:the )?(?:{pattern})", folded):
            return season
    return None


def _date_range(folded: str) -> tuple[StartDay, int | None] | None:
    """The first day, and the number of days when the last one is named too."""
    dash, ordinal = r" ?(?:-|–|—|to|until|till|bis|through) ?", r"(?:st|nd|rd|th|\.)?"
    iso = r"(20\d\d)-(\d\d)-(\d\d)"
    year = r"(?:,? (20\d\d))?"
    day_first_tail = rf"(\d{{1,2}}){ordinal}(?: of)? ({_MONTH}){year}\b"
    day_first = rf"(?<!\d){day_first_tail}"
    month_first = rf"(?<!\w)({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?!\d){year}"
    day = r"(?<!\d)(\d{1,2})" + ordinal
    found: list[tuple[int | None, int, int]] = []
    if matches := re.findall(iso, folded):
        found = [(int(y), int(m), int(d)) for y, m, d in matches[:2]]
    elif match := re.search(rf"{day}{dash}{day_first_tail}", folded):
        y, m = (int(match[4]) if match[4] else None), MONTH_WORDS[match[3]]
        found = [(y, m, int(match[1])), (y, m, int(match[2]))]
    elif match := re.search(
        rf"(?<!\w)({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?{dash}(\d{{1,2}})(?:st|nd|rd|th)?(?!\d){year}", folded
    ):
        y, m = (int(match[4]) if match[4] else None), MONTH_WORDS[match[1]]
        found = [(y, m, int(match[2])), (y, m, int(match[3]))]
    elif matches := re.findall(day_first, folded):
        found = [(int(y) if y else None, MONTH_WORDS[m], int(d)) for d, m, y in matches[:2]]
    elif matches := re.findall(month_first, folded):
        found = [(int(y) if y else None, MONTH_WORDS[m], int(d)) for m, d, y in matches[:2]]
    days = [_real_date(*one) for one in found]
    if not days or days[0] is None:
        return None
    shown_year = found[0][0] or found[-1][0]
    start = StartDay(days[0].month, days[0].day, shown_year)
    if len(days) < 2 or days[1] is None:
        return start, None
    length = (days[1] - days[0]).days + 1
    if length <= 0:
        length += 365
    return start, length if 1 <= length <= 60 else None


def _real_date(year: int | None, month: int, day: int) -> date | None:
    try:
        return date(year or 2028, month, day)  # a leap year, so that 29 February can be said without a year
    except ValueError:
        return None


def _relative(folded: str) -> str | None:
    """Words that mean something only when today's date is known."""
    weekday = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    pattern = (
        rf"day after tomorrow|tomorrow|today|tonight|(?:this|next|the coming|coming) (?:weekend|week"
        rf"|month|year|{weekday})|on (?:{weekday})"
    )
    match = re.search(rf"\b(?:{pattern})\b", folded)
    return match[0] if match else None


def _people(folded: str) -> tuple[int | None, int | None]:
    """Adults and children; None where nothing was said. A family of four has two children."""
    adults: int | None = None
    children: int | None = None
    if match := re.search(r"(\d{1,2}) ?[人명]", folded):
        adults = int(match[1])
    child_word = (
        r"(?:kids?|child(?:ren)?|toddlers?|bab(?:y|ies)|teenagers?|teens?|sons?|daughters?|kinder"
        r"|enfants?|ninos?|bambini)"
    )
    grown = (
        r"(?:adults?|people|persons?|pax|travell?ers?|of us|guests?|erwachsene|personen|personnes"
        r"|personas|persone|pessoas|osoby|osob|friends)"
    )
    not_length = (
        rf"(?![- ]?(?:more |full |or )?(?:{_DAYS}|{_WEEKS}|{_NIGHTS}|months?|hours?|k\b|nights?))(?![\d.,]*\d)"
    )
    if match := re.search(rf"\bfamily (?:of|with) ({_NUMBER})\b(?! {child_word})", folded):
        size = number(match[1])
        adults, children = min(2, size), max(0, size - 2)
    if match := re.search(rf"\b({_NUMBER}) (?:\w+ )?{child_word}\b", folded):
        children = number(match[1])
        adults = 2 if adults is None and _word(r"family|we|our|couple|us", folded) else adults
    elif _word(rf"(?:with|and|our|my|the|for) (?:\w+ )?{child_word}", folded) and children is None:
        children = 1 if _word(r"son|daughter|child|kid|baby|toddler|teenager", folded) else 2
    elif _word("family|familie|famille|familia|famiglia", folded) and adults is None:
        adults, children = 2, 2
    if match := re.search(rf"\b({_NUMBER}) {grown}\b", folded):
        found = number(match[1])
        adults = (
            found + 1
            if match[0].endswith("friends") and _word(rf"(?:with|and) {match[1]}(?: \w+)? friends", folded)
            else found
        )
    elif adults is None and (
        match := re.search(rf"\b(?:group|party) of ({_NUMBER})\b", folded)
        or re.search(
            rf"\b(?:for|fur|pour|para|per|voor|dla|we are|there are|we're) (?!{_ARTICLE}\b)({_NUMBER})\b"
            rf"{not_length}(?! {child_word})",
            folded,
        )
    ):
        adults = number(match[1])
    elif adults is None and _word(
        r"couple|honeymoon\w*|the two of us|both of us|anniversary|(?:my|the|his|her) (?:wife|husband"
        r"|partner|girlfriend|boyfriend|spouse|fiancee?)",
        folded,
    ):
        adults = 2
    elif adults is None and _word(r"solo|alone|just me|by myself|only me|on my own|one person", folded):
        adults = 1
    if children and adults is not None and (match := re.search(rf"\bfor ({_NUMBER}) with\b", folded)):
        adults = number(match[1])
    adults = None if adults == 0 else adults
    return (
        None if adults is None else min(adults, MAX_PEOPLE),
        None if children is None else min(children, MAX_PEOPLE),
    )


@cache
def _money_pattern() -> re.Pattern[str]:
    codes = _CODES.casefold()
    return re.compile(
        rf"(?P<sign>{_SIGN}|(?<!\w)(?:{codes}) ?)\s?(?P<a>{_AMOUNT})(?P<ak>{_KILO})"
        rf"|(?<![\w.,])(?P<b>{_AMOUNT})(?P<bk>{_KILO})\s?(?P<word>{_SIGN}|(?:{_MONEY_WORD}|{codes})(?!\w))"
        rf"|\bbudget(?: (?:of|is|around|about|under|max|maximum|up to|to|now)|:"
        rf"|=)*\s?(?P<c>{_AMOUNT})(?P<ck>{_KILO})(?! ?(?:{_DAYS}|people|hotels?))"
        rf"|(?<![\w.,])(?P<d>{_AMOUNT})(?P<dk>\s?k\b|(?= budget\b))"
    )


def _budget(folded: str) -> Budget | None:
    for match in _money_pattern().finditer(folded):
        kind = next(name for name in "abcd" if match[name])
        raw = re.sub(r"[.,' \u00a0\u202f](?=\d{3}(?:\D|$))", "", match[kind]).replace(",", ".")
        amount = Decimal(raw) * (1000 if match[f"{kind}k"].strip() else 1)
        if amount <= 0:
            continue
        name = (match["sign"] or match["word"] or "$").strip()
        signs = {fold(sign): code for sign, code in CURRENCY_SIGNS.items()}
        currency = signs.get(name) or CURRENCY_WORDS.get(name) or name.upper()
        tail = re.split(r"[.;!?]| for | in ", folded[match.end() : match.end() + 32])[0]
        person = _word(r"per person|p\.?p|each(?! day)|a head|per head|a person|pro person|par personne", tail)
        day = _word(r"per day|a day|daily|each day|per night|pro tag|par jour", tail) or re.search(r"/ ?day\b", tail)
        per = "person and day" if person and day else "person" if person else "day" if day else "trip"
        flights = _word(r"includ\w+ (?:the )?(?:flights?|airfares?)|with (?:the )?flights?|flights? included", folded)
        return Budget(amount, currency, per, flights)
    return None


def _diets(folded: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    kept: list[str] = []
    dropped: list[str] = []
    for diet, pattern in DIETS.items():
        if match := re.search(rf"(?<!\w)(?:{pattern})(?!\w)", folded):
            negated = re.search(
                r"\b(?:not|isn't|aren't|am no longer|no longer|not a|nobody is|no)(?: an?)? $",
                folded[: match.start()],
            )
            (dropped if negated else kept).append(diet)
    return tuple(kept), tuple(dropped)


def _allergies(folded: str) -> tuple[str, ...]:
    if match := re.search(r"\ballergic to ([a-z -]{3,40})", folded):
        words = re.split(r",| and | or ", match[1])
        return tuple(word.strip() for word in words if word.strip())[:3]
    match = re.search(r"\b(nut|peanut|shellfish|egg|soy|sesame|fish|milk) allerg", folded)
    return (match[1],) if match else ()


def _dislikes(folded: str) -> tuple[str, ...]:
    lead = (
        r"(?:no|without|skip(?: the| all)?|not? into|don't like|do not like|dislikes?|hates?|bored by"
        r"|avoid(?: the)?|not interested in|no more|fewer|less)"
    )
    return tuple(
        name
        for name, (pattern, _) in INTERESTS.items()
        if _word(rf"{lead} (?:any |more |the )?(?:{pattern})", folded)
    )


def _swap(folded: str) -> tuple[int, int] | None:
    match = re.search(
        r"\b(?:swap|switch|exchange|change)\b(?: around)? (?:the )?days? (\w+) (?:and|with|for|&) (?:day )?(\w+)",
        folded,
    )
    if match is None or not all(one.isdecimal() or one in NUMBERS for one in match.groups()):
        return None
    return number(match[1][:3] if match[1].isdecimal() else match[1]), number(
        match[2][:3] if match[2].isdecimal() else match[2]
    )


def _left_out(folded: str) -> str | None:
    match = re.search(
        r"\b(?:skip|remove|drop|leave out|take out|without|instead of|delete) (?:the )?([^.!?;]{3,60})", folded
    )
    return match[1].strip() if match else None


def _style(folded: str) -> dict[str, int]:
    """Pace (-1 slow, 1 full) and level of comfort (0 saver to 2 comfort), absolute or as a shift."""
    style: dict[str, int] = {}
    if _word(
        r"slower|slow(?: it)? down|less (?:busy|packed|rushed|hectic)|too (?:busy|much|packed|full|fast"
        r"|rushed)|more (?:relaxed|time|free time)|lighter days",
        folded,
    ):
        style["pace_shift"] = -1
    elif _word(
        r"faster|busier|more packed|fuller|see more|more (?:sights|things|activities|to do)|pack more"
        r"|too (?:slow|empty)",
        folded,
    ):
        style["pace_shift"] = 1
    elif _word(
        r"slow|relaxed|relaxing|leisurely|easy[- ]going|unhurried|easy pace|gentle|no rush|seniors?|elderly", folded
    ):
        style["pace"] = -1
    elif _word(r"packed|busy|intense|see (?:it all|as much as possible|everything)|fast[- ]paced|full days", folded):
        style["pace"] = 1
    if _word(
        r"cheaper|less expensive|save money|lower (?:the )?(?:cost|price|budget)s?|too (?:expensive|dear"
        r"|much money|pricey)|more affordable|cut costs?|spend less|billiger|moins cher|mas barato",
        folded,
    ):
        style["level_shift"] = -1
    elif _word(
        r"more (?:comfort|comfortable|luxur\w+|upscale)|nicer hotels?|better hotels?|upgrade|fancier|splurge more",
        folded,
    ):
        style["level_shift"] = 1
    elif _word(r"luxur\w+|5[- ]star|five[- ]star|high[- ]end|splurge|upscale", folded):
        style["level"] = 2
    elif _word(
        r"cheap|backpack\w*|shoestring|low[- ]cost|budget (?:trip|travel\w*|hotels?|friendly)|on a budget"
        r"|hostels?|as cheap\w* as possible",
        folded,
    ):
        style["level"] = 0
    elif _word(r"mid[- ]range|standard|3[- ]star|three[- ]star|4[- ]star|four[- ]star", folded):
        style["level"] = 1
    if _word(
        r"(?:add|include|with|plus|want|like|another|one more|suggest)(?: \w+){0,2} (?:day[- ]?trips?|excursions?)",
        folded,
    ):
        style["more_trips"] = 1
    elif _word(r"(?:no|without|skip|remove|drop)(?: \w+){0,2} (?:day[- ]?trips?|excursions?)", folded):
        style["more_trips"] = -1
    return style


_SCRIPTS = {
    "Korean": r"[\uac00-\ud7af]",
    "Chinese": r"[\u4e00-\u9fff]",
    "Russian": r"[\u0400-\u04ff]",
    "Arabic": r"[\u0600-\u06ff]",
    "Hindi": r"[\u0900-\u097f]",
    "Greek": r"[\u0370-\u03ff]",
    "Hebrew": r"[\u0590-\u05ff]",
    "Thai": r"[\u0e00-\u0e7f]",
}


def _language(text: str, folded: str) -> str | None:
    """The English name of the language when it is clearly not English."""
    if re.search(r"[\u3040-\u30ff]", text):
        return "Japanese"
    for name, script in _SCRIPTS.items():
        if len(re.findall(script, text)) * 4 >= max(4, len(re.findall(r"[^\W\d_]", text))):
            return name
    words = re.findall(r"[a-z]+", folded)[:200]
    english = sum(word in ENGLISH_WORDS.split() for word in words)
    scores = {name: sum(word in listed.split() for word in words) for name, listed in LANGUAGE_WORDS.items()}
    units = {"German": "tage|tagen", "French": "jours", "Italian": "giorni", "Dutch": "dagen", "Polish": "dni"}
    for name, unit in units.items():
        scores[name] += 2 * _word(unit, folded)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= 2 and scores[best] > english else None
