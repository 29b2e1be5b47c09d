"""What comes from outside can be kept, drawn and exported, or is left out; from Backboard as from a file."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt
from sqlalchemy import select

from api.ui_parts import loads, ui_parts
from backboard_client import BackboardClient
from backboard_client._events import EventReader
from db.models import Message, Usage
from services.intake import MAX_COUNT, kept_count, kept_model, kept_name, kept_text, web_address
from services.parts import Part, stored_part, texts
from services.replies.live import LiveReply
from services.transfer.transfer import ExportKind
from tests.helpers.hostile import HOSTILE, TEXTS
from tests.helpers.services import last_message, until_ended

ADDRESSES: tuple[Any, ...] = (
    *TEXTS, "http://a.example\r\n\r\n![x](https://e.example/p.png)", "https://a.example/ ) ![x](https://e.example/p.png)",
    "https://a.example/>)![x](https://e.example/p.png)", "https://a.example/`\\*_~|<b>", "https://a.example/\u2028x",
    "https://[::1]/", "https://[v1.x]/", "https://[::1", "https://a.example:x/", "https://a.example:99999/", "HTTPS://A.example",
    "http:///x", "http:a", "//a.example", "https://a.example\\@e.example/", "https://a%0Ab.example/", "https://北京.example/北",
    "https://a.example/%zz", "https://a.example/?q=1&x=[y]#z", None, 5, [],
)  # fmt: skip


@pytest.mark.parametrize("url", ADDRESSES, ids=lambda url: repr(url)[:40])
def test_an_address_can_stand_in_a_link_and_be_read_again_or_it_is_none(url):
    address = web_address(url)

    if address is None:
        assert url not in ("https://a.example/?q=1&x=[y]#z", "HTTPS://A.example", "https://北京.example/北")
        return
    assert urlsplit(address).hostname
    assert web_address(address) == address
    assert address.isascii()
    assert not set(address) & set(" ()[]<>|\\`\"'\n\r\t\x00")
    inline = MarkdownIt().parse(f"1. [title]({address}) · end")[3].children or []
    assert [token.type for token in inline] == ["link_open", "text", "link_close", "text"]
    assert inline[-1].content == " · end"


@pytest.mark.parametrize(
    ("checker", "good", "bad"),
    [
        (kept_count, [0, 1, MAX_COUNT], [-1, MAX_COUNT + 1, 2**63, True, 1.0, "1", None, float("nan"), []]),
        (kept_name, ["r-1", "x" * 255], ["", "x" * 256, "a\x00", "\ud800", None, 5, {}, []]),
        (kept_model, ["openai/gpt-4o", "a/b/c"], ["", "gpt", "a b/c", "a/\x00", "a/" + "x" * 255, None, 5, "a/ł"]),
        (lambda text: kept_text(text) or None, ["a\r\n\x07", "🚋"], [None, 5, [], {}, "\x00\ud800"]),
    ],
)
def test_what_can_be_kept_stays_as_it_is_and_all_else_is_left_out(checker: Callable[[Any], Any], good, bad):
    assert [checker(one) for one in good] == good
    assert [checker(one) for one in bad] == [None] * len(bad)


@pytest.mark.parametrize("kind", get_args(Part))
def test_whatever_backboard_puts_beside_a_reply_can_be_kept(kind: type[Part]):
    live = LiveReply(1, text="", parts=())
    for value in HOSTILE:
        values: dict[str, Any] = {one.name: value for one in fields(kind) if one.name != "at"}
        live.add_part(kind(**values))
    for text in TEXTS:
        live.add_text(text)
        live.add_reasoning(text)
        live.call_tool(text, text, text)
        live.answer_tool(text, text)

    snapshot = live.snapshot
    told = snapshot.text + "".join(text for part in snapshot.parts for text in texts(part).values())
    told.encode()
    assert "\x00" not in told
    for part in map(stored_part, snapshot.parts):
        assert isinstance(part["text"], str)
        assert all(isinstance(part[name], str | None) for name in ("call_id", "input", "output", "url"))
        assert part["url"] == web_address(part["url"])


def test_a_reply_of_hostile_events_ends_and_can_be_read_and_so_can_the_others(
    services, database, user_id, monkeypatch
):
    """What a tool is called with is the model's; what is beside it, and all of its numbers, is Backboard's."""
    bad = "a\x00\ud800" * 300
    events = [
        {"type": "run_started", "run_id": bad, "message_id": {"a": 1}},
        {"type": "run_started", "run_id": 7},
        {"type": "reasoning_streaming", "content": bad},
        {"type": "tool_call_start", "tool_call_id": 5, "name": bad},
        {"type": "content_streaming", "content": "See [it](http://[) and https://a.example/\u2028x" + bad},
        {
            "type": "run_ended", "run_id": [], "final_content": ["no text"], "model_provider": bad, "model_name": {},
            "input_tokens": 2**52, "output_tokens": 10**40, "cost_usd": 999_999, "memory_operation_id": bad,
            "retrieved_memories": [
                {"id": bad, "memory": bad}, {"id": 5, "content": {"a": 1}, "metadata": 5, "created_at": 7}, {}, 5,
            ],
        },
    ]  # fmt: skip

    async def stream(self, *given, **more):
        reader = EventReader()
        for event in events:
            for one in reader.read(json.dumps(event)):
                yield one
        await asyncio.sleep(0)

    monkeypatch.setattr(BackboardClient, "stream_message", stream)
    session_id = services.sessions.create(user_id=user_id).id
    services.sessions.change(session_id, user_id=user_id, web_search=True)
    accepted = services.replies.send("Hello", user_id=user_id, client_message_id="a", session_id=session_id)

    assert until_ended(services, accepted.reply_id, user_id).status == "complete"
    message = last_message(services, session_id, user_id)
    json.dumps(ui_parts(message), allow_nan=False, ensure_ascii=False).encode()
    assert message.text.startswith("See [it](http://[) and https://a.example/")
    assert message.model == "openai/gpt-4o"
    assert (message.input_tokens, message.cost_micros) == (None, None)
    for kind in ExportKind:
        assert services.transfer.export(session_id, user_id=user_id, kind=kind).content
    with database.read() as db_session:
        assert db_session.scalars(select(Message.run_id).where(Message.id == accepted.reply_id)).one() is None
        assert db_session.scalars(select(Usage.input_tokens)).all() == [0]


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 300 + "]" * 300, "9" * 5_000], ids=["open", "deep", "long"])
def test_json_that_is_too_much_is_the_text_that_it_is(text):
    assert loads(text) == text


@pytest.mark.parametrize("text", ["{", "1e999", "[NaN]", "-Infinity", '"\\ud800"', '{"a": "\\udc00"}'])
def test_json_that_cannot_be_sent_on_is_the_text_that_it_is(text):
    assert loads(text) == text


@pytest.mark.parametrize(("text", "value"), [(None, {}), ("", {}), ('{"a": [1.5, "🚋"]}', {"a": [1.5, "🚋"]})])
def test_json_is_read_and_what_is_not_there_is_empty(text, value):
    assert loads(text) == value
