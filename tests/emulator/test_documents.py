"""Documents: uploaded, indexed on a timer, quoted from."""

import asyncio
import time
import uuid

import pytest

from emulator.conversation import Document, Turn
from emulator.demo.answer import answer
from emulator.documents import UnreadableError, text_of
from tests.helpers.caller import Caller
from tests.helpers.documents import PNG, docx, pdf, protected

pytestmark = pytest.mark.anyio

BRIEF = "Two guests, five days in Lisbon in May.\n\nThe hotel must have an elevator, as one guest uses a wheelchair."


async def uploaded(caller: Caller, thread_id: str, name: str, content: bytes = BRIEF.encode()) -> dict[str, str]:
    made = await caller.http.post(f"/threads/{thread_id}/documents", files={"file": (name, content)})
    assert made.status_code == 200, made.text
    document: dict[str, str] = made.json()
    return document


async def settled(caller: Caller, document_id: str) -> dict[str, str]:
    while True:
        found: dict[str, str] = (await caller.http.get(f"/documents/{document_id}/status")).json()
        if found["status"] not in ("pending", "processing"):
            return found
        await asyncio.sleep(0.05)


async def test_document_is_pending_then_processing_then_indexed(caller):
    thread_id = await caller.thread()
    made = await uploaded(caller, thread_id, "brief.txt")
    seen = [made["status"]]
    while seen[-1] != "indexed":
        now = (await caller.http.get(f"/documents/{made['document_id']}/status")).json()["status"]
        if now != seen[-1]:
            seen.append(now)
        await asyncio.sleep(0.02)

    assert seen == ["pending", "processing", "indexed"]
    listed = (await caller.http.get(f"/threads/{thread_id}/documents")).json()
    assert [(one["filename"], one["status"]) for one in listed] == [("brief.txt", "indexed")]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("index-error.txt", b"Hello", "parsed"),
        ("scan.pdf", pdf(), "scan"),
        ("locked.pdf", protected(pdf("Hello"), "secret"), "password"),
        ("broken.pdf", b"%PDF-1.4 nothing more", "PDF"),
        ("broken.docx", b"PK nothing more", "damaged"),
        ("empty.txt", b"", "empty"),
        ("sheet.xlsx", b"PK", "format"),
    ],
)
async def test_what_cannot_be_read_ends_in_error_with_a_reason(caller, name, content, why):
    made = await uploaded(caller, await caller.thread(), name, content)

    found = await settled(caller, made["document_id"])

    assert found["status"] == "error"
    assert why in found["status_message"]


@pytest.mark.parametrize(
    "send",
    [
        {"files": {"file": ("a.exe", b"MZ")}},
        {"files": {"other": ("a.txt", b"Hello")}},
        {"files": [("file", ("a.txt", b"Hello")), ("file", ("b.txt", b"Hello"))]},
        {"data": {"file": "Hello"}},
        {"json": {}},
    ],
    ids=str,
)
async def test_anything_but_one_file_of_a_known_kind_is_refused(caller, send):
    refused = await caller.http.post(f"/threads/{await caller.thread()}/documents", **send)

    assert refused.status_code in (400, 422)


async def test_documents_are_their_owners(caller, base_url):
    thread_id = await caller.thread()
    document_id = (await uploaded(caller, thread_id, "brief.txt"))["document_id"]
    theirs = {"X-API-Key": uuid.uuid4().hex}

    for method, path in (
        ("GET", f"/threads/{thread_id}/documents"),
        ("GET", f"/documents/{document_id}/status"),
        ("DELETE", f"/documents/{document_id}"),
    ):
        assert (await caller.http.request(method, path, headers=theirs)).status_code == 404
    assert (await caller.http.delete(f"/documents/{document_id}")).json()["filename"] == "brief.txt"
    assert (await caller.http.get(f"/documents/{document_id}/status")).status_code == 404


