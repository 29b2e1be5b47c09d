"""What pictures are, from their first bytes."""

import base64
import io
import re
from functools import lru_cache
from typing import Literal

import typst
from PIL import Image

PictureType = Literal["image/png", "image/jpeg"]
_PATTERN = re.compile(rb"<(?:[\w.-]{1,40}:)?pattern\b")  # which takes memory by its own size
# No side is longer than 240 pt: what is drawn takes memory by its size, and Typst ends a process without any.
_LOGO = b"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let drawn(width) = image(bytes(sys.inputs.svg), width: width)
#context drawn(240pt * calc.min(1, 240pt / measure(drawn(240pt)).height))
"""


def picture_type(data: bytes) -> PictureType | None:
    """Return what a picture is; None of anything but PNG and JPEG."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/jpeg" if data.startswith(b"\xff\xd8\xff") else None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return how many pixels a picture has, across and down; None of what is none."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def framed(data: bytes, kind: str, width: float, height: float) -> str:
    """Return an SVG that shows a picture, as large as it can be within *width* times *height*."""
    url = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}"><image width="{width:g}" height="{height:g}" href="{url}"/></svg>'
    )


@lru_cache(maxsize=32)
def drawn_logo(svg: bytes) -> bytes | None:
    """Return an SVG as PNG, since not every reader of PPTX draws SVG; None where it cannot be drawn."""
    if _PATTERN.search(svg):
        return None
    try:
        drawn = typst.compile(_LOGO, format="png", ppi=216, sys_inputs={"svg": svg.decode()})
    except BaseException as exc:
        # Where Typst panics, what is raised is no Exception; its class cannot be imported.
        if isinstance(exc, typst.TypstError | UnicodeDecodeError) or type(exc).__name__ == "PanicException":
            return None
        raise
    return drawn
