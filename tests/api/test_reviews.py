"""Reviews over the API, for planners."""

import hashlib
import json
from typing import Any

import pytest

from tests.helpers.api import Api

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def session_id(api: Api) -> str:
    """Make a session of one question and its answer."""
    session_id = api.chat("Three nights in Lisbon").session_id
    api.wait_until_written(session_id)
    return session_id


@pytest.fixture
def review(api: Api, session_id: str) -> dict[str, Any]:
    """Make a link."""
    made = api.http.post("/reviews", json={"session_id": session_id, "audience": "Customer", "approvals": 2})
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_link_is_told_once_with_its_address(api: Api, review):
    host = str(api.http.base_url).removesuffix("/api/")

    assert len(review["link"]) == 32
    assert review["address"] == f"{host}/review?link={review['link']}"
    for path in ("/reviews", f"/reviews/{review['review_id']}"):
        assert review["link"] not in api.http.get(path).text
    behind_tls = api.http.post(f"/reviews/{review['review_id']}/address", headers={"X-Forwarded-Proto": "https"})
    assert behind_tls.json()["address"].startswith("https://")
    assert behind_tls.json()["link"] != review["link"]


def test_address_is_below_the_path_that_the_screens_are_served_under(api: Api, routes, review, monkeypatch):
    monkeypatch.setitem(routes.app.state._state, "base_path", lambda: "/plans")
    host = str(api.http.base_url).removesuffix("/api/")

    made = api.http.post(f"/reviews/{review['review_id']}/address").json()

    assert made["address"] == f"{host}/plans/review?link={made['link']}"


def test_list_is_filtered_and_comes_in_pages(api: Api, session_id, review):
    other = {
        "session_id": session_id,
        "audience": "Finance",
        "due_on": "2030-01-02",
        "ends_at": "2031-01-01T00:00:00Z",
    }
    due = api.http.post("/reviews", json=other).json()
    gone = api.http.post("/reviews", json={"session_id": session_id, "audience": "Gone"}).json()
    assert api.http.delete(f"/reviews/{gone['review_id']}").status_code == 204

    def listed(**query):
        return [one["audience"] for one in api.http.get("/reviews", params=query).json()["reviews"]]

    assert listed() == ["Finance", "Gone", "Customer"]
    assert listed(ended=False) == ["Finance", "Customer"]
    assert listed(ended=True) == ["Gone"]
    assert listed(q="fin") == ["Finance"]
    assert listed(state="open") == ["Finance", "Customer"]
    assert listed(state="approved") == []
    assert listed(session_id=session_id, limit=1) == ["Finance"]
    assert listed(session_id="249712407203954688") == []
    first = api.http.get("/reviews", params={"limit": 2}).json()
    assert (first["count"], first["next_cursor"]) == (2, "2")
    second = api.http.get("/reviews", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["review_id"] for one in second["reviews"]] == [review["review_id"]]
    assert second["next_cursor"] is None
    assert (due["due_on"], due["ends_at"]) == ("2030-01-02", "2031-01-01T00:00:00.000Z")


def test_brief_of_a_trip_is_shared_and_found_by_it(api: Api, session_id, review):
    trip_id = api.http.post("/trips", json={"title": "Our trip", "brief": {"where": ["Lisbon"]}}).json()["trip_id"]

    made = api.http.post("/reviews", json={"trip_id": trip_id, "audience": "Customer"})

    assert made.status_code == 201, made.text
    assert (made.json()["trip_id"], made.json()["session_id"], made.json()["title"]) == (trip_id, None, "Our trip")
    assert (review["trip_id"], review["session_id"]) == (None, session_id)
    place = f"/reviews/{made.json()['review_id']}"
    [where, *_] = api.http.get(f"{place}/snapshot").json()["snapshot"]["blocks"]
    assert (where["anchor"], where["kind"], where["author"], where["at"]) == ("where", "field", "Where to", None)
    api.http.patch(f"/trips/{trip_id}", json={"brief": {"where": ["Porto"]}})
    again = api.http.post(f"{place}/share-again").json()
    assert (again["changed"], again["version"]["number"]) == (True, 2)
    for params, found in (
        ({"trip_id": trip_id}, [made.json()["review_id"]]),
        ({"session_id": session_id}, [review["review_id"]]),
        ({"trip_id": "249712407203954688"}, []),
        ({"q": "our TRIP"}, [made.json()["review_id"]]),
    ):
        listed = api.http.get("/reviews", params=params).json()["reviews"]
        assert [one["review_id"] for one in listed] == found


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({}, 422, "Name either a session or a trip"),
        ({"session_id": "SESSION", "trip_id": "TRIP"}, 422, "Name either a session or a trip"),
        ({"trip_id": "TRIP", "first_message_id": "1"}, 422, "it is shared as a whole"),
        ({"trip_id": "249712407203954688"}, 404, "There is no such trip"),
    ],
    ids=str,
)
def test_one_thing_is_shared_and_no_part_of_a_brief(api: Api, session_id, body, status, sentence):
    trip_id = api.http.post("/trips", json={"title": "Lisbon"}).json()["trip_id"]
    given = {name: {"SESSION": session_id, "TRIP": trip_id}.get(value, value) for name, value in body.items()}

    refused = api.http.post("/reviews", json=given | {"audience": "Customer"})

    assert (refused.status_code, sentence in refused.text) == (status, True), refused.text
    assert api.http.get("/reviews").json()["count"] == 0
    both = api.http.get("/reviews", params={"session_id": session_id, "trip_id": trip_id})
    assert both.status_code == 422


