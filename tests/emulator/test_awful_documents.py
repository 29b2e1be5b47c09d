"""Small files that would cost their reader minutes or gigabytes: who asks for their text pays nothing."""

import asyncio
import io
import subprocess
import sys
import threading
import time
import zipfile

import pytest

from emulator import document_reader, documents
from emulator.documents import UnreadableError, text_of
from emulator.store import Store
from settings import ROOT
from tests.helpers.documents import pdf, pdf_of, pdf_of_one_stream, zip_of
from tests.helpers.soak import some

pytestmark = pytest.mark.anyio

MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime, file=sys.stderr)
"""
PYTHON_BYTES = 64 * 1024 * 1024
BEGIN = b"BT /F1 12 Tf 50 750 Td "
LIFT = BEGIN + b"(The lift is broken) Tj ET"
WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 10))
QUADRATIC = b'<!DOCTYPE x [<!ENTITY a "%s">]>' % (b"a" * 30_000)


def word(xml: bytes) -> bytes:
    return zip_of(word__document_xml=xml)


def many_parts() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for number in range(20_000):
            made.writestr(str(number), b"")
        made.writestr("word/document.xml", WORD + b"</w:document>")
    return packed.getvalue()


def xref_loop() -> bytes:
    made = pdf("The lift is broken")
    return made.replace(b"trailer<</Size 6", b"trailer<</Prev %d/Size 6" % made.rindex(b"xref\n0 6"))


def many_pages() -> bytes:
    page, number = b"<</Type/Page/Parent 2 0 R>>", 5_000
    kids = b" ".join(b"%d 0 R" % (one + 3) for one in range(number))
    pages = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, number)
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", pages, *[page] * number)


def page_tree_loop() -> bytes:
    return pdf_of(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>",
        b"<</Type/Pages/Kids[2 0 R]/Count 2>>",
    )


# What a file is, and what is said of it: the sentence of a refusal, or the end of the text that was found.
AWFUL = {
    "20 pages of one stream.pdf": (
        lambda: pdf_of_one_stream(20, BEGIN + b"(Hello) Tj 0 -20 Td\n" * 400_000 + b" ET", LIFT),
        "The lift is broken\n\n(The rest of this file was not read. It needs too much time or memory.)",
    ),
    "20 pages of nothing.pdf": (lambda: pdf_of_one_stream(20, b"q Q " * 10_000_000), ""),
    "one long array.pdf": (lambda: pdf_of_one_stream(1, b"[" * 30_000_000), ""),
    "pages in a loop.pdf": (page_tree_loop, "not a PDF"),
    "tables in a loop.pdf": (xref_loop, ""),
    "5,000 pages.pdf": (many_pages, ""),
    "a million objects.pdf": (lambda: b"%PDF-1.4\n" + b"1 0 obj<<>>endobj\n" * 1_000_000, ""),
    "a million paragraphs.docx": (
        lambda: word(WORD + b"<w:p><w:r><w:t>lift</w:t></w:r></w:p>" * 1_000_000),
        "too long",
    ),
    "a million levels.docx": (lambda: word(WORD + b"<w:p>" * 8_000_000), ""),
    "one long name.docx": (lambda: word(WORD + b"<w:" + b"a" * 39_000_000), ""),
    "a billion laughs.docx": (
        lambda: word(
            b"<!--%s--><!DOCTYPE x [<!ENTITY a0 'ha'>%s]>%s<w:p><w:t>&a9;</w:t></w:p></w:document>"
            % (b" " * 2_000, LAUGHS, WORD)
        ),
        "not a Word document",
    ),
    "a long laugh.docx": (
        lambda: word(QUADRATIC + WORD + b"<w:p><w:t>%s</w:t></w:p></w:document>" % (b"&a;" * 30_000)),
        "not a Word document",
    ),
    "20,000 parts.docx": (many_parts, "No text"),
    "a zip in a zip.docx": (lambda: word(zip_of(word__document_xml=b"\0" * 50_000_000)), "damaged"),
    "5 million words.txt": (lambda: b" lift" * 5_000_000, "too long"),
}


# Read until the reader is ended: each of them costs all the time that it is given.
WITHOUT_END = (
    "20 pages of one stream.pdf", "20 pages of nothing.pdf", "a million objects.pdf", "a million levels.docx",
    "one long name.docx",
)  # fmt: skip


@pytest.mark.parametrize("name", some(AWFUL, one_in=3))
def test_awful_file_is_refused_or_read_in_part_at_no_cost_for_the_app(name, monkeypatch):
    monkeypatch.setattr(documents, "CPU_S", 1 if name in WITHOUT_END else 5)
    make, said = AWFUL[name]
    content = make()
    begun = time.process_time()
    try:
        told = text_of(name, content)
    except UnreadableError as exc:
        told = str(exc)
    own_s = time.process_time() - begun

    assert said in told
    assert told.endswith((".", ".)")) or len(told) < document_reader.MAX_CHARS
    assert len(told) < document_reader.MAX_CHARS + 100
    assert own_s < 1  # of this process: the reader has one of its own


@pytest.mark.parametrize("name", ["one long array.pdf", "a million levels.docx"])
def test_reader_of_an_awful_file_keeps_to_its_time_and_memory(name):
    """Started by a small process: the peak of one that this process starts would begin with this one's own."""
    reader = [sys.executable, "-m", "emulator.document_reader", documents.extension(name), "1"]
    small = [sys.executable, "-c", MEASURED, *reader]
    done = subprocess.run(small, cwd=ROOT, input=AWFUL[name][0](), capture_output=True, check=True)
    peak_kb, cpu_s = map(float, done.stderr.split())

    assert cpu_s < 2
    assert peak_kb * 1024 < document_reader.MEMORY_BYTES + PYTHON_BYTES


