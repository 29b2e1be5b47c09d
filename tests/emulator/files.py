"""Small files of several kinds, made by hand."""

import io
import zipfile

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
