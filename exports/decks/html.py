"""A deck as HTML: sections that are as wide as there is room, with everything where `exports.decks.pages` puts it.

There is no script in it, every text is escaped, and its links go to the web or to a mailbox.
"""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import groupby
from typing import Any

from exports.decks import agenda
from exports.decks.chart import chart_alt, chart_svg, whole_of
from exports.decks.lists import Branch, Point, branches
from exports.decks.measure import Measure
from exports.decks.pages import pages
from exports.decks.phrases import phrases
from exports.decks.pictures import picture_type
from exports.decks.places import FOOTER, MARK, NUMBER, Box, Page, Placed
from exports.decks.records import (
    BulletsBlock,
    Cell,
    ChartBlock,
    Edition,
    FiguresBlock,
    PictureBlock,
    Run,
    Runs,
    TableBlock,
    TextBlock,
    is_link,
    plain_text,
)
from exports.decks.sections_css import local_families, sections_css
from exports.decks.theme import FOOTER_SIZE, theme
from exports.decks.wording import cell_text, figure_text
from exports.writing import direction, text_language, way_of

_END = ' class="end"'


@dataclass(frozen=True, slots=True)
class SlideHtml:
    """A slide: one section for each of its pages."""

    slide_id: str
    html: str


@dataclass(frozen=True, slots=True)
class DeckHtml:
    """The slides that a deck shows, and the style sheet that holds for them and nothing else."""

    slides: tuple[SlideHtml, ...]
    css: str


def deck_html(
    edition: Edition,
    *,
    pictures: bool = False,
    svg: bool = True,
    address: Callable[[bytes, str], str] | None = None,
) -> DeckHtml:
    """Return a deck as HTML; with *pictures*, these and the logo are in it, as data.

    *address* returns where a picture with these bytes, of this type, is found instead. Without *svg*, charts are
    pictures too, for pages that let no SVG through.
    """
    draw = _Sections(edition, pictures, svg, address or _url)
    slides = tuple(
        SlideHtml(slide_id, "".join(map(draw.page, some)))
        for slide_id, some in groupby(pages(edition), lambda page: page.slide.id)
    )
    return DeckHtml(slides, sections_css(edition.brand))


