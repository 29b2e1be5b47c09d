"""Awkward strings in every field of every route: they come back as they went in, or are a 422 with a sentence.

The services take each string by itself: tests/services/test_naughty_fields.py.
"""

import csv
import io
import json
from datetime import UTC
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote

import httpx
import pytest

from components.sessions.table import sessions_csv
from components.wide_tables import as_text
from services.sessions.records import SessionFilter
from tests.helpers.api import Api, Streamed
from tests.helpers.naughty import SOAK, SOME, joined, kept, on_one_line, says_something

_SOUND = [text for text in SOME if says_something(text)]
SAID = joined(_SOUND, 60)
# Each where it may be taken for something else than a text, the long ones together.
SEVERAL = [*(text for text in _SOUND if len(text) < 6), *joined([text for text in _SOUND if len(text) >= 6], 8)]
MIDDLING = [text for text in SOME if 6 <= len(text) < 30]  # a title holds four of them
SILENT = [text for text in SOME if not says_something(text)]
EACH = tuple(dict.fromkeys((*SEVERAL, *SILENT)))
BINARY = {chr(number) for number in (*range(9), *range(14, 27), *range(28, 32))}  # such a file is no text

pytestmark = [SOAK, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def services(start_services):
    return start_services(requests_per_minute=100_000)


def told(response: httpx.Response, *, well: bool) -> Any:
    """Return what an answer holds; None where the string was refused, and had to be."""
    if well:
        assert response.is_success, response.text
        return response.json() if response.content else None
    assert response.status_code == 422
    assert response.json()["detail"]
    return None


def test_sessions(api: Api, services):
    for text in EACH:
        title = text[:100]
        answer = api.http.post("/sessions", json={"title": title, "instructions": text})
        session = told(answer, well=says_something(title))
        if session:
            assert (session["title"], session["instructions"]) == (on_one_line(title), kept(text) or None)
    told(api.http.post("/sessions", json={"title": SAID[0]}), well=False)
    rows = list(services.sessions.each(SessionFilter(), user_id=api.user_id))
    assert len(rows) > len(SOME) / 4
    table = list(csv.reader(io.StringIO(sessions_csv(rows, zone=UTC).decode("utf-8-sig"), newline="")))
    assert [line[0] for line in table[1:]] == [as_text(row.title) for row in rows]


def test_messages_their_names_and_what_is_looked_for(api: Api):
    session_id = api.http.post("/sessions", json={"title": "All of them"}).json()["session_id"]
    said = []
    for text in EACH:
        body = {"role": "user", "content": text} | ({"id": text[:100]} if text else {})
        message = told(api.http.post(f"/sessions/{session_id}/messages", json=body), well=says_something(text))
        if message:
            said.append(message["content"])
            assert said[-1] == kept(text)

    for text in {text for text in SOME if 4 < len(text) <= 200 and text.isalpha()}:
        assert told(api.http.get("/search", params={"q": text}), well=True)["hits"]
    for text in SEVERAL:
        told(api.http.get("/search", params={"q": text[:200]}), well=True)

    saved = json.loads(api.http.get(f"/sessions/{session_id}/export").content)["sessions"][0]
    assert [message["text"] for message in saved["messages"]] == said


def test_names_in_addresses(api: Api):
    for text in EACH:
        if text not in ("", ".", ".."):  # no names, but other addresses
            answer = api.http.get(f"/chat/{quote(text, safe='')}/stream", follow_redirects=True)
            assert answer.status_code in (204, 404, 422)
            assert answer.url.host == api.http.base_url.host


def test_templates(api: Api):
    template_id = api.http.post("/templates", json={"name": "x", "instructions": "x"}).json()["template_id"]
    for text in EACH:
        body = {"name": text[:100], "instructions": text, "first_message": text}
        template = told(api.http.put(f"/templates/{template_id}", json=body), well=says_something(text))
        if template:
            read = [template[name] for name in ("name", "instructions", "first_message")]
            assert read == [on_one_line(text[:100]), kept(text), kept(text)]


def test_reasons_of_ratings(api: Api):
    reply = api.chat("Three nights in Lisbon")
    for text in ("", *joined(SOME, 8)):
        rated = told(
            api.http.put(f"/messages/{reply.reply_id}/rating", json={"value": -1, "reason": text}), well=True
        )
        assert rated["metadata"]["rating"]["reason"] == (kept(text) or None)


def test_memories(api: Api):
    added: list[str] = []
    for text in EACH:
        memory = told(api.http.post("/memories", json={"content": text}), well=says_something(text))
        added += [memory["content"]] if memory else []
    assert added == [kept(text) for text in dict.fromkeys(SEVERAL)]
    one = api.http.get("/memories", params={"limit": 1}).json()["memories"][0]
    path = f"/memories/{one['memory_id']}"
    for text in joined(added, 4):
        assert told(api.http.patch(path, json={"content": text}), well=True)["content"] == kept(text)
    told(api.http.patch(path, json={"content": one["content"]}), well=True)
    for start in range(0, len(SOME), 10):
        told(api.http.get("/memories/search", params={"q": " ".join(SOME[start : start + 10])[:400]}), well=True)
    listed = [
        memory["content"]
        for page in range(1, len(added) // 100 + 2)
        for memory in api.http.get("/memories", params={"limit": 100, "cursor": page}).json()["memories"]
    ]
    assert sorted(listed) == sorted(added)


def test_names_and_contents_of_files(api: Api, monkeypatch):
    monkeypatch.setattr("services.sessions.files.MAX_FILES", len(SOME))
    session_id = api.http.post("/sessions", json={"title": "Files"}).json()["session_id"]
    place = f"/sessions/{session_id}/files"
    names = []
    for number, text in enumerate(EACH):
        content = text.encode() or b"x"
        sent = {"file": (f"{text[:90]} {number}.txt", content)}
        file = told(api.http.post(place, files=sent), well=not BINARY & set(text))
        if not file:
            continue
        names.append(file["name"])
        assert len(file["name"]) <= 120
        assert file["name"].endswith(".txt")
        assert not set('/\\\n"') & set(file["name"])
        if number % 5 == 0:
            answer = api.http.get(f"{place}/{file['file_id']}/content")
            assert answer.content == content
            told_name = answer.headers["content-disposition"].removeprefix("attachment; filename*=UTF-8''")
            assert unquote(told_name) == file["name"]
    assert [file["name"] for file in api.http.get(place).json()["files"]] == names
    assert len(names) > len(SOME) / 4


def test_messages_that_wait(api: Api, emulator):
    emulator.hold_reply(0)
    session_id = api.http.post("/sessions", json={"title": "Waiting"}).json()["session_id"]
    place = f"/sessions/{session_id}/follow-ups"
    told(api.http.post(place, json={"content": "14 days in Japan"}), well=True)
    one = told(api.http.post(place, json={"content": "x"}), well=True)["waiting"]["follow_up_id"]
    for text in (*joined(SOME, 8), *SILENT):
        changed = told(api.http.patch(f"/follow-ups/{one}", json={"content": text}), well=says_something(text))
        assert changed is None or changed["content"] == kept(text)
    told(api.http.delete(f"/follow-ups/{one}"), well=True)
    for text in SAID:
        told(api.http.post(place, json={"content": text, "message_id": text[:100]}), well=True)
    assert [waiting["content"] for waiting in api.http.get(place).json()["follow_ups"]] == [
        kept(text) for text in SAID
    ]
    emulator.release()


def test_other_versions_and_blanks(api: Api):
    first = api.chat("Hello")
    question_id = api.http.get(f"/sessions/{first.session_id}/messages").json()["messages"][0]["id"]
    body = {"name": "x", "first_message": "Please go to {where}."}
    template_id = api.http.post("/templates", json=body).json()["template_id"]
    for text in SILENT:
        told(api.http.post(f"/messages/{question_id}/edit", json={"content": text}), well=False)
        if not kept(text):
            told(api.http.post(f"/templates/{template_id}/start", json={"values": {"where": text}}), well=False)
    for text in SAID:
        edited = api.chat(text, f"/messages/{question_id}/edit", message_id=text[:100])
        assert asked(api, edited) == kept(text)
        values = {"where": text, text[:200]: text}
        begun = Streamed(api.http.post(f"/templates/{template_id}/start", json={"values": values}))
        assert asked(api, begun) == f"Please go to {kept(text)}."


def asked(api: Api, reply: Streamed) -> str:
    """Return what the last reply of a session answers."""
    messages = api.http.get(f"/sessions/{reply.session_id}/messages").json()["messages"]
    return str(messages[-2]["content"])


def test_whose_token_it_is(api: Api, services):
    for text in SAID:
        name = text[:100]
        secret = services.tokens.create(user_id=api.user_id, name=name).secret
        me = api.http.get("/me", headers={"Authorization": f"Bearer {secret}"}).json()
        assert me["token"]["name"] == on_one_line(name)


def test_trips_customers_and_what_is_looked_for(api: Api):
    trip_id = api.http.post("/trips", json={"title": "x"}).json()["trip_id"]
    customer_id = api.http.post("/customers", json={"name": "x"}).json()["customer_id"]
    single = [text for text in SOME if len(text) < 6]
    longer = [text for text in SOME if len(text) >= 30]
    for text in (*single[::2], *joined(MIDDLING, 4), *longer[::6]):
        line, short = normalize("NFC", on_one_line(text)), len(on_one_line(text)) <= 100
        brief = {"purpose": text, "where": [text], "must": [{"text": text}], "notes_private": text}
        trip = api.http.patch(f"/trips/{trip_id}", json={"title": text, "brief": brief})
        if trip.status_code == 200:
            assert (trip.json()["title"], trip.json()["brief"].get("purpose", "")) == (line, line)
            assert short
            found = api.http.get("/trips", params={"q": text[:200]}).json()["trips"]
            assert [one["trip_id"] for one in found] == [trip_id], (text, trip.json()["title"])
        else:
            told(trip, well=False)
            assert {one["field"].split(".")[1] for one in trip.json()["errors"]} <= {"title", "brief"}
        customer = api.http.patch(f"/customers/{customer_id}", json={"name": text, "contact": text, "notes": text})
        if customer.status_code == 200:
            assert customer.json()["name"] == line
            assert api.http.get("/customers", params={"q": text[:200]}).json()["count"] == 1
        else:
            told(customer, well=False)
        if says_something(text) and len(text) < 90:
            assert (trip.status_code, customer.status_code) == (200, 200)


def test_what_names_nothing_of_a_trip(api: Api):
    trip_id = api.http.post("/trips", json={"title": "x"}).json()["trip_id"]
    customer_id = api.http.post("/customers", json={"name": "x"}).json()["customer_id"]
    for text in SOME[::8]:
        language = api.http.patch(f"/customers/{customer_id}", json={"language": text})
        told(language, well=language.status_code == 200 and (not text or len(text) < 10))
        for path, body in (
            (f"/trips/{trip_id}/members", {"username": text}),
            ("/trips", {"title": "x", "status": text}),
            ("/trips", {"title": "x", "brief": {text: text}}),
            ("/trips", {"title": "x", "brief": {"start": text or "x", "end": "2027-01-01"}}),
        ):
            told(api.http.post(path, json=body), well=False)
        cursor = {"order": "title", "cursor": text[:1000]}
        assert api.http.get("/trips", params=cursor).status_code in (200, 422)
        assert api.http.get("/customers", params={"cursor": text[:1000]}).status_code in (200, 422)
        assert api.http.get(f"/trips/{trip_id}/revisions", params={"cursor": text[:1000]}).status_code in (200, 422)
