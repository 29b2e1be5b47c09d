"""A deck as a PowerPoint file: native tables, charts, notes and links, each block where `exports.decks.pages` has it.

The slides are written as text, which is many times faster than to build them shape by shape; python-pptx holds the
parts together and writes the file.
"""

import io
from dataclasses import replace
from datetime import UTC
from functools import lru_cache

from PIL import Image
from pptx.opc.constants import CONTENT_TYPE as CT
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.package import Package

from exports.decks.office.shapes import add, add_picture, is_body, text_box, within
from exports.decks.office.sheet import House, Sheet
from exports.decks.office.template import (
    CONTENT,
    COVER,
    TITLE,
    add_template,
    holder,
    presentation,
)
from exports.decks.office.writing import is_right_to_left, plain, slide_number
from exports.decks.office.xml import HEAD, NAMESPACES, text
from exports.decks.pages import pages
from exports.decks.phrases import phrases
from exports.decks.pictures import drawn_logo
from exports.decks.places import FOOTER, MARK, NUMBER, Box, Page
from exports.decks.records import Brand, Edition
from exports.decks.theme import FOOTER_SIZE, theme

_TREE = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
_OVERRIDE = "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"
_MOST_CHARS = 255  # of a property


def deck_pptx(edition: Edition) -> bytes:
    """Return the deck as PPTX."""
    house = House(edition, theme(edition.brand), Package(""))
    layouts, notes_master = add_template(house)
    main = house.part("/ppt/presentation.xml", CT.PML_PRESENTATION_MAIN)
    house.package.relate_to(main, RT.OFFICE_DOCUMENT)
    master = main.relate_to(layouts[COVER].part_related_by(RT.SLIDE_MASTER), RT.SLIDE_MASTER)
    notes = main.relate_to(notes_master, RT.NOTES_MASTER)
    slides, parts_of = [], dict[str, int]()
    for page in pages(edition):
        part_of = parts_of[page.slide.id] = parts_of.get(page.slide.id, 0) + 1
        slide = _slide(house, page, part_of, layouts[_layout_of(page)])
        if page.slide.notes and part_of == 1:
            _add_notes(house, page, slide, notes_master)
        slides.append(main.relate_to(slide, RT.SLIDE))
    main.blob = presentation(master, notes, slides).encode()
    _set_properties(house)
    file = io.BytesIO()
    house.package.save(file)
    return file.getvalue()


def _layout_of(page: Page) -> str:
    if page.cover:
        return COVER
    return CONTENT if any(is_body(placed.block) for placed in page.placed) else TITLE


def _slide(house: House, page: Page, part_of: int, layout: Part) -> Part:
    """Return the part of a slide. Its name is the slide's id, with a number from its second page on."""
    part = house.part(f"/ppt/slides/slide{page.number}.xml", CT.PML_SLIDE)
    part.relate_to(layout, RT.SLIDE_LAYOUT)
    sheet = Sheet(house, page, part)
    colour = house.theme.on_primary if page.cover else "tx2"
    title = sheet.look(page.title_size, colour, bold=True, title=True)
    kind = holder("ctrTitle" if page.cover else "title")
    sheet.shapes.append(text_box(sheet, "Title", page.title_box, [plain(page.title, title)], holder=kind))
    body = next((at for at, placed in enumerate(page.placed) if is_body(placed.block)), None)
    for at, placed in enumerate(page.placed):
        add(sheet, placed, holder("subTitle" if page.cover else "body") if at == body else "")
    _add_logo(sheet, page.logo)
    _add_foot(sheet)
    name = page.slide.id if part_of == 1 else f"{page.slide.id}/{part_of}"
    part.blob = (
        f'{HEAD}<p:sld {NAMESPACES}><p:cSld name="{text(name)}"><p:spTree>{_TREE}{"".join(sheet.shapes)}'
        f"</p:spTree></p:cSld>{_OVERRIDE}</p:sld>"
    ).encode()
    return part