class _Sections:
    """Draws the pages of one deck."""

    def __init__(self, edition: Edition, pictures: bool, svg: bool, address: Callable[[bytes, str], str]) -> None:
        self._edition, self._pictures, self._svg, self._address = edition, pictures, svg, address
        self._tag = edition.brand.language
        self._words = phrases(self._tag)
        self._language = self._tag.split("-")[0].lower()
        self._way = way_of(self._language)
        self._chart_svg = partial(
            chart_svg,
            look=theme(edition.brand),
            measure=Measure(edition.brand.font),
            families="inherit" if svg else local_families(edition.brand.font),
            language=self._tag,
        )
        self._kinds: dict[type[Any], Callable[[Any, Placed], str]] = {
            TextBlock: self._text,
            BulletsBlock: self._bullets,
            TableBlock: self._table,
            ChartBlock: self._chart,
            PictureBlock: self._picture,
            FiguresBlock: self._figures,
        }

    def page(self, page: Page) -> str:
        """Return one page."""
        self._slide = page.slide
        title, mark, footer = ((Run(text),) if text else () for text in (page.title, page.mark, page.footer))
        return (
            f'<section class="travelbot-deck{" cover" if page.cover else ""}" data-slide="{escape(page.slide.id)}"'
            f' lang="{escape(self._tag)}" dir="{self._way}">'
            f"{self._line('h2', title, _placed(page.title_box, page.title_size), 'box title')}{self._logo(page.logo)}"
            f"{''.join(map(self._block, page.placed))}"
            f"{self._line('p', footer, _placed(FOOTER, FOOTER_SIZE), 'box footer')}"
            f"{self._line('p', mark, _placed(MARK, FOOTER_SIZE), 'box mark')}"
            f'<p class="box number" style="{_placed(NUMBER, FOOTER_SIZE)}">{page.number}</p></section>'
        )

    def _block(self, placed: Placed) -> str:
        block, style = placed.block, _placed(placed.box, placed.size)
        style += f";--g:{placed.gap:.2f}" if placed.gap else ""
        return (
            f'<div class="box {block.kind}" data-block="{escape(block.id)}" style="{style}">'
            f"{self._kinds[type(block)](block, placed)}</div>"
        )

    def _text(self, block: TextBlock, placed: Placed) -> str:
        return "".join(self._line("h3" if block.heading else "p", runs) for runs in block.paragraphs)

    def _bullets(self, block: BulletsBlock, placed: Placed) -> str:
        if placed.labels:
            return self._agenda(placed)
        return "".join(map(self._branch, branches(block.items, self._way, continued=placed.continued)))

    def _agenda(self, placed: Placed) -> str:
        rows = agenda.rows(placed)
        points = (f"<li>{self._line('b', label)}{self._line('span', runs)}</li>" for label, runs in rows)
        way = "rtl" if agenda.is_right_to_left(placed) else "ltr"
        return f'<ul class="agenda" role="list" dir="{way}" style="--l:{placed.labels:.2f}">{"".join(points)}</ul>'

    def _branch(self, branch: Branch) -> str:
        tag = "ol" if branch.mark is None else "ul"
        points = "".join(self._point(one, branch.mark) for one in branch.points)
        style = f' style="--k:{branch.skipped}"' if branch.skipped else ""
        return f'<{tag} role="list" dir="{branch.direction}"{style}>{points}</{tag}>'

    def _point(self, point: Point, mark: str | None) -> str:
        number = point.item.number
        told = f'value="{number}" data-mark="{number}."' if mark is None else f'data-mark="{mark}"'
        return f"<li {told}>{self._line('span', point.item.runs)}{''.join(map(self._branch, point.below))}</li>"

    def _table(self, block: TableBlock, placed: Placed) -> str:
        columns = "".join(f'<col style="width:{100 * width / placed.box.width:.4f}%">' for width in placed.columns)
        head, *rows = ("".join(self._row(row, placed, at)) for at, row in enumerate((block.head, *block.rows)))
        total = ' class="total"' if block.total else ""
        label = f' aria-label="{escape(block.alt)}"' if block.alt else ""
        return (
            f"<table{total}{label}><colgroup>{columns}</colgroup><thead>{head}</thead>"
            f"<tbody>{''.join(rows)}</tbody></table>"
        )

    def _row(self, row: Iterable[Cell], placed: Placed, at: int) -> str:
        tag, scope = ("td", "") if at else ("th", ' scope="col"')
        cells = (
            f"<{tag}{scope}{_END if end else ''}>{self._line('span', self._runs(cell))}</{tag}>"
            for cell, end in zip(row, placed.numbers, strict=True)
        )
        return f'<tr style="--h:{placed.rows[at]:.2f}">{"".join(cells)}</tr>'

    def _runs(self, cell: Cell) -> Runs:
        return (Run(cell_text(cell, self._tag)),) if cell.amount else cell.runs

    def _chart(self, block: ChartBlock, placed: Placed) -> str:
        drawn = self._chart_svg(block, whole_of(self._slide, block), placed.box.width, placed.box.height, placed.size)
        if self._svg:
            return drawn
        address = escape(self._address(drawn.encode(), "image/svg+xml"))
        return f'<img src="{address}" alt="{escape(chart_alt(block, self._tag))}">'

    def _picture(self, block: PictureBlock, placed: Placed) -> str:
        data = self._edition.pictures.get(block.sha256, b"")
        kind = picture_type(data)
        alt = escape(block.alt)
        if kind and self._pictures:
            return f'<img src="{escape(self._address(data, kind))}" alt="{alt}">'
        told = escape((self._words.picture if kind else self._words.picture_missing).format(alt=block.alt))
        return f'<div class="missing" role="img" aria-label="{alt}" data-picture="{block.sha256}">{told}</div>'

    def _figures(self, block: FiguresBlock, placed: Placed) -> str:
        columns, rows = (" ".join(f"{one:.2f}fr" for one in some) for some in (placed.columns, placed.rows))
        figures = (
            f'<div class="figure">{self._line("p", (Run(figure_text(figure, self._tag)),), "", "value")}'
            f"{self._line('p', (Run(figure.label),), '', 'label')}</div>"
            for figure in block.figures
        )
        return f'<div class="grid" style="grid-template:{rows}/{columns}">{"".join(figures)}</div>'

    def _logo(self, box: Box | None) -> str:
        brand = self._edition.brand
        if box is None or not self._pictures or not brand.logo or not brand.logo_type:
            return ""
        address = escape(self._address(brand.logo, brand.logo_type))
        return (
            f'<img class="box logo" style="{_placed(box, FOOTER_SIZE)}" src="{address}"'
            f' alt="{escape(brand.name or "Logo")}">'
        )

    def _line(self, tag: str, runs: Runs, style: str = "", kind: str = "") -> str:
        """Return words in an element of their own; none, if there are no words but a style that places them."""
        if style and not runs:
            return ""
        text = plain_text(runs)
        way, language = direction(text) or self._way, text_language(text, self._language)
        told = (
            ("class", kind),
            ("style", style),
            ("dir", way if way != self._way else ""),
            ("lang", language if language != self._language else ""),
        )
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in told if value)
        return f"<{tag}{attributes}>{''.join(map(_run, runs))}</{tag}>"


def _run(run: Run) -> str:
    said = escape(run.text)
    said = f"<em>{said}</em>" if run.italic else said
    said = f"<strong>{said}</strong>" if run.bold else said
    if run.url and is_link(run.url):
        return f'<a href="{escape(run.url)}" target="_blank" rel="noopener noreferrer">{said}</a>'
    return said


def _placed(box: Box, size: float) -> str:
    """Return where something stands, and how large its letters are, for the style sheet to work with."""
    return f"--x:{box.x:.2f};--y:{box.y:.2f};--w:{box.width:.2f};--h:{box.height:.2f};--s:{size:.2f}"


def _url(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
