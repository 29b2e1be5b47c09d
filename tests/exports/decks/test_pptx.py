"""A deck's PowerPoint file, read back by python-pptx and openpyxl, holds what the deck holds."""

import io
from decimal import Decimal

import openpyxl
import pytest
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.oxml.ns import qn

from exports.decks import agenda
from exports.decks.pages import pages
from exports.decks.places import HEIGHT, WIDTH, Box
from exports.decks.pptx import deck_pptx
from exports.decks.records import (
    Brand,
    BulletsBlock,
    ChartBlock,
    Edition,
    Figure,
    FiguresBlock,
    Item,
    PictureBlock,
    Series,
    TableBlock,
    TextBlock,
    plain_text,
)
from exports.decks.wording import cell_text, figure_text
from tests.helpers import pptx
from tests.helpers.decks import (
    AT,
    PRIVATE,
    SAMPLES,
    SCRIPTS,
    lisbon,
    many,
    one,
    runs,
    scripts,
    status,
    words,
)

EMU = pptx.EMU


@pytest.fixture(scope="module", params=list(SAMPLES))
def edition(request: pytest.FixtureRequest) -> Edition:
    return SAMPLES[request.param]()


@pytest.fixture(scope="module")
def file(edition: Edition):
    return pptx.read(deck_pptx(edition))


def written(edition: Edition):
    """Return the only slide of a deck, read back."""
    (found,) = pptx.read(deck_pptx(edition)).slides
    return found


def test_each_page_is_a_slide_with_its_title_and_name(edition, file):
    laid_out = pages(edition)

    assert [slide.shapes.title.text for slide in file.slides] == [page.title for page in laid_out]
    assert [slide.name.partition("/")[0] for slide in file.slides] == [page.slide.id for page in laid_out]
    assert len({slide.name for slide in file.slides}) == len(laid_out)
    assert (file.slide_width, file.slide_height) == (WIDTH * EMU, HEIGHT * EMU)
    assert {slide.slide_layout.name for slide in file.slides} == {"Cover", "Title and content", "Title only"}


def test_each_block_stands_where_it_is_placed(edition, file):
    for page, slide in zip(pages(edition), file.slides, strict=True):
        for placed in page.placed:
            shape = pptx.named(slide, placed.block.id)
            at = (shape.left, shape.top, shape.width, shape.height)
            box = placed.box
            assert at == pytest.approx([round(one * EMU) for one in (box.x, box.y, box.width, box.height)], abs=1)


def test_nothing_stands_beyond_the_page(edition, file):
    for slide in file.slides:
        for shape in pptx.shapes(slide):
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= file.slide_width
            assert shape.top + shape.height <= file.slide_height


def test_words_numbers_and_totals_are_those_of_the_deck(edition, file):
    language = edition.brand.language
    for page, slide in zip(pages(edition), file.slides, strict=True):
        for placed in page.placed:
            shape = pptx.named(slide, placed.block.id)
            match placed.block:
                case TextBlock(paragraphs=paragraphs):
                    assert shape.text_frame.text == "\n".join(map(plain_text, paragraphs))
                case BulletsBlock() if placed.labels and agenda.is_right_to_left(placed):
                    said = [one.text_frame.text for one in shape.shapes if one.has_text_frame and one.text_frame.text]
                    assert said == [plain_text(part) for row in agenda.rows(placed) for part in row]
                case BulletsBlock() if placed.labels:
                    points = (map(plain_text, row) for row in agenda.rows(placed))
                    assert shape.text_frame.text == "\n".join(map("\t".join, points))
                case BulletsBlock(items=items):
                    assert shape.text_frame.text == "\n".join(plain_text(item.runs) for item in items)
                case TableBlock() as block:
                    rows = (block.head, *block.rows)
                    assert pptx.cells(shape.table) == [[cell_text(cell, language) for cell in row] for row in rows]
                    assert shape.table.first_row
                    assert shape.table.last_row == block.total
                case FiguresBlock(figures=figures):
                    said = [one.text_frame.text for one in shape.shapes if one.has_text_frame and one.text_frame.text]
                    assert said == [f"{figure_text(figure, language)}\n{figure.label}" for figure in figures]


def test_shapes_have_names_that_people_read():
    names = [[shape.name for shape in slide.shapes] for slide in pptx.read(deck_pptx(lisbon())).slides]

    assert names[0] == ["Title", "Text 1", "Text 2", "Logo", "Slide number"]
    assert names[2] == ["Title", "Heading 1", "List 1", "Picture 1", "Logo", "Footer", "Slide number"]
    assert names[4][:3] == ["Title", "Figures 1", "Chart 1"]
    assert "Mark" in names[6]