def _add_logo(sheet: Sheet, box: Box | None) -> None:
    brand = sheet.house.edition.brand
    if box is None or brand.logo is None:
        return
    data = drawn_logo(brand.logo) if brand.logo_type == "image/svg+xml" else brand.logo
    size = _size(data) if data else None
    if data and size:
        inner = within(box, size[0] / size[1])
        x = box.x if is_right_to_left(brand.language) else box.right - inner.width
        add_picture(sheet, "Logo", replace(inner, x=x), data, brand.name or "Logo")


@lru_cache(maxsize=32)
def _size(data: bytes) -> tuple[int, int] | None:
    """Return how large a picture is, in pixels; None where it is none."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _add_foot(sheet: Sheet) -> None:
    page, look = sheet.page, sheet.look(FOOTER_SIZE, sheet.house.theme.pale)
    if page.footer:
        said = [plain(page.footer, look)]
        sheet.shapes.append(text_box(sheet, "Footer", FOOTER, said, holder=holder("ftr")))
    if page.mark:
        said = [plain(page.mark, sheet.look(FOOTER_SIZE, "hlink"), at_end=True)]
        sheet.shapes.append(text_box(sheet, "Mark", MARK, said))
    number = [slide_number(page.number, look)]
    sheet.shapes.append(text_box(sheet, "Slide number", NUMBER, number, holder=holder("sldNum")))


def _add_notes(house: House, page: Page, slide: Part, master: Part) -> None:
    part = house.part(f"/ppt/notesSlides/notesSlide{page.number}.xml", CT.PML_NOTES_SLIDE)
    part.relate_to(master, RT.NOTES_MASTER)
    part.relate_to(slide, RT.SLIDE)
    slide.relate_to(part, RT.NOTES_SLIDE)
    look = Sheet(house, page, part).look(12)
    said = "".join(plain(line, look) for line in page.slide.notes.split("\n"))
    part.blob = (
        f"{HEAD}<p:notes {NAMESPACES}><p:cSld><p:spTree>{_TREE}"
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Slide"/><p:cNvSpPr><a:spLocks noGrp="1" noRot="1" noChangeAspect="1"/>'
        '</p:cNvSpPr><p:nvPr><p:ph type="sldImg" idx="2"/></p:nvPr></p:nvSpPr><p:spPr/></p:sp>'
        '<p:sp><p:nvSpPr><p:cNvPr id="3" name="Notes"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        '<p:nvPr><p:ph type="body" sz="quarter" idx="3"/></p:nvPr></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/><a:lstStyle/>{said}</p:txBody></p:sp></p:spTree></p:cSld>{_OVERRIDE}</p:notes>"
    ).encode()


def _set_properties(house: House) -> None:
    edition, at = house.edition, house.edition.at.astimezone(UTC).replace(tzinfo=None)
    properties = house.package.core_properties
    properties.title = edition.deck.title
    properties.author = properties.last_modified_by = _author(edition.brand)
    properties.language = edition.brand.language
    properties.created = properties.modified = at
    properties.revision = max(1, edition.rev)
    properties.version = str(edition.rev)
    properties.subject = edition.deck.preset.value.capitalize()
    properties.category = properties.keywords = "Travel"
    draft = phrases(edition.brand.language).draft.format(rev=edition.rev)
    properties.content_status = "Approved" if edition.approved else draft
    properties.comments = _model_told(edition)


def _author(brand: Brand) -> str:
    return (brand.name or brand.contact or "Backboard Travel-Bot")[:_MOST_CHARS]


def _model_told(edition: Edition) -> str:
    titles = [slide.title for slide in edition.deck.shown() if not slide.confirmed]
    said = phrases(edition.brand.language)
    if not titles:
        return said.all_confirmed
    told = f"{said.mark}: {'; '.join(titles)}"
    return told if len(told) <= _MOST_CHARS else told[: _MOST_CHARS - 1] + "…"
