"""What pictures are, from their first bytes."""

import base64
import io
from typing import Literal

from PIL import Image

PictureType = Literal["image/png", "image/jpeg"]


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
