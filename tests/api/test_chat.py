"""Sending, streaming, joining, stopping and repeating over the API."""

import json
from typing import Any

import httpx
import pytest

import emulator.responses as emulator_responses
from db.models import User
from tests.helpers.api import Reading, Streamed, client
from tests.helpers.databases import ON_BOTH, ON_SQLITE
from tests.helpers.road import Road


def ui_body(text: str, message_id: str, chat_id: str = "aName", **more: Any) -> dict[str, Any]:
    """Return what the npm package's default transport posts."""
    message = {"id": message_id, "role": "user", "parts": [{"type": "text", "text": text}]}
    return {"id": chat_id, "trigger": "submit-message", "messages": [message]} | more


def text_of(stream: str) -> str:
    """Return the text in a UI message stream."""
    chunks = [json.loads(line[6:]) for line in stream.split("\n\n") if line.startswith("data: {")]
    return "".join(chunk["delta"] for chunk in chunks if chunk["type"] == "text-delta")


@ON_SQLITE
def test_reply_streams_as_a_ui_message(api):
    reply = api.chat("Three nights in Lisbon", model="openai/gpt-4o-mini")

    assert reply.types[0] == "start"
    assert reply.types[-3:] == ["text-end", "finish-step", "finish"]
    start, finish = reply.chunks[0], reply.chunks[-1]
    assert start["messageId"] == reply.reply_id
    assert start["messageMetadata"] == {
        "status": "running", "session_id": reply.session_id, "model": "openai/gpt-4o-mini"
    }  # fmt: skip
    assert finish["messageMetadata"]["status"] == "complete"
    assert finish["messageMetadata"]["tokens_out"] > 0
    assert reply.response.headers["x-vercel-ai-ui-message-stream"] == "v1"
    stored = api.http.get(f"/sessions/{reply.session_id}/messages").json()["messages"]
    assert [one["role"] for one in stored] == ["user", "assistant"]
    assert stored[1]["content"] == reply.text
    assert stored[1]["metadata"] == finish["messageMetadata"]
    assert "null" not in reply.response.text


@ON_SQLITE
def test_tool_turn_has_two_steps_and_the_same_parts_when_loaded(api):
    reply = api.chat("What is today's date?")

    tool = [chunk for chunk in reply.chunks if chunk["type"].startswith("tool-")]
    assert [chunk["type"] for chunk in tool] == ["tool-input-available", "tool-output-available"]
    assert all(chunk["dynamic"] and chunk["providerExecuted"] for chunk in tool)
    assert set(tool[1]["output"]) == {"date", "weekday"}
    assert reply.types.count("start-step") == reply.types.count("finish-step") == 2
    assert reply.types.index("tool-output-available") < reply.types.index("finish-step")
    parts = api.http.get(f"/sessions/{reply.session_id}/messages").json()["messages"][1]["parts"]
    kinds = [part["type"] for part in parts]
    assert kinds.count("step-start") == 2
    assert parts[kinds.index("dynamic-tool")]["output"] == tool[1]["output"]
    assert parts[-1] == {"type": "text", "text": reply.text, "state": "done"}


@ON_SQLITE
@pytest.mark.parametrize(("fault", "code"), [("error_event:5", "run_failed"), ("no_credit", "no_credit")])
def test_failed_reply_ends_with_its_code_and_can_be_retried(api, emulator, fault, code):
    emulator.fault({"fault": fault})
    failed = api.chat("Three nights in Lisbon")

    assert failed.types[-2:] == ["message-metadata", "error"]
    told = failed.chunks[-2]["messageMetadata"]
    assert told["status"] == "failed"
    assert told["error"]["code"] == code

    again = Streamed(api.http.post(f"/messages/{failed.reply_id}/retry"))
    assert again.types[-1] == "finish"
    assert again.chunks[-1]["messageMetadata"]["retry_of"] == failed.reply_id
    twice = Streamed(api.http.post(f"/messages/{failed.reply_id}/retry"))
    assert twice.reply_id == again.reply_id


def test_stop_keeps_the_text_and_ends_every_stream(api, emulator):
    emulator.hold_reply()
    reading = Reading(api.http, "POST", "/chat", json={"content": "14 days in Japan"}).until("text-delta")
    session_id = reading.headers["x-session-id"]

    stopped = api.http.post(f"/sessions/{session_id}/stop").json()

    assert stopped == {"stopped": True, "message_id": reading.headers["x-message-id"]}
    assert reading.to_end().endswith('data: {"type":"abort"}\n\ndata: [DONE]\n\n')
    message = api.http.get(f"/sessions/{session_id}").json()["messages"][-1]
    assert message["metadata"]["status"] == "stopped"
    assert message["content"]
    assert api.http.post(f"/sessions/{session_id}/stop").json() == {"stopped": False, "message_id": None}


