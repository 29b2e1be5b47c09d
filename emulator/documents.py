"""What the emulator reads from a document: its text, where it holds any."""

import io
import re
import zipfile
from pathlib import PurePath
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.errors import PyPdfError

_TEXTS = "txt csv md markdown json jsonl xml py js ts jsx tsx html css cpp c h java go rs rb php sql"
IMAGES = frozenset({"png", "jpg", "jpeg", "webp", "gif", "bmp", "tiff", "tif"})
_OFFICE = frozenset({"doc", "ppt", "pptx", "xls", "xlsx"})
ACCEPTED = frozenset(_TEXTS.split()) | IMAGES | _OFFICE | {"pdf", "docx"}
_MAX_PAGES = 300
_MAX_CHARS = 2_000_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class UnreadableError(Exception):
    """The document cannot be indexed; the message says why."""


def extension(filename: str) -> str:
    """Return what a name ends with, in lower case, without the dot."""
    return PurePath(filename).suffix.lower().removeprefix(".")


def text_of(filename: str, content: bytes) -> str:
    """Return the text in a document; none of an image, which the demo cannot see. Raises UnreadableError."""
    kind = extension(filename)
    if not content:
        raise UnreadableError("The file is empty.")
    if kind in IMAGES:
        return ""
    if kind in _OFFICE:
        raise UnreadableError("This emulator does not read that format.")
    try:
        text = _pdf(content) if kind == "pdf" else _docx(content) if kind == "docx" else _plain(content)
    except UnreadableError:
        raise
    except Exception as exc:  # parsers of strangers' files fail in many ways; none of them is ours to mend
        raise UnreadableError("The file is damaged and could not be read.") from exc
    text = re.sub(r"[^\S\n]+", " ", text[:_MAX_CHARS])
    if not text.strip():
        raise UnreadableError("No text was found in the file; it may be a scan.")
    return text


def _pdf(content: bytes) -> str:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):  # many a ticket opens for anybody and only forbids changes
            raise UnreadableError("The file is protected by a password.")
        return "\n\n".join(page.extract_text() for page in reader.pages[:_MAX_PAGES])
    except PyPdfError as exc:
        raise UnreadableError("The file is not a PDF that can be read.") from exc


def _docx(content: bytes) -> str:
    """Return the paragraphs of a Word document; a table gives one for each cell."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open("word/document.xml") as part:
        xml = part.read(20 * _MAX_CHARS)
    if b"<!DOCTYPE" in xml[:1000]:  # Word writes none, and entities could make the text endless
        raise UnreadableError("The file is not a Word document that can be read.")
    paragraphs = ElementTree.fromstring(xml).iter(f"{_WORD}p")
    return "\n\n".join("".join(run.text or "" for run in one.iter(f"{_WORD}t")) for one in paragraphs)


def _plain(content: bytes) -> str:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("The file is not text.")
