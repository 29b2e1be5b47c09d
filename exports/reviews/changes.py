"""What changed between two snapshots: blocks that are new, changed or gone, and the words within.

The time that it takes is bounded: two rows of words are compared only where they make `_MOST_PAIRS` pairs at most.
Longer texts are compared by lines first, then by sentences, and words are looked for only in what was replaced; what
is too long even for that counts as replaced whole.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import NamedTuple

from rapidfuzz.distance import Indel

from exports.decks.records import Slide
from exports.reviews.records import Block, DeckSnapshot, Snapshot

_MOST_PAIRS = 4096 * 4096  # 5 ms, and 2 MB for a bit of each
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_SENTENCES = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]|[^.!?。！？\n]+")
# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, Chinese, Japanese, and the signs that stand with these.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
# Vowels and tones drawn on the letter before them, and what chooses its form.
_SIGNS = (
    r"\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059"
    r"\u17b4-\u17d3\u17dd\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
_PUNCTUATION = r"!-/:-@\[-`{-~¡«»¿\u2010-\u2027\u2030-\u205e"
# Blanks, a number, a character with its signs, a sign of punctuation, or a word: every text is made of these.
_WORDS = re.compile(rf"\s+|\d(?:[.,:]?\d)*|[{_UNSPACED}][{_SIGNS}]*|[{_PUNCTUATION}]|[^\s{_UNSPACED}{_PUNCTUATION}]+")


class Change(StrEnum):
    """What became of a block, or of a piece of text."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class BlockChange:
    """What became of one block. *before* is None for a new one, *after* for one that is gone."""

    kind: Change
    before: Block | None
    after: Block | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is new, gone or the same."""

    text: str
    kind: Change


def changes(before: Snapshot, after: Snapshot) -> tuple[BlockChange, ...]:
    """Return what became of each block, in the order of the newer snapshot; gone ones stand where they were.

    Blocks with one anchor are one block. What came in the place of a block of its kind, such as a reply written anew,
    is that block changed, or the same where it says the same. When it was said makes no difference. A slide that says
    the same but does not look the same is changed, too.
    """
    found = tuple(_block_changes(before.blocks, after.blocks))
    if isinstance(before, DeckSnapshot) and isinstance(after, DeckSnapshot):
        return tuple(map(partial(_seen, _slides(before), _slides(after)), found))
    return found


def title_changes(before: Snapshot, after: Snapshot) -> tuple[Piece, ...]:
    """Return the words of the title as `word_changes` does; nothing where it is the same."""
    return word_changes(before.title, after.title) if before.title != after.title else ()


def word_changes(before: str, after: str) -> tuple[Piece, ...]:
    """Return the words that went, came and stayed; what went stands before what came instead.

    What stayed and what went make up *before* exactly, what stayed and what came *after*. Scripts without spaces are
    compared by characters.
    """
    return tuple(_joined(_text_changes(before, after, (_LINES, _SENTENCES))))


def _slides(snapshot: DeckSnapshot) -> dict[str, Slide]:
    return {slide.id: slide for slide in snapshot.deck.deck.slides}


def _seen(old: Mapping[str, Slide], new: Mapping[str, Slide], change: BlockChange) -> BlockChange:
    """Return a change, of a slide as those see it who look at it."""
    before, after = change.before, change.after
    if change.kind is not Change.SAME or before is None or after is None or after.kind != "slide":
        return change
    same = replace(old[before.anchor], id=after.anchor) == new[after.anchor]
    return change if same else replace(change, kind=Change.CHANGED)


def _block_changes(before: Sequence[Block], after: Sequence[Block]) -> Iterator[BlockChange]:
    old, new = ({block.anchor: block for block in blocks} for blocks in (before, after))
    for run in _runs([block.anchor for block in before], [block.anchor for block in after]):
        if run.same:
            yield from map(_pair, before[run.before], after[run.after])
        else:
            gone = [block for block in before[run.before] if block.anchor not in new]
            yield from _replaced(gone, after[run.after], old)


def _replaced(gone: Sequence[Block], came: Sequence[Block], old: Mapping[str, Block]) -> Iterator[BlockChange]:
    """Yield what became of *gone*, where *came* stands now; some of that stood elsewhere among the *old* ones."""
    places = [(block.kind, block.anchor if block.anchor in old else "") for block in came]
    for run in _runs([(block.kind, "") for block in gone], places):
        if run.same:
            yield from map(_pair, gone[run.before], came[run.after])
            continue
        yield from (BlockChange(Change.GONE, block, None) for block in gone[run.before])
        for block in came[run.after]:
            moved = old.get(block.anchor)
            yield _pair(moved, block) if moved else BlockChange(Change.NEW, None, block)


def _pair(before: Block, after: Block) -> BlockChange:
    same = replace(before, anchor=after.anchor, at=after.at) == after
    return BlockChange(Change.SAME if same else Change.CHANGED, before, after)


def _text_changes(before: str, after: str, longer: Sequence[re.Pattern[str]]) -> Iterator[Piece]:
    """Yield changes word by word; what has too many words is cut into the first of the *longer* pieces instead."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for run in _runs(old, new):
        gone, came = "".join(old[run.before]), "".join(new[run.after])
        if run.same:
            yield Piece(came, Change.SAME)
        elif longer and run.pairs > _MOST_PAIRS:
            yield from _stretch_changes(gone, came, longer)
        else:
            yield from (Piece(gone, Change.GONE), Piece(came, Change.NEW))


