"""The workbook inside a chart, which Office opens where somebody edits its numbers."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

from exports.decks.office.xml import HEAD, R, text
from exports.decks.records import ChartBlock

SHEET = "Sheet1"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(block: ChartBlock, number_format: str, at: datetime) -> bytes:
    """Return the numbers of a chart, and nothing else, as XLSX; what looks like a formula is text."""
    heads = "".join(_cell(column, 1, one.name) for column, one in enumerate(block.series, 1))
    rows = [f'<row r="1">{heads}</row>']
    for row, category in enumerate(block.categories, 2):
        values = (one.values[row - 2] for one in block.series)
        numbers = "".join(_number(column, row, value) for column, value in enumerate(values, 1))
        rows.append(f'<row r="{row}">{_cell(0, row, category)}{numbers}</row>')
    parts = dict(_FRAME)
    parts["xl/styles.xml"] = _STYLES.replace("FORMAT", text(number_format))
    parts["xl/worksheets/sheet1.xml"] = (
        f'{HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, max((1980, 1, 1, 0, 0, 0), at.timetuple()[:6]))
            package.writestr(info, part, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def column_name(at: int) -> str:
    """Return the letter of a column, counted from 0."""
    return "ABCDEFG"[at]


def _cell(column: int, row: int, said: str) -> str:
    return f'<c r="{column_name(column)}{row}" t="inlineStr"><is><t xml:space="preserve">{text(said)}</t></is></c>'


def _number(column: int, row: int, value: Decimal | None) -> str:
    return "" if value is None else f'<c r="{column_name(column)}{row}" s="1"><v>{value:f}</v></c>'


_RELATED = f'<Relationships xmlns="{_PACKAGE}/relationships">'
_FRAME = {
    "[Content_Types].xml": (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{HEAD}{_RELATED}<Relationship Id="rId1" Type="{R}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'{HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{R}"><sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{HEAD}{_RELATED}<Relationship Id="rId1" Type="{R}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{R}/styles" Target="styles.xml"/></Relationships>'
    ),
}
_STYLES = (
    f'{HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="FORMAT"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Arial"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
