"""Somebody whose every text has a mark, so that it can be told where one of them turns up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.helpers.api import client
from tests.helpers.api_routes import named, routes
from tests.helpers.browser import COOKIE, App
from tests.helpers.deck_places import picture
from tests.helpers.planners import Planner, add_planner
from tests.helpers.tab import drawn, elements, open_tab

MARK, NAME = "quokka", "wallaby"  # in all that they wrote; in what they are called
WORD = "lagoon"  # beside each mark, to search for
SAID = f"{MARK} {WORD}"


@dataclass(frozen=True)
class Victim:
    """Somebody with one of everything, and a tab that shows it.

    *ids* are the names of it all, by what the routes of the API call them, and of the `tab`.
    """

    planner: Planner
    ids: dict[str, str]
    http: httpx.Client

    def everything(self) -> dict[str, str]:
        """Return what every route that reads tells them of what is theirs."""
        found = {}
        for method, path in routes():
            if method == "GET" and path not in _OF_NOW and not path.startswith("/review/"):
                answer = self.http.get(named(path, self.ids), params={"q": WORD, "since": "1"})
                found[path] = f"{answer.status_code} {answer.text}"
        return found

    def address(self) -> str:
        """Return what names all of it in the address of a screen."""
        kinds = ("session", "trip", "message", "customer", "review")
        return "&".join(f"{kind}={self.ids[f'{kind}_id']}" for kind in kinds)


_OF_NOW = {"/metrics", "/health", "/models", "/usage", "/me/data"}  # which tells when it was asked for last, too


@contextmanager
def added_victim(app: App) -> Iterator[Victim]:
    """Give somebody with a marked session, trip, deck, review, file, customer, template and memory on a server."""
    planner = add_planner(app, NAME.title())
    with client(f"{app.url}/api", planner.new_token()) as http:
        ids = _add_things(http, planner.id)
        with open_tab(app, headers={"Cookie": f"{COOKIE}={planner.cookie()}"}) as tab:
            said = drawn(tab, query=f"session={ids['session_id']}")
            assert any(MARK in one.markdown.body for one in elements(said) if one.HasField("markdown"))
            ids["tab"] = said[0].new_session.initialize.session_id
            yield Victim(planner, ids, http)


def _add_things(http: httpx.Client, user_id: int) -> dict[str, str]:
    """Make one of everything; return the names of it all."""

    def post(path: str, **how: Any) -> dict[str, Any]:
        answer = http.post(path, **how)
        assert answer.is_success, (path, answer.text)
        return dict(answer.json())

    chat = http.post("/chat", json={"content": SAID, "id": f"{MARK}-chat"})
    session_id, message_id = chat.headers["x-session-id"], chat.headers["x-message-id"]
    customer = post("/customers", json={"name": SAID, "contact": SAID, "notes": SAID})
    customer_id = customer["customer_id"]
    brief = {"where": [SAID], "notes_private": SAID}
    trip = post("/trips", json={"title": SAID, "customer_id": customer_id, "brief": brief})
    in_session, in_trip = f"/sessions/{session_id}", f"/trips/{trip['trip_id']}"
    assert http.patch(in_session, json={"title": SAID}).is_success
    file = {"file": (f"{MARK}.txt", SAID.encode())}
    shots = [_deck(http, place) for place in (in_session, in_trip)]
    template = post("/templates", json={"name": SAID, "instructions": SAID, "first_message": SAID})
    assert http.put(f"/messages/{message_id}/rating", json={"value": -1, "reason": SAID}).is_success
    review = post("/reviews", json={"session_id": session_id, "audience": SAID})
    said = post(f"/review/{review['link']}/comments", json={"text": SAID, "name": SAID})
    ended = post("/reviews", json={"session_id": session_id, "audience": SAID})
    assert http.delete(f"/reviews/{ended['review_id']}").is_success
    ids = {
        "session_id": session_id,
        "message_id": message_id,
        "chat_id": f"{MARK}-chat",
        "follow_up_id": message_id,
        "template_id": template["template_id"],
        "memory_id": post("/memories", json={"content": SAID})["memory_id"],
        "review_id": review["review_id"],
        "token": ended["link"],  # a link that is no more
        "comment_id": said["comment_id"],
        "file_id": post(f"{in_session}/files", files=file)["file_id"],
        "trip_id": trip["trip_id"],
        "trip_file_id": post(f"{in_trip}/files", files=file)["file_id"],
        "customer_id": customer_id,
        "user_id": str(user_id),
        "rev": "1",
        "sha256": shots[0],
    }
    post(f"/customers/{customer_id}/memories", json={"content": SAID})
    return ids


def _deck(http: httpx.Client, thing: str) -> str:
    """Make a deck with a marked slide and a picture; return the picture's SHA-256."""
    http.post(f"{thing}/slides")
    added = http.post(f"{thing}/slides/pictures", files={"file": ("a.png", picture())})
    rev = http.get(f"{thing}/slides").json()["rev"]
    changed = http.put(f"{thing}/slides", json={"rev": rev, "slides": [{"id": "1", "title": SAID, "blocks": []}]})
    assert changed.is_success, changed.text
    return str(added.json()["sha256"])
