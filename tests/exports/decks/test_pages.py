"""Everything of a deck stands on its pages once, in order, within their margins, in letters that can be read."""

import itertools
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.decks import agenda
from exports.decks.measure import Measure
from exports.decks.pages import ABOUT, HEIGHT, WIDTH, pages
from exports.decks.places import PANEL
from exports.decks.records import (
    Amount,
    BulletsBlock,
    Cell,
    ChartBlock,
    Figure,
    FiguresBlock,
    Font,
    Item,
    PictureBlock,
    Run,
    Series,
    SlideKind,
    TableBlock,
    TextBlock,
    plain_text,
)
from exports.decks.theme import FOOTER_SIZE, FOOTER_WIDTH, MARGIN, TOP
from exports.decks.wording import cell_text, figure_text
from tests.helpers.deck_blocks import LONG, costs, edition, euros, listed, said, slide, told

CHART = ChartBlock(
    id="chart", categories=("Hotel", "Train"), series=(Series("Cost", (Decimal(600), Decimal(90))),), currency="EUR"
)
PICTURE = PictureBlock(id="picture", sha256="0" * 64, width=1600, height=900, alt="A map")


def test_what_has_room_is_one_page_in_large_letters():
    (page,) = pages(edition(slide(told("One paragraph."), listed("One", "Two"))))

    assert (page.number, page.title, page.mark) == (1, "Lisbon in May", "")
    assert [(one.block.id, one.size) for one in page.placed] == [("text", 24), ("list", 24)]
    assert (page.title_box.x, page.title_box.y, page.title_size) == (MARGIN, TOP, 30)


def test_what_is_little_stands_further_apart_and_lower_within_its_page():
    few, many = (pages(edition(slide(listed(*["One"] * count))))[0].placed[0] for count in (3, 13))

    assert few.gap > many.gap
    assert few.box.y > many.box.y
    assert few.box.bottom < HEIGHT / 2 + MARGIN


def test_labels_have_a_column_of_their_own_where_each_point_has_one_and_their_words_have_room_beside():
    def days(*labels):
        items = (Item((Run(f"{label}:", bold=True), Run(" by tram"))) for label in labels)
        (page,) = pages(edition(slide(BulletsBlock(id="days", items=tuple(items)))))
        return page.placed[0]

    placed = days("Morning", "Evening")
    assert 80 < placed.labels == days("Afternoon", "Evening").labels < 200
    assert [[plain_text(part) for part in row] for row in agenda.rows(placed)] == [
        ["Morning", "by tram"],
        ["Evening", "by tram"],
    ]
    (rule,) = agenda.rules(placed)
    assert placed.box.y + placed.rows[0] < rule.y < placed.box.bottom - placed.rows[1]
    assert days("Morning").labels == days("W" * 24, "b").labels == days("الصباح", "المساء").labels == 0


def test_a_point_that_goes_on_has_its_label_once():
    items = tuple(Item((Run("Day 1", bold=True), Run(f": {LONG * 60}"))) for _ in range(2))
    made = pages(edition(slide(BulletsBlock(id="days", items=items))))

    labels = [plain_text(label) for page in made for label, _ in agenda.rows(page.placed[0])]
    assert [label for label in labels if label] == ["Day 1", "Day 1"]
    assert len(labels) > 2


def test_a_fuller_slide_has_smaller_letters_before_it_has_two_pages():
    (page,) = pages(edition(slide(*(told(LONG * 5, block_id=str(at)) for at in range(4)))))

    assert 12 <= page.placed[0].size < 24


def test_a_long_table_goes_on_below_its_head_and_its_sum_is_not_alone():
    made = pages(edition(slide(costs(200))))

    assert [page.title for page in made[:2]] == [f"Lisbon in May (1/{len(made)})", f"Lisbon in May (2/{len(made)})"]
    assert [page.number for page in made] == list(range(1, len(made) + 1))
    placed = [page.placed[0] for page in made]
    assert {(one.columns, one.numbers) for one in placed} == {(placed[0].columns, (False, False, True))}
    parts = [one.block for one in placed if isinstance(one.block, TableBlock)]
    assert {part.head for part in parts} == {costs(1).head}
    assert [part.total for part in parts] == [False] * (len(made) - 1) + [True]
    assert min(len(part.rows) for part in parts) >= 2


