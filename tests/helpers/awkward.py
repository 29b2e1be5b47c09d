"""Texts that a careless parser needs quadratic time for, something short again and again, and a measure of it."""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nlargest

_SIGNS = (
    " \n\t\r[](){}<>!\"#$%&'*+,-./0:;=?@A\\^_`a|~\x00\x0b\x1c\x85\u00a0\u2028\u200b\u0301\u00e9\u0142\u0430\u05d0"
    "\u0e01\u3042\u4e2d\uac00\uff1a\ud800\U0001f600"
)
_MARKS = ("\u0301\u0323", "\u05b0\u0591")  # in the wrong order
_PAIRS = (
    r"![ ]( [a]( [a](b ![a](b) [^ [^a]: [a]: ]: [[ ()( (a) {{ }} {a} <a <a> </a <!-- <? <![CDATA[ ** *a* "
    r"*a_ _a* __ ~~ ~~~ ``` `a`` a` `a\` || |a |- |-|- :-: :a: :: :a $a$ $$ \( \[ \$ \\ \` ## #a >> >- -- "
    r"--- -> <- -* +- 1. 1) 1.1 12 1, 1'0 1-1 1: a1 1a a: a= a, a. a! a; a- a/ a@ @a @a. a@b. a.b http:// "
    r"https://a http://a) www. www.a. mailto:a /a ../ a\ 1月 $1 1$ 1€ 1k &a; &# &amp; %20 á 中a アあ กิ "
    r'"a" \" "\ {"a": [1, {}, [],'
)
_SPACED = (  # a line break is ¶ here
    "a |¶a|a¶¶| ¶|¶ |    |    a¶|\t¶|\r¶|a\\¶|\\¶|  ¶|a b |A b. |1 1 |1 - |- |-¶|- a¶|* |*¶|1. |1. a¶|1)¶|> |>¶|"
    "> a¶|> - |# |#¶|# a¶|[ |![ |[a]: b¶|[^a]: b¶|: |:¶|$¶|`¶|```¶|```a¶|~~~¶|<a |<a¶|<!-- ¶|---¶|===¶|a¶===¶|"
    "http://a |<http://a> |\u2028a|a\u00a0|in A |for 2 |add a |not |from |and |title: |remember that |I am |"
    "my name is |"
    "100 |1,000 |$1,000 |days 1 and |family of |12 may |lisbon |allergic to |without the |what are |¶¶user: |"
    "I like a |we "
)
_TABLES = ("| a ", "|a\n", "|a|b\n|-|-\n")
_EMPHASIS = ("*a_ ", "a**b ", "**a *b ")
_NEVER_THE_SAME = (  # longer than any text here
    "".join(map(chr, range(0x20000, 0x28000))),
    "".join(f"{number} " for number in range(10_000)),
    "".join(f"[{number}]: a\n" for number in range(5_000)),
    "".join("`" * number + "a " for number in range(1, 300)),
)
UNITS = tuple(
    dict.fromkeys(
        [
            *_SIGNS,
            *_MARKS,
            *_PAIRS.split(),
            *_SPACED.replace("¶", "\n").split("|"),
            *_TABLES,
            *_EMPHASIS,
            *_NEVER_THE_SAME,
        ]
    )
)
ENDS = (("a", "b"), ("\n", ""))
_TRIES = 4  # of the costliest units, looked at again with longer texts
_TIMES = 8
_LIMIT = 24  # as many times as long may take; 8 is linear, 64 is quadratic


def repeated(unit: str, chars: int, ends: tuple[str, str] = ("a", "b")) -> str:
    """Return about *chars* characters: *unit* again and again, between two ends."""
    return ends[0] + (unit * (chars // len(unit) + 1))[:chars] + ends[1]


def too_slow(
    run: Callable[[str], object],
    *,
    units: Iterable[str] = UNITS,
    between: Sequence[tuple[str, str]] = ENDS,
    of_these: int | None = None,
    chars: int = 1_000,
    least_s: float = 0.0002,
) -> str | None:
    """Return, in words, an awkward text of which eight times as much takes far more than eight times as long.

    All units are tried in short texts of *chars* characters, the costliest again in longer ones. What takes less than
    *least_s* seconds of CPU stays unlooked at: of a quadratic pattern no text of this length does. Each unit stands
    *between* all those ends, or only *of_these* so many: the next unit between the next ones.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        tried = [
            (_cpu_s(run, repeated(unit, chars, ends)), unit, ends)
            for unit, ends in _placed(units, between, of_these or len(between))
        ]
        for seconds, unit, ends in nlargest(_TRIES, tried):
            if seconds >= least_s and _grows_too_fast(run, unit, ends, chars):
                return f"{ends[0]!r} + n * {unit[:40]!r} + {ends[1]!r}"
        return None
    finally:
        if on:
            gc.enable()


def _placed(
    units: Iterable[str], between: Sequence[tuple[str, str]], count: int
) -> Iterator[tuple[str, tuple[str, str]]]:
    for number, unit in enumerate(units):
        for place in range(number, number + count):
            yield unit, between[place % len(between)]


def _grows_too_fast(run: Callable[[str], object], unit: str, ends: tuple[str, str], chars: int) -> bool:
    """Compare texts of two lengths; once more where the answer is yes, as a busy machine may have said so."""
    short, long = (repeated(unit, length, ends) for length in (chars, _TIMES * chars))
    for _ in range(3):
        short_s = min(_cpu_s(run, short) for _ in range(3))
        if _cpu_s(run, long) <= _LIMIT * short_s:
            return False
    return True


def _cpu_s(run: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    run(text)
    return time.thread_time() - begun
