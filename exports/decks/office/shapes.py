"""Blocks as the shapes of a slide, exactly where they were placed."""

from collections.abc import Sequence

from pptx.opc.constants import RELATIONSHIP_TYPE as RT

from exports.decks import agenda
from exports.decks.office.sheet import Sheet
from exports.decks.office.tables import table
from exports.decks.office.writing import Lead, is_right_to_left, joined, paragraph, plain
from exports.decks.office.xml import RECTANGLE, C, filled, place
from exports.decks.phrases import phrases
from exports.decks.places import Box, Placed
from exports.decks.records import (
    Block,
    BulletsBlock,
    ChartBlock,
    Figure,
    FiguresBlock,
    Item,
    PictureBlock,
    TableBlock,
    TextBlock,
    plain_text,
)
from exports.decks.theme import FIGURE, FIGURE_PAD, GAP, INDENT
from exports.decks.wording import figure_text

_FIGURE_EDGE = 3.0
_DECORATIVE = (
    '<a:extLst><a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative val="1" '
    'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative"/></a:ext></a:extLst>'
)


def is_body(block: Block) -> bool:
    """Return whether a block can be what the outline of a presentation shows below its slide's title."""
    return isinstance(block, TextBlock | BulletsBlock) and not (isinstance(block, TextBlock) and block.heading)


def add(sheet: Sheet, placed: Placed, holder: str = "") -> None:
    """Draw a block, or the part of it that stands on this page; *holder* is the placeholder that its words fill."""
    match placed.block:
        case TextBlock() as block:
            _texts(sheet, block, placed, holder)
        case BulletsBlock() as block:
            _bullets(sheet, block, placed, holder)
        case TableBlock() as block:
            sheet.shapes.append(table(sheet, block, placed))
        case ChartBlock() as block:
            _chart(sheet, block, placed)
        case PictureBlock() as block:
            _picture(sheet, block, placed)
        case FiguresBlock() as block:
            _figures(sheet, block, placed)


def text_box(
    sheet: Sheet,
    name: str,
    box: Box,
    paragraphs: list[str],
    *,
    holder: str = "",
    fill: str = "",
    pad: float = 0,
    anchor: str = "t",
    alt: str = "",
    block_id: str = "",
) -> str:
    """Return a box whose words stay as they break. *holder* is the placeholder of the layout that it fills."""
    kind = '<p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>' if holder else '<p:cNvSpPr txBox="1"/>'
    shape = "" if holder else RECTANGLE
    inset = round(pad * 12_700)
    return (
        f"<p:sp><p:nvSpPr>{sheet.properties(name, alt=alt, block_id=block_id)}{kind}<p:nvPr>{holder}</p:nvPr>"
        f"</p:nvSpPr><p:spPr>{place(box)}{shape}{filled(fill) if fill else '<a:noFill/>'}</p:spPr>"
        f'<p:txBody><a:bodyPr wrap="square" lIns="{inset}" tIns="{inset}" rIns="{inset}" bIns="{inset}" rtlCol="0" '
        f'anchor="{anchor}"><a:noAutofit/></a:bodyPr><a:lstStyle/>{joined(paragraphs)}</p:txBody></p:sp>'
    )


def _texts(sheet: Sheet, block: TextBlock, placed: Placed, holder: str) -> None:
    look = sheet.look(placed.size, "tx2" if block.heading else "tx1", bold=block.heading)
    paragraphs = [
        paragraph(runs, look, sheet.link, before=placed.gap if at else 0) for at, runs in enumerate(block.paragraphs)
    ]
    _add_words(sheet, placed, paragraphs, holder)


def _add_words(sheet: Sheet, placed: Placed, paragraphs: list[str], holder: str) -> None:
    block = placed.block
    name = sheet.block_name(block)
    sheet.shapes.append(text_box(sheet, name, placed.box, paragraphs, holder=holder, block_id=block.id))


def _agenda(sheet: Sheet, block: BulletsBlock, placed: Placed, holder: str) -> None:
    if agenda.is_right_to_left(placed):
        _mirrored_agenda(sheet, block, placed)
        return
    look, paragraphs = sheet.look(placed.size), list[str]()
    for at, (label, runs) in enumerate(agenda.rows(placed)):
        lead = Lead(margin=placed.labels, hanging=placed.labels, shown=bool(label), label=label)
        paragraphs.append(paragraph(runs, look, sheet.link, before=placed.gap if at else 0, lead=lead))
    _add_words(sheet, placed, paragraphs, holder)
    sheet.shapes += [_area(sheet, rule, sheet.house.theme.edge) for rule in agenda.rules(placed)]


def _mirrored_agenda(sheet: Sheet, block: BulletsBlock, placed: Placed) -> None:
    """Draw labels at the right and what is beside them as boxes: not all of Office has tabs that go to the left."""
    box, name, look = placed.box, sheet.block_name(block), sheet.look(placed.size)
    about, boxes, y = sheet.properties(name, block_id=block.id), list[str](), placed.box.y
    for (label, runs), height in zip(agenda.rows(placed), placed.rows, strict=True):
        if label:
            place_of = Box(box.right - placed.labels, y, placed.labels, height)
            said = plain(plain_text(label), sheet.look(placed.size, "hlink", bold=True))
            boxes.append(text_box(sheet, f"{name}: {plain_text(label)}"[:200], place_of, [said]))
        beside = Box(box.x, y, box.width - placed.labels, height)
        boxes.append(text_box(sheet, name, beside, [paragraph(runs, look, sheet.link)]))
        y += height + placed.gap
    boxes += [_area(sheet, rule, sheet.house.theme.edge) for rule in agenda.rules(placed)]
    sheet.shapes.append(_group(about, box, boxes))


