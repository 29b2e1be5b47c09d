"""Sessions leave and come back by the API."""

import io
import json
import time
from typing import Any
from urllib.parse import unquote

import pypdf
import pytest

from api import middleware
from tests.helpers.chatgpt import THEIRS, packed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_session_is_exported_and_imported_by_another(api, stranger):
    session_id = api.chat("Where to eat in Łódź?").session_id
    api.http.patch(f"/sessions/{session_id}", json={"title": "Łódź"})

    file = api.http.get(f"/sessions/{session_id}/export")
    first = stranger.http.post("/import", content=file.content, headers={"Content-Type": "application/json"})
    again = stranger.http.post("/import", files={"file": ("sessions.json", file.content)})

    assert file.headers["content-type"] == "application/json"
    assert unquote(file.headers["content-disposition"]).endswith("filename*=UTF-8''Łódź.json")
    assert (first.json()["imported"], first.json()["already_here"], first.json()["refused"]) == (1, 0, [])
    assert (again.json()["imported"], again.json()["already_here"]) == (0, 1)
    (copy_id,) = first.json()["session_ids"]
    assert copy_id != session_id
    copy = stranger.http.get(f"/sessions/{copy_id}").json()
    assert [one["content"] for one in copy["messages"]] == [
        one["content"] for one in api.http.get(f"/sessions/{session_id}").json()["messages"]
    ]


def test_all_of_ones_own_is_one_zip_that_comes_back_once(api, stranger):
    session_id = api.chat("Where to eat in Faro?").session_id
    trip = api.http.post("/trips", json={"title": "Faro"}).json()
    api.http.post(f"/trips/{trip['trip_id']}/sessions", json={"session_ids": [session_id]})

    answer = api.http.get("/me/data")
    first, again = (
        stranger.http.post("/import", content=answer.content, headers={"Content-Type": "application/zip"}).json()
        for _ in range(2)
    )

    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.zip"'
    assert (first["imported"], first["trips"], again["imported"], again["trips"]) == (1, 1, 0, 0)
    assert again["already_here"] == 1


def test_markdown_and_pdf_have_the_callers_times(api):
    session_id = api.chat("Where to eat in Lisbon?").session_id

    asked = {"timezone": "Asia/Kolkata"}
    markdown = api.http.get(f"/sessions/{session_id}/export", params=asked | {"format": "markdown"})
    pdf = api.http.get(f"/sessions/{session_id}/export", params=asked | {"format": "pdf"})

    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "UTC+05:30" in markdown.text
    assert pdf.headers["content-type"] == "application/pdf"
    assert "UTC+05:30" in pypdf.PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    for wrong in ({"timezone": "Mars/Base"}, {"timezone": "../etc/passwd"}, {"format": "docx"}):
        assert api.http.get(f"/sessions/{session_id}/export", params=wrong).status_code == 422


def test_chatgpt_zip_is_imported(api):
    answer = api.http.post(
        "/import", content=packed(("conversations.json", THEIRS)), headers={"Content-Type": "application/zip"}
    )

    assert (answer.status_code, answer.json()["imported"]) == (200, 1)
    assert api.http.get("/sessions").json()["sessions"][0]["last_message_preview"] == "Hello"


@pytest.mark.parametrize("told", [True, False])
def test_import_may_be_large_but_not_too_large(api, monkeypatch, told):
    monkeypatch.setattr(middleware, "MAX_IMPORT_BYTES", 6_000_000)
    large = json.dumps([*json.loads(THEIRS), {"mapping": {"q": {"text": "x" * 3_000_000}}}]).encode()

    def send(data: bytes):
        return api.http.post(
            "/import", content=data if told else iter([data]), headers={"Content-Type": "application/json"}
        )

    assert send(large).json()["refused"] == ["“Untitled” has no message with text."]
    answer = send(large * 2)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_second_import_is_told_to_come_again(api, services):
    told = []

    def meanwhile(done: int, of: int) -> None:
        told.append(api.http.post("/import", content=THEIRS, headers={"Content-Type": "application/json"}))

    services.transfer.import_file(THEIRS, user_id=api.user_id, on_progress=meanwhile)

    (answer,) = told
    assert (answer.status_code, answer.json()["code"]) == (503, "import_running")
    assert int(answer.headers["Retry-After"]) > 0
    again = api.http.post("/import", content=THEIRS, headers={"Content-Type": "application/json"})
    assert again.json()["already_here"] == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b'["' + b'\\"' * 500_000, "json"), (packed(("conversations.json", b"[" + b"{}," * 8_000_000 + b"{}]")), "zip")],
    ids=["quotes", "bomb"],
)
def test_a_file_that_was_made_to_hold_everybody_up_is_answered_at_once(api, data, kind):
    begun = time.process_time()
    answer = api.http.post("/import", content=data, headers={"Content-Type": f"application/{kind}"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["detail"].endswith(".")
    assert time.process_time() - begun < 10  # of quotes it was half an hour, of objects 8 s and gigabytes
    assert api.http.get("/health").status_code == 200


@pytest.mark.parametrize(
    "form", [{"files": {"other": ("x.json", b"[]")}}, {"data": {"file": "text"}, "files": {"x": ("x", b"")}}]
)
def test_form_without_a_file_is_refused(api, form):
    answer = api.http.post("/import", **form)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_samples_are_added_once_and_removed(api, stranger):
    added = api.http.post("/samples").json()
    assert (added["added"], api.http.post("/samples").json()["added"]) == (3, 0)
    assert [one["sample"] for one in api.http.get("/sessions").json()["sessions"]] == [True] * 3
    assert stranger.http.delete("/samples").json()["deleted"] == 0

    gone = api.http.delete("/samples").json()
    assert (gone["deleted"], set(gone["session_ids"])) == (3, set(added["session_ids"]))
    assert api.http.get("/sessions").json()["count"] == 0


@pytest.mark.parametrize("depth", [150, 199, 5_000])
def test_what_a_tool_was_called_with_can_be_sent_on_however_deep_it_is(api, depth):
    parts = [{"kind": "tool", "text": "look", "input": "[" * depth + "]" * depth, "output": "1e999"}]
    at = "2026-05-12T12:03:00Z"
    question: dict[str, Any] = {"id": "1", "role": "user", "status": "complete", "text": "Hello", "created_at": at}
    reply = question | {"id": "2", "role": "assistant", "parent_id": "1", "parts": parts}
    session: dict[str, Any] = {
        "key": "k",
        "title": "Deep",
        "planner": "",
        "model": "",
        "created_at": at,
        "last_message_at": at,
    }
    session |= {"messages": [question, reply], "last_message_id": "2"}
    file = {"format": "travelbot.sessions", "version": 1, "sessions": [session]}
    (session_id,) = api.http.post("/import", json=file).json()["session_ids"]

    answer = api.http.get(f"/sessions/{session_id}")

    assert answer.status_code == 200
    tool = answer.json()["messages"][1]["parts"][1]
    assert tool["output"] == "1e999"
    assert (tool["input"] == parts[0]["input"]) == (depth == 5_000)
