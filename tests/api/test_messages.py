"""Versions, forks, deletion and follow-ups, as programs use them."""

from tests.helpers.api import Reading, Streamed
from tests.helpers.services import until


def contents(api, session_id):
    """Return what the planner's side says in a session, on every path."""
    messages = api.http.get(f"/sessions/{session_id}/messages").raise_for_status().json()["messages"]
    return [one["content"] for one in messages if one["role"] == "user"]


def question_id(api, session_id, number=0):
    messages = api.http.get(f"/sessions/{session_id}/messages").json()["messages"]
    return [one["id"] for one in messages if one["role"] == "user"][number]


def test_edit_is_another_version_and_the_first_can_be_shown_again(api, emulator):
    first = api.chat("Three nights in Lisbon")
    asked = question_id(api, first.session_id)
    body = {"content": "Two nights in Porto", "message_id": "e1"}
    edited = Streamed(api.http.post(f"/messages/{asked}/edit", json=body))
    repeated = Streamed(api.http.post(f"/messages/{asked}/edit", json=body))
    api.http.post(f"/messages/{asked}/show").raise_for_status()
    api.chat("And food?", f"/sessions/{first.session_id}/chat")

    assert repeated.reply_id == edited.reply_id
    assert contents(api, first.session_id) == ["Three nights in Lisbon", "Two nights in Porto", "And food?"]
    assert emulator.asked(emulator.runs[-1]["thread_id"]) == ["Three nights in Lisbon", "And food?"]


def test_retry_takes_another_model(api):
    first = api.chat("Three nights in Lisbon")
    again = Streamed(
        api.http.post(f"/messages/{first.reply_id}/retry", params={"model": "anthropic/claude-sonnet-4-5"})
    )

    stored = api.http.get(f"/sessions/{first.session_id}").json()["messages"][-1]
    assert (stored["id"], stored["metadata"]["model"]) == (again.reply_id, "anthropic/claude-sonnet-4-5")
    assert api.http.post(f"/messages/{first.reply_id}/retry", params={"model": "nonsense"}).status_code == 422


def test_fork_is_a_session_with_the_turns_up_to_there(api):
    first = api.chat("Three nights in Lisbon")
    forked = api.http.post(f"/messages/{first.reply_id}/fork")

    assert forked.status_code == 201
    assert forked.json()["message_count"] == 2
    assert contents(api, forked.json()["session_id"]) == ["Three nights in Lisbon"]


def test_deleted_message_is_gone_and_can_be_restored(api):
    first = api.chat("Three nights in Lisbon")
    asked = question_id(api, first.session_id)

    assert api.http.delete(f"/messages/{asked}").status_code == 204
    assert contents(api, first.session_id) == []
    assert api.http.delete(f"/messages/{asked}").status_code == 404
    assert api.http.post(f"/messages/{asked}/restore").status_code == 204
    assert contents(api, first.session_id) == ["Three nights in Lisbon"]
    assert api.http.delete(f"/messages/{first.reply_id}").json()["code"] == "not_possible"


def test_follow_up_waits_and_is_sent_after_the_reply(api, emulator):
    emulator.hold_reply()
    reading = Reading(api.http, "POST", "/chat", json={"content": "14 days in Japan"}).until("text-delta")
    session_id = reading.headers["x-session-id"]
    address = f"/sessions/{session_id}/follow-ups"
    added = api.http.post(address, json={"content": "Add Kyoto", "message_id": "f1"})
    repeated = api.http.post(address, json={"content": "Add Kyoto", "message_id": "f1"})
    other = api.http.post(address, json={"content": "Never mind"}).json()["waiting"]["follow_up_id"]
    listed = api.http.get(address).json()
    changed = api.http.patch(f"/follow-ups/{added.json()['waiting']['follow_up_id']}", json={"content": "Add Nara"})
    assert api.http.delete(f"/follow-ups/{other}").status_code == 204
    assert api.http.delete(f"/follow-ups/{other}").status_code == 404
    emulator.release()
    reading.to_end()

    assert (added.status_code, added.json()) == (202, repeated.json())
    assert [one["content"] for one in listed["follow_ups"]] == ["Add Kyoto", "Never mind"]
    assert changed.json()["content"] == "Add Nara"
    until(lambda: contents(api, session_id) == ["14 days in Japan", "Add Nara"], what="it was sent")
    until(lambda: not api.http.get(f"/sessions/{session_id}").json()["answering"], what="it was answered")
    assert api.http.post(f"{address}/send").json()["code"] == "not_possible"
    at_once = api.http.post(address, json={"content": "And Osaka?"}).json()
    assert at_once["waiting"] is None
    assert at_once["reply_id"]


def test_follow_up_waits_on_where_the_reply_was_stopped_until_it_is_sent(api, emulator):
    emulator.hold_reply()
    reading = Reading(api.http, "POST", "/chat", json={"content": "14 days in Japan"}).until("text-delta")
    session_id = reading.headers["x-session-id"]
    address = f"/sessions/{session_id}/follow-ups"
    api.http.post(address, json={"content": "Add Kyoto"}).raise_for_status()
    api.http.post(f"/sessions/{session_id}/stop").raise_for_status()
    reading.to_end()

    assert not api.http.get(f"/sessions/{session_id}").json()["answering"]
    assert api.http.get(address).json()["count"] == 1
    api.http.post(f"{address}/send").raise_for_status()
    assert contents(api, session_id) == ["14 days in Japan", "Add Kyoto"]
