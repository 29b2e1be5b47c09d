"""What changed is told block by block and word by word, and no text is lost or too long for it."""

import random
import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from exports.reviews.changes import Change, changes, title_changes, word_changes
from exports.reviews.records import Block, Snapshot, Source
from tests.helpers.awkward import UNITS, repeated
from tests.helpers.snapshots import BEGUN, message, reply, snapshot
from tests.helpers.soak import some

M1, R1, M2, R2 = message("1", "Where?"), reply("2", "Lisbon."), message("3", "When?"), reply("4", "In May.")
MARKS = {Change.SAME: "", Change.GONE: "-", Change.NEW: "+"}


def told(before: Snapshot, after: Snapshot) -> list[tuple[str, str | None, str | None]]:
    return [
        (one.kind.value, one.before.anchor if one.before else None, one.after.anchor if one.after else None)
        for one in changes(before, after)
    ]


def marked(before: str, after: str) -> str:
    """Return what changed as text, and see that nothing was lost."""
    pieces = word_changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind is not Change.NEW) == before
    assert "".join(piece.text for piece in pieces if piece.kind is not Change.GONE) == after
    assert all(piece.text for piece in pieces)
    assert all(one.kind is not other.kind for one, other in pairwise(pieces))
    return "".join(f"{MARKS[piece.kind]}[{piece.text}]" for piece in pieces)


def test_what_goes_on_is_new_and_what_was_is_the_same():
    assert told(snapshot(M1, R1), snapshot(M1, R1, M2, R2)) == [
        ("same", "1", "1"),
        ("same", "2", "2"),
        ("new", None, "3"),
        ("new", None, "4"),
    ]


def test_what_is_gone_stands_where_it_was():
    assert told(snapshot(M1, R1, M2, R2), snapshot(M1, R2)) == [
        ("same", "1", "1"),
        ("gone", "2", None),
        ("gone", "3", None),
        ("same", "4", "4"),
    ]


@pytest.mark.parametrize(
    "instead",
    [
        {"text": "Porto."},
        {"author": "Travel-Bot"},
        {"sources": (Source("Lisbon", "https://lisbon.example/"),)},
        {"ending": "Stopped."},
    ],
    ids=str,
)
def test_block_that_says_something_else_is_changed(instead):
    changed = replace(R1, **instead)
    (_, one) = changes(snapshot(M1, R1), snapshot(M1, changed))

    assert (one.kind, one.before, one.after) == (Change.CHANGED, R1, changed)


def test_time_alone_changes_nothing():
    later = replace(R1, at=BEGUN + timedelta(days=1))

    assert told(snapshot(M1, R1), snapshot(M1, later)) == [("same", "1", "1"), ("same", "2", "2")]


def test_reply_written_anew_is_the_old_one_changed():
    anew = reply("9", "Porto.")

    assert told(snapshot(M1, R1, M2, R2), snapshot(M1, anew, M2, R2))[1] == ("changed", "2", "9")
    assert told(snapshot(M1, R1, M2, R2), snapshot(M1, anew)) == [
        ("same", "1", "1"),
        ("changed", "2", "9"),
        ("gone", "3", None),
        ("gone", "4", None),
    ]


def test_reply_written_anew_that_says_the_same_is_the_same():
    assert told(snapshot(M1, R1), snapshot(M1, replace(R1, anchor="9"))) == [("same", "1", "1"), ("same", "2", "9")]


def test_question_asked_anew_takes_its_answer_with_it():
    edited, anew = message("8", "Where to?"), reply("9", "Porto.")

    assert told(snapshot(M1, R1, M2, R2), snapshot(edited, anew)) == [
        ("changed", "1", "8"),
        ("changed", "2", "9"),
        ("gone", "3", None),
        ("gone", "4", None),
    ]


def test_message_is_no_reply_changed():
    assert told(snapshot(M1), snapshot(R1)) == [("gone", "1", None), ("new", None, "2")]


def test_block_that_moved_is_the_same_one():
    assert sorted(told(snapshot(M1, R1, M2), snapshot(M2, M1, R1))) == [
        ("same", "1", "1"),
        ("same", "2", "2"),
        ("same", "3", "3"),
    ]


def test_every_block_of_both_is_told_once_in_the_order_of_the_newer():
    chance = random.Random(7)
    blocks = [(message if number % 2 else reply)(str(number), "x") for number in range(12)]
    for _ in range(300):
        before, after = ([replace(one, text=chance.choice("xy")) for one in chance.sample(blocks, 8)] for _ in "ab")
        found = changes(snapshot(*before), snapshot(*after))

        assert [one.after for one in found if one.after] == after
        assert _in_order([one.before for one in found if one.before]) == _in_order(before)


