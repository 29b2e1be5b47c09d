"""The house template: theme, master, layouts and notes master of a brand, at 16:9, as parts of a package."""

from dataclasses import replace

from pptx.opc.constants import CONTENT_TYPE as CT
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part

from exports.decks.office.sheet import House
from exports.decks.office.writing import is_right_to_left
from exports.decks.office.xml import HEAD, NAMESPACES, RECTANGLE, emu, filled, place, text
from exports.decks.places import BAR, FOOTER, HEIGHT, NUMBER, PANEL, PANEL_EDGE, WIDTH, Box
from exports.decks.records import Brand
from exports.decks.theme import (
    COVER_EDGE,
    COVER_PAD,
    COVER_PANEL,
    COVER_SIZES,
    FOOTER_Y,
    GAP,
    LINE,
    MARGIN,
    TITLE_SIZES,
    TOP,
    Theme,
)

COVER, CONTENT, TITLE = "Cover", "Title and content", "Title only"
_LAYOUTS = {COVER: "title", CONTENT: "obj", TITLE: "titleOnly"}
_HOLDERS = {
    "title": "",
    "ctrTitle": "",
    "subTitle": ' idx="1"',
    "body": ' idx="1"',
    "ftr": ' sz="quarter" idx="11"',
    "sldNum": ' sz="quarter" idx="12"',
}
_COLOURS = ("dk1", "lt1", "dk2", "lt2", *(f"accent{at}" for at in range(1, 7)), "hlink", "folHlink")
_MAP = (
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
    'accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>'
)
_GROUP = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
_GROUND = f"<p:bg><p:bgPr>{filled('bg1')}<a:effectLst/></p:bgPr></p:bg>"
_WIDE = WIDTH - 2 * MARGIN
_RULE = Box(MARGIN, FOOTER_Y - 6, _WIDE, 0.5)
_TITLE = Box(MARGIN, TOP, _WIDE, TITLE_SIZES[0] * LINE)
_BODY = Box(MARGIN, 100, _WIDE, HEIGHT - 100 - MARGIN)
_COVER_TITLE = Box(MARGIN, COVER_PANEL - COVER_PAD - COVER_SIZES[0] * LINE * 2, _WIDE, COVER_SIZES[0] * LINE * 2)
_COVER_TEXT = Box(MARGIN, COVER_PANEL + COVER_EDGE + 1.5 * GAP, _WIDE, 120)


def holder(kind: str) -> str:
    """Return how a shape says which placeholder of its layout it fills."""
    return f'<p:ph type="{kind}"{_HOLDERS[kind]}/>'


def add_template(house: House) -> tuple[dict[str, Part], Part]:
    """Return the layouts by their names, and the notes master."""
    brand = house.edition.brand
    look = house.part("/ppt/theme/theme1.xml", CT.OFC_THEME, _theme(brand, house.theme))
    master = house.part("/ppt/slideMasters/slideMaster1.xml", CT.PML_SLIDE_MASTER)
    layouts = {}
    for number, (name, kind) in enumerate(_LAYOUTS.items(), 1):
        content = _layout(name, kind, brand.language, house.theme)
        layouts[name] = house.part(f"/ppt/slideLayouts/slideLayout{number}.xml", CT.PML_SLIDE_LAYOUT, content)
        layouts[name].relate_to(master, RT.SLIDE_MASTER)
    names = [master.relate_to(layout, RT.SLIDE_LAYOUT) for layout in layouts.values()]
    master.relate_to(look, RT.THEME)
    master.blob = _master(names, brand.language).encode()
    notes = house.part("/ppt/notesMasters/notesMaster1.xml", CT.PML_NOTES_MASTER, _notes_master(brand.language))
    notes.relate_to(house.part("/ppt/theme/theme2.xml", CT.OFC_THEME, _theme(brand, house.theme)), RT.THEME)
    return layouts, notes


