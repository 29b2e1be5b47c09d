"""Bars that PowerPoint draws itself, with the workbook that their numbers are edited in."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

from exports.decks.office.writing import language_of
from exports.decks.office.xml import HEAD, A, C, R, filled, text
from exports.decks.records import Amount, ChartBlock
from exports.decks.wording import shown_amount

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def number_format(block: ChartBlock, language: str) -> str:
    """Return how Office writes the chart's numbers: money with its sign where the language puts it."""
    values = [value for one in block.series for value in one.values if value is not None]
    places = max([block.places, *(_places(value) for value in values)])
    digits = "#,##0" + ("." + "0" * places if places else "")
    if block.currency is None:
        return digits
    before, _, after = shown_amount(Amount(Decimal(1), block.currency, 0), language).partition("1")
    return _literal(before) + digits + _literal(after)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _literal(said: str) -> str:
    return '"' + said.replace('"', "") + '"' if said else ""


def workbook(block: ChartBlock, language: str, at: datetime) -> bytes:
    """Return the numbers of a chart, and nothing else, as XLSX."""
    heads = "".join(_cell(column, 1, one.name) for column, one in enumerate(block.series, 1))
    rows = [f'<row r="1">{heads}</row>']
    for row, category in enumerate(block.categories, 2):
        values = (one.values[row - 2] for one in block.series)
        numbers = "".join(_number(column, row, value) for column, value in enumerate(values, 1))
        rows.append(f'<row r="{row}">{_cell(0, row, category)}{numbers}</row>')
    parts = dict(_FRAME)
    parts["xl/styles.xml"] = _STYLES.replace("FORMAT", text(number_format(block, language)))
    parts["xl/worksheets/sheet1.xml"] = (
        f'{HEAD}<worksheet xmlns="{_SHEET}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, max((1980, 1, 1, 0, 0, 0), at.timetuple()[:6]))
            package.writestr(info, part, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _column(at: int) -> str:
    return "ABCDEFG"[at]


def _cell(column: int, row: int, said: str) -> str:
    return f'<c r="{_column(column)}{row}" t="inlineStr"><is><t xml:space="preserve">{text(said)}</t></is></c>'


def _number(column: int, row: int, value: Decimal | None) -> str:
    return "" if value is None else f'<c r="{_column(column)}{row}" s="1"><v>{value:f}</v></c>'


def chart(block: ChartBlock, language: str, size: float, workbook_rel: str) -> str:
    """Return the chart's part; *size* is that of its letters."""
    code = text(number_format(block, language))
    series = "".join(_series(block, at, code, language, size) for at in range(len(block.series)))
    letters = _letters(language_of(" ".join(block.categories), language), size)
    legend = f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{letters}</c:legend>'
    return (
        f'{HEAD}<c:chartSpace xmlns:c="{C}" xmlns:a="{A}" xmlns:r="{R}"><c:date1904 val="0"/>'
        f'<c:lang val="{text(language)}"/><c:roundedCorners val="0"/>'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/><c:barChart><c:barDir val="bar"/>'
        f'<c:grouping val="clustered"/><c:varyColors val="0"/>{series}<c:gapWidth val="60"/>'
        '<c:axId val="1001"/><c:axId val="1002"/></c:barChart>'
        '<c:catAx><c:axId val="1001"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'<c:spPr><a:ln w="9525">{filled("bg2")}</a:ln></c:spPr>{letters}'
        '<c:crossAx val="1002"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/></c:catAx>'
        f'<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="1"/>'
        f'<c:axPos val="t"/><c:numFmt formatCode="{code}" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1001"/>'
        '<c:crosses val="autoZero"/></c:valAx></c:plotArea>'
        f'{legend if any(one.name for one in block.series) else ""}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f'{_letters(language, size)}<c:externalData r:id="{workbook_rel}"><c:autoUpdate val="0"/></c:externalData>'
        "</c:chartSpace>"
    )


def _letters(language: str, size: float) -> str:
    return (
        f'<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(size * 100)}">{filled("tx1")}'
        '<a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/><a:cs typeface="+mn-cs"/></a:defRPr></a:pPr>'
        f'<a:endParaRPr lang="{text(language)}"/></a:p></c:txPr>'
    )


def _series(block: ChartBlock, at: int, code: str, language: str, size: float) -> str:
    one, column, last = block.series[at], _column(at + 1), len(block.categories) + 1
    names = "".join(
        f'<c:pt idx="{number}"><c:v>{text(said)}</c:v></c:pt>' for number, said in enumerate(block.categories)
    )
    values = "".join(
        f'<c:pt idx="{number}"><c:v>{value:f}</c:v></c:pt>'
        for number, value in enumerate(one.values)
        if value is not None
    )
    count = f'<c:ptCount val="{len(block.categories)}"/>'
    return (
        f'<c:ser><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{text(one.name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f"<c:spPr>{filled(f'accent{at + 1}')}</c:spPr>"
        f'<c:invertIfNegative val="0"/>'
        f'<c:dLbls><c:numFmt formatCode="{code}" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>'
        f'{_letters(language, size)}<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/><c:showVal val="1"/>'
        '<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>{count}{names}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${last}</c:f><c:numCache><c:formatCode>{code}</c:formatCode>"
        f"{count}{values}</c:numCache></c:numRef></c:val></c:ser>"
    )


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
        f'{HEAD}{_RELATED}<Relationship Id="rId1" Type="{R}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'{HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{R}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{HEAD}{_RELATED}<Relationship Id="rId1" Type="{R}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{R}/styles" Target="styles.xml"/></Relationships>'
    ),
}
_STYLES = (
    f'{HEAD}<styleSheet xmlns="{_SHEET}"><numFmts count="1"><numFmt numFmtId="164" formatCode="FORMAT"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Arial"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
