"""Which files a session takes, before anything is stored."""

import io
import tracemalloc
import unicodedata
import zipfile
from contextlib import nullcontext

import pytest

from services.errors import FileRefusedError, FileTooLargeError
from services.sessions.file_types import (
    EXTENSIONS,
    MAX_FILE_BYTES,
    checked_file,
    free_name,
    please_look_at,
    with_file_names,
)
from services.sessions.records import NewFile
from tests.helpers.documents import PNG, docx, pdf

CONTENTS = {
    "pdf": pdf("Hello"),
    "docx": docx("Hello"),
    "txt": "Zażółć gęślą jaźń".encode("cp1250"),
    "md": b"# Hello",
    "csv": b"day;place\r\n1;Lisbon",
    "json": b'{"a": 1}',
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0 and more",
    "jpeg": b"\xff\xd8\xff\xe1 and more",
    "webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "gif": b"GIF89a and more",
}


def test_every_kind_has_an_example_here():
    assert set(CONTENTS) == set(EXTENSIONS)


@pytest.mark.parametrize("extension", CONTENTS)
def test_file_that_is_what_its_name_says_is_taken(extension):
    taken = checked_file(f"Brief.{extension.upper()}", CONTENTS[extension])

    assert taken.name == f"Brief.{extension.upper()}"
    assert "/" in taken.media_type


@pytest.mark.parametrize("extension", CONTENTS)
def test_file_that_is_not_what_its_name_says_is_refused(extension):
    with pytest.raises(FileRefusedError, match="not what its name says"):
        checked_file(f"a.{extension}", b"\x00\x01\x02 nothing of the kind")


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.pdf.zip", "pdf", ".pdf", "a.", "", "/", "a/.."])
def test_other_kinds_are_refused(name):
    with pytest.raises(FileRefusedError, match="cannot be used"):
        checked_file(name, pdf("Hello"))


def test_limits():
    assert checked_file("a.txt", b"x" * MAX_FILE_BYTES).media_type == "text/plain"
    with pytest.raises(FileTooLargeError, match="10 MB"):
        checked_file("a.txt", b"x" * (MAX_FILE_BYTES + 1))
    with pytest.raises(FileRefusedError, match="empty"):
        checked_file("a.txt", b"")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("a\x00\n\tb\u202etxt.txt", "abtxt.txt"),
        ('say "hi" .txt', "say 'hi' .txt"),
        ("Łódź 北京 🚆.txt", "Łódź 北京 🚆.txt"),
        ("  .hidden.txt ", "hidden.txt"),
        ("%2e%2e%2fa.txt", "%2e%2e%2fa.txt"),
        ("\ud800a.txt", "a.txt"),
    ],
)
def test_name_is_a_name_and_nothing_else(name, kept):
    assert checked_file(name, b"Hello").name == kept


def test_long_name_keeps_its_ending():
    name = checked_file("x" * 500 + ".txt", b"Hello").name

    assert len(name) == 120
    assert name.endswith("….txt")


def test_files_of_one_name_are_told_apart():
    assert free_name("a.txt", []) == "a.txt"
    assert free_name("a.txt", ["A.TXT", "a (2).txt"]) == "a (3).txt"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "Please look at 0.txt."),
        (2, "Please look at 0.txt and 1.txt."),
        (3, "Please look at 0.txt, 1.txt and 2.txt."),
        (5, "Please look at 0.txt, 1.txt and 3 more files."),
    ],
)
def test_files_alone_say_something(number, said):
    assert please_look_at([NewFile(f"{n}.txt", "text/plain", b"x") for n in range(number)]) == said


def test_model_is_told_the_names_that_the_text_does_not_say():
    assert with_file_names("Hi", []) == "Hi"
    assert with_file_names("Look at a.txt", ["a.txt"]) == "Look at a.txt"
    assert with_file_names("Look at a.txt", ["a.txt", "b.txt"]).endswith("(Files with this message: b.txt)")


def test_name_is_cut_before_it_is_looked_at(monkeypatch):
    looked_at, category = [], unicodedata.category

    def look(char: str) -> str:
        looked_at.append(char)
        return category(char)

    monkeypatch.setattr(unicodedata, "category", look)

    assert checked_file("x" * 1_000_000 + ".txt", b"Hello").name.endswith("….txt")
    assert len(looked_at) <= 1_000


def zip_of_many(last: str, *, number: int) -> bytes:
    """Return a zip of empty files whose last one has this name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for one in range(number):
            made.writestr(str(one), b"")
        made.writestr(last, b"")
    return packed.getvalue()


@pytest.mark.parametrize("last", ["word/document.xml", "other.xml"])
def test_zip_of_many_files_is_not_taken_apart(last):
    content = zip_of_many(last, number=20_000)
    tracemalloc.start()
    with nullcontext() if last == "word/document.xml" else pytest.raises(FileRefusedError):
        checked_file("a.docx", content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 200_000  # bytes


@pytest.mark.parametrize(
    "content",
    [
        docx("Hello")[:-30],
        docx("Hello")[:-10],
        docx("Hello")[4:],
        b"PK\x03\x04word/document.xml",
        b"PK\x03\x04word/document.xml" + b"PK\x05\x06" + b"\xff" * 18,
        zip_of_many("word/other.xml", number=1) + b"word/document.xml",
    ],
    ids=["cut off", "cut in its end", "without its beginning", "without its end", "believed", "beside the list"],
)
def test_damaged_zip_is_no_word_document(content):
    with pytest.raises(FileRefusedError):
        checked_file("a.docx", content)
