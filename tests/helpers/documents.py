"""Small files of several kinds, made by hand."""

import io
import zipfile
import zlib

from pypdf import PdfReader, PdfWriter


def pdf(*lines: str) -> bytes:
    """Return a PDF of one page with these lines, in ASCII."""
    shown = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
    page = f"BT /F1 12 Tf 50 750 Td {shown} ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(made),
    )


def protected(content: bytes, password: str) -> bytes:
    """Return a PDF that wants a password to be opened, where it is empty only to be changed."""
    writer, made = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.encrypt(password, owner_password="owner")
    writer.write(made)
    return made.getvalue()


def docx(*paragraphs: str, before: str = "") -> bytes:
    """Return a Word document with these paragraphs."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        parts.writestr("word/document.xml", before + document)
    return packed.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def pdf_of(*bodies: bytes, root: int = 1) -> bytes:
    """Return a PDF of these objects, numbered from 1; *root* is the number of the catalogue."""
    made, places = [b"%PDF-1.4\n"], []
    place = len(made[0])
    for number, body in enumerate(bodies, 1):
        places.append(place)
        made.append(b"%d 0 obj%s endobj\n" % (number, body))
        place += len(made[-1])
    table = b"".join(b"%010d 00000 n \n" % one for one in places)
    made.append(
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (len(bodies) + 1, table, len(bodies) + 1, root, place)
    )
    return b"".join(made)


def packed_stream(content: bytes) -> bytes:
    """Return a compressed stream object of a PDF."""
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)


def pdf_of_one_stream(pages: int, content: bytes, beginning: bytes | None = None) -> bytes:
    """Return a PDF whose pages all show the same compressed *content*; the first one shows *beginning* if given."""
    kids = b" ".join(b"%d 0 R" % (number + 6) for number in range(pages))
    fonts = b"<</Font<</F1 3 0 R>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources" + fonts + b">>"
    shown = [4] * pages
    if beginning is not None:
        shown[0] = 5
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        packed_stream(content),
        packed_stream(beginning or b""),
        *(page % number for number in shown),
    )


def zip_of(**parts: bytes) -> bytes:
    """Return a zip of these files, compressed; ``__`` in a name stands for a slash, and ``_`` for a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_", "."), content)
    return packed.getvalue()
