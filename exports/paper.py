"""What is said in a conversation as a PDF with real text. Typst sets it; paper.typ says how it looks.

Everything goes to Typst as data, never as markup. What no letter of the fonts in fonts/ can draw becomes a box, and
the first page says so: nothing is left out silently.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont

from exports.markdown_cost import MOST_MS, cost_ms
from exports.markdown_text import Block, blocks, source_list
from exports.writing import NOT_TEXT, direction, language

_FOLDER = Path(__file__).parent
_FONTS = _FOLDER / "fonts"
BOX = "□"
_DEJAVU = frozenset("✓✗★☆")  # in DejaVu Sans Mono, which Typst brings along
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NAMES_SHOWN = 12
_LINES_OF_TEXT = 2_500  # a reply of prose that is as long as replies get has fewer
_LINE_CHARS = 90  # about as many stand in one
_FORMS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # they choose a form of the letter before them
# Not in scripts that are written without spaces, or whose letters join.
_LONG_WORD = re.compile(r"[^\s\u0600-\u1fff\u2e80-\ua4cf\uac00-\ufdff\ufe70-\uffef]{36,}")
_NO_WORD = re.compile(r"[^\w\s]{30,}")
_TOO_COSTLY: Block = {
    "t": "par",
    "in": [{"t": "emph", "in": [{"t": "text", "s": "As plain text: it would take too long to set."}]}],
}
_BLOCKS = ("par", "heading", "list", "table", "quote")


@dataclass
class Room:
    """What one PDF still has room for: lines of plain text, and Markdown by what `cost_ms` says of it.

    *kept_in* says where everything is. 10,000 lines are 200 pages, and take Typst two or three seconds.
    """

    kept_in: str
    lines: int = 10_000
    markdown_ms: float = 30 * MOST_MS


def pdf(
    template: str, values: Callable[[bool, Room], dict[str, Any]], *, title: str, kept_in: str, at: datetime
) -> bytes:
    """Return the PDF that *template*, a file below this folder, makes of values.

    These are asked for with True, and once more with False where Typst cannot set what it says as Markdown, each time
    with the room that there is. Added are the *title*, how it runs, and in "boxes" a sentence on what could not be
    drawn, followed by *kept_in*, which says where that is. The same values and the same *at*, when the file was made,
    give the same bytes.
    """
    try:
        return _compiled(template, values(True, Room(kept_in)), title, kept_in, at)
    except typst.TypstError:  # Markdown nested deeper than Typst goes
        return _compiled(template, values(False, Room(kept_in)), title, kept_in, at)


def _compiled(template: str, values: dict[str, Any], title: str, kept_in: str, at: datetime) -> bytes:
    boxes: Counter[str] = Counter()
    named = {"title": title, "lang": language(title), "dir": direction(title) or "ltr"}
    data = drawable(named | values, boxes)
    data["boxes"] = _boxes_told(boxes, kept_in)
    made = typst.Compiler(_FOLDER / template, root=_FOLDER, font_paths=_fonts()).compile(
        sys_inputs={"data": json.dumps(data)}, format="pdf", timestamp=max(0, int(at.timestamp()))
    )
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[_FONTS])


def turn(
    text: str,
    room: Room,
    *,
    markdown: bool,
    key: str,
    who: str,
    at: str,
    model: str | None = None,
    sources: Sequence[tuple[str, str]] = (),
    ending: str | None = None,
) -> dict[str, Any]:
    """Return what somebody says, for `turn` of paper.typ; *markdown* is set as such unless that takes too long."""
    cost = cost_ms(text, most=MOST_MS) if markdown else 0
    costly = cost > min(MOST_MS, room.markdown_ms)
    if not costly:
        room.markdown_ms -= cost
    return {
        "key": key,
        "who": who,
        "when": at,
        "model": model,
        "lang": language(text),
        "blocks": ([_TOO_COSTLY] if costly else [])
        + (blocks(text) if markdown and not costly else as_typed(text, room))
        + blocks(source_list(sources)),
        "ending": ending,
    }


def as_typed(text: str, room: Room, *, most: int = _LINES_OF_TEXT) -> list[Block]:
    """Return the lines of a text that is no Markdown: a block for those in a row that run the same way.

    At most *most* of them, as they stand on paper, and as many as there is room for; then how many are left out.
    """
    found: list[Block] = []
    before = None
    lines = text.strip("\n").split("\n")
    left = min(most, room.lines)
    for number, line in enumerate(lines):
        taken = 1 + len(line) // _LINE_CHARS
        whole = taken <= left
        if not whole:
            line = line[: left * _LINE_CHARS]
        if whole or line:
            way = direction(line) or before
            if not found or way != before:
                found.append({"t": "par", "in": [{"t": "text", "s": line}]})
            else:
                found[-1]["in"] += [{"t": "break"}, {"t": "text", "s": line}]
            before = way
            left -= min(taken, left)
            room.lines -= min(taken, room.lines)
        if not whole:
            told = f"Lines left out here: {len(lines) - number:,}. {room.kept_in}"
            return [*found, {"t": "par", "in": [{"t": "emph", "in": [{"t": "text", "s": told}]}]}]
    return found


def drawable(value: Any, boxes: Counter[str], key: str = "") -> Any:
    """Return data with only what the fonts can draw in its texts; *boxes* counts what they cannot."""
    if isinstance(value, dict):
        made = {name: drawable(one, boxes, name) for name, one in value.items()}
        return made | {"dir": direction(value) or "ltr"} if value.get("t") in _BLOCKS else made
    if isinstance(value, list):
        return [drawable(one, boxes, key) for one in value]
    if not isinstance(value, str) or key in NOT_TEXT:
        return value
    text = letters(value, lambda char: ord(char) in _covered() or _is_invisible(char), boxes)
    return _LONG_WORD.sub(_with_breaks, text)


def letters(text: str, is_drawn: Callable[[str], bool], boxes: Counter[str]) -> str:
    """Return a text as it is set, a box for each character that is not drawn; *boxes* counts these."""
    text = _CONTROLS.sub("", unicodedata.normalize("NFC", _NO_WORD.sub(_with_few_marks, text)).replace("\t", "    "))
    if missing := {char for char in set(text) if not is_drawn(char)}:
        boxes.update(char for char in text if char in missing)
        text = text.translate({ord(char): BOX for char in missing})
    return text


def _with_few_marks(run: re.Match[str]) -> str:
    """Return what stands between words with 30 marks in a row at most: they are put in order by insertion."""
    kept, marks = [], 0
    for char in run[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= 30:
            kept.append(char)
    return "".join(kept)


def _is_invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf" or bool(_FORMS.match(char))


def _with_breaks(word: re.Match[str]) -> str:
    """Let a long word, such as an address, go on in the next line; else it would run off the page."""
    return "\u200b".join(word[0][at : at + 12] for at in range(0, len(word[0]), 12))


@cache
def _covered() -> frozenset[int]:
    """Return every character that has a letter in our fonts."""
    found = {ord(char) for char in _DEJAVU}
    for file in sorted(_FONTS.glob("*-Regular.[ot]tf")):
        with TTFont(file, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)


def _boxes_told(boxes: Counter[str], kept_in: str) -> str | None:
    if not boxes:
        return None
    number = sum(boxes.values())
    names = sorted({_script(char) for char in boxes})
    shown = ", ".join(names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
    are = "1 character is" if number == 1 else f"{number:,} characters are"
    return f"{are} shown as {BOX}: this PDF has no letters for them ({shown}). {kept_in}"


def _script(char: str) -> str:
    """Return the first word of a character's name: its script, for letters."""
    return unicodedata.name(char, "UNKNOWN").split()[0].split("-")[0].title().replace("Cjk", "rare Chinese")
