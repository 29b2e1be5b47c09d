"""A table that stays a table: its head known as such, columns and rows as placed."""

from collections.abc import Sequence

from exports.decks.office.sheet import Sheet
from exports.decks.office.writing import Look, is_right_to_left, paragraph, plain
from exports.decks.office.xml import emu, filled, place
from exports.decks.places import Placed
from exports.decks.records import Cell, TableBlock
from exports.decks.theme import CELL_X, CELL_Y
from exports.decks.wording import cell_text

_KIND = "http://schemas.openxmlformats.org/drawingml/2006/table"
_NO_LINES = "".join(f'<a:{side} w="0"><a:noFill/></a:{side}>' for side in ("lnL", "lnR", "lnT"))


def table(sheet: Sheet, block: TableBlock, placed: Placed) -> str:
    """Return the frame of a table."""
    total = block.total and bool(block.rows)
    rows = [_row(sheet, block.head, placed, 0, "accent1", sheet.look(placed.size, _on_primary(sheet), bold=True))]
    for at, cells in enumerate(block.rows, 1):
        last = total and at == len(block.rows)
        fill = "bg2" if at % 2 == 0 else ""
        rows.append(_row(sheet, cells, placed, at, fill, sheet.look(placed.size, bold=last), above=last))
    rtl = ' rtl="1"' if is_right_to_left(sheet.house.edition.brand.language) else ""
    about = sheet.properties(sheet.block_name(block), alt=block.alt or sheet.page.title, block_id=block.id)
    columns = "".join(f'<a:gridCol w="{emu(width)}"/>' for width in placed.columns)
    return (
        f"<p:graphicFrame><p:nvGraphicFramePr>{about}"
        f'<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/>'
        f"</p:cNvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr>{place(placed.box, 'p:xfrm')}"
        f'<a:graphic><a:graphicData uri="{_KIND}"><a:tbl>'
        f'<a:tblPr{rtl} firstRow="1" lastRow="{int(total)}" bandRow="1"/>'
        f"<a:tblGrid>{columns}</a:tblGrid>{''.join(rows)}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )


def _on_primary(sheet: Sheet) -> str:
    return sheet.house.theme.on_primary


def _row(
    sheet: Sheet, cells: Sequence[Cell], placed: Placed, at: int, fill: str, look: Look, *, above: bool = False
) -> str:
    made, cell_look = [], _cell(fill, above, sheet.house.theme.edge)
    for cell, number in zip(cells, placed.numbers or (False,) * len(cells), strict=True):
        if cell.amount:
            said = plain(cell_text(cell, look.language), look, at_end=number)
        else:
            said = paragraph(cell.runs, look, sheet.link, at_end=number)
        made.append(f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{said}</a:txBody>{cell_look}</a:tc>")
    return f'<a:tr h="{emu(placed.rows[at])}">{"".join(made)}</a:tr>'


def _cell(fill: str, above: bool, edge: str) -> str:
    lines = _NO_LINES
    if above:
        lines = lines[: lines.index("<a:lnT")] + f'<a:lnT w="19050">{filled("accent1")}</a:lnT>'
    return (
        f'<a:tcPr marL="{emu(CELL_X)}" marR="{emu(CELL_X)}" marT="{emu(CELL_Y)}" marB="{emu(CELL_Y)}" anchor="t">'
        f'{lines}<a:lnB w="6350">{filled(edge)}</a:lnB>{filled(fill) if fill else "<a:noFill/>"}</a:tcPr>'
    )
