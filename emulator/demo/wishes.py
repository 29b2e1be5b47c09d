"""What is known of a trip: wishes, and changes to single days. Plain data; nothing here reads or writes text."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

MAX_DAYS, MAX_PEOPLE = 21, 40
LEVELS = ("saver", "standard", "comfort")
NO_YEAR = 4  # stands where none was said; a leap year, so that there is a 29 February


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount as it was said; *per* is ``trip``, ``person``, ``day`` or ``person and day``.

    The currency is None where none was said. An amount of 0 stands for the one that was said before.
    """

    amount: Decimal
    currency: str | None
    per: str = "trip"
    with_flights: bool = False

    def times(self, heads: int, days: int) -> Decimal:
        """The amount for everybody and the whole trip."""
        return self.amount * (heads if "person" in self.per else 1) * (days if "day" in self.per else 1)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wishes. ``None`` and empty are "not said"; *places* are ids, *wanted* and *unwanted* names.

    *stays* are the days in each place. *start_at* is in minutes after midnight. *hotel* and *meals* index ``LEVELS``;
    *pace* is -1 (slow) to 1 (full). *rooms* is 0 for one each. *rests* and *no_trips* are 1 or 0. *traded* are names
    that were wanted instead of others.
    """

    places: tuple[str, ...] = ()
    country: str | None = None
    days: int | None = None
    stays: tuple[int, ...] = ()
    month: int | None = None
    start: date | None = None
    adults: int | None = None
    children: int | None = None
    ages: tuple[int, ...] = ()
    supposed: bool = False  # nobody said how many children, or how many of a family are
    rooms: int | None = None
    budget: Budget | None = None
    currency: str | None = None
    diets: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    mobility: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    traded: tuple[str, ...] = ()
    pace: int | None = None
    hotel: int | None = None
    meals: int | None = None
    start_at: int | None = None
    rests: int | None = None
    no_trips: int | None = None

    @property
    def group(self) -> tuple[int, int]:
        """Adults and children: two adults unless something else was said."""
        return self.adults or 2, self.children or 0

    @property
    def each(self) -> tuple[int, ...]:
        return self.stays or evenly(self.days or 4, len(self.places))


def evenly(days: int, places: int) -> tuple[int, ...]:
    """Days for each place, the first ones with a day more where they cannot be equal."""
    return tuple(days // places + (index < days % places) for index in range(places))


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different about one day, counted from 1 (-1 is the last).

    *kind* is ``pace``, ``walking`` or ``start`` (by steps), ``free``, or ``swap`` (*value* is the other, later day).
    """

    day: int
    kind: str
    value: int

    @property
    def last_day(self) -> int:
        return self.value if self.kind == "swap" else self.day


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, read. *said* holds only what it says.

    *mode* tells what to do with its places: ``new``, ``add``, ``instead`` or ``candidates``. *shifts* are steps and
    *drops* values that no longer hold, by field. *topics* are what is asked for, the most telling first. *answer* is
    ``yes``, ``no``, ``undo`` or a number. *names* are places that are not in the file.
    *vague* says that people were named, but not counted. *left* quotes what nothing was made of.
    """

    raw: str = ""
    text: str = ""
    said: Wishes = Wishes()
    mode: str = "new"
    shifts: tuple[tuple[str, int], ...] = ()
    drops: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    topics: tuple[str, ...] = ()
    answer: str | None = None
    names: tuple[str, ...] = ()
    continent: str | None = None
    relative: str | None = None
    language: str | None = None
    vague: bool = False
    left: tuple[str, ...] = ()

    @property
    def wishes_something(self) -> bool:
        return bool(self.said != Wishes() or self.shifts or self.drops or self.changes)


@dataclass(frozen=True, slots=True)
class State:
    """What a conversation has come to after a message.

    *planned* says whether there is a plan to be changed; *whole* whether it is to be shown as a whole now. *about*
    are the places that the message is about. *past* holds what "undo" goes back to.
    """

    wishes: Wishes = Wishes()
    changes: tuple[Change, ...] = ()
    planned: bool = False
    whole: bool = False
    reading: Reading = Reading()
    topics: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    past: tuple[tuple[Wishes, tuple[Change, ...]], ...] = ()
    today: date | None = None

    @property
    def asked(self) -> Wishes:
        """The wishes in the month that the message is about, which need not be the trip's."""
        return replace(self.wishes, month=self.reading.said.month or self.wishes.month)
