"""PDFs read back."""

import io
import unicodedata
from typing import Any

import pypdf
from pypdf.generic import ContentStream


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


def words(data: bytes) -> str:
    text = " ".join(page.extract_text() for page in read(data).pages)
    return " ".join(unicodedata.normalize("NFC", text).replace("\u200b", "").split())


def drawn(data: bytes) -> list[tuple[str, float, bytes]]:
    """Return every glyph of the first page: its font, where its piece of text starts, its number."""
    reader = read(data)
    page: Any = reader.pages[0]
    found, font, x = [], "", 0.0
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        match operator:
            case b"Tf":
                font = page["/Resources"]["/Font"][operands[0]]["/BaseFont"].partition("+")[2]
            case b"cm":
                x = float(operands[4])
            case b"Tj" | b"TJ":
                pieces = operands[0] if operator == b"TJ" else operands
                for piece in (one.original_bytes for one in pieces if hasattr(one, "original_bytes")):
                    found += [(font, x, piece[at : at + 2]) for at in range(0, len(piece), 2)]
    return found
