"""A deck made anew beside the one that people worked on: nothing that somebody wrote is replaced unless they agree.

Three are compared for each title and each block: how it was built, how it is now, and how it would be built today.
What only the source changed is offered; what only a person changed stays; where both did, somebody chooses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from exports.decks.phrases import is_own_title
from exports.decks.records import Block, Built, ChartBlock, Deck, Slide, SlideKind, TableBlock

TITLE = "title"  # no block has this id: see `_unlike`
Content = str | Block | None


class Choice(StrEnum):
    """Which one stands where both changed."""

    PRESENT = "present"
    ANEW = "anew"


@dataclass(frozen=True, slots=True)
class Change:
    """A title or block that would be built otherwise today; None where it is not there.

    *part* is `TITLE` or the block's id. With *conflict* a person changed it too, and somebody has to choose.
    """

    part: str
    built: Content
    present: Content
    anew: Content
    conflict: bool


@dataclass(frozen=True, slots=True)
class Stale:
    """A slide whose source moved on. The blocks of *anew* have the ids of those that they take the place of."""

    slide: Slide
    anew: Slide
    changes: tuple[Change, ...]

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Those changes that need a choice."""
        return tuple(change for change in self.changes if change.conflict)

    @property
    def by_look(self) -> bool:
        """Whether only what a brand says is another: whom to tell, or the language of the deck's own words."""
        if self.slide.origin == "talk:cover":  # it says who made it, below its title
            return all(change.part != TITLE for change in self.changes)
        return self.slide.kind is SlideKind.APPROVE or all(map(_is_own_title, self.changes))


def _is_own_title(change: Change) -> bool:
    titles = (change.built, change.anew)
    return all(isinstance(title, str) and is_own_title(title) for title in titles)


@dataclass(frozen=True, slots=True)
class New:
    """A slide that was not there when the deck was made; *after* is the id of the slide that it would follow."""

    slide: Slide
    after: str | None


@dataclass(frozen=True, slots=True)
class Refresh:
    """What making a deck anew would bring. *gone* are slides whose source says nothing of them any more."""

    stale: tuple[Stale, ...]
    new: tuple[New, ...]
    gone: tuple[Slide, ...]


def refreshed(deck: Deck, built_now: Deck) -> Refresh:
    """Return what is different in *built_now*, of the same preset; what somebody dropped is not offered again."""
    present = {slide.origin: slide for slide in deck.slides if slide.origin}
    anew = {slide.origin: slide for slide in built_now.slides if slide.origin}
    stale = [_stale(slide, anew[origin]) for origin, slide in present.items() if origin in anew]
    gone = tuple(slide for origin, slide in present.items() if origin not in anew)
    return Refresh(tuple(one for one in stale if one), tuple(_new(deck, built_now, present)), gone)


def take(stale: Stale, choices: Mapping[str, Choice]) -> Slide:
    """Return a slide with what was built anew, and what a person wrote where the source is as it was.

    *choices* says which stands for each conflict, by its part. Raises ValueError where one is missing.
    """
    if missing := [change.part for change in stale.conflicts if change.part not in choices]:
        raise ValueError(f"It is not chosen what stands in: {', '.join(missing)}.")
    taken = {
        change.part: change.anew
        for change in stale.changes
        if not change.conflict or choices[change.part] is Choice.ANEW
    }
    title = taken.pop(TITLE, stale.slide.title)
    untouched = stale.slide.built is not None and stale.slide.blocks == stale.slide.built.blocks
    blocks = stale.anew.blocks if untouched else tuple(_blocks(stale, taken))
    changed = bool(taken) or title != stale.slide.title
    return replace(
        stale.slide,
        kind=stale.anew.kind,
        title=str(title),
        blocks=blocks,
        confirmed=stale.anew.confirmed or (stale.slide.confirmed and not changed),
        message_ids=stale.anew.message_ids,
        built=stale.anew.built,
    )


