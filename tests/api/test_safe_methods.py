"""What a link can do, and what an address can carry: nothing that changes anything, and no secret."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import VIEWER, Base, User
from tests.helpers.api import Api
from tests.helpers.api_routes import PUBLIC, ask, document, guarded
from tests.helpers.deck_places import picture

READS = {("POST", "/sessions/{session_id}/export"), ("POST", "/trips/{trip_id}/export")}
PERSONAL = {("POST", "/messages/{message_id}/show"), ("PATCH", "/sessions/{session_id}")}  # a pin, a version shown
NO_TIME = {("POST", "/sessions/{session_id}/stop"), ("POST", "/import")}  # nothing to stop, no file to import
TRACES = ("api_tokens", "audit")  # that a token was used, and that somebody exported something
SECRETS = ("password", "secret", "token", "key")
OURS = (
    *("password", "secret", "hash", "disabled", "subject", "lease", "fence"),
    *("thread", "assistant_id", "run_id", "document_id", "backend"),
)


def reading() -> list[str]:
    return [path for method, path in guarded() if method == "GET"]


def writing() -> list[tuple[str, str]]:
    return [route for route in guarded() if route[0] != "GET" and route not in READS | PERSONAL | NO_TIME]


def everything(database: Database) -> dict[str, str]:
    """Return all rows of every table, as text."""
    with database.read() as db_session:
        return {
            table.name: repr(sorted(map(repr, db_session.execute(select(table)))))
            for table in Base.metadata.sorted_tables
            if table.name not in TRACES
        }


@pytest.fixture
def ids(api: Api, database: Database) -> dict[str, str]:
    """Fill an account with one of each, and return their ids by the name that paths give them."""
    reply = api.chat("Three nights in Lisbon", memory=False)  # else the first look notes what became a memory
    api.wait_until_written(reply.session_id)
    place = f"/sessions/{reply.session_id}"
    file = api.http.post(f"{place}/files", files={"file": ("a.txt", b"Hello")}).json()
    review = api.http.post("/reviews", json={"session_id": reply.session_id, "audience": "Customer"}).json()
    said = api.http.post(f"/reviews/{review['review_id']}/comments", json={"text": "Look at this"}).json()
    template = {"name": "Mine", "instructions": "Be brief.", "first_message": "Hi"}
    customer = api.http.post("/customers", json={"name": "Weber"}).json()
    trip = api.http.post("/trips", json={"title": "Lisbon", "customer_id": customer["customer_id"]}).json()
    place = f"/trips/{trip['trip_id']}"
    shared = api.http.post(f"{place}/files", files={"file": ("b.txt", b"Hello")}).json()
    shown = [_deck_picture(api, thing) for thing in (f"/sessions/{reply.session_id}", place)]
    return {
        "sha256": shown[0],
        "trip_id": trip["trip_id"],
        "trip_file_id": str(shared["file_id"]),
        "customer_id": customer["customer_id"],
        "user_id": str(api.user_id),
        "rev": "1",
        "session_id": reply.session_id,
        "chat_id": reply.session_id,
        "message_id": reply.reply_id,
        "file_id": str(file["file_id"]),
        "review_id": review["review_id"],
        "comment_id": said["comment_id"],
        "template_id": str(api.http.post("/templates", json=template).json()["template_id"]),
        "memory_id": str(api.http.post("/memories", json={"content": "Prefers tea"}).json()["memory_id"]),
    }


def _deck_picture(api: Api, thing: str) -> str:
    """Make a deck with a picture, the same in each; return the picture's SHA-256."""
    assert api.http.post(f"{thing}/slides").status_code == 201
    added = api.http.post(f"{thing}/slides/pictures", files={"file": ("a.png", picture())})
    return str(added.json()["sha256"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_reading_changes_nothing(api: Api, ids: dict[str, str], database: Database, services: Any) -> None:
    services.admins.set_admin(api.user_id, admin=True)
    before = everything(database)

    for path in reading():
        answer = ask(api.http, "GET", path.format_map(ids))
        assert answer.status_code in (200, 204), (path, answer.text)
        assert everything(database) == before, path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_viewer_reads_what_is_theirs_and_changes_nothing(api: Api, ids: dict[str, str], database: Database) -> None:
    with database.begin() as db_session:
        db_session.get_one(User, api.user_id).role = VIEWER
    before = everything(database)

    refused = {}
    for method, path in writing():
        answer = ask(api.http, method, path, ids | {"follow_up_id": "1"})
        refused[method, path] = answer.status_code, answer.json().get("code")
        assert everything(database) == before, (method, path)

    assert {route: told for route, told in refused.items() if told != (403, "read_only_role")} == {}
    for path in reading():
        if path != "/metrics":
            assert ask(api.http, "GET", path.format_map(ids)).status_code in (200, 204), path
    session = f"/sessions/{ids['session_id']}"
    for own in ({"pinned": True}, {"archived": True}, {"archived": False}):
        assert api.http.patch(session, json=own).json().items() >= own.items()
    assert api.http.patch(session, json={"pinned": False, "title": "Mine"}).json()["code"] == "read_only_role"
    assert api.http.patch(f"/trips/{ids['trip_id']}", json={"archived": True}).status_code == 200
    assert api.http.post(f"/messages/{ids['message_id']}/show").status_code == 204


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_answers_tell_nothing_but_what_is_for_their_reader(api: Api, ids: dict[str, str], services: Any) -> None:
    services.admins.set_admin(api.user_id, admin=True)
    for path in reading():
        answer = ask(api.http, "GET", path.format_map(ids))
        if answer.headers.get("content-type") != "application/json":
            continue
        for name in names(answer.json()):
            assert not any(part in name for part in OURS), (path, name)
        assert api.http.headers["authorization"].removeprefix("Bearer ") not in answer.text, path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization"])
def test_token_in_an_address_lets_nobody_in(api: Api, name: str) -> None:
    secret = api.http.headers.pop("authorization").removeprefix("Bearer ")

    assert api.http.get("/me", params={name: secret}).status_code == 401
    assert api.http.get("/me", params={name: f"Bearer {secret}"}).status_code == 401


def test_no_address_has_a_place_for_a_secret() -> None:
    places = [
        place["name"]
        for path, item in document()["paths"].items()
        if not path.startswith(PUBLIC)  # a link's address is its secret: tests/api/test_public_review.py
        for operation in item.values()
        for place in operation.get("parameters", [])
        if place["in"] in ("path", "query")
    ]

    assert "session_id" in places
    assert [name for name in places if any(secret in name.lower() for secret in SECRETS)] == []


def names(value: Any) -> Iterator[str]:
    """Yield the name of every field in a JSON value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner)
