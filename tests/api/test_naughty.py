"""515 awkward strings in every field of every route: each comes back as it went in, or is a 422 with a sentence."""

import csv
import io
import json
from datetime import UTC
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from components.sessions.table import as_text, sessions_csv
from services.sessions.records import SessionFilter
from tests.api.conftest import Api
from tests.naughty import STRINGS, kept, on_one_line, says_something

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


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
    for text in STRINGS:
        answer = api.http.post("/sessions", json={"title": text, "instructions": text})
        session = told(answer, well=on_one_line(text) != "" and len(text) <= 100)
        if session:
            assert (session["title"], session["instructions"]) == (on_one_line(text), kept(text) or None)
    rows = list(services.sessions.each(SessionFilter(), user_id=api.user_id))
    assert len(rows) > 450
    table = list(csv.reader(io.StringIO(sessions_csv(rows, zone=UTC).decode("utf-8-sig"), newline="")))
    assert [line[0] for line in table[1:]] == [as_text(row.title) for row in rows]


def test_messages_their_names_and_what_is_looked_for(api: Api):
    session_id = api.http.post("/sessions", json={"title": "All of them"}).json()["session_id"]
    said = []
    for text in dict.fromkeys(STRINGS):  # some are there twice, and the same id is the same message
        body = {"role": "user", "content": text} | ({"id": text} if 0 < len(text) <= 100 else {})
        message = told(api.http.post(f"/sessions/{session_id}/messages", json=body), well=says_something(text))
        if message:
            said.append(message["content"])
            assert said[-1] == kept(text)

    for text in {text[:200] for text in said if len(text) > 4}:
        found = told(api.http.get("/search", params={"q": text}), well=True)
        assert found["hits"] or not text.isalpha()

    saved = json.loads(api.http.get(f"/sessions/{session_id}/export").content)["sessions"][0]
    assert [message["text"] for message in saved["messages"]] == said


def test_names_in_addresses(api: Api):
    for text in STRINGS:
        if text not in ("", ".", ".."):  # no names, but other addresses
            answer = api.http.get(f"/chat/{quote(text, safe='')}/stream", follow_redirects=True)
            assert answer.status_code in (204, 404, 422)
            assert answer.url.host == api.http.base_url.host


def test_templates(api: Api):
    template_id = api.http.post("/templates", json={"name": "x", "instructions": "x"}).json()["template_id"]
    for text in STRINGS:
        body = {"name": text, "instructions": text, "first_message": text}
        well = says_something(text) and len(text) <= 100
        template = told(api.http.put(f"/templates/{template_id}", json=body), well=well)
        if template:
            read = [template[name] for name in ("name", "instructions", "first_message")]
            assert read == [on_one_line(text), kept(text), kept(text)]


def test_reasons_of_ratings(api: Api):
    reply = api.chat("Three nights in Lisbon")
    for text in STRINGS:
        rated = told(
            api.http.put(f"/messages/{reply.reply_id}/rating", json={"value": -1, "reason": text}), well=True
        )
        assert rated["metadata"]["rating"]["reason"] == (kept(text) or None)


def test_memories(api: Api):
    added: list[str] = []
    for text in STRINGS:
        memory = told(api.http.post("/memories", json={"content": text}), well=says_something(text))
        added += [memory["content"]] if memory else []
    assert added == [kept(text) for text in STRINGS if says_something(text)]
    for start in range(0, len(STRINGS), 10):
        told(api.http.get("/memories/search", params={"q": " ".join(STRINGS[start : start + 10])[:400]}), well=True)
    listed = [
        memory["content"]
        for page in range(1, 7)
        for memory in api.http.get("/memories", params={"limit": 100, "cursor": page}).json()["memories"]
    ]
    assert sorted(listed) == sorted(added)
