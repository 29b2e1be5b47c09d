"""A trip's brief: what is known before it is planned.

`brief_of` checks what people, programs and models give; `brief_values` is how a brief is stored. Whoever works with
briefs elsewhere takes what is needed from here.
"""

from travel.checks import brief_of, known_brief, title_of
from travel.records import FIELDS, Brief, BriefError, Budget, FieldChange, Need, Question, Traveller, Wish
from travel.travellers import counted, travellers_from
from travel.types import Money
from travel.values import MAY_BE_CARRIED, OF_THE_CUSTOMER, brief_values, carried, content_hash, public
from travel.wording import DATES, changes, needs_text, open_questions, placed_questions, shown, shown_fields, told

__all__ = [
    "DATES",
    "FIELDS",
    "MAY_BE_CARRIED",
    "OF_THE_CUSTOMER",
    "Brief",
    "BriefError",
    "Budget",
    "FieldChange",
    "Money",
    "Need",
    "Question",
    "Traveller",
    "Wish",
    "brief_of",
    "brief_values",
    "carried",
    "changes",
    "content_hash",
    "counted",
    "known_brief",
    "needs_text",
    "open_questions",
    "placed_questions",
    "public",
    "shown",
    "shown_fields",
    "title_of",
    "told",
    "travellers_from",
]
