"""One message of a planner as words to be compared, and which of them have been understood."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from emulator.demo.destinations import atlas, fold

_FILE = Path(__file__).with_name("words.toml")


def _with_macros(text: str) -> Mapping[str, Any]:
    """The word file with its macros, such as {ROOM}, put in where they are used; macros hold macros."""
    macros = tomllib.loads(text)["macros"]
    for _ in range(3):
        text = re.sub(r"\{([A-Z_]{2,20})\}", lambda match: macros[match[1]], text)
    return tomllib.loads(text)


WORDS = _with_macros(_FILE.read_text(encoding="utf-8"))
LISTS: dict[str, list[str]] = {name: text.split() for name, text in WORDS["lists"].items()}
PAIRS: dict[str, dict[str, str]] = {
    name: {key: value for key, _, value in (pair.strip().partition(" = ") for pair in text.split(","))}
    for name, text in WORDS["pairs"].items()
}
MONTHS = LISTS["months"]
READ_CHARS = 4_000  # of one message; nobody describes a trip in more
TAKEN = "\x1f"  # stands where something was taken out
_UNITS, _TENS = LISTS["numbers"], LISTS["tens"]
_NUMBERS = [*_UNITS, *(f"{ten} {unit}".strip() for ten in _TENS for unit in ["", *_UNITS[1:10]])]  # zero to 99
_SPELLED = PAIRS["spelled"] | {word: str(number) for number, word in enumerate(_NUMBERS)}
_WORD = re.compile(rf"(?:{'|'.join(_TENS)})[ -](?:{'|'.join(_UNITS[1:10])})(?![^\W_])|[^\W_]+", re.I)
_FILLERS = frozenset(LISTS["fillers"])
_FILES = re.compile(r"\n\n\(Files with this message: [^\n]{0,2000}\)$")
_QUOTE = re.compile(r"(?:^>[^\n]*\n?)+", re.MULTILINE)
_SAYS = re.compile(r"> [^\n:\d]{1,60}: ")  # who says what is quoted; "Day 2: " is nobody
_HEED = re.compile(r"(?:please )?take (?:this|that|it|these|them) into account", re.IGNORECASE)
_LONG_RUN = re.compile(r"([^\w\s]{9})[^\w\s]+")  # marks over marks take long to fold


@cache
def whole_words(pattern: str) -> re.Pattern[str]:
    """A pattern that begins and ends where words do."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


_NEGATION = whole_words(WORDS["patterns"]["negation"])
_CLAUSE_END = re.compile(WORDS["patterns"]["clause_end"])
_DAY_LEAD = re.compile(WORDS["patterns"]["day_lead"])


def typed(text: str) -> str:
    """What of a message is read: what somebody typed, without the note on its files, up to some length.

    Where others are quoted, what they say is read as well, and neither who they are nor what they say it about.
    """
    text = text[:READ_CHARS]
    if any(_SAYS.match(quote[0]) for quote in _QUOTE.finditer(text)):
        text = _HEED.sub("", _QUOTE.sub(_said, text))
    return _LONG_RUN.sub(r"\1", _FILES.sub("", text))


def _said(quote: re.Match[str]) -> str:
    says = _SAYS.match(quote[0])
    return quote[0][says.end() :].replace("\n>", "\n") if says else ""


