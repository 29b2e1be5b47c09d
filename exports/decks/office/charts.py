"""Bars that PowerPoint draws itself."""

from decimal import Decimal
from functools import cache
from locale import windows_locale

from exports.decks.measure import Measure
from exports.decks.office.workbooks import SHEET, column_name
from exports.decks.office.writing import language_of
from exports.decks.office.xml import HEAD, A, C, R, filled, text
from exports.decks.places import Placed
from exports.decks.records import Amount, Brand, ChartBlock
from exports.decks.theme import LINE
from exports.decks.wording import shown_amount

_ROOM = 8.0  # between a name, its bar and the number
_NAMES_MOST = 0.38  # of the width


def number_format(block: ChartBlock, language: str) -> str:
    """Return how Office writes the chart's numbers: money with its sign where the language puts it."""
    values = [value for one in block.series for value in one.values if value is not None]
    places = max([block.places, *(_places(value) for value in values)])
    digits = "#,##0" + ("." + "0" * places if places else "")
    before, _, after = shown_amount(Amount(Decimal(1), block.currency, 0), language).partition("1")
    return _language_code(language) + _literal(before) + digits + _literal(after)


@cache
def _language_code(language: str) -> str:
    """Return what makes LibreOffice write numbers as the language does; PowerPoint asks its system."""
    wanted = language.replace("-", "_")
    codes = sorted((code, name) for code, name in windows_locale.items())
    found = next((code for code, name in codes if name == wanted), None) or next(
        (code for code, name in codes if name.split("_")[0] == wanted.split("_")[0]), None
    )
    return f"[$-{found:X}]" if found else ""


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _literal(said: str) -> str:
    return '"' + said.replace('"', "") + '"' if said else ""


def chart(block: ChartBlock, placed: Placed, brand: Brand, workbook: str) -> str:
    """Return the chart's part; *workbook* is how it refers to that."""
    language, code = brand.language, text(number_format(block, brand.language))
    letters = _letters(language_of(" ".join(block.categories), language), placed.size)
    series = "".join(_series(block, at, code, _letters(language, placed.size)) for at in range(len(block.series)))
    legend = f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{letters}</c:legend>' if _is_named(block) else ""
    return (
        f'{HEAD}<c:chartSpace xmlns:c="{C}" xmlns:a="{A}" xmlns:r="{R}"><c:date1904 val="0"/>'
        f'<c:lang val="{text(language)}"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        f'<c:plotArea>{_layout(block, placed, brand)}<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/>'
        f'<c:varyColors val="0"/>{series}<c:gapWidth val="40"/><c:axId val="1001"/><c:axId val="1002"/></c:barChart>'
        '<c:catAx><c:axId val="1001"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="low"/>'
        f'<c:spPr><a:ln w="9525">{filled("bg2")}</a:ln></c:spPr>{letters}<c:crossAx val="1002"/>'
        '<c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="100"/>'
        '<c:noMultiLvlLbl val="1"/></c:catAx>'
        '<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="1"/>'
        f'<c:axPos val="t"/><c:numFmt formatCode="{code}" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1001"/>'
        '<c:crosses val="autoZero"/></c:valAx></c:plotArea>'
        f'{legend}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>{_letters(language, placed.size)}'
        f'<c:externalData r:id="{workbook}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _is_named(block: ChartBlock) -> bool:
    return any(one.name for one in block.series)


def _layout(block: ChartBlock, placed: Placed, brand: Brand) -> str:
    """Return where the bars stand, so that there is room for the names before them and the numbers behind."""
    measure, size, box = Measure(brand.font), placed.size, placed.box
    shown = (
        shown_amount(Amount(value, block.currency, block.places), brand.language)
        for one in block.series
        for value in one.values
        if value is not None
    )
    left = min(max(map(measure.width, block.categories)) * size + _ROOM, box.width * _NAMES_MOST)
    right = max(map(measure.width, shown), default=0) * size + 2 * _ROOM
    legend = sum(measure.width(one.name) * size + 4 * _ROOM for one in block.series)
    top = (size * LINE * (1 + legend // box.width) + _ROOM) if _is_named(block) else 0
    parts = {
        "x": left / box.width,
        "y": top / box.height,
        "w": max(0.1, 1 - (left + right) / box.width),
        "h": max(0.1, 1 - top / box.height),
    }
    modes = '<c:xMode val="edge"/><c:yMode val="edge"/>'
    values = "".join(f'<c:{name} val="{value:.4f}"/>' for name, value in parts.items())
    return f'<c:layout><c:manualLayout><c:layoutTarget val="inner"/>{modes}{values}</c:manualLayout></c:layout>'


def _letters(language: str, size: float) -> str:
    return (
        f'<c:txPr><a:bodyPr wrap="none"/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="{round(size * 100)}">{filled("tx1")}'
        '<a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/><a:cs typeface="+mn-cs"/></a:defRPr></a:pPr>'
        f'<a:endParaRPr lang="{text(language)}"/></a:p></c:txPr>'
    )


def _series(block: ChartBlock, at: int, code: str, letters: str) -> str:
    one, column, last = block.series[at], column_name(at + 1), len(block.categories) + 1
    names = "".join(f'<c:pt idx="{row}"><c:v>{text(said)}</c:v></c:pt>' for row, said in enumerate(block.categories))
    values = "".join(
        f'<c:pt idx="{row}"><c:v>{value:f}</c:v></c:pt>' for row, value in enumerate(one.values) if value is not None
    )
    count = f'<c:ptCount val="{len(block.categories)}"/>'
    shown = "".join(
        f'<c:show{name} val="{int(name == "Val")}"/>'
        for name in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
    )
    return (
        f'<c:ser><c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef><c:f>{SHEET}!${column}$1</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{text(one.name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f'<c:spPr>{filled(f"accent{at + 1}")}</c:spPr><c:invertIfNegative val="0"/>'
        f'<c:dLbls><c:numFmt formatCode="{code}" sourceLinked="0"/>'
        f'<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{letters}<c:dLblPos val="outEnd"/>{shown}</c:dLbls>'
        f"<c:cat><c:strRef><c:f>{SHEET}!$A$2:$A${last}</c:f><c:strCache>{count}{names}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>{SHEET}!${column}$2:${column}${last}</c:f>"
        f"<c:numCache><c:formatCode>{code}</c:formatCode>{count}{values}</c:numCache></c:numRef></c:val></c:ser>"
    )
