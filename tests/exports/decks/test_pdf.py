"""A deck's PDF is read back: by pypdfium2 what it says, by page-validation whether screen readers can use it."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import page as validator
import pypdfium2
import pytest

from exports.decks import agenda
from exports.decks.html import deck_html
from exports.decks.pages import pages
from exports.decks.pdf import deck_pdf
from exports.decks.places import Page
from exports.decks.records import (
    Brand,
    BulletsBlock,
    Cell,
    ChartBlock,
    Deck,
    Edition,
    FiguresBlock,
    Item,
    PictureBlock,
    Run,
    Series,
    Slide,
    TableBlock,
    TextBlock,
    plain_text,
)
from exports.decks.wording import cell_text, figure_text, shown_amount
from tests.helpers import decks
from tests.helpers.hostile import TEXTS
from tests.helpers.pdfs import read

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\ufe0f\ufffe\s]")


def opened(data: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(data)


def bare(text: str) -> str:
    """Return what is seen of a text, without the spaces."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def runs_left(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def said_on(page: Page, language: str) -> Iterable[str]:
    """Return what a page must say, in order."""
    yield page.title
    for placed in page.placed:
        match placed.block:
            case TextBlock(paragraphs=paragraphs):
                yield from map(plain_text, paragraphs)
            case BulletsBlock() if placed.labels:
                yield from (plain_text(part) for row in agenda.rows(placed) for part in row)
            case BulletsBlock(items=items):
                yield from (plain_text(item.runs) for item in items)
            case TableBlock(head=head, rows=rows):
                yield from (cell_text(cell, language) for row in (head, *rows) for cell in row)
            case FiguresBlock(figures=figures):
                yield from (part for figure in figures for part in (figure_text(figure, language), figure.label))
    yield page.mark


def failures(data: bytes) -> list[str]:
    report = validator.validate_pdf_bytes(data, profile=validator.ValidationProfile.PDF_UA_1)
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


def assert_whole(edition: Edition) -> bytes:
    """Return the PDF of a deck that says everything in its order, within its pages, for screen readers too."""
    data = deck_pdf(edition)
    laid_out = pages(edition)
    document = opened(data)
    assert failures(data) == []
    assert len(document) == len(laid_out)
    for number, page in enumerate(laid_out):
        letters = document[number].get_textpage()
        shown, at = bare(letters.get_text_bounded()), 0
        texts = [*said_on(page, edition.brand.language)]
        if edition.brand.language[:2] in ("ar", "he") or any(map(runs_left, texts)):
            # pypdfium2 gives these lines as they are seen, each with what stands beside it.
            words = [word for text in texts if not runs_left(text) for word in text.split()]
            assert all(bare(word) in shown for word in words)
            texts = []
        for text in texts:
            at = shown.find(bare(text), at)
            assert at >= 0, (page.number, text)
        boxes = [letters.get_charbox(at, loose=False) for at in range(letters.count_chars())]
        beyond = [box for box in boxes if min(box[:2]) < -0.5 or box[2] > 960.5 or box[3] > 540.5]
        assert not beyond
    return data


@pytest.mark.parametrize("name", decks.SAMPLES)
def test_sample_says_everything_in_order_within_its_pages(name):
    edition = decks.SAMPLES[name]()
    data = assert_whole(edition)

    assert decks.PRIVATE.encode() not in data
    assert decks.PRIVATE not in "".join(page.get_textpage().get_text_bounded() for page in opened(data))


def test_slides_are_bookmarks_and_the_properties_say_whose_it_is():
    edition = decks.lisbon()
    document = opened(deck_pdf(edition))

    assert [mark.get_title() for mark in document.get_toc()] == [page.title for page in pages(edition)]
    told = document.get_metadata_dict()
    assert (told["Title"], told["Author"]) == (edition.deck.title, "Ferreira Travel")
    assert "language model" in told["Subject"]
    assert told["CreationDate"].startswith("D:20260302093000")
    reader: Any = read(deck_pdf(decks.status()))
    assert reader.trailer["/Root"]["/Lang"].startswith("de")


def test_same_edition_gives_the_same_bytes():
    assert deck_pdf(decks.lisbon()) == deck_pdf(decks.lisbon())


def test_links_are_links_and_no_others():
    unsafe = Run("c", url="javascript:alert(1)")
    edition = decks.one(TextBlock(id="a", paragraphs=((Run("a", url="https://a.example/?b=1&c=2"), unsafe),)))
    sheet: Any = read(deck_pdf(edition)).pages[0]

    assert [note.get_object()["/A"]["/URI"] for note in sheet["/Annots"]] == ["https://a.example/?b=1&c=2"]


def test_chart_shows_its_numbers_and_tells_them():
    values = (Decimal("1200.5"), None, Decimal("-3"))
    chart = ChartBlock(
        id="chart", categories=("A & <b>", "B", "C"), series=(Series("Cost", values),), currency="EUR", places=2
    )
    data = assert_whole(decks.one(chart))

    shown = opened(data)[0].get_textpage().get_text_bounded()
    for value in ("Cost", "A & <b>", "€1,200.50", "-€3.00"):
        assert value in shown
    assert "Cost: A & <b> €1,200.50, B –, C -€3.00".encode("utf-16-be") in b"".join(_alternatives(data))


