"""Who gets in: every route with no token, a bad one, another user's things, and what nobody should send."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.types import Message

from db.engine import Database, DatabaseUnavailableError
from db.models import ApiToken, User, utc_now
from settings import Settings
from tests.helpers import api_routes
from tests.helpers.api import Api, Routes, client, logged
from tests.helpers.api_routes import BODIES, OPEN, PUBLIC, TEMPLATE, Route, ask, document, guarded, named
from tests.helpers.databases import ON_BOTH
from tests.helpers.sides import make_customer

EXPORTS = {("POST", "/sessions/{session_id}/export"), ("POST", "/trips/{trip_id}/export")}  # they only read
OF_DECKS = (
    ("GET", "/slides"),
    ("POST", "/slides"),
    ("PUT", "/slides"),
    ("GET", "/slides/versions"),
    ("POST", "/slides/restore"),
    ("GET", "/slides/refresh"),
    ("POST", "/slides/refresh"),
    ("POST", "/slides/pictures"),
    ("GET", "/slides/pictures/{sha256}"),
    ("POST", "/export"),
)
WRONG_TYPES = (
    b'{"content": 5, "role": [], "title": {}, "session_ids": "all", "pinned": "maybe", "value": true, "audience": 5,'
    b' "name": 5, "rev": "1", "format": 5}'
)


def with_body() -> list[Route]:
    paths = document()["paths"]
    return [(method, path) for method, path in guarded() if "requestBody" in paths[path][method.lower()]]


def test_document_lists_every_route_with_its_errors():
    assert sorted(
        [
            ("POST", "/sessions"),
            ("GET", "/sessions"),
            ("GET", "/sessions/{session_id}"),
            ("PATCH", "/sessions/{session_id}"),
            ("DELETE", "/sessions/{session_id}"),
            ("POST", "/sessions/cleanup"),
            ("GET", "/sessions/{session_id}/messages"),
            ("POST", "/sessions/{session_id}/messages"),
            ("POST", "/sessions/{session_id}/chat"),
            ("POST", "/chat"),
            ("GET", "/sessions/{session_id}/stream"),
            ("GET", "/chat/{chat_id}/stream"),
            ("POST", "/sessions/{session_id}/stop"),
            ("POST", "/sessions/{session_id}/files"),
            ("GET", "/sessions/{session_id}/files"),
            ("GET", "/sessions/{session_id}/files/{file_id}/content"),
            ("DELETE", "/sessions/{session_id}/files/{file_id}"),
            ("GET", "/sessions/{session_id}/members"),
            ("POST", "/sessions/{session_id}/members"),
            ("PATCH", "/sessions/{session_id}/members/{user_id}"),
            ("DELETE", "/sessions/{session_id}/members/{user_id}"),
            ("GET", "/trips"),
            ("POST", "/trips"),
            ("GET", "/trips/{trip_id}"),
            ("PATCH", "/trips/{trip_id}"),
            ("DELETE", "/trips/{trip_id}"),
            ("POST", "/trips/{trip_id}/copy"),
            ("GET", "/trips/{trip_id}/sessions"),
            ("POST", "/trips/{trip_id}/sessions"),
            ("GET", "/trips/{trip_id}/members"),
            ("POST", "/trips/{trip_id}/members"),
            ("PATCH", "/trips/{trip_id}/members/{user_id}"),
            ("DELETE", "/trips/{trip_id}/members/{user_id}"),
            ("GET", "/trips/{trip_id}/files"),
            ("POST", "/trips/{trip_id}/files"),
            ("GET", "/trips/{trip_id}/files/{trip_file_id}/content"),
            ("DELETE", "/trips/{trip_id}/files/{trip_file_id}"),
            ("GET", "/trips/{trip_id}/revisions"),
            ("GET", "/trips/{trip_id}/revisions/{rev}"),
            ("GET", "/trips/{trip_id}/revisions/{rev}/changes"),
            ("POST", "/trips/{trip_id}/revisions/{rev}/restore"),
            ("GET", "/customers"),
            ("POST", "/customers"),
            ("GET", "/customers/{customer_id}"),
            ("PATCH", "/customers/{customer_id}"),
            ("DELETE", "/customers/{customer_id}"),
            ("POST", "/messages/{message_id}/retry"),
            ("POST", "/messages/{message_id}/edit"),
            ("POST", "/messages/{message_id}/show"),
            ("POST", "/messages/{message_id}/fork"),
            ("POST", "/messages/{message_id}/restore"),
            ("DELETE", "/messages/{message_id}"),
            ("GET", "/sessions/{session_id}/follow-ups"),
            ("POST", "/sessions/{session_id}/follow-ups"),
            ("POST", "/sessions/{session_id}/follow-ups/send"),
            ("PATCH", "/follow-ups/{follow_up_id}"),
            ("DELETE", "/follow-ups/{follow_up_id}"),
            ("PUT", "/messages/{message_id}/rating"),
            ("DELETE", "/messages/{message_id}/rating"),
            ("GET", "/usage"),
            ("GET", "/templates"),
            ("POST", "/templates"),
            ("GET", "/templates/{template_id}"),
            ("PUT", "/templates/{template_id}"),
            ("DELETE", "/templates/{template_id}"),
            ("POST", "/templates/{template_id}/start"),
            *(
                (method, start + path)
                for start in ("/sessions/{session_id}", "/trips/{trip_id}")
                for method, path in OF_DECKS
            ),
            ("POST", "/sessions/{session_id}/slides/accept"),
            ("GET", "/brand"),
            ("PATCH", "/brand"),
            ("PUT", "/brand/logo"),
            ("DELETE", "/brand/logo"),
            ("GET", "/reviews"),
            ("POST", "/reviews"),
            ("GET", "/reviews/{review_id}"),
            ("PATCH", "/reviews/{review_id}"),
            ("DELETE", "/reviews/{review_id}"),
            ("POST", "/reviews/{review_id}/share-again"),
            ("POST", "/reviews/{review_id}/address"),
            ("GET", "/reviews/{review_id}/snapshot"),
            ("GET", "/reviews/{review_id}/comments"),
            ("POST", "/reviews/{review_id}/comments"),
            ("PATCH", "/reviews/{review_id}/comments/{comment_id}"),
            ("DELETE", "/reviews/{review_id}/comments/{comment_id}"),
            ("POST", "/reviews/{review_id}/comments/{comment_id}/resolve"),
            ("POST", "/reviews/{review_id}/comments/{comment_id}/reopen"),
            ("GET", "/reviews/{review_id}/decisions"),
            ("POST", "/reviews/{review_id}/decisions"),
            ("GET", "/review/{token}"),
            ("GET", "/review/{token}/snapshot"),
            ("GET", "/review/{token}/comments"),
            ("POST", "/review/{token}/comments"),
            ("PATCH", "/review/{token}/comments/{comment_id}"),
            ("DELETE", "/review/{token}/comments/{comment_id}"),
            ("POST", "/review/{token}/decisions"),
            ("GET", "/memories"),
            ("POST", "/memories"),
            ("DELETE", "/memories"),
            ("GET", "/memories/search"),
            ("PATCH", "/memories/{memory_id}"),
            ("DELETE", "/memories/{memory_id}"),
            ("GET", "/messages/{message_id}/memories"),
            ("GET", "/customers/{customer_id}/memories"),
            ("POST", "/customers/{customer_id}/memories"),
            ("DELETE", "/customers/{customer_id}/memories"),
            ("GET", "/customers/{customer_id}/memories/search"),
            ("PATCH", "/customers/{customer_id}/memories/{memory_id}"),
            ("DELETE", "/customers/{customer_id}/memories/{memory_id}"),
            ("GET", "/sessions/{session_id}/export"),
            ("POST", "/import"),
            ("POST", "/samples"),
            ("DELETE", "/samples"),
            ("GET", "/search"),
            ("GET", "/models"),
            ("GET", "/me"),
            ("GET", "/me/data"),
            ("GET", "/health"),
            ("GET", "/metrics"),
        ]
    ) == [*api_routes.routes()]
    for path, item in document()["paths"].items():
        for operation in item.values():
            assert operation["summary"]
            assert operation["tags"]
            expected = {"403", "404"} if path.startswith(PUBLIC) else {"401"}
            assert path in OPEN or expected | {"429", "503"} <= operation["responses"].keys()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_a_valid_token_gets_in(address, api, services, database, user_id):
    expired = services.tokens.create(user_id=user_id, name="expired", days=1)
    with database.begin() as db_session:
        db_session.get_one(ApiToken, expired.info.id).expires_at = utc_now() - timedelta(seconds=1)
    revoked = services.tokens.create(user_id=user_id, name="revoked")
    services.tokens.revoke(revoked.info.id, user_id=user_id)
    headers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer tbt_wrong"},
        {"Authorization": f"Bearer {expired.secret}"},
        {"Authorization": f"Bearer {revoked.secret}"},
        {"Authorization": f"Basic {api.http.headers['authorization'][7:]}"},
        {"Cookie": f"token={api.http.headers['authorization'][7:]}"},
    ]
    with httpx.Client(base_url=address, trust_env=False) as http:
        for number, (method, path) in enumerate(guarded()):
            for given in (headers[0], headers[1 + number % (len(headers) - 1)]):  # one thing asks for all of them
                http.headers = httpx.Headers(given)
                answer = ask(http, method, path)

                told = method, path, given
                assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), told
                assert answer.headers["content-type"] == "application/problem+json", told
                assert answer.headers["www-authenticate"] == "Bearer", told


@pytest.mark.parametrize("kind", ["none", "wrong", "read only", "metrics only"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_body_is_not_received_from_whoever_may_not_send_it(routes: Routes, address, services, user_id, kind):
    services.admins.set_admin(user_id, admin=True)
    options = {"read_only": kind == "read only", "metrics_only": kind == "metrics only"}
    secret = "tbt_wrong" if kind == "wrong" else services.tokens.create(user_id=user_id, name="t", **options).secret
    token = [] if kind == "none" else [(b"authorization", f"Bearer {secret}".encode())]
    sent: list[Message] = []

    async def never() -> Message:
        raise AssertionError("The body was asked for.")

    async def send(message: Message) -> None:
        sent.append(message)

    async def send_all() -> None:
        for method, path in set(with_body()) - (EXPORTS if kind == "read only" else set()):
            for content_type in (b"application/json", b"multipart/form-data; boundary=x"):
                scope = {
                    "type": "http",
                    "asgi": {"version": "3.0"},
                    "http_version": "1.1",
                    "method": method,
                    "path": f"/api{named(path, '1')}",
                    "root_path": "/api",
                    "query_string": b"",
                    "headers": [(b"content-type", content_type), *token],
                }
                await routes.app(scope, never, send)

                assert sent[-2]["status"] == (403 if "only" in kind else 401), (method, path)

    asyncio.run(send_all())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_read_only_token_changes_nothing(address, services, user_id):
    secret = services.tokens.create(user_id=user_id, name="reader", read_only=True).secret
    with client(address, secret) as http:
        for method, path in set(guarded()) - EXPORTS:
            if method == "GET":
                continue
            answer = ask(http, method, path)
            assert (answer.status_code, answer.json()["code"]) == (403, "read_only_token"), (method, path)

        assert http.get("/sessions").json()["count"] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_not_yours_is_not_there(api: Api, stranger: Api, database):
    theirs = stranger.chat("Three nights in Lisbon")
    api.http.post("/memories", json={"content": "Hates noise"})
    ids = {
        "message_id": theirs.reply_id,
        "customer_id": str(make_customer(database, stranger.user_id)),
        "memory_id": stranger.http.post("/memories", json={"content": "Prefers tea"}).json()["memory_id"],
        "template_id": stranger.http.post("/templates", json=TEMPLATE).json()["template_id"],
    }
    others = ("249712407203954688", "nonsense", "0", "9" * 20, "1e5", "٣")
    of_a_thing = [route for route in guarded() if "{" in route[1]]
    for number, (method, path) in enumerate(of_a_thing):
        its = ids.get(path.split("{")[1].partition("}")[0], theirs.session_id)
        for name in (its, others[number % len(others)]):  # one line makes numbers of all ids
            answer = ask(api.http, method, path, name)

            told = method, path, name
            if "chat_id" in path and name in ("nonsense", "0", "1e5", "٣"):  # names that a program may make up
                assert answer.status_code == 204, told
            else:
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), told
    assert stranger.http.get(f"/sessions/{theirs.session_id}").json()["message_count"] == 2
    assert stranger.http.get(f"/templates/{ids['template_id']}").json()["name"] == "Mine"
    assert stranger.http.get("/memories").json()["total"] == 1


@pytest.mark.parametrize("size_told", [True, False])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_huge_body_is_refused(api, size_told):
    body = b'{"content": "' + b"x" * 3_000_000 + b'"}'
    session_id = api.http.post("/sessions").json()["session_id"]
    # What is no form is refused by a route that takes a file before its body is read.
    reading = [route for route in with_body() if not route[1].endswith(("/files", "/pictures", "/logo"))]
    for method, path in guarded() if size_told else reading:
        if path == "/import":  # may be larger: tests/api/test_transfer.py
            continue
        answer = api.http.request(
            method,
            named(path, session_id),
            content=body if size_told else iter([body]),
            headers={"Content-Type": "application/json"},
        )

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), (method, path)
    assert api.http.get("/sessions").json()["count"] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_body_of_the_wrong_type_is_refused(api):
    session_id = api.http.post("/sessions").json()["session_id"]
    others = (
        ("application/json", b"{"),
        ("application/json", b"\xff\xfe"),
        ("application/json", b"[]"),
        ("application/json", b"5"),
        ("text/plain", b'{"content": "Hi"}'),
        ("application/x-www-form-urlencoded", b"content=Hi"),
    )
    for number, (method, path) in enumerate(with_body()):
        for content_type, body in (
            ("application/json", WRONG_TYPES),
            others[number % len(others)],  # one reader is asked by all of them
        ):
            answer = api.http.request(
                method, named(path, session_id), content=body, headers={"Content-Type": content_type}
            )

            told = method, path, content_type, body, answer.text
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), told
    assert api.http.get("/sessions").json()["count"] == 1


def test_too_many_requests_say_when_to_come_again(serve, start_services, user_id):
    services = start_services(requests_per_minute=3)
    secret = services.tokens.create(user_id=user_id, name="test").secret
    with client(serve(lambda: services), secret) as http:
        answers = [http.get("/me") for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 61


def test_disabled_user_is_out_at_once(api, database: Database, user_id):
    with database.begin() as db_session:
        db_session.get_one(User, user_id).disabled = True

    assert api.http.get("/me").status_code == 401


@pytest.mark.parametrize("path", ["/health", "/me", "/sessions"])
def test_database_that_is_away_is_a_503(serve, path):
    def away():
        raise DatabaseUnavailableError("SELECT secret FROM sql")

    with client(serve(away), "tbt_x") as http:
        answer = http.get(path)

    assert answer.status_code == 503
    assert "SELECT" not in answer.text
    if path == "/health":
        assert answer.json() == {"live": True, "ready": False, "database": "away", "demo": None}
    else:
        assert answer.json()["code"] == "database_unavailable"
        assert answer.headers["retry-after"]


def test_mistake_of_ours_is_a_sentence_and_its_text_is_not_logged(serve, caplog):
    def broken():
        raise KeyError("tbt_secret")

    with client(serve(broken), "tbt_x") as http:
        answer = http.get("/me")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    told = logged(caplog)
    assert "tbt_secret" not in answer.text + told
    assert "error=KeyError" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/sessions", 405)])
def test_wrong_address_or_method_is_a_problem(api, path, status):
    answer = api.http.put(path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_docs_need_nothing_from_elsewhere(api):
    page = api.http.get("/docs")

    assert page.status_code == 200
    assert "https://" not in page.text.replace("https://localhost", "")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"docs-assets/{asset}" in page.text
        assert api.http.get(f"/docs-assets/{asset}").status_code == 200
    assert api.http.get("/openapi.json").json()["servers"] == [{"url": "/api"}]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_log_tells_no_secrets_and_no_words_of_anybody(api, emulator, caplog):
    caplog.set_level("INFO")
    emulator.fault({"fault": "status:401", "times": 9})
    assert api.chat("My very private question").chunks[-1]["type"] == "error"
    api.http.get("/me", headers={"Authorization": "Bearer tbt_guessed"})

    told = logged(caplog)
    assert "request answered" in told
    for secret in (
        api.http.headers["authorization"][7:],
        "tbt_guessed",
        "demo-key",
        "private",
        "SELECT",
        "Traceback",
    ):
        assert secret not in told


def with_nul(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each body of a route with a NUL in one of its texts, by the name of the field."""
    defs = document()["components"]["schemas"]
    schema = next((one for one in schema.get("anyOf", []) if "$ref" in one), schema)
    schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    for name, field in schema.get("properties", {}).items():
        kinds = [field, *field.get("anyOf", [])]
        if any(kind.get("type") == "string" for kind in kinds):
            yield name, (BODIES.get(path) or {}) | {name: "a/\0b"}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # which takes no NUL; SQLite does
