"""Which files a session takes: their names, kinds and sizes, looked at before anything is stored."""

import re
import struct
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from services.errors import FileRefusedError, FileTooLargeError
from services.sessions.records import NewFile

MAX_FILE_MB = 10
MAX_FILE_BYTES = MAX_FILE_MB * 1024 * 1024
MAX_FILES = 20  # of one session
_MAX_NAME_CHARS = 120
_LOOKED_AT_CHARS = 1_000  # of a name, from its end
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22 + 0xFFFF  # with the longest comment
_ZIP_END_FIELDS = "<12sII"  # what is not needed; how long the list of contents is, and where it begins
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def _is_docx(content: bytes) -> bool:
    """Look for a Word document's text in a zip's list of contents, as bytes: nothing is unpacked or believed.

    `zipfile` would make an object of each entry, and a file that is allowed holds 200,000 of them.
    """
    end = content.rfind(_ZIP_END, -_ZIP_END_BYTES)
    if end < 0 or len(content) - end < struct.calcsize(_ZIP_END_FIELDS):
        return False
    _, size, start = struct.unpack_from(_ZIP_END_FIELDS, content, end)
    return content.startswith(b"PK\x03\x04") and content.find(b"word/document.xml", start, start + size) >= 0


def _is_text(content: bytes) -> bool:
    """Return whether this is text in UTF-16 or in any encoding that is ASCII below 128."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            content.decode("utf-16")
        except UnicodeDecodeError:
            return False
        return True
    return not _BINARY.search(content)


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


_JPEG = ("image/jpeg", _begins(b"\xff\xd8\xff"))
_KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", lambda content: b"%PDF-" in content[:1024]),  # some begin with a mail's header
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _is_docx),
    "txt": ("text/plain", _is_text),
    "md": ("text/markdown", _is_text),
    "csv": ("text/csv", _is_text),
    "json": ("application/json", _is_text),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "webp": ("image/webp", _is_webp),
    "gif": ("image/gif", _begins(b"GIF87a", b"GIF89a")),
}
EXTENSIONS = tuple(_KINDS)
KINDS_IN_WORDS = "PDF, Word (.docx), text, Markdown, CSV, JSON and images (PNG, JPEG, WebP, GIF)"


def checked_file(name: str, content: bytes) -> NewFile:
    """Return a file that a session may take, under a name without folders and control characters.

    Raises FileRefusedError and FileTooLargeError. The kind is the name's, and what is inside must fit it.
    """
    cleaned = _clean_name(name)
    media_type, fits = _KINDS.get(_extension(cleaned), ("", None))
    if fits is None:
        raise FileRefusedError(f"“{cleaned}” cannot be used. A session takes {KINDS_IN_WORDS}.")
    if len(content) > MAX_FILE_BYTES:
        raise FileTooLargeError(f"“{cleaned}” is larger than {MAX_FILE_MB} MB.")
    if not content:
        raise FileRefusedError(f"“{cleaned}” is empty.")
    if not fits(content):
        raise FileRefusedError(f"“{cleaned}” is damaged, or what is inside is not what its name says.")
    return NewFile(cleaned, media_type, content)


def free_name(name: str, taken: Sequence[str]) -> str:
    """Return *name*, with a number where it is taken: a session's files are told apart by their names."""
    known = {one.casefold() for one in taken}
    stem, extension = name[: -len(_extension(name)) - 1], _extension(name)
    number, free = 1, name
    while free.casefold() in known:
        number += 1
        free = f"{stem} ({number}).{extension}"
    return free


def megabytes(size: int) -> str:
    """Return a number of bytes as room that is used: never less than it is."""
    return f"{-(-size // 1_000_000):,} MB"


def please_look_at(files: Sequence[NewFile]) -> str:
    """Return what a message of files alone says."""
    names = [one.name for one in files]
    if len(names) > 3:
        return f"Please look at {', '.join(names[:2])} and {len(names) - 2} more files."
    return f"Please look at {' and '.join([', '.join(names[:-1]), names[-1]] if len(names) > 1 else names)}."


def with_file_names(text: str, names: Sequence[str]) -> str:
    """Return a message as the model reads it: it does not see which files came with it unless the text says so."""
    unnamed = [name for name in names if name not in text]
    return f"{text}\n\n(Files with this message: {', '.join(unnamed)})" if unnamed else text


def _clean_name(name: str) -> str:
    last = re.split(r"[/\\]", name[-_LOOKED_AT_CHARS:])[-1]
    # Control and format characters: one of them writes the rest of a name from the right, "fdp.exe" for "exe.pdf".
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C").replace('"', "'")
    cleaned = " ".join(shown.split()).strip(". ") or "File"
    extension = _extension(cleaned)
    if len(cleaned) <= _MAX_NAME_CHARS or not extension:
        return cleaned[:_MAX_NAME_CHARS]
    return f"{cleaned[: _MAX_NAME_CHARS - len(extension) - 2]}….{extension}"


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")
