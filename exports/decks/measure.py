"""How wide text is, and where its lines begin, in the twins of the fonts that a brand can name.

A character that the twin lacks is taken from the Noto fonts, in the order in which the PDF does. Lines break at
spaces and beside Chinese characters only; a word longer than a line breaks inside. Whoever breaks at more places
needs no more lines.
"""

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from unicodedata import category

from fontTools.ttLib import TTFont

from exports.decks.records import Font, Run, Runs, plain_text

TWINS = {
    Font.ARIAL: "Liberation Sans",
    Font.TIMES: "Liberation Serif",
    Font.CALIBRI: "Carlito",
    Font.CAMBRIA: "Caladea",
}
SCRIPTS = (
    "Arabic",
    "Hebrew",
    "Thai",
    "Bengali",
    "Tamil",
    "Sinhala",
    "Lao",
    "Khmer",
    "Myanmar",
    "Georgian",
    "Armenian",
)
_LAST = ("NotoSansCJK-Regular.otf", "NotoEmoji-Regular.ttf")
FONT_FOLDERS = (Path(__file__).parent / "fonts", Path(__file__).parent.parent / "fonts")  # what a PDF is drawn with

_DEJAVU = frozenset("✓✗★☆")  # in DejaVu Sans Mono, which Typst brings along
_INVISIBLE = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # they choose a form of the letter before them
_SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")  # signs around a number
_MISSING = 1.0  # a box is drawn
_WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_SPACE = r" \t\u1680\u2000-\u2006\u2008-\u200b\u205f\u3000"  # where a line may break
# What no line ends with, or begins with; and letters whose words no spaces part: taken to be of eight.
_OPEN = r"（「『【〔《〈“‘"
_CLOSE = r"、。，．：；！？）」』】〕》〉”’…ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々"
_UNPARTED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_MARKS = r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
_TOKEN = re.compile(
    rf"\n|[{_SPACE}]+|[{_OPEN}]*"
    rf"(?:[{_WIDE}]|[{_UNPARTED}]{{1,8}}[{_MARKS}]*|[^\n{_SPACE}{_WIDE}{_UNPARTED}]+)[{_CLOSE}]*"
)
_SPACES = frozenset(" \t\u1680\u200b\u205f\u3000") | {chr(code) for code in range(0x2000, 0x200B) if code != 0x2007}

_Token = tuple[int, int, bool]  # from, to, whether it is a space


class Measure:
    """Measures text in one font, and remembers what it measured."""

    def __init__(self, font: Font) -> None:
        """Measure in the twin of *font*."""
        self._twin = TWINS[font].replace(" ", "")
        self._known: dict[tuple[Runs, bool], tuple[str, list[float], list[_Token]]] = {}

    def width(self, text: str, *, bold: bool = False) -> float:
        """Return how wide a text is on one line, in sizes."""
        return sum(map(_advances(self._twin, bold, False).__getitem__, text))

    def starts(self, runs: Runs, size: float, width: float, *, bold: bool = False) -> list[int]:
        """Return where in the text each line begins, set at *size* in *width* points; there is at least one."""
        text, sums, tokens = self._measured(runs, bold)
        limit = width / size + 1e-6
        starts = [0]
        begin = 0.0
        for start, end, space in tokens:
            if space or sums[end] - begin <= limit:
                if text[start] == "\n":
                    starts.append(end)
                    begin = sums[end]
                continue
            if start > starts[-1]:
                starts.append(start)
                begin = sums[start]
            while sums[end] - begin > limit:
                at = bisect_right(sums, begin + limit, starts[-1] + 1, end + 1) - 1
                at = min(max(at, starts[-1] + 1), end)
                if at == end:
                    break
                starts.append(at)
                begin = sums[at]
        return starts

    def lines(self, runs: Runs, size: float, width: float, *, bold: bool = False) -> int:
        """Return how many lines a paragraph takes."""
        text, sums, _ = self._measured(runs, bold)
        if sums[-1] * size <= width and "\n" not in text:
            return 1
        return len(self.starts(runs, size, width, bold=bold))

    def natural(self, runs: Runs, *, bold: bool = False) -> tuple[float, float]:
        """Return how wide the longest word of a paragraph is, and the longest line where none is broken, in sizes."""
        text, sums, tokens = self._measured(runs, bold)
        word = max((sums[end] - sums[start] for start, end, space in tokens if not space), default=0.0)
        if "\n" not in text:
            return word, sums[-1]
        ends = [at for at, char in enumerate(text) if char == "\n"]
        return word, max(sums[end] - sums[begin] for begin, end in pairwise([0, *ends, len(text)]))

    def shortened(self, text: str, size: float, width: float, lines: int = 1) -> str:
        """Return as much of a text as stands on so many lines, with an ellipsis if that is not all."""
        starts = self.starts((Run(text),), size, width)
        if len(starts) <= lines:
            return text
        at = starts[lines]
        while self.lines((Run(f"{text[:at].rstrip()}…"),), size, width) > lines:
            at -= 1
        return f"{text[:at].rstrip()}…"

    def breakable(self, text: str, size: float, width: float, *, bold: bool = False) -> str:
        """Return a text with zero width spaces in words longer than a line, for what would let them run out."""

        def split(word: re.Match[str]) -> str:
            return "\u200b".join(word[0]) if self.width(word[0], bold=bold) * size > width else word[0]

        return _TOKEN.sub(split, text)

    def _measured(self, runs: Runs, bold: bool) -> tuple[str, list[float], list[_Token]]:
        key = (runs, bold)
        if (known := self._known.get(key)) is None:
            text = plain_text(runs)
            widths: list[float] = []
            for run in runs:
                widths += map(_advances(self._twin, bold or run.bold, run.italic).__getitem__, run.text)
            tokens = [(*match.span(), match[0][0] in _SPACES) for match in _TOKEN.finditer(text)]
            known = self._known[key] = (text, list(accumulate(widths, initial=0.0)), tokens)
        return known


