"""What the emulator reads from a document: its text, where it holds any.

Everything is read in a process of its own (`emulator.document_reader`): the demo assistant runs inside the app, where
a reader that does not end, or fills the memory, stops everybody.
"""

import subprocess
import sys
from pathlib import Path, PurePath

from emulator.document_reader import TOO_MUCH, UnreadableError

__all__ = ["ACCEPTED", "AT_ONCE", "UnreadableError", "extension", "text_of"]

_TEXTS = "txt csv md markdown json jsonl xml py js ts jsx tsx html css cpp c h java go rs rb php sql"
IMAGES = frozenset({"png", "jpg", "jpeg", "webp", "gif", "bmp", "tiff", "tif"})
_OFFICE = frozenset({"doc", "ppt", "pptx", "xls", "xlsx"})
ACCEPTED = frozenset(_TEXTS.split()) | IMAGES | _OFFICE | {"pdf", "docx"}
AT_ONCE = 2  # documents that are being read
CPU_S = 5  # for one document
_DEADLINE_S = 60.0  # others may be busy too, and where a process has no limits of its own this one is all
_ROOT = Path(__file__).resolve().parent.parent


def extension(filename: str) -> str:
    """Return what a name ends with, in lower case, without the dot."""
    return PurePath(filename).suffix.lower().removeprefix(".")


def text_of(filename: str, content: bytes) -> str:
    """Return the text in a document; none of an image, which the demo cannot see.

    Of what is too long, or is damaged further on, the text begins it and then says so. Blocks for seconds, at most
    for those of the deadline. Raises UnreadableError.
    """
    kind = extension(filename)
    if not content:
        raise UnreadableError("The file is empty.")
    if kind in IMAGES:
        return ""
    if kind in _OFFICE:
        raise UnreadableError("This emulator does not read that format.")
    text, why = _read(kind, content)
    if text.strip():
        return f"{text.rstrip()}\n\n(The rest of this file was not read. {why})" if why else text
    raise UnreadableError(why or "No text was found in the file; it may be a scan.")


def _read(kind: str, content: bytes) -> tuple[str, str]:
    """Return the text that was found, and why it is not all; a sentence, empty when it is."""
    command = [sys.executable, "-m", "emulator.document_reader", kind, str(CPU_S)]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as reader:
        try:
            written, _ = reader.communicate(content, timeout=_DEADLINE_S)
        except subprocess.TimeoutExpired:
            reader.kill()
            written, _ = reader.communicate()
    text, ended, why = written.decode(errors="replace").partition("\0")
    return text, why if ended else TOO_MUCH