def _theme(brand: Brand, look: Theme) -> str:
    values = (look.ink, look.ground, look.title, look.tint, *look.series, look.link, look.link)
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{value[1:].upper()}"/></a:{name}>'
        for name, value in zip(_COLOURS, values, strict=True)
    )
    font = "".join(f'<a:{script} typeface="{brand.font}"/>' for script in ("latin", "ea", "cs"))
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525" cap="flat" cmpd="sng" algn="ctr">{fill}<a:prstDash val="solid"/></a:ln>'
    return (
        f'{HEAD}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="House">'
        f'<a:themeElements><a:clrScheme name="House">{colours}</a:clrScheme><a:fontScheme name="House">'
        f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="House"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def _shape(number: int, name: str, kind: str, box: Box, said: str, style: str = "") -> str:
    body = (
        '<a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" rtlCol="0" anchor="t"><a:noAutofit/></a:bodyPr>'
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr>{kind}</p:nvPr></p:nvSpPr><p:spPr>{place(box)}{RECTANGLE}</p:spPr>"
        f"<p:txBody>{body}<a:lstStyle>{style}</a:lstStyle>{said}</p:txBody></p:sp>"
    )


def _area(number: int, name: str, box: Box, colour: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        "<p:spPr>"
        f"{place(box)}{RECTANGLE}{filled(colour)}<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _prompt(said: str, language: str) -> str:
    return f'<a:p><a:r><a:rPr lang="{text(language)}"/><a:t>{said}</a:t></a:r></a:p>'


def _foot(language: str) -> str:
    """Return the placeholders at the foot."""
    style = '<a:lvl1pPr algn="{}"><a:defRPr sz="1200"/></a:lvl1pPr>'
    number = (
        '<a:p><a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum">'
        f'<a:rPr lang="{text(language)}"/><a:t>‹#›</a:t></a:fld></a:p>'
    )
    empty = f'<a:p><a:endParaRPr lang="{text(language)}"/></a:p>'
    return _shape(8, "Footer", holder("ftr"), FOOTER, empty, style.format("l")) + _shape(
        9, "Slide number", holder("sldNum"), NUMBER, number, style.format("r")
    )


def _layout(name: str, kind: str, language: str, look: Theme) -> str:
    cover = name == COVER
    title = _shape(
        2,
        "Title",
        holder("ctrTitle" if cover else "title"),
        _COVER_TITLE if cover else _TITLE,
        _prompt("Title", language),
        f'<a:lvl1pPr><a:defRPr sz="{round((COVER_SIZES if cover else TITLE_SIZES)[0] * 100)}">'
        f"{filled(look.on_primary if cover else 'tx2')}</a:defRPr></a:lvl1pPr>",
    )
    body = ""
    if cover:
        body = _shape(4, "Subtitle", holder("subTitle"), _COVER_TEXT, _prompt("Subtitle", language))
    elif name == CONTENT:
        body = _shape(4, "Text", holder("body"), _BODY, _prompt("Text", language))
    if cover:
        behind = _area(3, "Panel", PANEL, "accent1") + _area(5, "Edge", PANEL_EDGE, "accent2")
    else:
        bar = replace(BAR, x=WIDTH - BAR.right) if is_right_to_left(language) else BAR
        behind = _area(3, "Line", _RULE, look.edge) + _area(5, "Bar", bar, "accent2")
    return (
        f'{HEAD}<p:sldLayout {NAMESPACES} type="{kind}" preserve="1" userDrawn="1"><p:cSld name="{name}"><p:spTree>'
        f"{_GROUP}{behind}{title}{body}{_foot(language)}</p:spTree></p:cSld>"
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def _master(layouts: list[str], language: str) -> str:
    ids = "".join(f'<p:sldLayoutId id="{2147483649 + at}" r:id="{name}"/>' for at, name in enumerate(layouts))
    return (
        f'{HEAD}<p:sldMaster {NAMESPACES} preserve="1"><p:cSld>{_GROUND}'
        f"<p:spTree>{_GROUP}{_shape(2, 'Title', holder('title'), _TITLE, _prompt('Title', language))}"
        f"{_shape(3, 'Text', holder('body'), _BODY, _prompt('Text', language))}{_foot(language)}"
        f"</p:spTree></p:cSld>{_MAP}<p:sldLayoutIdLst>{ids}</p:sldLayoutIdLst>"
        f'<p:hf hdr="0" dt="0"/>'
        f"<p:txStyles><p:titleStyle>{_level(1, 30, 'tx2', 'mj', bold=True)}</p:titleStyle>"
        f"<p:bodyStyle>{levels(18)}</p:bodyStyle><p:otherStyle>{levels(18)}</p:otherStyle></p:txStyles></p:sldMaster>"
    )


def levels(size: float) -> str:
    """Return how words look where nothing says so, on each level."""
    return "".join(_level(level, size, "tx1", "mn") for level in range(1, 10))


def _level(level: int, size: float, colour: str, fonts: str, *, bold: bool = False) -> str:
    return (
        f'<a:lvl{level}pPr marL="0" indent="0" algn="l" defTabSz="914400" rtl="0" eaLnBrk="1" latinLnBrk="0" '
        f'hangingPunct="0"><a:spcBef><a:spcPts val="0"/></a:spcBef><a:buNone/><a:defRPr sz="{round(size * 100)}" '
        f'b="{int(bold)}" kern="0">{filled(colour)}'
        f'<a:latin typeface="+{fonts}-lt"/><a:ea typeface="+{fonts}-ea"/><a:cs typeface="+{fonts}-cs"/>'
        f"</a:defRPr></a:lvl{level}pPr>"
    )


def _notes_master(language: str) -> str:
    slide = (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Slide"/>'
        '<p:cNvSpPr><a:spLocks noGrp="1" noRot="1" noChangeAspect="1"/></p:cNvSpPr>'
        '<p:nvPr><p:ph type="sldImg" idx="2"/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{place(Box(54, 54, 432, 243))}{RECTANGLE}<a:noFill/></p:spPr></p:sp>"
    )
    notes = _shape(
        3,
        "Notes",
        '<p:ph type="body" sz="quarter" idx="3"/>',
        Box(54, 324, 432, 342),
        _prompt("Notes", language),
    )
    return (
        f"{HEAD}<p:notesMaster {NAMESPACES}><p:cSld>{_GROUND}<p:spTree>"
        f"{_GROUP}{slide}{notes}</p:spTree></p:cSld>{_MAP}<p:notesStyle>{levels(12)}</p:notesStyle></p:notesMaster>"
    )


def presentation(master: str, notes: str, slides: list[str]) -> str:
    """Return the part that names master, notes master and slides, in their order."""
    ids = "".join(f'<p:sldId id="{256 + at}" r:id="{name}"/>' for at, name in enumerate(slides))
    return (
        f"{HEAD}<p:presentation {NAMESPACES}>"
        f'<p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="{master}"/></p:sldMasterIdLst>'
        f'<p:notesMasterIdLst><p:notesMasterId r:id="{notes}"/></p:notesMasterIdLst>'
        f'<p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="{emu(WIDTH)}" cy="{emu(HEIGHT)}"/>'
        f'<p:notesSz cx="{emu(540)}" cy="{emu(720)}"/><p:defaultTextStyle>{levels(18)}</p:defaultTextStyle>'
        "</p:presentation>"
    )
