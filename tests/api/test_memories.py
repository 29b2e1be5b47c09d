"""Memories over the API."""

import pytest

from tests.helpers.api import Api

FACTS = "I am vegetarian. My home airport is Kraków."


def test_added_corrected_found_and_forgotten(api: Api):
    made = api.http.post("/memories", json={"content": "Prefers tea"})
    memory_id = made.json()["memory_id"]
    changed = api.http.patch(f"/memories/{memory_id}", json={"content": "Prefers coffee"})
    found = api.http.get("/memories/search", params={"q": "coffee"})

    assert (made.status_code, changed.status_code, found.status_code) == (201, 200, 200)
    assert changed.json()["content"] == "Prefers coffee"
    assert [one["memory_id"] for one in found.json()["memories"]] == [memory_id]
    assert api.http.delete(f"/memories/{memory_id}").status_code == 204
    assert api.http.delete(f"/memories/{memory_id}").status_code == 404
    assert api.http.get("/memories").json() == {"memories": [], "count": 0, "total": 0, "next_cursor": None}


def test_list_comes_in_pages_newest_first(api: Api):
    for number in range(3):
        api.http.post("/memories", json={"content": f"Fact {number}"})

    first = api.http.get("/memories", params={"limit": 2}).json()
    second = api.http.get("/memories", params={"limit": 2, "cursor": first["next_cursor"]}).json()

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


@pytest.mark.parametrize("query", [{}, {"confirm": "yes"}])
def test_nothing_is_forgotten_without_the_word(api: Api, query):
    api.http.post("/memories", json={"content": "Prefers tea"})

    assert api.http.delete("/memories", params=query).status_code == 422
    assert api.http.get("/memories").json()["total"] == 1


def test_forget_all_leaves_others_alone(api: Api, stranger: Api):
    for one in (api, stranger):
        one.http.post("/memories", json={"content": "Prefers tea"})

    assert api.http.delete("/memories", params={"confirm": "all"}).json() == {"forgotten": 1}
    assert api.http.get("/memories").json()["total"] == 0
    assert stranger.http.get("/memories").json()["total"] == 1


def test_backboard_away_is_a_503(api: Api, emulator):
    api.http.post("/memories", json={"content": "Prefers tea"})
    emulator.go_away()

    answer = api.http.get("/memories")

    assert (answer.status_code, answer.json()["code"]) == (503, "backboard_unavailable")
    assert answer.headers["retry-after"]