def _bullets(sheet: Sheet, block: BulletsBlock, placed: Placed, holder: str) -> None:
    if placed.labels:
        _agenda(sheet, block, placed, holder)
        return
    look, step = sheet.look(placed.size), placed.size * INDENT
    paragraphs = []
    for at, (item, number) in enumerate(zip(block.items, _first_numbers(block.items), strict=True)):
        shown = not (placed.continued and at == 0)
        lead = Lead(margin=step * (item.level + 1), hanging=step, level=item.level, number=number, shown=shown)
        gap = placed.gap if at else 0
        paragraphs.append(paragraph(item.runs, look, sheet.link, before=gap, lead=lead))
    _add_words(sheet, placed, paragraphs, holder)


def _first_numbers(items: Sequence[Item]) -> list[int | None]:
    """Return of each item that is counted with which number its list begins: Office counts from there itself."""
    found: list[int | None] = []
    open_lists: dict[int, tuple[int, int]] = {}  # by level: its first number and its last
    for item in items:
        open_lists = {level: one for level, one in open_lists.items() if level <= item.level}
        first, last = open_lists.pop(item.level, (0, 0))
        if item.number is not None:
            if item.number != last + 1 or not first:
                first = item.number
            open_lists[item.level] = (first, item.number)
        found.append(None if item.number is None else first)
    return found


def _chart(sheet: Sheet, block: ChartBlock, placed: Placed) -> None:
    named = sheet.part.relate_to(sheet.house.chart(block, placed), RT.CHART)
    about = sheet.properties(sheet.block_name(block), alt=block.alt or sheet.page.title, block_id=block.id)
    sheet.shapes.append(
        f"<p:graphicFrame><p:nvGraphicFramePr>{about}<p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>"
        f'{place(placed.box, "p:xfrm")}<a:graphic><a:graphicData uri="{C}"><c:chart xmlns:c="{C}" r:id="{named}"/>'
        "</a:graphicData></a:graphic></p:graphicFrame>"
    )


def _picture(sheet: Sheet, block: PictureBlock, placed: Placed) -> None:
    data = sheet.house.edition.pictures.get(block.sha256)
    name, inner = sheet.block_name(block), within(placed.box, block.width / block.height)
    if data is None or not add_picture(sheet, name, inner, data, block.alt, block_id=block.id):
        told = phrases(sheet.house.edition.brand.language).picture_missing.format(alt=block.alt)
        missing = plain(told, sheet.look(12, sheet.house.theme.pale))
        sheet.shapes.append(
            text_box(
                sheet,
                name,
                placed.box,
                [missing],
                fill="bg2",
                pad=GAP / 2,
                anchor="ctr",
                alt=block.alt,
                block_id=block.id,
            )
        )


def add_picture(sheet: Sheet, name: str, box: Box, data: bytes, alt: str, *, block_id: str = "") -> bool:
    """Draw a picture; return False where it is of a kind that not every reader draws."""
    part = sheet.house.picture(data)
    if part is None:
        return False
    sheet.shapes.append(
        f"<p:pic><p:nvPicPr>{sheet.properties(name, alt=alt, block_id=block_id)}"
        '<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr/></p:nvPicPr>'
        f'<p:blipFill><a:blip r:embed="{sheet.part.relate_to(part, RT.IMAGE)}"/><a:stretch><a:fillRect/></a:stretch>'
        f"</p:blipFill><p:spPr>{place(box)}{RECTANGLE}</p:spPr></p:pic>"
    )
    return True


def within(box: Box, ratio: float) -> Box:
    """Return the largest place in the middle of a box that is *ratio* times as wide as high."""
    width, height = min(box.width, box.height * ratio), min(box.height, box.width / ratio)
    return Box(box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height)


def _figures(sheet: Sheet, block: FiguresBlock, placed: Placed) -> None:
    box, name = placed.box, sheet.block_name(block)
    about = sheet.properties(name, block_id=block.id)
    cards, y, rest = [], box.y, list(block.figures)
    mirrored = is_right_to_left(sheet.house.edition.brand.language)
    for height in placed.rows:
        x = 0.0
        for width in placed.columns[: len(rest)]:
            left = box.width - x - width if mirrored else x
            cards.append(_figure(sheet, name, rest.pop(0), Box(box.x + left, y, width, height), placed.size))
            x += width + GAP
        y += height + GAP
    sheet.shapes.append(_group(about, box, cards))


def _group(about: str, box: Box, shapes: list[str]) -> str:
    """Return shapes that are moved together."""
    corners = place(box)
    inner = corners.removesuffix("</a:xfrm>") + corners.removeprefix("<a:xfrm>").replace("a:off", "a:chOff").replace(
        "a:ext", "a:chExt"
    )
    return (
        f"<p:grpSp><p:nvGrpSpPr>{about}<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>"
        f"<p:grpSpPr>{inner}</p:grpSpPr>{''.join(shapes)}</p:grpSp>"
    )


def _area(sheet: Sheet, box: Box, colour: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{sheet.new_id()}" name="Edge">{_DECORATIVE}</p:cNvPr>'
        "<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>"
        f"{place(box)}{RECTANGLE}{filled(colour)}<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _figure(sheet: Sheet, name: str, figure: Figure, box: Box, size: float) -> str:
    number = sheet.look(size * FIGURE, "tx2", bold=True)
    shown = figure_text(figure, number.language)
    said = [plain(shown, number), plain(figure.label, sheet.look(size, sheet.house.theme.pale))]
    edge = _area(sheet, Box(box.x, box.y, _FIGURE_EDGE, box.height), "accent2")
    card = text_box(sheet, f"{name}: {figure.label}"[:200], box, said, fill="bg2", pad=FIGURE_PAD)
    return card + edge
