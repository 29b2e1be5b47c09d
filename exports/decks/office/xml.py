"""XML as text: the namespaces of the parts of a PPTX, lengths, and places."""

from html import escape

from exports.decks.places import Box
from exports.decks.records import clean

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
NAMESPACES = f'xmlns:a="{A}" xmlns:r="{R}" xmlns:p="{P}"'
RECTANGLE = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
EMU = 12_700  # to the point


def text(value: str) -> str:
    """Return a text as it stands between tags or, between double quotes, in them."""
    return escape(str(clean(value)), quote=True).replace("\n", "&#10;")


def emu(points: float) -> int:
    """Return a length in the unit of the files."""
    return round(points * EMU)


def place(box: Box, tag: str = "a:xfrm") -> str:
    """Return where a shape stands."""
    return (
        f'<{tag}><a:off x="{emu(box.x)}" y="{emu(box.y)}"/>'
        f'<a:ext cx="{emu(box.width)}" cy="{emu(box.height)}"/></{tag}>'
    )


def filled(colour: str) -> str:
    """Return a fill: of a colour of the theme by its name there, or of #RRGGBB."""
    if colour.startswith("#"):
        return f'<a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill>'
    return f'<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'