def test_a_table_without_rows_shows_its_head():
    (page,) = pages(edition(slide(costs(0))))

    assert len(page.placed[0].rows) == 1


def test_a_heading_stands_on_the_page_of_what_follows():
    made = pages(
        edition(slide(told(*[LONG] * 21), told("Heading", block_id="h", heading=True), told(LONG, block_id="t")))
    )

    where = {one.block.id: page.number for page in made for one in page.placed}
    assert where["h"] == where["t"]


def test_a_chart_stands_beside_its_table():
    table = TableBlock(
        id="t", head=(Cell(said("Item")), Cell(said("Cost"))), rows=((Cell(said("Hotel")), euros("600")),)
    )
    (page,) = pages(edition(slide(table, CHART)))

    first, second = (one.box for one in page.placed)
    assert first.y == second.y
    assert first.right < second.x
    assert second.height > 300


def test_a_chart_with_no_room_beside_its_table_stands_below():
    wide = replace(costs(2), head=(Cell(said(LONG)), Cell(said("What is in it")), Cell(said("Cost"))))
    (page,) = pages(edition(slide(wide, CHART)))

    assert page.placed[1].box.y > page.placed[0].box.bottom


def test_a_picture_stands_beside_its_words_in_their_order_and_keeps_its_shape():
    for blocks in ((told(LONG * 3), PICTURE), (PICTURE, told(LONG * 3))):
        (page,) = pages(edition(slide(*blocks)))

        assert [one.block.id for one in page.placed] == [block.id for block in blocks]
        assert page.placed[0].box.right < page.placed[1].box.x
        picture = next(one.box for one in page.placed if one.block.id == "picture")
        assert picture.width / picture.height == pytest.approx(16 / 9)


def charts(categories, series):
    """Return a chart."""
    numbers = tuple(map(Decimal, range(categories)))
    return replace(
        CHART,
        categories=tuple(f"Day {at}" for at in range(categories)),
        series=tuple(Series(f"Group {at}", numbers) for at in range(series)),
    )


def test_a_chart_of_many_categories_goes_on():
    made = pages(edition(slide(charts(40, 1))))

    parts = [(one.first, len(_units(one.block))) for page in made for one in page.placed]
    assert parts == [(0, 20), (20, 20)]


def test_a_cover_says_whose_draft_of_when_it_is():
    cover = slide(told("For Grace Hopper"), kind=SlideKind.COVER)

    (page,) = pages(edition(cover, contact="ada@example.com", logo=b"png", logo_type="image/png"))
    assert page.cover
    assert page.title_size > 40
    assert page.logo
    assert page.title_box.bottom < PANEL.bottom < page.placed[0].box.y < page.logo.y
    assert [plain_text(runs) for runs in _texts(page.placed[-1].block)] == [
        "Ada Travel · ada@example.com",
        "12 May 2026 · Draft v3",
    ]
    (page,) = pages(edition(cover, approved=True))
    assert plain_text(_texts(page.placed[-1].block)[-1]) == "12 May 2026"


def test_what_a_cover_has_no_room_for_goes_on():
    made = pages(edition(slide(told("Hello"), costs(4), PICTURE, kind=SlideKind.COVER)))

    assert [(page.cover, [one.block.id for one in page.placed]) for page in made] == [
        (True, ["text", "picture", "edition"]),
        (False, ["table"]),
    ]


def test_hidden_slides_have_no_page():
    assert [page.slide.id for page in pages(edition(slide(slide_id="a", hidden=True), slide(slide_id="b")))] == ["b"]
    assert pages(edition()) == ()


def test_what_nobody_confirmed_is_marked_and_named_at_the_end():
    made = pages(edition(slide(slide_id="a"), slide(slide_id=ABOUT, title="By tram", confirmed=False)))

    assert [page.mark for page in made] == ["", "Suggested by the assistant, not confirmed", ""]
    last = made[-1]
    assert last.slide.id not in ("a", ABOUT)
    words = [plain_text(one) for placed in last.placed for one in _texts(placed.block)]
    assert words[1:] == ["By tram (page 2)", "Draft v3, 12 May 2026"]


