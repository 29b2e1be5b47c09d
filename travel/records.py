"""What a trip's brief says. Nothing is checked here: `travel.brief.brief_of` does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from travel.types import Money

BANDS = ("adult", "child", "infant", "senior")
NEED_KINDS = ("diet", "allergy", "mobility", "medical", "other")
BASES = {"total": "in all", "per_person": "per person", "per_person_night": "per person and night"}
PACES = ("relaxed", "balanced", "full")

# The fields of a brief, in the order in which they are shown, and what they are called.
FIELDS: Mapping[str, str] = {
    "where": "Where to",
    "purpose": "Purpose",
    "start": "Start",
    "end": "End",
    "months": "Months",
    "date_flex_days": "Flexible by",
    "travellers": "Travellers",
    "budget": "Budget",
    "pace": "Pace",
    "must": "Musts",
    "avoid": "To avoid",
    "questions": "Open questions",
    "tell_needs": "Needs may be told",
    "notes_private": "Notes for the team",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a traveller needs; *kind* is of `NEED_KINDS`. With *hard* it must be met. Private."""

    kind: str
    text: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Traveller:
    """Somebody who goes along; *band* is of `BANDS`."""

    label: str
    band: str = "adult"
    age_at_travel: int | None = None
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """From *low* to *high*, of which one may be missing, in one currency; *basis* is of `BASES`."""

    low: Money | None = None
    high: Money | None = None
    basis: str = "total"
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What must be part of the trip, or must not. With *hard* it is a condition."""

    text: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Brief:
    """What is known about a trip before it is planned; what is empty or None is not known.

    There are both dates or neither, and months ("2027-05") only where there are no dates. *questions* are to be asked
    beside those about what is not known. The notes are private, and
    so are the travellers' needs unless *tell_needs* says that they may be told to the assistant and shown.
    """

    where: tuple[str, ...] = ()
    purpose: str = ""
    start: date | None = None
    end: date | None = None
    months: tuple[str, ...] = ()
    date_flex_days: int | None = None
    travellers: tuple[Traveller, ...] = ()
    budget: Budget | None = None
    pace: str | None = None
    must: tuple[Wish, ...] = ()
    avoid: tuple[Wish, ...] = ()
    questions: tuple[str, ...] = ()
    tell_needs: bool = False
    notes_private: str = ""

    @property
    def days(self) -> int | None:
        """How many days the trip takes, its first and last one counted."""
        return (self.end - self.start).days + 1 if self.start and self.end else None


class BriefError(ValueError):
    """A brief that cannot be kept. *problems* has a sentence for each field that is wrong, which names the field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs between two briefs; *before* and *after* are plain texts, empty where not known.

    Of a list, *removed* and *added* are its entries that went and came.
    """

    field: str
    label: str
    before: str
    after: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is not known yet, and the field that it would be written to: `questions` of one of the team's own."""

    field: str
    text: str

    @property
    def name(self) -> str:
        """What names it among the others of a brief, as long as it is the same."""
        if self.field != "questions":
            return self.field
        return f"questions_{sha256(self.text.encode()).hexdigest()[:12]}"