def test_a_chart_is_native_and_its_workbook_holds_its_numbers_and_no_more(edition, file):
    blocks = {block.id: block for slide in edition.deck.shown() for block in slide.blocks if block.kind == "chart"}
    found = [shape for slide in file.slides for shape in slide.shapes if shape.has_chart]

    assert [pptx.block_of(shape) for shape in found] == list(blocks)
    assert all(shape.name.startswith("Chart ") for shape in found)
    for shape in found:
        block, chart = blocks[pptx.block_of(shape)], shape.chart
        assert tuple(chart.plots[0].categories) == block.categories
        assert [(one.name, [_decimal(value) for value in one.values]) for one in chart.plots[0].series] == [
            (one.name, list(one.values)) for one in block.series
        ]
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        (sheet,) = book.worksheets
        rows = [[None, *(one.name for one in block.series)]]
        rows += [[name, *(one.values[at] for one in block.series)] for at, name in enumerate(block.categories)]
        assert [[_decimal(cell.value) for cell in row] for row in sheet.iter_rows()] == rows
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def _decimal(value):
    return Decimal(str(value)) if isinstance(value, int | float) else value


def test_notes_are_with_their_slide(edition, file):
    told = {slide.name: slide.notes_slide.notes_text_frame.text for slide in file.slides if slide.has_notes_slide}

    assert told == {slide.id: slide.notes for slide in edition.deck.shown() if slide.notes}


def test_pictures_charts_and_tables_say_what_they_show(edition, file):
    for page, slide in zip(pages(edition), file.slides, strict=True):
        for placed in page.placed:
            if isinstance(placed.block, PictureBlock | ChartBlock | TableBlock):
                assert pptx.alt(pptx.named(slide, placed.block.id)) == (placed.block.alt or page.title)


def test_every_word_has_a_language_and_fonts_for_every_script(edition):
    data = pptx.everything(deck_pptx(edition))
    font = edition.brand.font

    assert f'<a:latin typeface="{font}"/><a:ea typeface="{font}"/><a:cs typeface="{font}"/>' in data
    for slide in pptx.read(deck_pptx(edition)).slides:
        for properties in slide._element.iter(qn("a:rPr")):
            names = [child.tag for child in properties]
            fonts = [qn("a:latin"), qn("a:ea"), qn("a:cs")]
            assert properties.get("lang")
            assert [name for name in names if name in fonts] == fonts
            assert int(properties.get("sz")) >= 1200


def test_the_foot_has_a_number_that_counts_itself(edition, file):
    for page, slide in zip(pages(edition), file.slides, strict=True):
        kinds = {shape.placeholder_format.type: shape for shape in slide.placeholders}
        (field,) = kinds[PP_PLACEHOLDER.SLIDE_NUMBER]._element.iter(qn("a:fld"))
        assert (field.get("type"), field.find(qn("a:t")).text) == ("slidenum", str(page.number))
        footer = kinds.get(PP_PLACEHOLDER.FOOTER)
        assert (footer.text_frame.text if footer else "") == page.footer


def test_the_file_says_whose_it_is_and_when_it_was_made(edition, file):
    properties = file.core_properties

    assert properties.title == edition.deck.title
    assert properties.author == properties.last_modified_by == edition.brand.name
    assert properties.language == edition.brand.language
    assert properties.created == properties.modified == AT.replace(tzinfo=None)
    assert properties.revision == edition.rev


def test_what_nobody_confirmed_is_told_on_its_slide_and_in_the_properties():
    file = pptx.read(deck_pptx(lisbon()))

    marked = [slide.name for slide in file.slides if any(shape.name == "Mark" for shape in slide.shapes)]
    assert marked == ["ideas"]
    assert "Also worth a thought" in file.core_properties.comments
    assert file.core_properties.content_status == "Draft v3"
    assert pptx.read(deck_pptx(status())).core_properties.content_status == "Approved"


def test_the_outline_shows_the_first_words_of_each_slide():
    told = {
        slide.name: [shape.text_frame.text for shape in slide.placeholders if shape.placeholder_format.idx == 1]
        for slide in pptx.read(deck_pptx(lisbon())).slides
    }

    assert told["cover"] == ["12 to 16 May 2026\nPrepared by Ana Ferreira"]
    assert told["days"] == ["Tram 28 from Martim Moniz\nLunch at the Mercado da Ribeira\nFado in Alfama"]
    assert told["budget"] == []


def test_nothing_private_and_nothing_hidden_is_in_any_part():
    assert PRIVATE not in pptx.everything(deck_pptx(lisbon()))


def test_links_keep_their_looks():
    (calendar, mail) = [
        run
        for run in pptx.runs(pptx.named(pptx.slide(pptx.read(deck_pptx(lisbon())), "asked"), "brief"))
        if run.hyperlink.address
    ]

    assert (calendar.text, calendar.hyperlink.address) == ("your calendar", "https://example.com/calendar?a=1&b=2")
    assert (calendar.font.italic, calendar.font.bold) == (True, False)
    assert (mail.text, mail.hyperlink.address) == ("ana@example.com", "mailto:ana@example.com")
    assert (mail.font.italic, mail.font.bold) == (False, True)


