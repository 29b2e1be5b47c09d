"""A deck as a PDF with real text that screen readers can read (PDF/UA-1); deck.typ says how it looks.

Texts, and where they stand, go to Typst as data, never as markup.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import typst

from exports import paper
from exports.decks import agenda
from exports.decks import theme as lengths
from exports.decks.chart import chart_alt, chart_svg, whole_of
from exports.decks.lists import Branch, Point, branches
from exports.decks.measure import FONT_FOLDERS, TWINS, Measure, can_draw
from exports.decks.pages import pages
from exports.decks.phrases import phrases
from exports.decks.pictures import drawn_logo, framed, picture_size, picture_type
from exports.decks.places import BAR, FOOTER, MARK, NUMBER, PANEL, PANEL_EDGE, WIDTH, Box, Page, Placed
from exports.decks.records import (
    BulletsBlock,
    Cell,
    ChartBlock,
    Edition,
    FiguresBlock,
    Font,
    PictureBlock,
    Run,
    Runs,
    TableBlock,
    TextBlock,
    is_link,
    plain_text,
)
from exports.decks.theme import LOGO, Theme, theme
from exports.decks.wording import cell_text, figure_text
from exports.writing import direction, text_language, way_of

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    *("Noto Sans", "Noto Sans Mono", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Thai", "Noto Sans Bengali"),
    *("Noto Sans Tamil", "Noto Sans Sinhala", "Noto Sans Lao", "Noto Sans Khmer", "Noto Sans Myanmar"),
    *("Noto Sans Georgian", "Noto Sans Armenian", "Noto Sans CJK JP", "Noto Emoji", "DejaVu Sans Mono"),
)
_MARKS_OF_ALL = ("COMBINING", "VARIATION", "ZERO")
_REMEMBERED = 10  # files
_LENGTHS = (
    *("CELL_X", "CELL_Y", "FIGURE", "FIGURE_PAD", "FOOTER_SIZE"),
    *("FOOTER_Y", "GAP", "INDENT", "LINE", "MARGIN"),
)
# Typst 0.15 fails on such letters with kerning turned off.
_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def deck_pdf(edition: Edition) -> bytes:
    """Return a deck as a PDF file. The same edition gives the same bytes.

    Only where marks stand on letters of other scripts, as in no language, it may miss that standard.
    """
    values = _Values(edition).deck(pages(edition))
    try:
        for kerning in (False, True):
            with suppress(_TypstFailedError):
                return _compiled(values | {"kerning": kerning}, edition.at, "ua-1")
        return _compiled(values | {"kerning": True}, edition.at)
    finally:
        _forget()


class _TypstFailedError(Exception):
    """Typst cannot set what it was given."""


def _compiled(values: dict[str, Any], at: datetime, *standards: Literal["ua-1"]) -> bytes:
    compiler = typst.Compiler(_FOLDER / "deck.typ", root=_FOLDER, font_paths=_fonts())
    try:
        made = compiler.compile(
            sys_inputs={"data": json.dumps(values)},
            format="pdf",
            pdf_standards=list(standards),
            timestamp=max(0, int(at.timestamp())),
        )
    except BaseException as exc:
        # Where Typst panics, what is raised is no Exception; its class cannot be imported.
        if isinstance(exc, typst.TypstError) or type(exc).__name__ == "PanicException":
            raise _TypstFailedError from exc
        raise
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=list(FONT_FOLDERS))


def _forget() -> None:
    """Let Typst drop what it remembers for its next ten files: of long decks, hundreds of megabytes."""
    empty = typst.Compiler(font_paths=_fonts())
    for _ in range(_REMEMBERED + 1):
        empty.compile(b"", format="svg")


class _Values:
    """A deck as the data of deck.typ."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._brand = edition.brand
        self._theme = theme(edition.brand)
        self._measure = Measure(edition.brand.font)
        self._boxes: Counter[str] = Counter()
        self._words = phrases(edition.brand.language)
        self._lang, self._region = _language(edition.brand.language)
        self._way = way_of(self._lang)
        self._families = families(edition.brand.font)
        self._is_drawn = cache(partial(can_draw, font=edition.brand.font))
        self._drawn = self._logo()
        self._kinds: dict[type[Any], Callable[[Any, Placed], dict[str, Any]]] = {
            TextBlock: self._text,
            BulletsBlock: self._bullets,
            TableBlock: self._table,
            ChartBlock: self._chart,
            PictureBlock: self._picture,
            FiguresBlock: self._figures,
        }

    def deck(self, laid_out: Sequence[Page]) -> dict[str, Any]:
        return {
            "title": self._letters(self._edition.deck.title) or "Deck",
            "author": self._letters(self._brand.name),
            "about": self._words.model_may_have,
            "lang": self._lang,
            "region": self._region,
            "dir": self._way,
            "fonts": self._families,
            "look": _look(self._theme),
            "logo": self._drawn,
            "pages": [self._page(page) for page in laid_out],
        }

    def _page(self, page: Page) -> dict[str, Any]:
        self._slide = page.slide
        return {
            "cover": page.cover,
            "number": page.number,
            "title": self._line((Run(page.title),), page.title_size, page.title_box.width, bold=True),
            "title_box": _box(page.title_box),
            "title_size": page.title_size,
            "logo": _box(page.logo) if page.logo and self._drawn else None,
            "footer": self._line((Run(page.footer),), lengths.FOOTER_SIZE, WIDTH),
            "mark": self._line((Run(page.mark),), lengths.FOOTER_SIZE, WIDTH),
            "rules": [_box(rule) for placed in page.placed for rule in agenda.rules(placed)],
            "blocks": [self._placed(placed) for placed in page.placed],
        }

    def _placed(self, placed: Placed) -> dict[str, Any]:
        more = self._kinds[type(placed.block)](placed.block, placed)
        return {"kind": placed.block.kind, "box": _box(placed.box), "size": placed.size, "gap": placed.gap} | more

    def _text(self, block: TextBlock, placed: Placed) -> dict[str, Any]:
        lines = [self._line(one, placed.size, placed.box.width, bold=block.heading) for one in block.paragraphs]
        return {"heading": block.heading, "paragraphs": lines}

    def _bullets(self, block: BulletsBlock, placed: Placed) -> dict[str, Any]:
        made = branches(block.items, self._way, continued=placed.continued)
        if placed.labels:
            return self._agenda(placed)
        return {"branches": [self._branch(branch, placed) for branch in made]}

    def _agenda(self, placed: Placed) -> dict[str, Any]:
        width, way = placed.box.width - placed.labels, "rtl" if agenda.is_right_to_left(placed) else "ltr"
        made = [
            {
                "label": self._line(label, placed.size, placed.labels, bold=True) | {"dir": way},
                "text": self._line(runs, placed.size, width) | {"dir": way},
            }
            for label, runs in agenda.rows(placed)
        ]
        return {"rows": made, "labels": placed.labels, "dir": way}

    def _branch(self, branch: Branch, placed: Placed) -> dict[str, Any]:
        points = [self._point(point, placed) for point in branch.points]
        return {"mark": branch.mark, "dir": branch.direction, "skipped": branch.skipped, "points": points}

    def _point(self, point: Point, placed: Placed) -> dict[str, Any]:
        width = placed.box.width - lengths.INDENT * placed.size * (point.item.level + 1)
        return self._line(point.item.runs, placed.size, width) | {
            "number": point.item.number,
            "below": [self._branch(branch, placed) for branch in point.below],
        }

    def _table(self, block: TableBlock, placed: Placed) -> dict[str, Any]:
        rows = [
            [
                self._cell(cell, placed, column, bold=at == 0 or (block.total and at == len(block.rows)))
                for column, cell in enumerate(row)
            ]
            for at, row in enumerate((block.head, *block.rows))
        ]
        return {"columns": placed.columns, "heights": placed.rows, "rows": rows, "total": block.total}

    def _cell(self, cell: Cell, placed: Placed, column: int, *, bold: bool) -> dict[str, Any]:
        runs = (Run(cell_text(cell, self._brand.language)),) if cell.amount else cell.runs
        width = placed.columns[column] - 2 * lengths.CELL_X
        return self._line(runs, placed.size, width, bold=bold) | {"end": placed.numbers[column]}

    def _chart(self, block: ChartBlock, placed: Placed) -> dict[str, Any]:
        svg = chart_svg(
            block,
            whole_of(self._slide, block),
            placed.box.width,
            placed.box.height,
            placed.size,
            look=self._theme,
            measure=self._measure,
            families=", ".join(f"'{name}'" for name in self._families),
            language=self._brand.language,
        )
        return {"svg": self._letters(svg), "alt": chart_alt(block, self._brand.language)}

    def _picture(self, block: PictureBlock, placed: Placed) -> dict[str, Any]:
        data = self._edition.pictures.get(block.sha256, b"")
        kind = picture_type(data)
        svg = framed(data, kind, block.width, block.height) if kind else None
        missing = self._words.picture_missing.format(alt=block.alt)
        return {"svg": svg, "alt": block.alt, "told": self._line((Run(missing),), 12, 1e9)}

    def _figures(self, block: FiguresBlock, placed: Placed) -> dict[str, Any]:
        inner = [width - 2 * lengths.FIGURE_PAD for width in placed.columns]
        figures = [
            {
                "number": self._line(
                    (Run(figure_text(figure, self._brand.language)),),
                    placed.size * lengths.FIGURE,
                    inner[at % len(inner)],
                    bold=True,
                ),
                "label": self._line((Run(figure.label),), placed.size, inner[at % len(inner)]),
            }
            for at, figure in enumerate(block.figures)
        ]
        return {"figures": figures, "columns": placed.columns, "heights": placed.rows}

    def _logo(self) -> str | None:
        logo, kind = self._brand.logo, self._brand.logo_type
        is_svg = kind == "image/svg+xml"
        if logo is None or kind is None or (is_svg and drawn_logo(logo) is None):
            return None
        return logo.decode("utf-8", "replace") if is_svg else framed(logo, kind, *(picture_size(logo) or LOGO))

    def _line(self, runs: Runs, size: float, width: float, *, bold: bool = False) -> dict[str, Any]:
        """Return words for one paragraph that is *width* wide, with their language and direction."""
        text = plain_text(runs)
        made = [
            {
                "s": self._measure.breakable(self._letters(run.text), size, width, bold=bold or run.bold),
                "b": bold or run.bold,
                "i": run.italic,
                "url": run.url if run.url and is_link(run.url) else None,
            }
            for run in runs
        ]
        return {
            "runs": made,
            "kerning": bool(_RIGHT_TO_LEFT.search(text)),
            "dir": direction(text) or self._way,
            "lang": text_language(text, self._lang),
        }

    def _letters(self, text: str) -> str:
        if not text.isascii():
            text = _without_stray_marks(text.replace("\ufeff", ""))  # PDF/UA has no such letter
        return paper.letters(text, self._is_drawn, self._boxes)