def _stretch_changes(before: str, after: str, longer: Sequence[re.Pattern[str]]) -> Iterator[Piece]:
    old, new = longer[0].findall(before), longer[0].findall(after)
    for run in _runs(old, new):
        gone, came = "".join(old[run.before]), "".join(new[run.after])
        if run.same:
            yield Piece(came, Change.SAME)
        else:
            yield from _text_changes(gone, came, longer[1:])


class _Run(NamedTuple):
    """Where two sequences are the same, or where a stretch of one stands instead of a stretch of the other."""

    same: bool
    before: "slice[int, int, None]"  # at run time, slices take no types
    after: "slice[int, int, None]"

    @property
    def pairs(self) -> int:
        return (self.before.stop - self.before.start) * (self.after.stop - self.after.start)


def _runs(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[_Run]:
    """Yield where two sequences are the same and where they are not, in turn."""
    numbers: dict[Hashable, int] = {}  # two words could have the same hash, and would be the same to rapidfuzz
    old, new = ([numbers.setdefault(one, len(numbers)) for one in sequence] for sequence in (before, after))
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    middle = _Run(False, slice(head, len(old) - tail), slice(head, len(new) - tail))
    found = [_Run(True, slice(0, head), slice(0, head))]
    if middle.pairs <= _MOST_PAIRS:
        for one in Indel.opcodes(old[middle.before], new[middle.after]):
            here = slice(head + one.src_start, head + one.src_end)
            found.append(_Run(one.tag == "equal", here, slice(head + one.dest_start, head + one.dest_end)))
    else:
        found.append(middle)
    found.append(_Run(True, slice(len(old) - tail, len(old)), slice(len(new) - tail, len(new))))
    there = (run for run in found if run.before.start < run.before.stop or run.after.start < run.after.stop)
    for same, group in groupby(there, lambda run: run.same):
        runs = list(group)
        first, last = runs[0], runs[-1]
        yield _Run(same, slice(first.before.start, last.before.stop), slice(first.after.start, last.after.stop))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces as long as can be; blanks and commas that stayed between two changes go with these."""
    said = [piece for piece in pieces if piece.text]
    stretches = [(same, list(group)) for same, group in groupby(said, lambda piece: piece.kind is Change.SAME)]
    ends = (0, len(stretches) - 1)
    joined = [(same and (at in ends or _says_something(group)), group) for at, (same, group) in enumerate(stretches)]
    for same, groups in groupby(joined, lambda one: one[0]):
        together = [piece for _, group in groups for piece in group]
        for kind in (Change.SAME,) if same else (Change.GONE, Change.NEW):
            if text := "".join(piece.text for piece in together if piece.kind in (kind, Change.SAME)):
                yield Piece(text, kind)


def _says_something(pieces: Sequence[Piece]) -> bool:
    return any(char.isalnum() or char == "\n" for piece in pieces for char in piece.text)