async def test_documents_go_with_their_thread(caller):
    thread_id = await caller.thread()
    document_id = (await uploaded(caller, thread_id, "brief.txt"))["document_id"]
    await caller.http.delete(f"/threads/{thread_id}")

    assert (await caller.http.get(f"/documents/{document_id}/status")).status_code == 404


async def test_assistant_s_documents_are_its_own(caller):
    assistant_id = await caller.assistant()
    path = f"/assistants/{assistant_id}/documents"
    made = await caller.http.post(path, files={"file": ("rules.md", b"# Rules")})

    assert made.json()["filename"] == "rules.md"
    assert [one["filename"] for one in (await caller.http.get(path)).json()] == ["rules.md"]
    assert (await settled(caller, made.json()["document_id"]))["document_type"] == "assistant"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", BRIEF.encode()),
        ("a.txt", BRIEF.encode("utf-16")),
        ("a.pdf", pdf("The hotel must have an elevator")),
        ("ticket.pdf", protected(pdf("The hotel must have an elevator"), "")),
        ("a.docx", docx("The hotel must", "have an elevator")),
    ],
)
async def test_text_is_found_in_each_kind(name, content):
    assert "elevator" in text_of(name, content)


async def test_word_document_with_entities_is_not_opened():
    with pytest.raises(UnreadableError):
        text_of("a.docx", docx("&a;", before='<!DOCTYPE x [<!ENTITY a "endless">]>'))


def said(*texts: str, documents: list[Document], web_search: bool = False) -> str:
    history: list[Turn] = []
    for text in texts:
        history.append(Turn("user", text))
        last = answer(
            history,
            memories=(),
            tools=(),
            system_prompt=None,
            tool_outputs=None,
            documents=documents,
            web_search=web_search,
        )
        history.append(Turn("assistant", last.text))
    return history[-1].text


async def test_demo_quotes_the_passage_that_shares_words_and_names_the_file():
    told = said("What does brief.txt say about the elevator?", documents=[Document("brief.txt", BRIEF)])

    assert "> The hotel must have an elevator" in told
    assert "— brief.txt" in told
    assert "five days" not in told


async def test_demo_plans_from_a_brief_that_was_named_before():
    told = said("Please look at brief.txt.", "Please plan it", documents=[Document("brief.txt", BRIEF)])

    assert "5 days in Lisbon" in told


async def test_demo_leaves_documents_alone_that_share_no_words():
    document = Document("menu.txt", "Soup of the day with bread.")

    assert "menu.txt" not in said("5 days in Lisbon in May for two", documents=[document])


async def test_demo_says_that_it_cannot_see_pictures():
    assert text_of("view.png", PNG) == ""
    assert "cannot see pictures" in said("Please look at view.png.", documents=[Document("view.png", "")])


async def test_what_is_quoted_cannot_format_the_reply():
    document = Document("brief.txt", "elevator ![x](http://evil.test/a.png) <b>")

    assert "![x]" not in said("What about the elevator in the file?", documents=[document])


async def test_demo_with_web_search_says_that_it_searched_nothing():
    told = said("5 days in Lisbon", documents=[], web_search=True)

    assert "cannot reach the web" in told
    assert "https://www.visitportugal.com/" in told
    assert "cannot reach the web" not in said("5 days in Lisbon", documents=[])


async def test_reply_names_the_files_it_quotes(caller):
    thread_id = await caller.thread()
    assert (await caller.send(thread_id, "Hello", web_search="Auto")).json()["retrieved_files"] == []
    assert (await caller.send(thread_id, "Hello", web_search="maybe")).status_code == 422


async def test_eight_times_the_sentences_cost_no_more_than_they_should():
    def cost_s(sentences: int) -> float:
        document = Document("a.txt", "lift. " * sentences)
        begun = time.thread_time()
        assert "> lift." in said("What does a.txt say of lifts?", documents=[document])
        return time.thread_time() - begun

    few, many = (min(cost_s(number) for _ in range(2)) for number in (20_000, 160_000))

    assert many < 20 * few  # to look all through a text at each of its sentences: 40 times and more