def test_long_file_says_that_its_rest_was_not_read():
    page = BEGIN + (b"(The lift" + b" is broken" * 40 + b") Tj 0 -20 Td\n") * 100 + b" ET"

    text = text_of("a.pdf", pdf_of_one_stream(10, page))

    assert text.startswith("The lift")
    assert text.endswith("(The rest of this file was not read. It is too long.)")


def test_reader_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(documents, "_DEADLINE_S", 0.0)

    with pytest.raises(UnreadableError, match="time or memory"):
        text_of("a.txt", b"Hello")


async def test_others_are_answered_while_a_file_is_read(caller, monkeypatch):
    begun, over = threading.Event(), threading.Event()

    def read(_kind: str, _content: bytes) -> tuple[str, str]:
        begun.set()
        over.wait(60)
        return "Hello", ""

    monkeypatch.setattr(documents, "_read", read)
    path = f"/threads/{await caller.thread()}/documents"
    upload = asyncio.create_task(caller.http.post(path, files={"file": ("a.pdf", b"%PDF-")}))
    await asyncio.to_thread(begun.wait, 60)

    assert (await caller.http.get(f"{caller.root}/health")).status_code == 200
    assert not upload.done()
    over.set()
    assert (await upload).status_code == 200


async def test_no_more_files_are_read_at_once_than_is_said(caller, monkeypatch):
    reading, seen, pair = set[int](), [], threading.Barrier(documents.AT_ONCE)

    def read(_kind: str, _content: bytes) -> tuple[str, str]:
        reading.add(threading.get_ident())
        pair.wait(60)
        seen.append(len(reading))
        reading.discard(threading.get_ident())
        return "Hello", ""

    monkeypatch.setattr(documents, "_read", read)
    path = f"/threads/{await caller.thread()}/documents"

    await asyncio.gather(*(caller.http.post(path, files={"file": (f"{n}.txt", b"Hello")}) for n in range(12)))

    assert len(seen) == 12
    assert max(seen) == documents.AT_ONCE


def test_a_reply_looks_at_a_share_of_each_document_where_there_is_much():
    store = Store(":memory:")
    assistant = store.assistants.create("account", "helper", {})["assistant_id"]
    for number in range(10):
        store.documents.add(
            f"{number}.txt", 1, assistant_id=assistant, text="word " * (document_reader.MAX_CHARS // 5), delay_s=-1
        )

    found = store.documents.readable("no thread", assistant)
    store.close()

    assert [name for name, _ in found] == [f"{number}.txt" for number in range(10)]
    assert {len(text) for _, text in found} == {50_000}
