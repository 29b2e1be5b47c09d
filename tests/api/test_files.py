"""Files of a session over the API."""

import pytest

from api.middleware import MAX_UPLOAD_BYTES
from services.sessions.file_types import MAX_FILE_BYTES, checked_file
from tests.helpers.api import Api
from tests.helpers.documents import PNG, pdf

BRIEF = b"The hotel must have an elevator."


def add(api: Api, session_id: str, name: str = "brief.txt", content: bytes = BRIEF):
    return api.http.post(f"/sessions/{session_id}/files", files={"file": (name, content)})


def new_session(api: Api, **given: object) -> str:
    return str(api.http.post("/sessions", json=given).json()["session_id"])


def test_file_is_added_listed_read_and_removed(api: Api):
    session_id = new_session(api)
    added = add(api, session_id, "Łódź 北京.txt")

    assert added.status_code == 201
    file = added.json()
    assert (file["name"], file["size"], file["state"], file["message_id"]) == ("Łódź 北京.txt", 32, "kept", None)
    streamed = api.chat("What about the elevator in the file?", f"/sessions/{session_id}/chat")
    assert "> The hotel must have an elevator." in streamed.text
    listed = api.http.get(f"/sessions/{session_id}/files").json()
    assert (listed["count"], listed["files"][0]["state"]) == (1, "ready")
    place = f"/sessions/{session_id}/files/{file['file_id']}"
    content = api.http.get(f"{place}/content")
    assert content.content == BRIEF
    assert content.headers["content-type"] == "application/octet-stream"
    assert content.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''%C5%81%C3%B3d%C5%BA%20%E5%8C%97%E4%BA%AC.txt"
    )
    assert api.http.delete(place).status_code == 204
    assert api.http.delete(place).status_code == 404
    assert api.http.get(f"/sessions/{session_id}/files").json()["count"] == 0


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.exe", b"MZ", 422, "file_refused"),
        ("a.pdf", PNG, 422, "file_refused"),
        ("a.txt", b"", 422, "file_refused"),
        ("a.txt", b"x" * (MAX_FILE_BYTES + 1), 413, "file_too_large"),
        ("a.txt", b"x" * (MAX_UPLOAD_BYTES + 1), 413, "file_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_refused_file_is_a_problem(api: Api, name, content, status, code):
    session_id = new_session(api)
    answer = add(api, session_id, name, content)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.http.get(f"/sessions/{session_id}/files").json()["count"] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_name_is_never_a_path(api: Api):
    assert add(api, new_session(api), "../../secret/brief.pdf", pdf("Hello")).json()["name"] == "brief.pdf"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_file_is_found_in_its_own_session_only(api: Api, stranger: Api):
    session_id, other_id = new_session(api), new_session(api)
    file_id = add(api, session_id).json()["file_id"]
    theirs = new_session(stranger)

    for asks, of_session in ((api, other_id), (stranger, session_id), (stranger, theirs)):
        place = f"/sessions/{of_session}/files/{file_id}"
        assert asks.http.get(f"{place}/content").status_code == 404
        assert asks.http.delete(place).status_code == 404
    assert api.http.get(f"/sessions/{session_id}/files").json()["count"] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_message_lists_its_files(api: Api, services, user_id):
    accepted = services.replies.send(
        "", user_id=user_id, client_message_id="1", files=[checked_file("brief.txt", BRIEF)]
    )
    api.wait_until_written(str(accepted.session_id))
    question, reply = api.http.get(f"/sessions/{accepted.session_id}/messages").json()["messages"]

    assert [(one["name"], one["size"]) for one in question["files"]] == [("brief.txt", 32)]
    assert reply["files"] == []


def test_web_search_is_switched_and_its_sources_are_parts(api: Api, emulator):
    session_id = new_session(api, web_search=True)
    streamed = api.chat("5 days in Lisbon", f"/sessions/{session_id}/chat")
    changed = api.http.patch(f"/sessions/{session_id}", json={"web_search": False}).json()
    api.chat("Make it 4 days", f"/sessions/{session_id}/chat")

    expected = {"type": "source-url", "url": "https://www.visitportugal.com/", "title": "Visit Portugal"}
    (source,) = [chunk for chunk in streamed.chunks if chunk["type"] == "source-url"]
    assert source | expected == source
    message = api.http.get(f"/sessions/{session_id}/messages").json()["messages"][1]
    assert source in message["parts"]
    assert changed["web_search"] is False
    assert [run["web_search"] for run in emulator.runs] == ["Auto", "off"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_form_of_untold_size_is_read_only_so_far(api: Api):
    session_id = new_session(api)
    before = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    answer = api.http.post(
        f"/sessions/{session_id}/files",
        content=iter([before, *[b"x" * 1_000_000] * 20]),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


def test_files_beyond_the_quota_are_refused(api: Api, services, monkeypatch):
    monkeypatch.setattr(services.files._shelf, "_limit_bytes", 10_000)
    session_id = new_session(api)
    assert add(api, session_id, "a.txt", b"a" * 9_000).status_code == 201

    refused = add(api, session_id, "b.txt", b"b" * 9_000)

    assert (refused.status_code, refused.json()["code"]) == (413, "file_quota")
    assert refused.json()["detail"].startswith("There is no room for this")
    assert api.http.get("/usage").json()["files"] == {"used_bytes": 9_000, "limit_bytes": 10_000}