def without(deck: Deck, slide_id: str) -> Deck:
    """Return a deck without a slide; nothing is made from its origin again."""
    origins = [slide.origin for slide in deck.slides if slide.id == slide_id and slide.origin]
    slides = tuple(slide for slide in deck.slides if slide.id != slide_id)
    return replace(deck, slides=slides, dropped=tuple(dict.fromkeys((*deck.dropped, *origins))))


def _stale(slide: Slide, anew: Slide) -> Stale | None:
    if slide.built is None or anew.built is None:
        return None
    blocks = _with_ids(slide, anew.blocks)
    same = replace(anew, blocks=blocks, built=Built(anew.title, blocks))
    changes = tuple(_changes(slide, slide.built, same))
    return Stale(slide, same, changes) if changes else None


def _changes(slide: Slide, built: Built, anew: Slide) -> Iterator[Change]:
    """Yield what the source changed and the slide does not say yet, or no longer has."""
    if built.title != anew.title != slide.title:
        yield Change(TITLE, built.title, slide.title, anew.title, slide.title != built.title)
    was, now, then = ({block.id: block for block in blocks} for blocks in (built.blocks, slide.blocks, anew.blocks))
    for part in dict.fromkeys((*was, *then)):
        before, present, after = was.get(part), now.get(part), then.get(part)
        removed = before is not None and present is None
        if _said(before) != _said(after) and _said(present) != _said(after) and not removed:
            yield Change(part, before, present, after, present != before)


def _said(block: Block | None) -> Block | None:
    """Return a block without what only says in words what it shows: that is ours, in the deck's language."""
    return replace(block, alt="") if isinstance(block, TableBlock | ChartBlock) else block


def _with_ids(slide: Slide, anew: Sequence[Block]) -> tuple[Block, ...]:
    """Return blocks with the ids of those that they are, or take the place of; others get one that no other has."""
    built = slide.built.blocks if slide.built else ()
    ids: dict[int, str] = {}
    matcher = SequenceMatcher(None, [_content(one) for one in built], [_content(one) for one in anew], autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind in ("equal", "replace"):
            olds = list(range(first, last))
            for at in range(start, end):
                old = next((one for one in olds if built[one].kind == anew[at].kind), None)
                if old is not None:
                    ids[at] = built[old].id
                    olds = [one for one in olds if one > old]
    taken = {TITLE, *(block.id for block in (*built, *slide.blocks)), *ids.values()}
    return tuple(replace(block, id=ids[at]) if at in ids else _unlike(block, taken) for at, block in enumerate(anew))


def _unlike(block: Block, taken: set[str]) -> Block:
    """Return a block whose id is not among those taken, and is then."""
    new = next(one for one in _ids(block.id) if one not in taken)
    taken.add(new)
    return replace(block, id=new)


def _ids(first: str) -> Iterator[str]:
    yield first
    number = 2
    while True:
        yield f"{first[:56]}-{number}"
        number += 1


def _content(block: Block) -> str:
    return repr(replace(block, id="same"))


def _blocks(stale: Stale, taken: Mapping[str, Content]) -> Iterator[Block]:
    """Yield the slide's blocks in its order, new ones after the one that they follow where they were made."""
    follows: dict[str | None, list[Block]] = {}
    present, last = {block.id for block in stale.slide.blocks}, None
    for block in stale.anew.blocks:
        if block.id in present:
            last = block.id
        elif block.id in taken:
            follows.setdefault(last, []).append(block)
    yield from follows.get(None, ())
    for block in stale.slide.blocks:
        now = taken.get(block.id, block)
        if now is not None and not isinstance(now, str):
            yield now
        yield from follows.get(block.id, ())


def _new(deck: Deck, built_now: Deck, present: Mapping[str, Slide]) -> Iterator[New]:
    after: str | None = None
    for slide in built_now.slides:
        if slide.origin and slide.origin in present:
            after = present[slide.origin].id
        elif slide.origin and slide.origin not in deck.dropped:
            yield New(slide, after)
            after = slide.id