def test_the_same_edition_has_the_same_pages():
    deck = edition(slide(told(LONG * 30), costs(30), CHART, PICTURE))

    assert pages(deck) == pages(deck)


@pytest.mark.parametrize("font", Font)
def test_hostile_slides_stay_on_their_pages(font):
    wide = TableBlock(
        id="wide",
        head=tuple(Cell(said(f"Column {at}")) for at in range(12)),
        rows=(tuple(Cell(said("Accommodation" * 9)) for _ in range(12)), (euros("123456789012345.67"),) * 12),
    )
    long_head = TableBlock(id="head", head=(Cell(said(LONG * 200)),), rows=((Cell(said(LONG * 200)),),))
    scripts = "Łódź $1,200 to $1,500 北京の天気 القاهرة กรุงเทพมหานคร 🏝️ <b>&amp;</b> =1+1 " * 9
    deck = edition(
        slide(told("x " * 5_000), told("W" * 300, block_id="b"), slide_id="1"),
        slide(wide, long_head, slide_id="2", title="北" * 200),
        slide(told(LONG * 9), PICTURE, slide_id="6", title="北" * 200, kind=SlideKind.COVER),
        slide(told(scripts, heading=True), listed(scripts * 20), slide_id="3", kind=SlideKind.COVER, title="W" * 200),
        slide(FiguresBlock(id="f", figures=(Figure("l" * 900, "北" * 1_000),) * 8), slide_id="4"),
        slide(told("", "\n" * 300), slide_id="5"),
        font=font,
        contact="ada@example.com " * 60,
        footer="北" * 1_000,
        logo=b"png",
        logo_type="image/png",
    )

    _check(deck)


def test_two_hundred_slides_are_quick():
    deck = edition(*(slide(told(LONG * 4), listed(LONG, LONG), costs(9), slide_id=str(at)) for at in range(200)))
    pages(deck)

    began = time.process_time()
    made = pages(deck)

    assert time.process_time() - began < 2  # 0.15 s where nothing else runs
    assert len(made) >= 200


WORDS = st.sampled_from(["", "Two nights", LONG, LONG * 9, "W" * 300, "Łódź\nQuay", "北京" * 40, "🏝️ قاهرة"])
RUNS = st.lists(st.builds(Run, WORDS, st.booleans(), st.booleans()), max_size=3).map(tuple)
CELLS = st.one_of(st.builds(Cell, RUNS), st.just(Cell(amount=Amount(Decimal("-12345.678"), "EUR", 2))))
TEXTS = st.builds(TextBlock, id=st.just("x"), paragraphs=st.lists(RUNS, max_size=9).map(tuple))
HEADINGS = st.builds(TextBlock, id=st.just("x"), paragraphs=st.tuples(RUNS), heading=st.just(True))
LISTS = st.builds(
    BulletsBlock,
    id=st.just("x"),
    items=st.lists(st.builds(Item, RUNS, st.integers(0, 3)), max_size=9).map(tuple),
)


@st.composite
def tables(draw):
    """Draw a table."""
    width = draw(st.integers(1, 12))
    row = st.lists(CELLS, min_size=width, max_size=width).map(tuple)
    rows = draw(st.lists(row, max_size=3)) * draw(st.integers(1, 9))
    return TableBlock(id="x", head=draw(row), rows=tuple(rows), total=draw(st.booleans()))


FIGURE = st.builds(Figure, st.sampled_from(["Nights", "W" * 90]), st.sampled_from(["5", "€1,240", "n" * 900]))
FIGURES = st.lists(FIGURE, min_size=1, max_size=8).map(lambda some: FiguresBlock(id="x", figures=tuple(some)))
BLOCKS = st.one_of(
    TEXTS,
    HEADINGS,
    LISTS,
    tables(),
    FIGURES,
    st.builds(charts, st.integers(1, 40), st.integers(1, 6)),
    st.builds(
        PictureBlock,
        id=st.just("x"),
        sha256=st.just("0" * 64),
        width=st.sampled_from([1, 40, 1_600, 9_000]),
        height=st.sampled_from([1, 900, 9_000]),
        alt=st.just("A map"),
    ),
)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    blocks=st.lists(BLOCKS, max_size=6),
    kind=st.sampled_from([SlideKind.COVER, SlideKind.FREE]),
    title=st.sampled_from(["", "Lisbon", "W" * 200, LONG * 2]),
    font=st.sampled_from(Font),
    logo=st.sampled_from([None, b"png"]),
)
def test_any_slide_stands_whole_within_its_pages(blocks, kind, title, font, logo):
    named = [replace(block, id=f"b{at}") for at, block in enumerate(blocks)]
    _check(edition(slide(*named, kind=kind, title=title), font=font, logo=logo, logo_type=logo and "image/png"))