def _without_stray_marks(text: str) -> str:
    """Return a text with boxes for marks of one script on letters of another, which no font can join."""
    made, script = [], ""
    for char in text:
        own = _script(char)
        is_mark = unicodedata.category(char).startswith("M") and own not in _MARKS_OF_ALL
        made.append(paper.BOX if is_mark and own != script else char)
        script = script if unicodedata.category(char) in ("Mn", "Me", "Cf") and own in _MARKS_OF_ALL else own
    return "".join(made)


@cache
def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def families(font: Font) -> list[str]:
    """Return the fonts in which letters are looked for, in order."""
    return [
        TWINS[font],
        "Noto Sans",
        "Noto Sans Mono",
        *_SCRIPTS,
        "Noto Sans CJK JP",
        "Noto Emoji",
        "DejaVu Sans Mono",
    ]


def _look(look: Theme) -> dict[str, Any]:
    """Return the colours, and the lengths that deck.typ needs."""
    lower = {name.lower(): getattr(lengths, name) for name in _LENGTHS}
    boxes = {"footer": FOOTER, "mark": MARK, "number": NUMBER, "panel": PANEL, "panel_edge": PANEL_EDGE, "bar": BAR}
    places = {name: _box(box) for name, box in boxes.items()}
    return {field.name: getattr(look, field.name) for field in fields(look)} | lower | places


def _box(box: Box) -> list[float]:
    return [box.x, box.y, box.width, box.height]


def _language(language: str) -> tuple[str, str | None]:
    """Return the language and the region of a BCP 47 tag, as Typst takes them."""
    first, *more = language.split("-")
    region = next((one.upper() for one in more if len(one) == 2 and one.isalpha()), None)
    return (first.lower() if first.isascii() and first.isalpha() and 2 <= len(first) <= 3 else "en"), region