def test_words_are_in_their_language_and_run_its_way():
    paragraphs = pptx.named(pptx.slide(pptx.read(deck_pptx(scripts())), "rtl"), "both").text_frame.paragraphs
    found = {
        name: (paragraph.runs[0]._r.rPr.get("lang"), paragraph._p.pPr.get("rtl"), paragraph._p.pPr.get("algn"))
        for name, paragraph in zip(SCRIPTS, paragraphs, strict=True)
    }

    assert found["Arabic"] == ("ar-SA", "1", "r")
    assert found["Hebrew"] == ("he-IL", "1", "r")
    assert found["Japanese"] == ("ja-JP", "0", "l")
    assert found["Chinese"] == ("zh-CN", "0", "l")
    assert found["Greek"] == ("el-GR", "0", "l")
    assert found["Polish"] == found["Emoji"] == ("fr-FR", "0", "l")


def test_a_deck_written_from_right_to_left_has_its_tables_and_figures_so():
    table = TableBlock(id="t", head=(words("א"), words("ב")), rows=())
    figures = FiguresBlock(id="f", figures=(Figure("ראשון", "1"), Figure("שני", "2")))
    slide = written(one(table, figures, title="כותרת", brand=Brand(language="he-IL")))

    assert pptx.named(slide, "t").table._tbl.tblPr.get("rtl") == "1"
    assert pptx.named(slide, "Figures 1: ראשון").left > pptx.named(slide, "Figures 1: שני").left
    assert pptx.named(slide, "Title").text_frame.paragraphs[0]._p.pPr.get("algn") == "r"


def test_numbers_stand_at_the_right_and_the_total_is_bold():
    table = pptx.named(pptx.slide(pptx.read(deck_pptx(lisbon())), "budget"), "budget").table

    last = [cell.text_frame.paragraphs[0] for cell in table.rows[len(table.rows) - 1].cells]
    assert last[3].text == "€2,336.25"
    assert last[3]._p.pPr.get("algn") == "r"
    assert all(run.font.bold for paragraph in last for run in paragraph.runs)
    assert not table.cell(1, 0).text_frame.paragraphs[0].runs[0].font.bold


def test_a_list_counts_from_where_it_began_and_what_goes_on_has_no_bullet():
    items = tuple(Item(runs(f"{number}"), number=number) for number in (3, 4, 5))
    slide = written(one(BulletsBlock(id="b", items=(*items, Item(runs("x")), Item(runs("7"), number=7)))))
    counted = [at.get("startAt") for at in slide._element.iter(qn("a:buAutoNum"))]

    assert counted == ["3", "3", "3", "7"]


def test_money_in_a_chart_is_written_as_the_language_does():
    block = ChartBlock(id="c", categories=("a",), series=(Series("s", (Decimal("1.5"),)),), currency="EUR", places=2)
    codes = {}
    for language in ("en-GB", "de-DE", "xx"):
        data = pptx.everything(deck_pptx(one(block, brand=Brand(language=language))))
        codes[language] = data.partition("<c:formatCode>")[2].partition("</c:formatCode>")[0]

    assert codes == {
        "en-GB": "[$-809]&quot;€&quot;#,##0.00",
        "de-DE": "[$-407]#,##0.00&quot;\xa0€&quot;",
        "xx": "&quot;€&quot;#,##0.00",
    }


def test_a_picture_is_kept_once_and_a_missing_one_leaves_its_words():
    data = deck_pptx(lisbon())
    assert sum(name.startswith("ppt/media/") for name in pptx.parts(data)) == 2  # the logo and the river

    gone = written(one(PictureBlock(id="p", sha256="0" * 64, width=40, height=30, alt="A harbour")))
    shape = pptx.named(gone, "p")
    assert shape.text_frame.text == "Picture missing: A harbour"
    assert pptx.alt(shape) == "A harbour"


@pytest.mark.parametrize("logo", [b"<svg", b"\xff\xfe", b""])
def test_a_logo_that_is_none_is_left_out(logo: bytes):
    slide = written(one(brand=Brand(logo=logo, logo_type="image/svg+xml")))

    assert MSO_SHAPE_TYPE.PICTURE not in [shape.shape_type for shape in slide.shapes]


def test_an_svg_logo_becomes_a_picture_within_its_place():
    edition = status()
    page = pages(edition)[1]
    logo = pptx.named(pptx.read(deck_pptx(edition)).slides[1], "Logo")
    box = page.logo or Box(0, 0, 0, 0)

    assert logo.image.content_type == "image/png"
    assert logo.width / logo.height == pytest.approx(2, rel=0.01)
    assert logo.left + logo.width == pytest.approx(box.right * EMU, abs=2)


def test_a_hundred_slides_stay_small():
    data = deck_pptx(many(100))

    assert len(data) < 1_000_000
    assert len(pptx.read(data).slides) >= 100