@ON_SQLITE
def test_joining_gives_the_whole_reply_from_its_start(api, emulator):
    emulator.hold_reply()
    first = Reading(api.http, "POST", "/chat", json=ui_body("14 days in Japan", "m1")).until("text-delta")
    session_id = first.headers["x-session-id"]

    paths = (f"/sessions/{session_id}/stream", "/chat/aName/stream")
    joined = [Reading(api.http, "GET", path).until("text-delta") for path in paths]
    emulator.release()
    texts = [text_of(one.to_end()) for one in joined]
    first.to_end()

    stored = api.http.get(f"/sessions/{session_id}").json()["messages"][-1]
    assert texts == [stored["content"]] * 2
    assert {one.headers["x-message-id"] for one in joined} == {stored["id"]}
    assert api.http.get(f"/sessions/{session_id}/stream").status_code == 204
    assert api.http.get("/chat/aName/stream").status_code == 204
    assert api.http.get("/chat/neverHeardOf/stream").status_code == 204


def test_stream_of_a_reply_whose_session_is_deleted_says_so_and_ends(api, emulator):
    emulator.hold_reply()
    reading = Reading(api.http, "POST", "/chat", json={"content": "14 days in Japan"}).until("text-delta")

    api.http.delete(f"/sessions/{reading.headers['x-session-id']}")

    said = 'data: {"type":"error","errorText":"There is no such reply."}'
    assert reading.to_end().endswith(f"{said}\n\ndata: [DONE]\n\n")


@ON_SQLITE
@pytest.mark.parametrize("revoked", [True, False], ids=["token revoked", "user disabled"])
def test_stream_ends_with_what_let_its_reader_in(api, emulator, services, database, monkeypatch, revoked):
    monkeypatch.setattr("api.streaming.STILL_EVERY_S", 0)
    monkeypatch.setattr("services.replies.readers.SILENCE_S", 0.1)
    emulator.hold_reply()
    reading = Reading(api.http, "POST", "/chat", json={"content": "14 days in Japan"}).until("text-delta")

    if revoked:
        services.tokens.revoke(services.tokens.all(user_id=api.user_id)[0].id, user_id=api.user_id)
    else:
        with database.begin() as db_session:
            db_session.get_one(User, api.user_id).disabled = True

    said = 'data: {"type":"error","errorText":"This token lets nobody in any more. The reply goes on."}'
    assert reading.to_end().endswith(f"{said}\n\ndata: [DONE]\n\n")


@ON_SQLITE
def test_dropped_connection_does_not_stop_the_reply(api, emulator):
    emulator.hold_reply()
    with api.http.stream("POST", "/chat", json={"content": "14 days in Japan"}) as response:
        session_id = response.headers["x-session-id"]
    emulator.release()
    api.wait_until_written(session_id)

    message = api.http.get(f"/sessions/{session_id}").json()["messages"][-1]
    assert message["metadata"]["status"] == "complete"
    assert emulator.paid_calls == 1


def test_repeated_send_joins_the_first_one(api, emulator):
    first = api.chat("Three nights in Lisbon", message_id="crm-1")
    again = api.chat("Three nights in Lisbon", message_id="crm-1")
    by_header = [
        Streamed(api.http.post("/chat", json={"content": "Oslo?"}, headers={"Idempotency-Key": "k-1"}))
        for _ in range(2)
    ]

    assert (again.session_id, again.reply_id, again.text) == (first.session_id, first.reply_id, first.text)
    assert by_header[0].reply_id == by_header[1].reply_id
    assert emulator.paid_calls == 2
    other = api.http.post("/chat", json={"content": "Porto", "message_id": "crm-1"})
    assert (other.status_code, other.json()["code"]) == (409, "message_id_reused")
    elsewhere = api.http.post("/sessions").json()["session_id"]
    moved = api.http.post(
        f"/sessions/{elsewhere}/chat", json={"content": "Three nights in Lisbon", "message_id": "crm-1"}
    )
    assert (moved.status_code, moved.json()["code"]) == (409, "message_id_reused")