def test_what_is_named_is_changed_and_the_rest_stays(api: Api, review):
    path = f"/reviews/{review['review_id']}"
    changed = api.http.patch(path, json={"audience": "Board", "passcode": "tram 28!", "due_on": "2030-01-02"}).json()
    assert (changed["audience"], changed["approvals"], changed["has_passcode"]) == ("Board", 2, True)

    changed = api.http.patch(path, json={"may": "look", "due_on": None}).json()
    assert (changed["audience"], changed["may"], changed["has_passcode"]) == ("Board", "look", True)
    assert changed["due_on"] is None
    assert api.http.patch(path, json={"passcode": None}).json()["has_passcode"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": " "},
        {"audience": None},
        {"may": "destroy"},
        {"approvals": 0},
        {"approvals": 51},
        {"due_on": 20300102},
        {"due_on": "2030-02-30"},
        {"ends_at": "2020-01-01T00:00:00Z"},
        {"ends_at": "2030-01-01T00:00:00"},
        {"ends_at": "9999-12-31T23:59:59-12:00"},
        {"passcode": "short"},
        {"passcode": "€" * 25},
        {"passcode": "     \ud800     "},
        {"note": "x" * 2001},
    ],
    ids=str,
)
def test_what_cannot_be_said_of_a_link_is_refused(api: Api, review, wrong):
    answer = api.http.patch(
        f"/reviews/{review['review_id']}",
        content=json.dumps(wrong),  # in ASCII
        headers={"Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_shared_again_shows_what_is_new_and_outdates_decisions(api: Api, session_id, review):
    path = f"/reviews/{review['review_id']}"
    seen = review["version"]["sha256"]
    said = {"kind": "approve", "name": "Anna", "sha256": seen}
    decided = api.http.post(f"{path}/decisions", json=said)
    assert decided.status_code == 201
    assert (decided.json()["by_phone"], decided.json()["outdated"]) == (True, False)
    assert api.http.post(f"{path}/share-again").json()["changed"] is False

    api.http.post(f"/sessions/{session_id}/messages", json={"role": "user", "content": "And a day in Sintra"})
    again = api.http.post(f"{path}/share-again").json()

    assert (again["changed"], again["state"], again["version"]["number"]) == (True, "outdated", 2)
    assert [one["outdated"] for one in api.http.get(f"{path}/decisions").json()["decisions"]] == [True]
    assert [one["number"] for one in api.http.get(path).json()["versions"]] == [1, 2]
    answer = api.http.post(f"{path}/decisions", json=said)
    assert (answer.status_code, answer.json()["code"]) == (409, "review_changed")
    blocks = [
        len(api.http.get(f"{path}/snapshot", params=query).json()["snapshot"]["blocks"])
        for query in ({}, {"version": 1})
    ]
    assert blocks == [3, 2]
    assert api.http.get(f"{path}/snapshot", params={"version": 3}).status_code == 404


def test_comments_are_answered_changed_resolved_and_taken_back(api: Api, review):
    path = f"/reviews/{review['review_id']}/comments"
    first = api.http.post(path, json={"text": "For us only", "internal": True}).json()
    answer = api.http.post(path, json={"text": "Quite", "answer_to": first["comment_id"]}).json()
    assert [one["internal"] for one in (answer, *answer["answers"])] == [True, True]
    place = f"{path}/{first['comment_id']}"
    assert api.http.patch(place, json={"text": "For us"}).json()["edited"] is True
    assert api.http.post(f"{place}/resolve").json()["resolved"]["version"] == 1
    assert api.http.get(path, params={"unresolved": True}).json()["comments"] == []
    assert api.http.post(f"{place}/reopen").json()["resolved"] is None
    assert api.http.delete(place).status_code == 204
    api.http.post(path, json={"text": "To all"})

    page = api.http.get(path, params={"limit": 1}).json()
    assert [one["text"] for one in page["comments"]] == ["To all"]
    page = api.http.get(path, params={"limit": 1, "before": page["next_cursor"]}).json()
    assert [(one["text"], one["removed"]) for one in page["comments"]] == [("", True)]
    assert page["next_cursor"] is None


def test_revoked_link_can_be_read_and_nothing_else(api: Api, review):
    path = f"/reviews/{review['review_id']}"
    api.http.delete(path)

    assert api.http.get(path).json()["state"] == "ended"
    for way in ("address", "share-again"):
        answer = api.http.post(f"{path}/{way}")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_possible")


def test_part_of_a_session_is_shared(api: Api, session_id):
    question = api.http.get(f"/sessions/{session_id}").json()["messages"][0]["id"]
    body = {
        "session_id": session_id,
        "audience": "Customer",
        "first_message_id": question,
        "last_message_id": question,
    }
    made = api.http.post("/reviews", json=body).json()

    shown = api.http.get(f"/reviews/{made['review_id']}/snapshot").json()["snapshot"]["blocks"]
    assert [one["anchor"] for one in shown] == [question]
    elsewhere = api.http.post("/reviews", json=body | {"last_message_id": "249712407203954688"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "not_possible")


def test_strangers_reviews_are_not_found(api: Api, stranger: Api, review):
    path = f"/reviews/{review['review_id']}"
    said = api.http.post(f"{path}/comments", json={"text": "Ours"}).json()["comment_id"]
    own_session = stranger.chat("Four nights in Porto").session_id
    stranger.wait_until_written(own_session)
    own = stranger.http.post("/reviews", json={"session_id": own_session, "audience": "Mine"}).json()["review_id"]
    message = api.http.get(f"/sessions/{review['session_id']}").json()["messages"][0]["id"]

    asked = [
        stranger.http.get(path),
        stranger.http.patch(path, json={"audience": "Theirs"}),
        stranger.http.delete(path),
        stranger.http.post(f"{path}/share-again"),
        stranger.http.post(f"{path}/address"),
        stranger.http.get(f"{path}/snapshot"),
        stranger.http.get(f"{path}/comments"),
        stranger.http.post(f"{path}/comments", json={"text": "Hi"}),
        stranger.http.post(f"{path}/comments/{said}/resolve"),
        stranger.http.post(f"/reviews/{own}/comments/{said}/resolve"),
        stranger.http.patch(f"/reviews/{own}/comments/{said}", json={"text": "Hi"}),
        stranger.http.delete(f"/reviews/{own}/comments/{said}"),
        stranger.http.post(f"/reviews/{own}/comments", json={"text": "Hi", "answer_to": said}),
        stranger.http.get(f"{path}/decisions"),
        stranger.http.post("/reviews", json={"session_id": review["session_id"], "audience": "Mine"}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in asked] == [(404, "not_found")] * len(asked)
    part = {"session_id": own_session, "audience": "Mine", "first_message_id": message}
    assert stranger.http.post("/reviews", json=part).status_code == 409
    assert [one["review_id"] for one in stranger.http.get("/reviews").json()["reviews"]] == [own]


def test_copies_and_exports_of_a_session_have_nothing_of_its_reviews(api: Api, session_id, review):
    api.http.post(f"/reviews/{review['review_id']}/comments", json={"text": "Between us", "internal": True})
    reply = api.http.get(f"/sessions/{session_id}").json()["messages"][-1]["id"]

    fork = api.http.post(f"/messages/{reply}/fork").json()["session_id"]
    exported = api.http.get(f"/sessions/{session_id}/export").text

    assert api.http.get("/reviews", params={"session_id": fork}).json()["count"] == 0
    for part in ("Between us", review["review_id"], review["link"], review["version"]["sha256"]):
        assert part not in exported


def test_link_shows_the_deck_of_a_session_where_that_is_asked_for(api: Api, session_id, review):
    asked = {"session_id": session_id, "deck": True, "audience": "Customer"}
    assert api.http.post("/reviews", json=asked).status_code == 404  # there is none yet
    assert api.http.post(f"/sessions/{session_id}/slides", json={}).is_success
    made = api.http.post("/reviews", json=asked)
    assert made.status_code == 201, made.text
    assert (made.json()["deck"], review["deck"]) == (True, False)
    of_deck = api.http.get("/reviews", params={"session_id": session_id, "deck": True}).json()["reviews"]
    assert [one["review_id"] for one in of_deck] == [made.json()["review_id"]]
    of_talk = api.http.get("/reviews", params={"session_id": session_id}).json()["reviews"]
    assert [one["review_id"] for one in of_talk] == [review["review_id"]]
    shown = api.http.get(f"/reviews/{made.json()['review_id']}/snapshot").json()
    text = json.dumps(shown["snapshot"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == shown["version"]["sha256"]
    assert shown["snapshot"]["deck"]["deck"]["slides"][0]["kind"] == "cover"
    assert "deck" not in api.http.get(f"/reviews/{review['review_id']}/snapshot").json()["snapshot"]
    whole = api.http.post("/reviews", json=asked | {"first_message_id": "1"})
    assert (whole.status_code, "first_message_id" in whole.text) == (422, True)
