"""LibreOffice draws the sample decks, and each block stands where our PDF has it, within 2 % of the page.

Only `make test-office` runs this: it needs LibreOffice.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import pypdfium2
import pytest

from exports.decks.agenda import is_right_to_left
from exports.decks.measure import FONT_FOLDERS, TWINS
from exports.decks.pages import pages
from exports.decks.pdf import deck_pdf
from exports.decks.places import HEIGHT, WIDTH, Box, Page, Placed
from exports.decks.pptx import deck_pptx
from exports.decks.records import ChartBlock, FiguresBlock, PictureBlock, TableBlock
from exports.decks.theme import FOOTER_Y, GAP
from tests.helpers.decks import SAMPLES

NEAR = (0.02 * WIDTH, 0.02 * HEIGHT)
IMAGE = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir>{aliases}</fontconfig>"""
ALIAS = '<alias binding="same"><family>{}</family><prefer><family>{}</family></prefer></alias>'

_HAN = "[\u3400-\u9fff]"
_JOINTS = re.compile(f"{_HAN}(?!{_HAN})|(?<!{_HAN}){_HAN}")  # where LibreOffice adds room between scripts

Ink = list[Box]  # of each letter on a page


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with what LibreOffice makes of the samples, with the fonts that the PDFs are drawn with."""
    folder: Path = tmp_path_factory.mktemp("office")
    assert shutil.which("soffice"), "No LibreOffice is installed; `make test-office` installs Debian's."
    (folder / "fonts.conf").write_text(
        FONTS.format(
            folders="".join(f"<dir>{one}</dir>" for one in FONT_FOLDERS),
            cache=folder / "cache",
            aliases="".join(ALIAS.format(font.value, twin) for font, twin in TWINS.items()),
        )
    )
    for name, made in SAMPLES.items():
        (folder / f"{name}.pptx").write_bytes(deck_pptx(made()))
    home = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "pdf", *(f"{name}.pptx" for name in SAMPLES)],
        cwd=folder,
        env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf"), "HOME": str(folder)},
        check=True,
        timeout=180,
    )
    return folder


@pytest.mark.parametrize("name", SAMPLES)
def test_each_block_stands_where_the_pdf_has_it(drawn: Path, name: str):
    edition = SAMPLES[name]()
    laid_out = pages(edition)
    with pypdfium2.PdfDocument(drawn / f"{name}.pdf") as office, pypdfium2.PdfDocument(deck_pdf(edition)) as ours:
        assert len(office) == len(ours) == len(laid_out)
        for page, one, other in zip(laid_out, office, ours, strict=True):
            assert one.get_size() == pytest.approx((WIDTH, HEIGHT), abs=0.5)
            problems = [*_compared(page, _letters(one), _letters(other)), *_pictures(page, one, other)]
            assert not problems, f"page {page.number}: {problems}"


def _letters(page: pypdfium2.PdfPage) -> Ink:
    words = page.get_textpage()
    found = []
    for at in range(words.count_chars()):
        left, bottom, right, top = words.get_charbox(at)
        if right - left > 0.1 and top - bottom > 0.1 and words.get_text_range(at, 1).strip():
            found.append(Box(left, HEIGHT - top, right - left, top - bottom))
    return found


def _compared(page: Page, office: Ink, ours: Ink) -> Iterator[str]:
    """Yield what of a page stands elsewhere, and what stands nowhere that it should."""
    places = dict(_places(page))
    for name, place in places.items():
        one, other = _around(office, place), _around(ours, place)
        if one is None or other is None:
            if one != other:
                yield f"{name}: only one draws it"
            continue
        spread = NEAR[0] + (len(_JOINTS.findall(page.title)) * page.title_size / 4 if name == "title" else 0)
        chart = name.startswith("chart:")  # its own program decides how long the longest bar is
        if max(abs(one.y - other.y), abs(one.bottom - other.bottom)) > NEAR[1] or (
            not chart and max(abs(one.x - other.x), abs(one.right - other.right)) > spread
        ):
            yield f"{name}: {one} is not {other}"
    for letter in office:
        if not any(_is_in(letter, place) for place in places.values()):
            yield f"out of place: {letter}"


def _places(page: Page) -> Iterator[tuple[str, Box]]:
    yield "title", page.title_box
    yield "foot", Box(0, FOOTER_Y, WIDTH, HEIGHT - FOOTER_Y)
    for placed in page.placed:
        name = f"{placed.block.kind}:{placed.block.id}"
        cells = dict(_parts(placed))
        yield from ((f"{name}:{cell}", box) for cell, box in cells.items())
        if not cells:
            yield name, placed.box


def _parts(placed: Placed) -> Iterator[tuple[str, Box]]:
    """Yield the cells of a table, the figures of a row, the labels of a list and what is beside them."""
    y = placed.box.y
    mirrored = bool(placed.labels) and is_right_to_left(placed)
    label_x = placed.box.right - placed.labels if mirrored else placed.box.x
    text_x = placed.box.x + (0 if mirrored else placed.labels)
    for row, height in enumerate(placed.rows if placed.labels else ()):
        yield f"{row}/label", Box(label_x, y, placed.labels, height)
        yield f"{row}/text", Box(text_x, y, placed.box.width - placed.labels, height)
        y += height + placed.gap
    if not isinstance(placed.block, TableBlock | FiguresBlock):
        return
    gap = GAP if isinstance(placed.block, FiguresBlock) else 0
    lefts = accumulate((width + gap for width in placed.columns), initial=placed.box.x)
    for column, (x, width) in enumerate(zip(lefts, placed.columns, strict=False)):
        tops = accumulate((height + gap for height in placed.rows), initial=placed.box.y)
        for row, (y, height) in enumerate(zip(tops, placed.rows, strict=False)):
            yield f"{row}/{column}", Box(x, y, width, height)


def _is_in(letter: Box, place: Box) -> bool:
    x, y = letter.x + letter.width / 2, letter.y + letter.height / 2
    return place.x - 4 <= x <= place.right + 4 and place.y - 4 <= y <= place.bottom + 4


def _around(letters: Ink, place: Box) -> Box | None:
    """Return what the letters in a place take up, if there are any."""
    within = [letter for letter in letters if _is_in(letter, place)]
    if not within:
        return None
    x, y = min(one.x for one in within), min(one.y for one in within)
    return Box(x, y, max(one.right for one in within) - x, max(one.bottom for one in within) - y)


def _pictures(page: Page, office: pypdfium2.PdfPage, ours: pypdfium2.PdfPage) -> Iterator[str]:
    for placed in page.placed:
        if isinstance(placed.block, PictureBlock):
            for drawn_by in (office, ours):
                if not any(_is_near(placed.box, one) for one in drawn_by.get_objects(filter=[IMAGE])):
                    yield f"picture:{placed.block.id} is elsewhere"
        if isinstance(placed.block, ChartBlock) and not _around(_letters(office), placed.box):
            yield f"chart:{placed.block.id} is empty"


def _is_near(box: Box, image: pypdfium2.PdfObject) -> bool:
    left, bottom, right, top = image.get_bounds()
    across = max(abs(left - box.x), abs(right - box.right))
    down = max(abs(HEIGHT - top - box.y), abs(HEIGHT - bottom - box.bottom))
    return bool(across <= NEAR[0] and down <= NEAR[1])