def cut(runs: Runs, at: int) -> tuple[Runs, Runs]:
    """Return what runs say before the character *at*, and from there on; a line break just there is in neither."""
    before: list[Run] = []
    after: list[Run] = []
    for run in runs:
        if at > 0:
            text = run.text[: at - 1] if run.text[at - 1 : at] == "\n" else run.text[:at]
            before.append(replace(run, text=text))
        if at < len(run.text):
            after.append(replace(run, text=run.text[max(0, at) :]))
        at -= len(run.text)
    return tuple(before), tuple(after)


def _is_invisible(char: str) -> bool:
    return bool(_INVISIBLE.match(char)) or (category(char) == "Cf" and char not in _SEEN)


def can_draw(char: str, font: Font) -> bool:
    """Return whether a font of ours has a letter for a character, or it needs none."""
    if char.isspace() or _is_invisible(char) or char in _DEJAVU:
        return True
    return any(ord(char) in _font(file)[0] for file in _files(TWINS[font].replace(" ", ""), "Regular"))


class _Advances(dict[str, float]):
    """How wide characters are, in sizes, each looked up when it is first met."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        super().__init__({"\n": 0.0, "\u200b": 0.0})
        self._files = files

    def __missing__(self, char: str) -> float:
        self[char] = width = self._found(char)
        return width

    def _found(self, char: str) -> float:
        if _is_invisible(char):
            return 0.0
        for file in self._files:
            names, widths = _font(file)
            if (name := names.get(ord(char))) is not None:
                return widths[name]
        return _MISSING


@cache
def _advances(twin: str, bold: bool, italic: bool) -> _Advances:
    return _Advances(_files(twin, ("Bold" * bold + "Italic" * italic) or "Regular"))


def _files(twin: str, face: str) -> tuple[Path, ...]:
    twins, noto = FONT_FOLDERS
    scripts = (f"NotoSans{script}-Regular.ttf" for script in SCRIPTS)
    names = (f"NotoSans-{face}.ttf", "NotoSansMono-Regular.ttf", *scripts, *_LAST)
    return (twins / f"{twin}-{face}.ttf", *(noto / name for name in names))


@cache
def _font(file: Path) -> tuple[dict[int, str], dict[str, float]]:
    """Return the glyph of each character, and how wide each glyph is, in sizes."""
    with TTFont(file, lazy=True) as font:
        assert font.reader is not None
        size = int.from_bytes(font.reader["head"][18:20], "big")  # as a whole, a table with an odd date is logged
        names: dict[int, str] = font.getBestCmap()
        return names, {name: width / size for name, (width, _) in font["hmtx"].metrics.items()}
