"""The words of a deck that nobody typed, such as "Draft", in the deck's language. `phrases.toml` has them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "phrases.toml"
_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a deck says by itself; what is in braces is put in by whoever says it."""

    draft: str
    mark: str  # of what nobody confirmed
    about: str
    model_wrote: str
    model_may_have: str
    all_confirmed: str
    page: str
    untitled: str
    untitled_slide: str
    picture: str
    picture_missing: str
    table: str
    chart: str
    bars: str
    proposal: str
    status: str
    by: str
    for_customer: str
    asked: str
    go_ahead: str
    valid: str
    tell: str  # an ending comes after it: a full stop, or a contact
    write: str  # as well
    questions: str
    sources: str
    good_to_know: str
    where_we_are: str
    documents: str
    session: str
    more_sessions: str
    in_session: str  # where something is, as the others below say it
    in_named_session: str
    in_trip: str
    shortened: str
    longer: str
    slides_left_out: str
    sessions_left_out: str
    more_questions: str
    more_listed_sources: str
    columns_beyond: str


def phrases(language: str | None) -> Phrases:
    """Return the words for a language (BCP 47), English ones where it has none."""
    known = _all()
    return known.get((language or "").split("-")[0].lower(), known[_ENGLISH])


def is_own_title(title: str) -> bool:
    """Return whether a deck gives such a title by itself, in any language."""
    return title in _own_titles()


@cache
def _own_titles() -> frozenset[str]:
    every = _all().values()
    return frozenset(
        title
        for one in every
        for title in (one.asked, one.go_ahead, one.questions, one.sources, one.good_to_know, one.documents)
    )


@cache
def _all() -> dict[str, Phrases]:
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {language: Phrases(**texts) for language, texts in read.items()}
