"""Templates over the API."""

import pytest

MINE = {"name": "Short break", "instructions": "Answer as a table.", "first_message": "{days} days in {where}?"}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_template_is_saved_changed_listed_and_deleted(api):
    made = api.http.post("/templates", json=MINE).json()
    changed = api.http.put(f"/templates/{made['template_id']}", json=MINE | {"memory": False}).json()
    listed = api.http.get("/templates").json()["templates"]
    deleted = api.http.delete(f"/templates/{made['template_id']}")

    assert made["blanks"] == ["days", "where"]
    assert changed == made | {"memory": False}
    assert listed[0] == changed
    assert [one["built_in"] for one in listed] == [False] + [True] * 6
    assert deleted.status_code == 204
    assert api.http.get("/templates").json()["count"] == 6


def test_what_everybody_has_is_not_to_be_changed(api):
    answers = [api.http.put("/templates/itinerary", json=MINE), api.http.delete("/templates/itinerary")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "invalid_input")] * 2


def test_session_is_started_from_a_template(api):
    made = api.http.post("/templates", json=MINE).json()
    values = {"days": "4", "where": "Lisbon"}
    path = f"/templates/{made['template_id']}/start"
    started = api.http.post(path, json={"values": values, "message_id": "crm-1"})
    again = api.http.post(path, json={"values": values, "message_id": "crm-1"})

    assert "data: [DONE]" in started.text
    assert again.headers["x-message-id"] == started.headers["x-message-id"]
    session = api.http.get(f"/sessions/{started.headers['x-session-id']}").json()
    assert session["instructions"] == "Answer as a table."
    assert [one["content"] for one in session["messages"] if one["role"] == "user"] == ["4 days in Lisbon?"]
    refused = api.http.post(path, json={"values": {"days": "4"}})
    assert (refused.status_code, refused.json()["detail"]) == (422, "Please fill in: where.")


def test_instructions_of_a_session_are_set_and_taken_away(api):
    made = api.http.post("/sessions", json={"instructions": "Be brief."}).json()
    path = f"/sessions/{made['session_id']}"
    changed = api.http.patch(path, json={"instructions": "Be long."}).json()
    kept = api.http.patch(path, json={"pinned": True}).json()
    none = api.http.patch(path, json={"instructions": ""}).json()

    assert [one["instructions"] for one in (made, changed, kept, none)] == ["Be brief.", "Be long.", "Be long.", None]