def test_nul_is_never_a_mistake_of_ours_and_in_an_id_it_is_refused(api: Api):
    session_id = api.http.post("/sessions").json()["session_id"]
    for method, path in guarded():
        operation = document()["paths"][path][method.lower()]
        texts = [one for one in operation.get("parameters", []) if one["in"] != "header"]
        for parameter in texts:
            name, where = parameter["name"], parameter["in"]
            others = {one["name"]: "x" for one in texts if one["in"] == "query" and one.get("required")}
            in_path = {one["name"]: session_id for one in texts if one["in"] == "path"}
            (in_path if where == "path" else others)[name] = "a%00b" if where == "path" else "a\0b"

            answer = api.http.request(method, path.format(**in_path), params=others, json=BODIES.get(path))

            cleaned = where == "query" and name == "title"  # a title loses what cannot be shown
            assert answer.status_code == (200 if cleaned else 422), (method, path, name, answer.text)
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for name, body in with_nul(content.get("schema", {}), path):
            answer = api.http.request(method, named(path, session_id), json=body)

            told = method, path, name, answer.text
            assert answer.status_code < 500, told
            if name in ("anchor", "session_id", "answer_to", "id", "sessionId", "message_id", "messageId", "model"):
                assert answer.status_code == 422, told


@ON_BOTH
@pytest.mark.parametrize("char", ["\0", "\ud800"], ids=["nul", "half"])
@pytest.mark.parametrize("part", ["id", "text"])
def test_what_is_no_character_is_refused_in_the_id_of_a_ui_message_and_left_out_of_its_text(api: Api, part, char):
    message = {"id": "m1", "role": "user", "parts": [{"type": "text", "text": "Hi"}]}
    if part == "id":
        message["id"] = f"m{char}"
    else:
        message["parts"] = [{"type": "text", "text": f"H{char}i"}]

    body = json.dumps({"messages": [message]})  # in ASCII
    answer = api.http.post("/chat", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == (422 if part == "id" else 200)


@pytest.mark.parametrize("path", ["/health", "/sessions"])
def test_wrong_setting_is_told_apart_from_a_mistake(serve, path):
    answer = httpx.get(serve(lambda: Settings(replies_at_once=0)) + path, headers={"Authorization": "Bearer tbt_x"})

    assert (answer.status_code, answer.json()["code"]) == (503, "settings")
    assert "REPLIES" not in answer.text  # to a stranger


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_route_does_not_name_is_not_written(api: Api, stranger: Api):
    their_id = str(stranger.user_id)
    more: dict[str, Any] = {"user_id": their_id, "owner_id": their_id, "role": "admin", "access": "owner"}
    more |= {"rev": 1, "id": "7", "created_at": "2020-01-01T00:00:00Z", "message_count": 9, "is_admin": True}
    things = {
        "/sessions": ("session_id", {"title": "New"}),
        "/trips": ("trip_id", {"title": "New"}),
        "/customers": ("customer_id", {"name": "New"}),
    }
    for path, (name, given) in things.items():
        made = api.http.post(path, json=given | more).json()
        place = f"{path}/{made[name]}"
        before = api.http.get(place).json()

        assert api.http.patch(place, json=given | more).is_success, place

        after = api.http.get(place).json()
        assert {key for key in before if before[key] != after[key]} <= {"updated_at", "rev"}, place
        assert made[name] != "7"
        assert stranger.http.get(place).status_code == 404, place
    assert api.http.get("/me").json()["user_id"] == str(api.user_id)
    assert api.http.get("/metrics").status_code == 403
