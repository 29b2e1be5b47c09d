"""Everything that the OpenAPI document allows, and much that it does not, sent to the real routes."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.reviews import guesses
from tests.helpers.api import client
from tests.helpers.api_routes import PUBLIC, Route, routes
from tests.helpers.deck_places import picture
from tests.helpers.services import make_user

# The slides of a trip are taken by the code that takes those of a session, and to send all kinds of them takes long.
SLIDES, LIKE_THEM = ("PUT", "/sessions/{session_id}/slides"), ("PUT", "/trips/{trip_id}/slides")
READING, CHANGING = 3, 6  # shares, which may be taken beside each other
BORDERS_OF, ALL_BORDERS = 12, 6  # one route in twelve is sent what lies on its borders, or all with so many examples
SHARES = [*(f"reading {n}" for n in range(READING)), *(f"changing {n}" for n in range(CHANGING))]


@pytest.fixture
def target(serve, start_services, database, user_id, monkeypatch) -> dict[str, Any]:
    """Serve the API without limits on requests; give what a request to it needs, and the ids of real things."""
    for limit in ("WRONG_LINKS", "SAID", "SAID_ON_LINK", "DECIDED_ON_LINK"):
        monkeypatch.setattr(guesses, limit, replace(getattr(guesses, limit), most=10**9))
    services = start_services(requests_per_minute=10**9)
    address = serve(lambda: services)
    secret = services.tokens.create(user_id=user_id, name="test").secret
    with client(address, secret) as http:
        first = http.post("/chat", json={"content": "Three nights in Lisbon", "id": "known"})
        mine = {"name": "Mine", "first_message": "Hi"}
        template_id = http.post("/templates", json=mine).json()["template_id"]
        session_id = first.headers["x-session-id"]
        review = http.post("/reviews", json={"session_id": session_id, "audience": "Customer"}).json()
        link = f"/review/{review['link']}"
        said = http.post(f"{link}/comments", json={"text": "Hi", "name": "Anna"})
        customer = http.post("/customers", json={"name": "Weber"}).json()
        trip = http.post("/trips", json={"title": "Lisbon", "customer_id": customer["customer_id"]}).json()
        place = f"/trips/{trip['trip_id']}"
        make_user(database, "bob")
        members = http.post(f"{place}/members", json={"username": "bob"}).json()["members"]
        shared = http.post(f"{place}/files", files={"file": ("b.txt", b"Hello")}).json()
        kept, _ = [_deck_picture(http, thing) for thing in (f"/sessions/{session_id}", place)]
        added = http.post(f"/sessions/{session_id}/files", files={"file": ("a.txt", b"Hello")})
        return {
            "template_id": template_id,
            "base_url": address,
            "headers": {"Authorization": f"Bearer {secret}"},
            "session_id": first.headers["x-session-id"],
            "message_id": first.headers["x-message-id"],
            "chat_id": "known",
            "follow_up_id": first.headers["x-message-id"],  # of nothing that waits: replies end at once here
            "memory_id": http.post("/memories", json={"content": "Prefers tea"}).json()["memory_id"],
            "review_id": review["review_id"],
            "token": review["link"],
            "comment_id": said.json()["comment_id"],
            "file_id": added.json()["file_id"],
            "trip_id": trip["trip_id"],
            "trip_file_id": shared["file_id"],
            "customer_id": customer["customer_id"],
            "user_id": members[1]["user_id"],
            "rev": "1",
            "sha256": kept,
        }


def _deck_picture(http: httpx.Client, thing: str) -> str:
    """Make a deck with a picture; return the picture's SHA-256."""
    http.post(f"{thing}/slides")
    added = http.post(f"{thing}/slides/pictures", files={"file": ("a.png", picture())})
    return str(added.json()["sha256"])


def _routes_of(share: str) -> list[Route]:
    """Return the routes that are called one after the other, with one target.

    What lies in something is deleted before that is.
    """
    kind, _, number = share.partition(" ")
    of_links = [route for route in routes() if route[1].startswith(PUBLIC)]
    others = [route for route in routes() if route not in of_links]
    if kind == "slides":
        return [SLIDES]
    if kind == "links":
        return sorted(of_links, key=lambda route: ("GET", "POST", "PATCH", "DELETE").index(route[0]))
    if kind == "reading":
        return [route for route in others if route[0] == "GET"][int(number) :: READING]
    if kind == "deleting":
        return sorted((route for route in others if route[0] == "DELETE"), key=lambda route: -route[1].count("/"))
    changing = [route for route in others if route[0] not in ("GET", "DELETE")]
    return [route for route in changing if route not in (SLIDES, LIKE_THEM)][int(number) :: CHANGING]


@pytest.mark.soak(short=1, long=6)  # examples of each route; the cases on its borders stand below
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("share", ["slides", *SHARES, "deleting", "links"])
def test_answers_are_the_declared_ones(share, target, lasts):
    from tests.helpers.api_schema import call_route

    every = [*routes()]
    for route in _routes_of(share):
        borders = lasts >= ALL_BORDERS or every.index(route) % BORDERS_OF == 0
        call_route(*route, target, examples=int(lasts), borders=borders)


def test_every_route_is_in_a_share():
    called = [route for share in ("slides", *SHARES, "deleting", "links") for route in _routes_of(share)]

    assert sorted([*called, LIKE_THEM]) == [*routes()]
