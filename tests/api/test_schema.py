"""Everything that the OpenAPI document allows, and much that it does not, sent to the real routes."""

from itertools import groupby
from typing import Any

import httpx
import pytest

from tests.helpers.api import client
from tests.helpers.api_routes import ROUTES
from tests.helpers.deck_places import picture
from tests.helpers.services import make_user


@pytest.fixture
def target(serve, start_services, database, user_id) -> dict[str, Any]:
    """Serve the API without limits on requests; give what a request to it needs, and the ids of real things."""
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


def _together(route: tuple[str, str]) -> tuple[str, ...]:
    """Return what routes have in common that are sent theirs beside each other: they only read, and of one kind."""
    method, path = route
    kind = path.split("/")[1]
    return (method, kind) if method == "GET" and kind != "review" else route  # links that are none are counted


# The slides of a trip are taken by the code that takes those of a session, and to send all kinds of them takes long.
SENT = [route for route in ROUTES if route != ("PUT", "/trips/{trip_id}/slides")]
GROUPS = [list(group) for _, group in groupby(sorted(SENT, key=_together), _together)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: " ".join(group[0]))
def test_answers_are_the_declared_ones(group, target):
    from tests.helpers.api_schema import call_route

    for method, path in group:
        call_route(method, path, target)