class Line:
    """A text folded, with numbers in figures and typing errors mended.

    ``find`` looks at all of it; ``take`` looks at what is left and takes what it finds away from later looks. Both
    note what they found as understood. What is *refused* is quoted, and nobody finds it any more.
    """

    def __init__(self, text: str) -> None:
        self.raw, self.is_cut = typed(text), len(text) > READ_CHARS
        self.words: list[tuple[str, int, int, int, int]] = []  # word, where it stands here, and in the raw text
        self.text, before = "", 0
        for match in _WORD.finditer(self.raw):
            self.text += _gap(self.raw[before : match.start()])
            word, at, before = _normal(match[0]), len(self.text), match.end()
            self.text += word
            self.words.append((word, at, len(self.text), match.start(), before))
        self.text += _gap(self.raw[before:])
        self.rest = self.text
        self._known = bytearray(len(self.text))
        self.refused: list[str] = []

    def find(self, pattern: str) -> list[re.Match[str]]:
        """Everything in the line that is *pattern*, in whole words."""
        found = list(whole_words(pattern).finditer(self.text))
        for match in found:
            self.understand(*match.span())
        return found

    def take(self, pattern: str, *, negated: bool | None = None) -> list[re.Match[str]]:
        """Everything in what is left that is *pattern*, in whole words, and taken away.

        With *negated* only what holds a negation itself, as in "no museums", or holds none.
        """
        found = list(whole_words(pattern).finditer(self.rest))
        if negated is not None:
            found = [one for one in found if is_negated(one[0]) == negated and not self.is_denied(one.start())]
        for match in found:
            self.remove(*match.span())
        return found

    def remove(self, start: int, end: int) -> None:
        """Take away a stretch of the line and note it as understood."""
        self.understand(start, end)
        self.rest = without(self.rest, start, end)

    def understand(self, start: int, end: int) -> None:
        self._known[start:end] = b"\x01" * (end - start)

    def refuse(self, start: int, end: int) -> None:
        """Quote a stretch of the line as not understood."""
        self.refused.append(self.quote(start, end))
        self.hide(start, end)

    def hide(self, start: int, end: int) -> None:
        """Take away a stretch so that nobody finds it any more."""
        self.remove(start, end)
        self.text = without(self.text, start, end)

    def is_denied(self, start: int) -> bool:
        """Whether a negation stands right before, as in "don't skip"."""
        return bool(re.search(r"(?:n't|\bnot|\bnever) $", self.before(start)))

    def refuse_negated(self) -> None:
        """Refuse what is negated, to the end of its clause."""
        for start, end in self.clauses():
            if match := _NEGATION.search(self.rest, start, end):
                self.refuse(match.start(), end)

    def clauses(self) -> list[tuple[int, int]]:
        """Where each clause begins and ends. "On day 3, more sights" is one."""
        found, start = [], 0
        for match in _CLAUSE_END.finditer(self.text):
            if not _DAY_LEAD.fullmatch(self.text, start, match.end()):
                found.append((start, match.start()))
                start = match.end()
        return [*found, (start, len(self.text))]

    def before(self, start: int, chars: int = 40) -> str:
        return self.text[max(0, start - chars) : start]

    def quote(self, start: int, end: int) -> str:
        """The raw text of a stretch, on one line."""
        inside = [word for word in self.words if word[1] < end and word[2] > start]
        return " ".join(self.raw[inside[0][3] : inside[-1][4]].split()) if inside else ""

    def left_over(self) -> list[str]:
        """What nothing was made of: runs of words that hold more than fillers, as they were written."""
        chars = list(self.text)
        for word, start, end, *_ in self.words:
            if word == "and" or self._known[start]:
                chars[start:end] = "." * (end - start)
        runs = re.finditer(r"(?:[^.,;:!?()\n]|(?<=\d)[.,:](?=\d))+", "".join(chars))
        quotes = [self.quote(*run.span()) for run in runs if any(map(says_something, _WORD.findall(run[0])))]
        cut = f"what follows the first {READ_CHARS:,} characters"
        return [*quotes, cut] if self.is_cut else quotes

    def names(self, known: Iterable[str]) -> list[tuple[str, int, int]]:
        """Which names are in what is left, and where; of two that begin alike the longer one."""
        return [(match[0], *match.span()) for match in whole_words(any_of(known)).finditer(self.rest)]

    def is_capital(self, start: int) -> bool:
        return any(word[1] == start and self.raw[word[3]].isupper() for word in self.words)


def is_negated(text: str) -> bool:
    return _NEGATION.search(text) is not None


def without(text: str, start: int, end: int) -> str:
    """The text with a stretch blanked."""
    return f"{text[:start]}{TAKEN * (end - start)}{text[end:]}"


def says_something(word: str) -> bool:
    """Whether a word, as it is compared, is more than a filler."""
    if any(char.isdigit() for char in word):
        return word != "1"
    return len(word) > 2 and not {word, word.removesuffix("s")} & _FILLERS


def any_of(names: Iterable[str]) -> str:
    """A pattern for any of some folded names, the longer ones first; for none of them it matches nothing."""
    return _any_of(tuple(names))


@lru_cache(maxsize=256)  # of all places it takes longer than to look for them
def _any_of(names: tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)"


def _gap(text: str) -> str:
    """What stands between two words: blanks as one blank, lines kept apart."""
    text = text.translate({0x2019: "'", 0x2018: "'", 0x2013: "-", 0x2014: "-"})
    return "\n" if "\n" in text else re.sub(r"\s+", " ", text)


@lru_cache(maxsize=4_096)
def _normal(written: str) -> str:
    """A word as it is compared: folded, in figures, and with one letter wrong the known word that it is like."""
    word = fold(written).replace("-", " ")
    word = _SPELLED.get(word, word)
    if not 5 <= len(word) <= 16 or word in _FILLERS or word in LISTS["others"] or not word.isalpha():
        return word
    alike = [known for known in _known_words() if known[0] == word[0] and abs(len(known) - len(word)) < 2]
    return next(iter(get_close_matches(word, alike, n=1, cutoff=0.82)), word)


@cache
def _known_words() -> list[str]:
    names = [fold(name) for name in (*MONTHS, *(place.name for place in atlas().destinations)) if name != "March"]
    return [word for word in (*LISTS["keywords"], *names) if word.isalpha() and len(word) > 4]