def _in_order(blocks: list[Block]) -> list[Block]:
    return sorted(blocks, key=lambda block: block.anchor)


def test_thousands_of_blocks_are_compared_at_once():
    before = snapshot(*(message(f"a{number}", "x") for number in range(6_000)))
    after = snapshot(*(message(f"b{number}", "x") for number in range(6_000)))
    begun = time.process_time()

    assert len(changes(before, after)) >= 6_000
    assert time.process_time() - begun < 2


def test_title_is_compared_by_words():
    before, after = snapshot(title="Lisbon in May"), snapshot(title="Lisbon in June")

    assert [(piece.text, piece.kind) for piece in title_changes(before, after)] == [
        ("Lisbon in ", Change.SAME),
        ("May", Change.GONE),
        ("June", Change.NEW),
    ]
    assert title_changes(before, before) == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("same", "same", "[same]"),
        ("", "new", "+[new]"),
        ("gone", "", "-[gone]"),
        ("Two nights, $1,200.", "Two nights, $1,350.", "[Two nights, $]-[1,200]+[1,350][.]"),
        ("at 10:30 or so", "at 10:45 or so", "[at ]-[10:30]+[10:45][ or so]"),
        ("the quick brown fox", "a slow red fox", "-[the quick brown]+[a slow red][ fox]"),
        ("one\n\ntwo", "eins\n\nzwei", "-[one]+[eins][\n\n]-[two]+[zwei]"),
        ("**Bold**", "Bold", "-[**][Bold]-[**]"),
        ("a  b", "a b", "[a]-[  ]+[ ][b]"),
        ("京都で三日間。", "京都で五日間。", "[京都で]-[三]+[五][日間。]"),
        ("ไปเชียงใหม่วันศุกร์", "ไปเชียงรายวันศุกร์", "[ไปเชียง]-[ใหม่]+[ราย][วันศุกร์]"),
        ("서울 경복궁", "서울 창덕궁", "[서울 ]-[경복궁]+[창덕궁]"),
        ("जयपुर का महल", "जयपुर का किला", "[जयपुर का ]-[महल]+[किला]"),
        ("Go 👨‍👩‍👧!", "Go 👨‍👩‍👦!", "[Go ]-[👨‍👩‍👧]+[👨‍👩‍👦][!]"),
        ("ที่", "ที้", "-[ที่]+[ที้]"),
    ],
    ids=repr,
)
def test_words_that_changed(before, after, expected):
    assert marked(before, after) == expected


@pytest.mark.soak(short=3_000, long=12_000)  # characters
@pytest.mark.parametrize("unit", some(UNITS, one_in=5), ids=lambda unit: repr(unit[:8]))
def test_no_text_is_lost_or_slow(unit, lasts):
    chars = min(int(lasts), 12_000)
    before = repeated(unit, chars)
    after = repeated(unit[::-1] + unit[:1], chars, ("c", ""))
    begun = time.thread_time()

    marked(before, after)
    assert time.thread_time() - begun < 0.5 * chars / 12_000  # it is a thirtieth of that


def prose(chars: int, *, letters: str = "", seed: int = 1) -> str:
    """Return words of Latin letters, or text of other letters without spaces, with sentences and lines."""
    chance = random.Random(seed)
    made: list[str] = []
    while len(made) < chars:
        made += chance.choice(letters) if letters else "".join(chance.choices("abcdefgh", k=chance.randint(1, 8)))
        made += chance.choices(["", "。", "\n"] if letters else [" ", ". ", ".\n"], [20, 1, 1])[0]
    return "".join(made)[:chars]


def edited(text: str, part: float) -> str:
    chance = random.Random(2)
    return "".join(chance.choice(["", "x", char * 2]) if chance.random() < part else char for char in text)


@pytest.mark.parametrize("letters", ["", "".join(map(chr, range(0x4E00, 0x5A00)))], ids=["words", "Chinese"])
def test_long_text_is_compared_word_by_word(letters):
    before = prose(32_000, letters=letters)
    begun = time.thread_time()
    pieces = word_changes(before, edited(before, 0.01))

    assert time.thread_time() - begun < 0.5  # it is 0.02 s
    assert sum(len(piece.text) for piece in pieces if piece.kind is Change.SAME) > 25_000


@pytest.mark.parametrize("letters", ["", "".join(map(chr, range(0x4E00, 0x5A00)))], ids=["words", "Chinese"])
@pytest.mark.parametrize("part", [0.001, 0.5])
def test_very_long_text_ends_soon(letters, part):
    before = prose(200_000, letters=letters)
    begun = time.thread_time()

    marked(before, edited(before, part))
    assert time.thread_time() - begun < 4  # it is 0.25 s
