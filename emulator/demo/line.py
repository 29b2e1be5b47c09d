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
_LIKED = "|".join(pattern for pattern, *_ in WORDS["interests"].values())
READ_CHARS = 4_000  # of one message; nobody describes a trip in more
TAKEN = "\x1f"  # stands where something was taken out
_SPELLED = {word: str(number) for number, word in enumerate(LISTS["numbers"])} | PAIRS["spelled"]
_TENS, _UNITS = [str(ten) for ten in range(20, 100, 10)], [str(unit) for unit in range(1, 10)]
_FILLERS = frozenset(LISTS["fillers"])
_OTHERS = _FILLERS | frozenset(LISTS["others"])
_WORD = re.compile(r"[^\W_]+")
_FILES = re.compile(r"\n\n\(Files with this message: [^\n]{0,2000}\)$")
_LONG_RUN = re.compile(r"([^\w\s]{9})[^\w\s]+")  # marks over marks take long to fold


@cache
def whole_words(pattern: str) -> re.Pattern[str]:
    """A pattern that begins and ends where words do."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def typed(text: str) -> str:
    """What of a message is read: what somebody typed, without the note on its files, up to some length."""
    return _LONG_RUN.sub(r"\1", _FILES.sub("", text[:READ_CHARS]))


class Line:
    """A text folded, with numbers in figures and typing errors mended.

    ``find`` looks at all of it; ``take`` looks at what is left and takes what it finds away from later looks. Both
    note what they found as understood. What a negation governs is not taken but *refused*, as a quotation.
    """

    def __init__(self, text: str) -> None:
        self.raw = typed(text)
        self.words: list[tuple[str, int, int, int, int]] = []  # word, where it stands here, and in the raw text
        self.text, before = "", 0
        for match in _WORD.finditer(self.raw):
            self.text += _gap(self.raw[before : match.start()])
            word, at, begin, before = _normal(match[0]), len(self.text), match.start(), match.end()
            spelled = match[0].isalpha() and bool(self.words) and self.raw[begin - 2].isalpha()
            if spelled and word in _UNITS and self.words[-1][0] in _TENS and self.text[-3:-1] in _TENS:
                ten, at, _, begin, _ = self.words.pop()  # "twenty-one" is one number
                word, self.text = str(int(ten) + int(word)), self.text[:at]
            self.text += word
            self.words.append((word, at, at + len(word), begin, before))
        self.text += _gap(self.raw[before:])
        self.rest = self.text
        self._known = bytearray(len(self.text))
        self.refused: list[str] = []
        self._negated = list(_negated(self.text))

    def find(self, pattern: str) -> list[re.Match[str]]:
        """Everything in the line that is *pattern*, in whole words."""
        found = list(whole_words(pattern).finditer(self.text))
        for match in found:
            self.understand(*match.span())
        return found

    def take(self, pattern: str) -> list[re.Match[str]]:
        """Everything in what is left that is *pattern*, in whole words; taken away."""
        found = [one for one in whole_words(pattern).finditer(self.rest) if not self.refuse(*one.span())]
        for match in found:
            self.remove(*match.span())
        return found

    def negation(self, start: int) -> int | None:
        """Where the negation begins that governs what stands at *start*."""
        return next((begin for begin, end in self._negated if begin < start < end), None)

    def refuse(self, start: int, end: int, *, begin: int | None = None) -> bool:
        """Take a stretch away, to be quoted, where it is negated, or from *begin* on."""
        begin = self.negation(start) if begin is None else begin
        if begin is None:
            return False
        quote = self.quote(begin, end)
        self.refused = [*(one for one in self.refused if one not in quote), quote]
        self.understand(begin, end)
        self.take_away(start, end)
        return True

    def remove(self, start: int, end: int) -> None:
        """Take away a stretch of the line and note it as understood."""
        self.understand(start, end)
        self.take_away(start, end)

    def take_away(self, start: int, end: int) -> None:
        self.rest = f"{self.rest[:start]}{TAKEN * (end - start)}{self.rest[end:]}"

    def understand(self, start: int, end: int) -> None:
        self._known[start:end] = b"\x01" * (end - start)

    def before(self, start: int, chars: int = 16) -> str:
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
        said = [(any(map(_says_something, _WORD.findall(run[0]))), run) for run in runs]
        quotes = [(says, self.quote(*run.span())) for says, run in said if says or re.search(r"\d", run[0])]
        return [quote for says, quote in quotes if says or re.search(r"\d", quote)]  # "one" is a figure too

    def names(self, known: Iterable[str]) -> list[tuple[str, int, int]]:
        """Which names are in what is left, and where; of two that begin alike the longer one."""
        return [(match[0], *match.span()) for match in whole_words(any_of(known)).finditer(self.rest)]

    def is_capital(self, start: int) -> bool:
        return any(word[1] == start and self.raw[word[3]].isupper() for word in self.words)


def _negated(text: str) -> Iterable[tuple[int, int]]:
    """Each negation with the end of what it governs: its clause, or the dislike that it is known to begin."""
    done = 0
    for match in whole_words(WORDS["negation"]["word"]).finditer(text):
        if match.start() >= done:
            kind = "noun" if _negation("noun").fullmatch(match[0]) else "clause"
            known = _dislikes().match(text, match.start())
            goes_on = known and _negation(f"{kind}_goes_on").match(text[known.end() : known.end() + 80])
            begin = known.end() if known else match.end() + 2 * text.startswith(" ", match.end())  # "not in May"
            end = _negation(f"{kind}_ends").search(text, begin)
            done = known.end() if known and not goes_on else end.start() if end else len(text)
            yield match.start(), done


@cache
def _negation(name: str) -> re.Pattern[str]:
    return re.compile(WORDS["negation"][name].replace("<LIKED>", rf"(?:the |any |more )?(?:{_LIKED})"))


@cache
def _dislikes() -> re.Pattern[str]:
    rules = [*WORDS["wishes"].values(), WORDS["patterns"]["clock"], WORDS["numbers"]["no_children"]]
    return whole_words("|".join([rf"{WORDS['macros']['NOT']} (?:{_LIKED})", *rules]))


def _says_something(word: str) -> bool:
    return len(word) > 2 and not word.isdecimal() and not {word, word.removesuffix("s")} & _FILLERS


def any_of(names: Iterable[str]) -> str:
    """A pattern for any of some folded names, the longer ones first; for none of them it matches nothing."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or r"(?!)"


