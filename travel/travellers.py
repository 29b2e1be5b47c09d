"""Who goes along: one by one, or counted as adults and children."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from travel import limits
from travel.records import BANDS, NEED_KINDS, Need, Traveller
from travel.types import NotValidError, about, line_of, quoted, truth_of, whole_number_of

_AGES = {
    "infant": (0, limits.MAX_INFANT_AGE),
    "child": (0, limits.MAX_CHILD_AGE),
    "adult": (12, limits.MAX_AGE),
    "senior": (50, limits.MAX_AGE),
}
_SMALL = ("child", "infant")
_PARTS = ("label", "band", "age_at_travel", "needs")
TOO_MANY = f"are more than {limits.MAX_TRAVELLERS}"


def travellers_of(given: object) -> tuple[Traveller, ...]:
    """Return the travellers of a list that was given. Raises NotValidError."""
    if not isinstance(given, list | tuple):
        raise NotValidError("are no list")
    if len(given) > limits.MAX_TRAVELLERS:
        raise NotValidError(TOO_MANY)
    found: list[Traveller] = []
    for number, one in enumerate(given, 1):
        with about(f"Traveller {number}"):
            found.append(_traveller_of(one, number, found))
    return tuple(found)


def travellers_from(
    adults: object = None,
    children: object = None,
    ages: object = None,
    before: Sequence[Traveller] = (),
) -> tuple[Traveller, ...]:
    """Return so many adults, and children with these ages as far as they are known.

    Those of *before* stay as they are, as far as they still go along; what is None is as it was before. Raises
    NotValidError.
    """
    big = [one for one in before if one.band not in _SMALL]
    small = [one for one in before if one.band in _SMALL]
    if adults is not None:
        big = _adults(_count("adults", adults), big)
    if children is not None or ages is not None:
        small = _children(children, ages, small)
    if len(big) + len(small) > limits.MAX_TRAVELLERS:
        raise NotValidError(TOO_MANY)
    return (*big, *small)


def counted(travellers: Sequence[Traveller]) -> tuple[int, tuple[int | None, ...]]:
    """Return how many adults go along, and the ages of the children, None where one is not known."""
    small = tuple(one.age_at_travel for one in travellers if one.band in _SMALL)
    return len(travellers) - len(small), small


def travellers_text(travellers: Sequence[Traveller]) -> str:
    """Return who goes along in a few words: 2 adults, 1 child (8)."""
    found = []
    for band, words in {
        "adult": ("adult", "adults"),
        "senior": ("senior", "seniors"),
        "child": ("child", "children"),
        "infant": ("infant", "infants"),
    }.items():
        ages = [one.age_at_travel for one in travellers if one.band == band]
        known = f" ({', '.join('?' if age is None else str(age) for age in ages)})" if any(
            age is not None for age in ages
        ) else ""  # fmt: skip
        found += [f"{len(ages)} {words[len(ages) != 1]}{known}"] if ages else []
    return ", ".join(found)


def _adults(count: int, before: Sequence[Traveller]) -> list[Traveller]:
    kept = list(before[:count])
    while len(kept) < count:
        kept.append(Traveller(_free_label("Adult", kept), "adult"))
    return kept


def _children(count: object, ages: object, before: Sequence[Traveller]) -> list[Traveller]:
    if ages is None:
        known: list[int | None] = [one.age_at_travel for one in before]
        number = _count("children", count)
        known = (known + [None] * number)[:number]
    else:
        known = _ages(ages)
        number = len(known) if count is None else _count("children", count)
        if number < len(known):
            raise NotValidError(f"have {number} children among them, but there are {len(known)} ages of children")
        known += [None] * (number - len(known))
    left, found = list(before), list[Traveller]()
    for age in known:
        same = next((one for one in left if one.age_at_travel == age), None)
        if same is not None:
            left.remove(same)
        found.append(same or _child(age, found))
    return found


def _child(age: int | None, others: Sequence[Traveller]) -> Traveller:
    band = "infant" if age is not None and age < limits.MAX_INFANT_AGE else "child"
    return Traveller(_free_label(band.title(), others), band, age)


def _free_label(word: str, others: Sequence[Traveller]) -> str:
    taken = {one.label for one in others}
    return next(label for number in range(1, len(taken) + 2) if (label := f"{word} {number}") not in taken)


def _count(name: str, given: object) -> int:
    with about(f"The number of {name}"):
        return whole_number_of(given, 0, limits.MAX_TRAVELLERS)


def _ages(given: object) -> list[int | None]:
    with about("The list of the children's ages"):
        if not isinstance(given, list | tuple) or len(given) > limits.MAX_TRAVELLERS:
            raise NotValidError(f"is no list of at most {limits.MAX_TRAVELLERS} ages")
    with about("The age of a child"):
        return [None if age is None else whole_number_of(age, 0, limits.MAX_CHILD_AGE) for age in given]


def _traveller_of(given: object, number: int, others: Sequence[Traveller]) -> Traveller:
    if isinstance(given, Traveller):
        given = asdict(given)
    if not isinstance(given, Mapping):
        raise NotValidError("is no object with a label and a band")
    if unknown := [name for name in given if name not in _PARTS]:
        raise NotValidError(f"has no field {quoted(unknown[0])}")
    band, age = given.get("band") or "adult", given.get("age_at_travel")
    with about(f"The band of traveller {number}"):
        if band not in BANDS:
            raise NotValidError(f"is one of {', '.join(BANDS)}, not {quoted(band)}")
    with about(f"The age of traveller {number}"):
        age = None if age is None else whole_number_of(age, 0, limits.MAX_AGE)
    with about(f"The age of traveller {number}, who is called {'an' if band[0] in 'ai' else 'a'} {band},"):
        age = None if age is None else whole_number_of(age, *_AGES[band])
    with about(f"The label of traveller {number}"):
        label = line_of(given.get("label") or "", limits.MAX_LABEL_CHARS)
    with about(f"The list of what traveller {number} needs"):
        needs = given.get("needs") or ()
        if not isinstance(needs, list | tuple) or len(needs) > limits.MAX_NEEDS:
            raise NotValidError(f"is no list of at most {limits.MAX_NEEDS}")
    with about(f"A need of traveller {number}"):
        needs = tuple(dict.fromkeys(_need_of(one) for one in needs))
    return Traveller(label or _free_label(band.title(), others), band, age, needs)


def _need_of(given: object) -> Need:
    if not isinstance(given, Mapping) or not set(given) <= {"kind", "text", "hard"}:
        raise NotValidError("is no object with a kind, a text and whether it is hard")
    kind = given.get("kind") or "other"
    if kind not in NEED_KINDS:
        raise NotValidError(f"has a kind, one of {', '.join(NEED_KINDS)}, not {quoted(kind)}")
    text = line_of(given.get("text"), limits.MAX_NEED_CHARS)
    if not text:
        raise NotValidError("is empty")
    with about("Whether a need is hard"):
        return Need(kind, text, truth_of(given.get("hard", True)))