@ON_BOTH
def test_many_at_once_with_one_id_are_one_message_and_one_paid_call(api, emulator):
    readings = [Reading(api.http, "POST", "/chat", json=ui_body("Three nights in Lisbon", "m1")) for _ in range(8)]
    for reading in readings:
        reading.to_end()

    assert {reading.status for reading in readings} == {200}
    assert len({reading.headers["x-message-id"] for reading in readings}) == 1
    assert emulator.paid_calls == 1
    assert api.http.get("/sessions").json()["count"] == 1


def test_name_made_up_by_the_caller_is_the_session_from_then_on(api, stranger):
    first = Streamed(api.http.post("/chat", json=ui_body("Three nights in Lisbon", "m1")))
    second = Streamed(api.http.post("/chat", json=ui_body("And food?", "m2")))
    by_id = Streamed(api.http.post("/chat", json=ui_body("And wine?", "m3", first.session_id)))
    theirs = Streamed(stranger.http.post("/chat", json=ui_body("Three nights in Lisbon", "m1")))

    assert first.session_id == second.session_id == by_id.session_id
    assert theirs.session_id != first.session_id
    assert stranger.http.post("/chat", json=ui_body("Hi", "m9", first.session_id)).status_code == 404


def test_second_message_while_a_reply_is_written_is_409(api, emulator):
    emulator.hold_reply()
    reading = Reading(api.http, "POST", "/chat", json=ui_body("14 days in Japan", "m1")).until("text-delta")
    session_id = reading.headers["x-session-id"]

    answers = [
        api.http.post("/chat", json=ui_body("And?", "m2")),
        api.http.post(f"/sessions/{session_id}/chat", json={"content": "And?"}),
        api.http.post(f"/sessions/{session_id}/messages", json={"role": "user", "content": "And?"}),
        api.http.post(f"/messages/{reading.headers['x-message-id']}/retry"),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "reply_in_progress")] * 4
    api.http.post(f"/sessions/{session_id}/stop")
    reading.to_end()


def test_regenerate_asks_the_same_question_in_a_thread_of_its_own(api, emulator):
    first = Streamed(api.http.post("/chat", json=ui_body("Three nights in Lisbon", "m1")))
    old_thread = emulator.runs[-1]["thread_id"]

    again = Streamed(
        api.http.post("/chat", json=ui_body("", "m1", trigger="regenerate-message", messageId=first.reply_id))
    )

    assert again.reply_id != first.reply_id
    assert again.chunks[-1]["messageMetadata"]["retry_of"] == first.reply_id
    assert emulator.paid_calls == 2
    new_thread = emulator.runs[-1]["thread_id"]
    assert new_thread != old_thread
    assert emulator.asked(new_thread) == ["Three nights in Lisbon"]
    assert emulator.asked(old_thread) == ["Three nights in Lisbon"]  # the first version keeps its own
    assert not [chunk for chunk in again.chunks if chunk["type"] == "data-notice"]


def test_edit_as_the_package_sends_it_is_another_version(api, emulator):
    first = Streamed(api.http.post("/chat", json=ui_body("Three nights in Lisbon", "m1")))
    edited = Streamed(api.http.post("/chat", json=ui_body("Two nights in Porto", "m1", messageId="m1")))
    repeated = Streamed(api.http.post("/chat", json=ui_body("Two nights in Porto", "m1", messageId="m1")))
    again = Streamed(
        api.http.post("/chat", json=ui_body("", "m1", trigger="regenerate-message", messageId=edited.reply_id))
    )

    assert edited.session_id == first.session_id
    assert repeated.reply_id == edited.reply_id
    assert emulator.asked(emulator.runs[-1]["thread_id"]) == ["Two nights in Porto"]
    assert emulator.paid_calls == 3
    assert again.chunks[-1]["messageMetadata"]["retry_of"] == edited.reply_id


@ON_SQLITE
def test_regenerate_passes_over_the_replies_that_a_reader_loaded(api):
    first = api.chat("Three nights in Lisbon")
    second = Streamed(api.http.post(f"/messages/{first.reply_id}/retry"))
    listed = api.http.get(f"/sessions/{first.session_id}/messages").json()["messages"]

    body = ui_body("", "", first.session_id, trigger="regenerate-message") | {"messages": listed[:-1]}
    again = Streamed(api.http.post("/chat", json=body))
    stranded = api.http.post("/chat", json=body | {"messages": listed[1:]})
    sent = api.http.post("/chat", json=body | {"trigger": "submit-message"})

    assert again.chunks[-1]["messageMetadata"]["retry_of"] == second.reply_id
    assert stranded.status_code == sent.status_code == 422