def _gap(text: str) -> str:
    """What stands between two words: blanks as one blank, lines kept apart."""
    text = text.translate({0x2019: "'", 0x2018: "'", 0x2013: "-", 0x2014: "-"})
    return "\n" if "\n" in text else re.sub(r"\s+", " ", text)


@lru_cache(maxsize=4_096)
def _normal(written: str) -> str:
    """A word as it is compared: folded, in figures, and with one letter wrong the known word that it is like."""
    word = fold(written)
    word = _SPELLED.get(word, word)
    if not 5 <= len(word) <= 16 or word in _OTHERS or word in _named() or not word.isalpha():
        return word
    alike = [known for known in _known_words() if known[0] == word[0] and abs(len(known) - len(word)) < 2]
    return next(iter(get_close_matches(word, alike, n=1, cutoff=0.82)), word)


@cache
def _named() -> frozenset[str]:
    """The words in names of sights and day trips: Delphi is not Delhi."""
    names = (fold(name) for place in atlas().destinations for name in place.things)
    return frozenset(word for name in names for word in _WORD.findall(name))


@cache
def _known_words() -> list[str]:
    names = [fold(name) for name in (*MONTHS, *(place.name for place in atlas().destinations)) if name != "March"]
    return [word for word in (*LISTS["keywords"], *names) if word.isalpha() and len(word) > 4]
