"""What a link opens over the API, for whoever has it: without an account, within limits, and told to no log."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import httpx
import pytest
from starlette.types import Message

from services.reviews import guesses
from services.reviews.records import LinkSettings, NewLink, ReviewMay, Thing
from services.reviews.visits import new_reader_key
from services.wiring import Services
from tests.helpers.api import Api, Routes, logged
from tests.helpers.api_routes import BODIES, named, of_links

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def session_id(api: Api) -> int:
    """Make a session of one question and its answer."""
    session_id = api.chat("Three nights in Lisbon").session_id
    api.wait_until_written(session_id)
    return int(session_id)


@pytest.fixture
def share(services: Services, session_id: int, user_id: int) -> Callable[..., NewLink]:
    """Give a function that makes a link."""

    def make(passcode: str | None = None, **settings: Any) -> NewLink:
        chosen = LinkSettings(**({"audience": "Customer"} | settings))
        return services.reviews.share(Thing("session", session_id), chosen, user_id=user_id, passcode=passcode)

    return make


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    """Give a program that has nothing."""
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield client


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_link_shows_its_snapshot_and_its_hash_can_be_made_again(http, share):
    link = share(note="By Friday, please.")

    visit = http.get(f"/review/{link.token}")

    shown = visit.json()
    assert (shown["planner"], shown["audience"], shown["note"]) == ("Ada", "Customer", "By Friday, please.")
    assert [one["kind"] for one in shown["snapshot"]["blocks"]] == ["message", "reply"]
    text = json.dumps(shown["snapshot"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert shown["version"]["sha256"] == hashlib.sha256(text.encode()).hexdigest() == link.review.version.sha256
    assert http.get(f"/review/{link.token}/snapshot", params={"version": 1}).json()["snapshot"] == shown["snapshot"]
    assert told(http.get(f"/review/{link.token}/snapshot", params={"version": 2})) == (404, "not_found")


def test_key_is_given_once_and_known_again(http, share):
    link = share()
    first = http.get(f"/review/{link.token}")
    key = first.headers["x-review-key"]
    assert len(key) == 22

    mine = {"X-Review-Key": key}
    path = f"/review/{link.token}/comments"
    said = http.post(path, json={"text": "Is it far?", "name": "Anna"}, headers=mine)
    assert "x-review-key" not in said.headers
    assert (said.status_code, said.json()["mine"], said.json()["changeable"]) == (201, True, True)
    assert http.get(path).json()["comments"][0]["mine"] is False
    place = f"{path}/{said.json()['comment_id']}"
    assert told(http.patch(place, json={"text": "Mine"})) == (404, "not_found")
    assert http.patch(place, json={"text": "Is it near?"}, headers=mine).json()["text"] == "Is it near?"
    assert http.delete(place, headers=mine).status_code == 204
    assert http.get(f"/review/{link.token}").json()["comments"] == []


def test_words_before_a_passage_tell_which_is_meant(http, api, services, user_id):
    chat = api.chat("By tram, and back by tram")
    api.wait_until_written(chat.session_id)
    link = services.reviews.share(
        Thing("session", int(chat.session_id)), LinkSettings(audience="Customer"), user_id=user_id
    )
    anchor = http.get(f"/review/{link.token}").json()["snapshot"]["blocks"][0]["anchor"]

    about = {"anchor": anchor, "passage": "tram", "passage_before": "tram and back by"}
    said = http.post(f"/review/{link.token}/comments", json={"text": "Why?", "name": "Anna"} | about)

    assert (said.json()["passage"], said.json()["passage_before"]) == ("tram", "tram, and back by")


@pytest.mark.parametrize("key", ["short", "x" * 23, "a b" * 7 + "c", "é" * 22, "x" * 21 + "/"])
def test_key_that_is_none_is_refused(http, share, key):
    answer = http.get(f"/review/{share().token}", headers={"X-Review-Key": key.encode("latin-1")})

    assert told(answer) == (422, "invalid_input")


def test_decision_is_about_what_was_seen(http, share):
    link = share()
    seen = http.get(f"/review/{link.token}").json()["version"]["sha256"]
    path = f"/review/{link.token}/decisions"

    made = http.post(path, json={"kind": "approve", "name": "Anna", "sha256": seen})

    assert made.status_code == 201
    assert (made.json()["sha256"], made.json()["by_phone"]) == (seen, False)
    other = http.post(path, json={"kind": "approve", "name": "Anna", "sha256": "0" * 64})
    assert told(other) == (409, "review_changed")
    assert told(http.post(path, json={"kind": "ask_for_changes", "name": "Anna", "sha256": seen}))[0] == 422
    visit = http.get(f"/review/{link.token}", headers={"X-Review-Key": made.headers["x-review-key"]}).json()
    assert (visit["state"], visit["my_decision"]["decision_id"]) == ("approved", made.json()["decision_id"])


def test_link_is_for_what_it_was_made_for(http, share):
    link = share(may=ReviewMay.LOOK)
    seen = http.get(f"/review/{link.token}").json()["version"]["sha256"]

    said = http.post(f"/review/{link.token}/comments", json={"text": "Hi", "name": "Anna"})
    decided = http.post(f"/review/{link.token}/decisions", json={"kind": "approve", "name": "Anna", "sha256": seen})

    assert (told(said), told(decided)) == ((409, "not_possible"), (409, "not_possible"))


@pytest.mark.parametrize("passcode", ["tram 28!", "100 % süß 🚋"])
def test_passcode_lets_a_key_in_once(http, share, passcode):
    link = share(passcode=passcode)
    path = f"/review/{link.token}"
    assert told(http.get(path)) == (403, "passcode_needed")
    assert told(http.get(path, headers={"X-Review-Passcode": "tram 27!"})) == (403, "wrong_passcode")

    let_in = http.get(path, headers={"X-Review-Passcode": quote(passcode, safe=" !")})

    assert let_in.status_code == 200
    assert http.get(path, headers={"X-Review-Key": let_in.headers["x-review-key"]}).status_code == 200
    assert told(http.get(path, headers={"X-Review-Key": new_reader_key()})) == (403, "passcode_needed")


def test_passcodes_are_guessed_ten_times_and_whoever_is_in_stays_in(http, share):
    link = share(passcode="tram 28!")
    path = f"/review/{link.token}"
    mine = http.get(path, headers={"X-Review-Passcode": "tram 28!"}).headers["x-review-key"]

    answers = [http.get(path, headers={"X-Review-Passcode": f"guess {number}"}) for number in range(11)]

    assert [one.status_code for one in answers] == [403] * 10 + [429]
    assert told(answers[-1]) == (429, "too_many_guesses")
    assert int(answers[-1].headers["retry-after"]) >= 60
    assert http.get(path, headers={"X-Review-Key": mine}).status_code == 200


@pytest.mark.parametrize(
    "garbage", ["x", "x" * 32, "%00", "..%2f..", "é", "%F0%9F%9A%8B", "' OR 1=1 --", "x" * 20_000]
)
def test_what_is_no_link_opens_nothing(http, share, garbage):
    share()
    for method, path in of_links():
        answer = http.request(method, named(path, garbage), json=BODIES.get(path))
        assert told(answer) == (404, "not_found"), (method, path)


def test_links_are_guessed_thirty_times_and_who_was_here_before_stays(http, share):
    path = f"/review/{share().token}"
    mine = {"X-Review-Key": http.get(path).headers["x-review-key"]}

    for number in range(30):
        assert http.get(f"/review/{'x' * 30}{number}").status_code == 404
    assert told(http.get(f"/review/{'x' * 32}")) == (429, "too_many_guesses")

    assert http.get(path, headers=mine).status_code == 200


def test_requests_are_limited_by_address_and_by_link(address, routes, start_services, share):
    link, other = share(), share()
    services = start_services(requests_per_minute=3, trusted_proxies="127.0.0.1")
    routes.get_services = lambda: services

    def asked(token: str, visitor: int) -> int:
        where = {"X-Forwarded-For": f"203.0.113.{visitor}"}
        return httpx.get(f"{address}/review/{token}", headers=where, trust_env=False).status_code

    assert [asked(link.token, 1) for _ in range(4)] == [200, 200, 200, 429]
    assert [asked(link.token, visitor) for visitor in range(2, 11) for _ in range(3)] == [200] * 27
    assert asked(link.token, 12) == 429
    assert asked(other.token, 12) == 200


@pytest.fixture
def few(address, monkeypatch, routes, start_services) -> None:
    """Let three things be said from one address, which a proxy tells."""
    monkeypatch.setattr(guesses, "SAID", replace(guesses.SAID, most=3))
    services = start_services(trusted_proxies="127.0.0.1")
    routes.get_services = lambda: services


def coming_from(number: int) -> dict[str, str]:
    return {"X-Review-Key": str(number) * 22, "X-Forwarded-For": f"203.0.113.{number}"}


@pytest.mark.usefixtures("few")
def test_edits_are_counted_by_address(http, share):
    path = f"/review/{share().token}/comments"
    said = http.post(path, json={"name": "Eve", "text": "x"}, headers=coming_from(1)).json()["comment_id"]

    edits = [http.patch(f"{path}/{said}", json={"text": "y"}, headers=coming_from(1)) for _ in range(4)]

    assert [answer.status_code for answer in edits] == [200, 200, 429, 429]
    assert http.post(path, json={"name": "Anna", "text": "x"}, headers=coming_from(2)).status_code == 201


@pytest.mark.usefixtures("few")
def test_passages_that_stand_nowhere_are_counted_by_address_before_they_are_looked_for(http, share, monkeypatch):
    link = share()
    path = f"/review/{link.token}/comments"
    anchor = http.get(f"/review/{link.token}").json()["snapshot"]["blocks"][1]["anchor"]
    read = Mock(return_value="Words")
    monkeypatch.setattr("services.reviews.texts.shown_text", read)
    quoted = {"name": "Eve", "text": "x", "anchor": anchor, "passage": "nowhere to be found"}

    quotes = [http.post(path, json=quoted, headers=coming_from(1)) for _ in range(5)]

    assert [answer.status_code for answer in quotes] == [422, 422, 422, 429, 429]
    assert read.call_count == 3
    assert http.post(path, json={"name": "Anna", "text": "x"}, headers=coming_from(2)).status_code == 201


def test_nobodys_body_is_received(routes: Routes, address, share):
    link = share(passcode="tram 28!")
    sent: list[Message] = []

    async def never() -> Message:
        raise AssertionError("The body was asked for.")

    async def send(message: Message) -> None:
        sent.append(message)

    for token, status in (("x" * 32, 404), (link.token, 403)):
        for method, path in of_links():
            scope = {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": method,
                "path": f"/api{path.format(token=token, comment_id='1')}",
                "root_path": "/api",
                "query_string": b"",
                "headers": [(b"content-type", b"application/json")],
            }
            asyncio.run(routes.app(scope, never, send))
            assert sent[-2]["status"] == status, (method, path)


@pytest.mark.parametrize("size_told", [True, False])
def test_body_is_small(http, share, size_told):
    path = f"/review/{share().token}/comments"
    body = json.dumps({"text": "x" * 66_000, "name": "Anna"}).encode()

    answer = http.post(
        path, content=body if size_told else iter([body]), headers={"Content-Type": "application/json"}
    )

    assert told(answer) == (413, "too_large")
    assert "64 kB" in answer.json()["detail"]
    longest = json.dumps({"text": "🚋" * 4_000, "name": "Anna"}).encode()  # twelve bytes each
    assert http.post(path, content=longest, headers={"Content-Type": "application/json"}).status_code == 201


def test_answers_are_kept_by_nobody(http, share):
    link = share()
    for token in (link.token, "x" * 32):
        for method, path in of_links():
            answer = http.request(method, path.format(token=token, comment_id="1"), json=BODIES.get(path))
            told_ = [answer.headers.get(name) for name in ("cache-control", "x-robots-tag", "referrer-policy")]
            assert told_ == ["no-store", "noindex", "no-referrer"], (method, path, answer.status_code)


def test_page_of_another_site_may_ask_with_a_link(http, share):
    elsewhere = {"Origin": "https://intranet.example"}
    asked = elsewhere | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-Review-Key"}
    path = f"/review/{share().token}"

    assert http.options(f"{path}/comments", headers=asked).status_code == 200
    answer = http.get(path, headers=elsewhere)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_no_log_and_no_metric_tells_what_opens_a_link(http, api, share, services, caplog):
    caplog.set_level("DEBUG")
    link = share(passcode="tram 28!")
    headers = {"X-Review-Passcode": "tram 28!", "X-Review-Key": new_reader_key()}
    for method, path in of_links():
        for suffix in ("", "/", "/nothing", "?link=" + link.token):
            http.request(
                method,
                path.format(token=link.token, comment_id="1") + suffix,
                json=BODIES.get(path),
                headers=headers,
                follow_redirects=True,
            )
    http.put(f"/review/{link.token}")
    services.admins.set_admin(api.user_id, admin=True)

    caplog.handler.records = [one for one in caplog.records if not one.name.startswith("http")]  # the one who asked
    everything = logged(caplog) + api.http.get("/metrics").text
    assert "/review/{token}" in everything
    for secret in (link.token, "tram 28!", headers["X-Review-Key"]):
        assert secret not in everything