@ON_SQLITE
def test_plain_text_is_the_text(api):
    answer = api.http.post("/chat", json={"content": "Three nights in Lisbon"}, headers={"Accept": "text/plain"})

    stored = api.http.get(f"/sessions/{answer.headers['x-session-id']}").json()["messages"][-1]
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == stored["content"] + "\n"


@ON_SQLITE
def test_plain_text_that_fails_before_a_word_is_a_problem(api, emulator):
    emulator.fault({"fault": "status:401", "times": 9})

    answer = api.http.post("/chat", json={"content": "Hi"}, headers={"Accept": "text/plain"})

    assert (answer.status_code, answer.json()["code"]) == (502, "key_refused")


@ON_SQLITE
def test_plain_text_says_503_when_backboard_is_away(api, emulator):
    emulator.fault({"fault": "status:503", "times": 9})
    answer = api.http.post("/chat", json={"content": "Three nights in Lisbon"}, headers={"Accept": "text/plain"})

    assert (answer.status_code, answer.json()["code"]) == (503, "backboard_down")
    assert answer.headers["retry-after"]


@ON_SQLITE
def test_plain_text_that_is_cut_breaks_the_connection_off(api, emulator):
    emulator.fault({"fault": "slow_tokens:0.02,error_event:20"})

    with pytest.raises(httpx.RemoteProtocolError):
        api.http.post("/chat", json={"content": "Three nights in Lisbon"}, headers={"Accept": "text/plain"})


def test_replies_at_once_are_limited_per_user(serve, start_services, emulator, user_id):
    emulator.hold_reply()
    services = start_services(replies_per_user=1)
    secret = services.tokens.create(user_id=user_id, name="test").secret
    with client(serve(lambda: services), secret) as http:
        reading = Reading(http, "POST", "/chat", json={"content": "14 days in Japan"}).until("text-delta")
        refused = http.post("/chat", json={"content": "Oslo?"})
        http.post(f"/sessions/{reading.headers['x-session-id']}/stop")
        reading.to_end()

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_replies")
    assert int(refused.headers["retry-after"]) >= 1


@ON_SQLITE
def test_late_first_word_comes_through_a_proxy_that_cuts_idle_connections(api, address, emulator, monkeypatch):
    for module in ("services.replies.readers", "api.streaming"):
        monkeypatch.setattr(f"{module}.SILENCE_S", 1.5)  # here 15 s, and proxies cut after 30 or 60
    emulator.fault({"fault": "slow_first:6"})
    with Road(int(address.rpartition(":")[2].removesuffix("/api")), idle_s=3) as road:
        through = f"http://127.0.0.1:{road.port}/api/chat"
        reply = Streamed(api.http.post(through, json={"content": "Three nights in Lisbon"}))

        assert road.carried == 1
    assert reply.types[-1] == "finish"
    assert reply.text == emulator.runs[-1]["text"]
    assert reply.response.text.count(": keep-alive") >= 2


@ON_SQLITE
def test_file_in_a_message_is_told_where_it_goes(api):
    body = ui_body("Read this", "m-1")
    body["messages"][0]["parts"].append({"type": "file", "mediaType": "text/plain", "url": "data:text/plain,hello"})
    refused = api.http.post("/chat", json=body)

    assert refused.status_code == 422
    assert "POST /sessions/{session_id}/files" in refused.json()["detail"]


@ON_BOTH
@pytest.mark.parametrize("accept", ["text/plain", "text/event-stream"])
def test_what_no_database_keeps_does_not_cut_a_reply(api, emulator, monkeypatch, accept):
    frame = emulator_responses._frame
    odd = b"L\\u0000is\\ud83dbon\\u0000"
    monkeypatch.setattr(emulator_responses, "_frame", lambda event: frame(event).replace(b"Lisbon", odd))
    emulator.fault({"fault": "slow_tokens:0.005"})

    answer = api.http.post("/chat", json={"content": "Three nights in Lisbon"}, headers={"Accept": accept})
    stored = api.http.get(f"/sessions/{answer.headers['x-session-id']}").json()["messages"][-1]

    text = answer.text if accept == "text/plain" else Streamed(answer).text + "\n"
    assert "Lisbon" in text
    assert text == stored["content"] + "\n"
    assert stored["metadata"]["status"] == "complete"
