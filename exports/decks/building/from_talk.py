"""A deck from a conversation: its last plan, in front of it what was asked for, behind it what is still open."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from exports.decks.building import frame
from exports.decks.building.around import Reply, taken_apart
from exports.decks.building.from_text import Making, brief_blocks, built, pieces_slides, text_blocks
from exports.decks.building.markdown import pieces_of
from exports.decks.building.words import NewId, short_title
from exports.decks.phrases import phrases
from exports.decks.records import Brand, Deck, Preset, Slide, SlideKind, clean

_HEADING = re.compile(r"^(?: {0,3}#{1,6}[ \t]+\S|\*\*[^*\n]{1,120}\*\*[ \t]*$)", re.MULTILINE)
_NUMBERED = re.compile(r"^(?: {0,3}#{1,6}[ \t]+|\*\*)(?:\w{1,40} |第)(\d{1,6})", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+\|", re.MULTILINE)
_A_PLAN = 3  # headings; or fewer, that are called Day 1 and Day 2


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a talk; *role* is "user" or "assistant", others are not looked at."""

    id: str
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation as it is shown, oldest message first; *sources* are what its replies found in the web."""

    title: str
    messages: Sequence[Said]
    sources: Sequence[frame.Source] = ()
    planner: str = ""
    language: str | None = None


def from_talk(
    talk: Talk, preset: Preset, *, new_id: NewId, brand: Brand | None = None, valid_until: date | None = None
) -> Deck:
    """Return the deck that a talk makes. What is not known is left out of it."""
    found = plan_of(talk.messages)
    making = Making(new_id, "talk", phrases(talk.language).in_session, talk.language, (found.id,) if found else ())
    reply = taken_apart(pieces_of(found.text)) if found else Reply((), (), ())
    text = found.text if found else ""
    first = frame.cover(talk.title, preset, talk.planner, (), making)
    last = (
        frame.questions(reply.questions, making, making.message_ids),
        frame.sources(talk.sources, making, making.message_ids),
    )
    if preset is Preset.STATUS:
        return frame.deck(talk.title, preset, [first, _status(reply, text, making), *last], making.words)
    return frame.deck(
        talk.title,
        preset,
        [
            first,
            _asked(talk.messages, making),
            *budget_last(pieces_slides(reply.plan, text, talk.title, making)),
            frame.approve(talk.planner, brand, valid_until, making),
            *last[:1],
            frame.aside(text_blocks(reply.around, text, making), making),
            *last[1:],
        ],
        making.words,
        valid_until,
    )


def budget_last(slides: Sequence[Slide]) -> Sequence[Slide]:
    """Return slides with the one that holds the sum of it all behind the others; several stay where they are."""
    budgets = [slide for slide in slides if slide.kind is SlideKind.BUDGET]
    return [*(slide for slide in slides if slide not in budgets), *budgets] if len(budgets) == 1 else slides


def plan_of(messages: Sequence[Said]) -> Said | None:
    """Return the last reply that is a plan; else the last with any parts, else the last one."""
    replies = [one for one in messages if one.role == "assistant" and one.text.strip()]
    for is_one in (_is_plan, _has_parts):
        for reply in reversed(replies):
            if is_one(reply.text):
                return reply
    return replies[-1] if replies else None


def _is_plan(text: str) -> bool:
    numbers = [found[1] for found in islice(_NUMBERED.finditer(text), 2)]
    return numbers == ["1", "2"] or sum(1 for _ in islice(_HEADING.finditer(text), _A_PLAN)) == _A_PLAN


def _has_parts(text: str) -> bool:
    return bool(_HEADING.search(text) or _TABLE.search(text))


def _asked(messages: Sequence[Said], making: Making) -> Slide | None:
    first = next((one for one in messages if one.role == "user" and one.text.strip()), None)
    if first is None:
        return None
    return frame.asked(frame.words_of(str(clean(first.text[:20_000])), making), making, (first.id,))


def _status(reply: Reply, text: str, making: Making) -> Slide | None:
    heading, blocks = brief_blocks(reply.plan, text, making)
    if not blocks and not heading:
        return None
    title, origin = short_title(heading) or making.words.where_we_are, f"{making.origin}:status"
    return built(making.new_id(), SlideKind.PLAN, title, blocks, origin, making.message_ids)
