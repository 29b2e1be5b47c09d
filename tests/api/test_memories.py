"""Memories over the API."""

import pytest

from tests.helpers.api import Api
from tests.helpers.sides import join, make_customer, make_trip, new_session_in, say

FACTS = "I am vegetarian. My home airport is Kraków."


@pytest.fixture(params=["own", "a customer's"])
def place(request, api: Api, database) -> str:
    """Return where memories are: the caller's own, or those about a customer."""
    return "/memories" if request.param == "own" else f"/customers/{make_customer(database, api.user_id)}/memories"


def test_added_corrected_found_and_forgotten(api: Api, place):
    made = api.http.post(place, json={"content": "Prefers tea"})
    memory_id = made.json()["memory_id"]
    changed = api.http.patch(f"{place}/{memory_id}", json={"content": "Prefers coffee"})
    found = api.http.get(f"{place}/search", params={"q": "coffee"})

    assert (made.status_code, changed.status_code, found.status_code) == (201, 200, 200)
    assert changed.json()["content"] == "Prefers coffee"
    assert changed.json()["customer_id"] == (None if place == "/memories" else place.split("/")[2])
    assert [one["memory_id"] for one in found.json()["memories"]] == [memory_id]
    assert api.http.delete(f"{place}/{memory_id}").status_code == 204
    assert api.http.delete(f"{place}/{memory_id}").status_code == 404
    assert api.http.get(place).json() == {"memories": [], "count": 0, "total": 0, "next_cursor": None}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_list_comes_in_pages_newest_first(api: Api, place):
    for number in range(3):
        api.http.post(place, json={"content": f"Fact {number}"})

    first = api.http.get(place, params={"limit": 2}).json()
    second = api.http.get(place, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [one["content"] for one in first["memories"] + second["memories"]] == ["Fact 2", "Fact 1", "Fact 0"]
    assert (first["count"], first["total"], second["next_cursor"]) == (2, 3, None)


def test_message_names_what_is_remembered_from_it_and_the_next_reply_what_it_used(api: Api):
    told = api.chat(FACTS)
    question_id = api.http.get(f"/sessions/{told.session_id}/messages").json()["messages"][0]["id"]

    remembered = api.http.get(f"/messages/{question_id}/memories").json()["memories"]
    used = api.chat("Three days in Rome")

    assert {one["content"] for one in remembered} == {"Is vegetarian", "Flies from Kraków"}
    assert {one["source"]["message_id"] for one in remembered} == {question_id}
    streamed = [chunk["data"] for chunk in used.chunks if chunk["type"] == "data-memory"]
    loaded = api.http.get(f"/sessions/{used.session_id}/messages").json()["messages"][1]
    kept = [part["data"] for part in loaded["parts"] if part["type"] == "data-memory"]
    assert {one["id"] for one in streamed} == {one["memory_id"] for one in remembered}
    assert streamed == kept


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("query", [{}, {"confirm": "yes"}])
def test_nothing_is_forgotten_without_the_word(api: Api, place, query):
    api.http.post(place, json={"content": "Prefers tea"})

    assert api.http.delete(place, params=query).status_code == 422
    assert api.http.get(place).json()["total"] == 1


def test_forget_all_leaves_others_alone(api: Api, stranger: Api, database):
    customers = [f"/customers/{make_customer(database, api.user_id)}/memories" for _ in range(2)]
    owned = [(api, "/memories"), (stranger, "/memories"), *((api, place) for place in customers)]
    for one, place in owned:
        one.http.post(place, json={"content": "Prefers tea"})

    for cleared, (who, forgotten) in enumerate(owned, start=1):
        assert who.http.delete(forgotten, params={"confirm": "all"}).json() == {"forgotten": 1}
        totals = [one.http.get(place).json()["total"] for one, place in owned]
        assert totals == [0] * cleared + [1] * (len(owned) - cleared)


def test_who_views_a_customers_trip_reads_and_changes_nothing(api: Api, stranger: Api, database):
    customer_id = make_customer(database, api.user_id)
    trip_id, place = make_trip(database, api.user_id, customer_id), f"/customers/{customer_id}/memories"
    memory_id = api.http.post(place, json={"content": "Prefers tea"}).json()["memory_id"]
    assert stranger.http.get(place).status_code == 404
    join(database, trip_id, stranger.user_id, "view")

    assert stranger.http.get(place).json()["total"] == 1
    assert stranger.http.get(f"{place}/search", params={"q": "tea"}).json()["count"] == 1
    refused = [
        stranger.http.post(place, json={"content": "Hates noise"}),
        stranger.http.patch(f"{place}/{memory_id}", json={"content": "Prefers coffee"}),
        stranger.http.delete(f"{place}/{memory_id}"),
        stranger.http.delete(place, params={"confirm": "all"}),
    ]
    assert [answer.status_code for answer in refused] == [409] * 4
    assert refused[0].json()["detail"].endswith("but not change it.")
    assert [one["content"] for one in api.http.get(place).json()["memories"]] == ["Prefers tea"]


def test_source_is_named_to_who_sees_its_session(api: Api, stranger: Api, services, database):
    customer_id = make_customer(database, api.user_id)
    trip_id, place = make_trip(database, api.user_id, customer_id), f"/customers/{customer_id}/memories"
    join(database, trip_id, stranger.user_id, "edit")
    session_id = new_session_in(services, database, trip_id, user_id=api.user_id)
    asked = say(services, "I am vegetarian", session_id, user_id=api.user_id)
    found = api.http.get(f"/messages/{asked.message_id}/memories").json()["memories"]

    assert [(one["content"], one["customer_id"]) for one in found] == [("Is vegetarian", str(customer_id))]
    (own,), (others,) = (one.http.get(place).json()["memories"] for one in (api, stranger))
    assert own["source"]["session_id"] == str(session_id)
    assert others["source"] is None
    assert api.http.get("/memories").json()["total"] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_backboard_away_is_a_503(api: Api, emulator):
    api.http.post("/memories", json={"content": "Prefers tea"})
    emulator.go_away()

    answer = api.http.get("/memories")

    assert (answer.status_code, answer.json()["code"]) == (503, "backboard_unavailable")
    assert answer.headers["retry-after"]
