"""Reads one document in a process of its own: ``python -m emulator.document_reader pdf 5``.

A small file can be made to cost its reader minutes or gigabytes, and a library that reads it cannot be stopped from
outside: only a process can. This one has limits of its own (the number is seconds of CPU), and `emulator.documents`
ends it at a deadline. It reads a file of the named kind from its input, and writes the text to its output as it finds
it; after a NUL comes the sentence that says what kept it from reading on, if anything did.
"""

import io
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from xml.parsers import expat

import psutil

MAX_CHARS = 200_000  # of a document's text; about 80 pages
MEMORY_BYTES = 256 * 1024 * 1024  # more than a process has that has read nothing yet
TOO_MUCH = "It needs too much time or memory."
_MAX_PAGES = 300
_MAX_XML_BYTES = 40 * 1024 * 1024
_BLOCK_BYTES = 64 * 1024
_SPACES = re.compile(r"[^\S\n]+")
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class UnreadableError(Exception):
    """The document cannot be read, or not to its end; the message says why."""


def main(kind: str, cpu_s: int) -> None:
    """Read the file on the standard input, and write what is in it."""
    _limit(cpu_s)
    why = ""
    try:
        for text in texts(kind, sys.stdin.buffer.read()):
            sys.stdout.buffer.write(text.encode(errors="replace"))
            sys.stdout.buffer.flush()
    except UnreadableError as exc:
        why = str(exc)
    except MemoryError:
        why = TOO_MUCH
    except Exception:  # parsers of strangers' files fail in many ways; none of them is ours to mend
        why = "The file is damaged and could not be read."
    sys.stdout.buffer.write(b"\0" + why.encode())
    sys.stdout.buffer.flush()
    os._exit(0)  # what the file made of itself in memory need not be taken apart first


def texts(kind: str, content: bytes) -> Iterator[str]:
    """Yield a document's text piece by piece. Raises UnreadableError where it ends early, or as its parser does."""
    left = MAX_CHARS
    for piece in _KINDS.get(kind, _plain)(content):
        yield _SPACES.sub(" ", piece[:left].replace("\0", ""))
        if len(piece) > left:
            raise UnreadableError("It is too long.")
        left -= len(piece)


def _limit(cpu_s: int) -> None:
    """Bound memory and time, and give way to everybody else, on any core. Windows knows only the deadline."""
    if sys.platform == "win32":
        return
    import resource

    # Python itself is of any size: where it maps the machine's languages, these alone may be 200 MB.
    memory_bytes = psutil.Process().memory_info().vms + MEMORY_BYTES
    for what, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (limit, limit))
        except (OSError, ValueError):  # macOS does not know all of them, and a lower one may be set already
            continue
    os.nice(5)
    if sys.platform == "linux":  # the app may keep to one core, and its children with it
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def _pdf(content: bytes) -> Iterator[str]:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.disable()
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):  # many a ticket opens for anybody and only forbids changes
            raise UnreadableError("The file is protected by a password.")
        for number, page in enumerate(reader.pages):
            if number == _MAX_PAGES:
                raise UnreadableError("It has too many pages.")
            yield page.extract_text() + "\n\n"
    except PyPdfError as exc:
        raise UnreadableError("The file is not a PDF that can be read.") from exc


def _docx(content: bytes) -> Iterator[str]:
    """Yield the text of a Word document by and by; a paragraph, also one in a table, ends with an empty line.

    No tree is made of it, and no entity is opened.
    """
    found: list[str] = []
    inside = False  # an element that holds text

    def begin(name: str, _attributes: object) -> None:
        nonlocal inside
        inside = name == f"{_WORD} t"

    def end(name: str) -> None:
        nonlocal inside
        inside = False
        if name == f"{_WORD} p":
            found.append("\n\n")

    def text(piece: str) -> None:
        if inside:
            found.append(piece)

    def refuse(*_: object) -> None:  # Word writes none, and entities could make the text endless
        raise UnreadableError("The file is not a Word document that can be read.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open("word/document.xml") as part:
        for _ in range(_MAX_XML_BYTES // _BLOCK_BYTES):
            block = part.read(_BLOCK_BYTES)
            parser.Parse(block, not block)
            yield "".join(found)
            if not block:
                return
            found.clear()
    raise UnreadableError("It is too long.")


def _plain(content: bytes) -> Iterator[str]:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield text
        return
    raise UnreadableError("The file is not text.")


_KINDS: dict[str, Callable[[bytes], Iterator[str]]] = {"pdf": _pdf, "docx": _docx}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