def _alternatives(data: bytes) -> Iterable[bytes]:
    """Return the alternative texts of a PDF."""
    reader: Any = read(data)
    for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1):
        found = reader.get_object(number)
        if isinstance(found, dict) and "/Alt" in found:
            yield str(found["/Alt"]).encode("utf-16-be")


def test_missing_picture_leaves_its_place_and_says_what_it_showed():
    block = PictureBlock(id="p", sha256="0" * 64, width=400, height=300, alt="The old harbour")

    data = assert_whole(decks.one(block))

    assert "Picture missing: The old harbour" in opened(data)[0].get_textpage().get_text_bounded()


def _of(text: str, slide_id: str) -> Slide:
    """Return a slide that says a text in each of its parts."""
    blocks = (
        decks.text("heading", text[:200], heading=True),
        decks.text("text", text),
        BulletsBlock(id="list", items=(Item((Run(text),)), Item((Run(text),), level=3, number=7))),
        TableBlock(id="table", head=(decks.words(text),), rows=((decks.words(text),), (Cell(),))),
    )
    return Slide(id=slide_id, title=text[:60], blocks=blocks, notes="", confirmed=True)


@pytest.mark.parametrize("begin", range(0, len(TEXTS), 6))
def test_hostile_texts_are_only_text(begin):
    texts = TEXTS[begin : begin + 6]
    slides = tuple(_of(text, f"s{number}") for number, text in enumerate(texts))
    edition = decks.edition(Deck(title="One", slides=slides), Brand(name=texts[0][:60], footer=texts[-1][:60]))

    data = deck_pdf(edition)

    assert failures(data) == [], texts
    assert len(opened(data)) == len(pages(edition))
    assert len(deck_html(edition).slides) == len({page.slide.id for page in pages(edition)})


def test_ten_thousand_letters_without_a_space_stay_within_the_pages():
    assert_whole(decks.one(decks.text("text", "verylongword" * 850)))


def test_words_of_any_script_are_set_for_screen_readers():
    said = (
        *(
            "family 👨‍👩‍👧‍👦 and 👍🏽 and 🇵🇹 1️⃣ ⚠️",
            "Hà Nội, Huế",
            "Cafe\u0301 q\u0301",
            "الحُرُوفُ العَرَبِيَّة",
            "שָׁלוֹם עִם נִקּוּד",
        ),
        *("क्षत्रिय, ज्ञान, श्री", "น้ำ ผู้ใหญ่", "বাংলা ভাষা", "தமிழ் மொழி", "ភាសាខ្មែរ", "မြန်မာဘာသာ", "සිංහල", "ລາວ"),
        *("ქართული", "Հայերեն", "→ ✓ ★ ½ ≤ √ Ω ₹", "\u202eabc\u202c", "a\u200bb\u00adc\u2060d\ufeff", "ﬁ ǅ ß İ ٣٤٥"),
    )
    edition = decks.one(decks.text("text", *said), title="; ".join(said[3:5]))

    assert failures(deck_pdf(edition)) == []


@pytest.mark.parametrize("text", ["क\u0301 \u0301ñ\u0947", "א\u0947\u0e38", "\u070f3\u0600", "\u0591x\u064b"])
def test_marks_on_letters_of_other_scripts_are_no_error(text):
    assert len(opened(deck_pdf(decks.one(decks.text("text", text), title=text)))) == 1


def test_letter_that_no_font_has_is_a_box():
    data = assert_whole(decks.one(decks.text("text", "Old □ writing")))
    boxed = deck_pdf(decks.one(decks.text("text", "Old \U00012000 writing")))

    assert "Old □ writing" in opened(boxed)[0].get_textpage().get_text_bounded()
    assert len(opened(boxed)) == len(opened(data))


@pytest.mark.parametrize("language", ["ar", "he-IL", "zh-Hant-TW", "x", "es-419"])
def test_any_language_of_the_deck_will_do(language):
    edition = decks.one(decks.text("text", "Words"), bullets(), brand=Brand(language=language))

    assert_whole(edition)


def bullets() -> BulletsBlock:
    deep = Item((Run("deep first"),), level=3)
    return BulletsBlock(id="list", items=(deep, Item((Run("then out"),)), Item((Run("counted"),), number=12)))


def test_slide_without_anything_is_a_page():
    assert_whole(decks.edition(Deck(title="", slides=(Slide(id="a", title="", confirmed=True),))))


def test_amounts_are_written_as_in_the_other_files():
    edition = decks.status()
    shown = bare("".join(page.get_textpage().get_text_bounded() for page in opened(deck_pdf(edition))))
    amounts = [
        cell.amount
        for slide in edition.deck.shown()
        for block in slide.blocks
        if isinstance(block, TableBlock)
        for row in block.rows
        for cell in row
        if cell.amount
    ]

    assert amounts
    for amount in amounts:
        assert bare(shown_amount(amount, "de-DE")) in shown