def _check(deck):
    made = pages(deck)
    for one in deck.deck.shown():
        own = [placed for page in made if page.slide.id == one.id for placed in page.placed]
        for block in one.blocks:
            parts = [placed for placed in own if placed.block.id == block.id]
            joined, units = _joined(parts), _units(block)
            assert joined in (units, _with_head_as_row(block, units))
    for page in made:
        assert Measure(deck.brand.font).width(page.footer) * FOOTER_SIZE <= FOOTER_WIDTH
        boxes = [page.title_box, *(placed.box for placed in page.placed)]
        for box in boxes:
            assert box.x + 0.01 >= MARGIN
            assert box.right <= WIDTH - MARGIN + 0.01
            assert box.y >= TOP
            assert not page.cover or box is not page.title_box or box.bottom < PANEL.bottom
            assert box.bottom <= HEIGHT - MARGIN + 0.01
        for a, b in itertools.combinations([*boxes, *([page.logo] if page.logo else [])], 2):
            apart_across = a.right <= b.x + 0.01 or b.right <= a.x + 0.01
            assert apart_across or a.bottom <= b.y + 0.01 or b.bottom <= a.y + 0.01, (page.number, a, b)
        last = page.placed[-1] if page.placed else None
        if last is not None and _is_low_heading(last) and not _is_low_heading(page.placed[-2 % len(page.placed)]):
            assert last.block.id in _last_ids(page.slide), "a heading is alone at the foot"
        assert min([page.title_size, *(placed.size for placed in page.placed)]) >= 12
        for placed in page.placed:
            if placed.block.kind == "table":
                assert sum(placed.columns) == pytest.approx(placed.box.width)
                assert sum(placed.rows) == pytest.approx(placed.box.height)
                assert len(placed.rows) == len(placed.block.rows) + 1


def _is_low_heading(placed):
    return isinstance(placed.block, TextBlock) and placed.block.heading and placed.box.height < 60


def _last_ids(one):
    """Return the ids of the headings that nothing follows but headings."""
    shown = [block for block in one.blocks if _units(block)]
    tail = itertools.takewhile(lambda block: isinstance(block, TextBlock) and block.heading, reversed(shown))
    return {block.id for block in tail}


def _texts(block):
    return block.paragraphs if isinstance(block, TextBlock) else [item.runs for item in block.items]


def _units(block):
    """Return what a block says: its paragraphs, items, rows, or that it is there."""
    if isinstance(block, TextBlock | BulletsBlock):
        return [_line(plain_text(runs)) for runs in _texts(block)]
    if isinstance(block, TableBlock):
        return [[_line(cell_text(cell, "en-GB")) for cell in row] for row in block.rows]
    if isinstance(block, FiguresBlock):
        return [f"{figure.label}: {figure_text(figure, 'en-GB')}" for figure in block.figures]
    if isinstance(block, ChartBlock):
        return list(zip(block.categories, *(one.values for one in block.series), strict=True))
    return [block]


def _line(text):
    return text.replace("\n", "")  # a page may take the place of a line break


def _with_head_as_row(block, rows):
    return (
        [[_line(cell_text(cell, "en-GB")) for cell in block.head], *rows] if isinstance(block, TableBlock) else None
    )


def _joined(parts):
    """Return what the parts of a block say, one that goes on over pages joined."""
    found: list[Any] = []
    for part in parts:
        units = _units(part.block)
        if part.continued:
            assert part.first == len(found) - 1
            rest, *units = units
            found[-1] = (
                found[-1] + rest if isinstance(rest, str) else [a + b for a, b in zip(found[-1], rest, strict=True)]
            )
        found += units
    return found
