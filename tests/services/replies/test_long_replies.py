"""A reply has a length at which it is ended; what had arrived is kept, and it says so."""

import pytest

from services.message_status import MessageStatus
from services.parts import NoticePart, ReasoningPart, StepPart, ToolCallPart, texts
from services.replies.live import LiveReply
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask, until, until_ended

LONGEST = 5_000


@pytest.fixture(autouse=True)
def low_limit(monkeypatch):
    monkeypatch.setattr("services.replies.live.MAX_CHARS", LONGEST)


def _chars(reply):
    return len(reply.text) + sum(len(text) for part in reply.parts for text in texts(part).values())


def test_endless_reply_is_ended_and_says_so(services, emulator, user_id):
    emulator.fault({"fault": "endless,hold:3000"})  # chunks: more than is read
    accepted, reply = ask(services, user_id)

    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "too_long")
    assert "What had arrived is kept" in reply.error_text
    assert _chars(reply) == LONGEST
    until(lambda: emulator.runs[-1]["status"] == "CANCELLED", what="nobody pays for what is not read")

    again = services.replies.retry(reply.id, user_id=user_id)
    until_ended(services, again.reply_id, user_id)
    last = services.sessions.history(accepted.session_id, user_id=user_id).messages[-1]
    assert last.status is MessageStatus.COMPLETE


@ON_SQLITE
def test_endless_reasoning_counts_too(services, emulator, user_id):
    emulator.fault({"fault": "endless_reasoning"})
    _, reply = ask(services, user_id)

    assert (reply.status, reply.error_code, reply.text) == (MessageStatus.FAILED, "too_long", "")
    assert _chars(reply) == LONGEST


@ON_SQLITE
def test_answer_that_was_found_again_is_cut_too(services, emulator, user_id, monkeypatch):
    monkeypatch.setattr("services.replies.live.MAX_CHARS", 500)
    emulator.fault({"fault": "cut:3"})
    _, reply = ask(services, user_id)

    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "too_long")
    assert 300 < len(reply.text) < 500  # the reasoning was there before
    assert emulator.runs[-1]["text"].startswith(reply.text)


@ON_SQLITE
def test_event_without_end_is_a_reply_that_is_too_long(services, emulator, user_id, monkeypatch):
    monkeypatch.setattr("backboard_client._reading.MAX_EVENTS", 50)
    _, reply = ask(services, user_id)

    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "too_long")
    assert reply.text
    until(lambda: emulator.runs[-1]["status"] in ("CANCELLED", "COMPLETED"), what="the run has ended")


@ON_SQLITE
def test_reply_that_does_not_come_to_an_end_is_ended(services, emulator, user_id, monkeypatch):
    monkeypatch.setattr("services.replies.writer.LONGEST_S", 1.0)
    emulator.hold_reply(20)
    _, reply = ask(services, user_id)

    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "too_long")
    assert reply.text
    until(lambda: emulator.runs[-1]["status"] == "CANCELLED", what="the run is cancelled")


def _live() -> LiveReply:
    return LiveReply(1, text="x" * (LONGEST - 10), parts=(ReasoningPart("four"),))


@pytest.mark.parametrize(
    "add",
    [
        lambda live: live.add_text("longer"),
        lambda live: live.add_reasoning("longer"),
        lambda live: live.add_part(NoticePart("longer")),
        lambda live: live.add_part(ToolCallPart("a", input="longer")),
        lambda live: live.call_tool("c1", "tool", "{}x"),
        lambda live: [live.call_tool("c1", "a", "{}"), live.answer_tool("c1", "long")],
        lambda live: live.set_text("y" * (LONGEST + 1)),
    ],
    ids=["text", "reasoning", "notice", "input", "tool", "output", "another text"],
)
def test_everything_of_a_reply_counts(add):
    live = _live()
    live.add_text("z")
    before = live.too_long

    add(live)

    assert (before, live.too_long) == (False, True)
    assert _chars(live.snapshot) == LONGEST


def test_text_that_takes_the_place_of_another_has_its_room():
    live = _live()

    live.set_text("y" * (LONGEST - 4))

    assert not live.too_long


def test_reply_has_no_more_than_so_many_parts(monkeypatch):
    monkeypatch.setattr("services.replies.live.MAX_PARTS", 3)
    live = _live()
    for _ in range(3):
        live.add_part(StepPart())

    assert live.too_long
    assert len(live.snapshot.parts) == 3
