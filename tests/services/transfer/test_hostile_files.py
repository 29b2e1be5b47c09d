"""Whatever stands in a field of a file is refused in a sentence, or kept so that everybody can read it."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.ui_parts import metadata, ui_parts
from components.labels import group_name, relative_time
from db.models import utc_now
from exports.sessions.json_text import FORMAT, VERSION, read_session, sessions_json
from exports.sessions.markdown import session_markdown
from exports.sessions.pdf import session_pdf
from exports.sessions.records import SavedMessage, SavedSession
from services.errors import InvalidInputError
from services.intake import EARLIEST, kept_count, kept_part
from services.parts import StoredPart
from services.sessions.records import SessionFilter, SessionOrder
from services.transfer.import_file import sources
from services.transfer.saved_sessions import MAX_MESSAGES, checked
from tests.helpers.chatgpt import conversation, node
from tests.helpers.databases import POSTGRES_IN_SOAK
from tests.helpers.hostile import EVERYWHERE, FOR_A_DATABASE, HOSTILE
from tests.helpers.services import make_user
from tests.helpers.soak import some

AT = "2026-05-12T12:03:00Z"
ZONES = (
    ZoneInfo("Pacific/Honolulu"),
    ZoneInfo("Pacific/Kiritimati"),
    timezone(timedelta(hours=-23, minutes=-59)),
    UTC,
)


def part(**changed: Any) -> dict[str, Any]:
    """Return what stands beside a reply as a file has it."""
    return {"kind": "source", "text": "Where it is from", "url": "https://a.example/x"} | changed


def file(*, key: str, changed: dict[str, Any], message: dict[str, Any], beside: dict[str, Any]) -> bytes:
    """Return a file of a session of a question and its reply, with some fields changed."""
    question = {"id": "1", "role": "user", "status": "complete", "text": "Needle?", "created_at": AT}
    reply = question | {
        "id": "2",
        "role": "assistant",
        "text": "Needle!",
        "parent_id": "1",
        "parts": [part(**beside)],
    }
    session: dict[str, Any] = {
        "key": key, "title": "Needle", "planner": "Ada", "model": "openai/gpt-4o", "created_at": AT,
        "last_message_at": AT, "messages": [question, reply | message], "last_message_id": "2",
    }  # fmt: skip
    return ours(session | changed)


def ours(*sessions: dict[str, Any]) -> bytes:
    """Return a file with these sessions."""
    return json.dumps({"format": FORMAT, "version": VERSION, "sessions": sessions}).encode()


def files(kind: type, values: Sequence[Any], *, one_in: int) -> list[tuple[str, bytes]]:
    """Return a file for each field of *kind* and some of these values, and the field's name.

    Every field meets what is for all, and one in so many of the others, the next field the next ones.
    """
    made = []
    for place, one in enumerate(fields(kind)):
        for number, value in enumerate(values):
            if value not in EVERYWHERE and (number + place) % one_in:
                continue
            at = {one.name: value}
            made.append(
                (
                    one.name,
                    file(
                        key=f"test:{one.name}-{number}",
                        changed=at if kind is SavedSession else {},
                        message=at if kind is SavedMessage else {},
                        beside=at if kind is StoredPart else {},
                    ),
                )
            )
    return made


def read_everywhere(services, session_id: int, user_id: int) -> None:
    """Read a session as every screen and route does."""
    now = utc_now()
    summary = services.sessions.get(session_id, user_id=user_id)
    for at in (summary.created_at, summary.last_message_at, summary.updated_at):
        assert EARLIEST <= at <= now
        for zone in ZONES:
            assert group_name(at, now=now.astimezone(zone))
            assert relative_time(at, now=now.astimezone(zone))
    assert len(summary.title) <= 100
    assert 0 <= summary.total_tokens < 2**40
    assert 0 <= summary.cost_micros < 2**40
    messages, _ = services.sessions.messages(session_id, user_id=user_id, limit=9)
    assert len(messages) == summary.message_count
    assert bool(services.sessions.history(session_id, user_id=user_id).messages) == bool(messages)
    for message in messages:
        assert EARLIEST <= message.created_at <= now
        assert message.input_tokens is None or kept_count(message.input_tokens) is not None
        for beside in message.parts:
            assert beside == kept_part(beside)
        told = json.dumps([ui_parts(message), metadata(message)], allow_nan=False, ensure_ascii=False)
        assert "\x00" not in told
        told.encode()


@POSTGRES_IN_SOAK
@pytest.mark.soak(short=0.125, long=1)  # of the values in each field
@pytest.mark.parametrize("kind", [SavedSession, SavedMessage, StoredPart])
def test_every_field_of_a_file_is_refused_in_a_sentence_or_kept_readable(
    services, database, database_url, user_id, kind, lasts
):
    sqlite = database.engine.dialect.name == "sqlite"
    sessions, refused, kept = [], [], set()
    for name, data in files(kind, HOSTILE if sqlite else FOR_A_DATABASE, one_in=ceil(1 / lasts)):
        try:
            sources(data)
            sessions += json.loads(data)["sessions"]
            kept.add(name)
        except InvalidInputError as exc:
            refused.append(exc.message)
    result = services.transfer.import_file(ours(*sessions), user_id=user_id)
    refused += result.refused

    assert kept >= {one.name for one in fields(kind)}
    assert all(told.endswith(".") and len(told) < 300 for told in refused)
    assert len(result.imported) + result.already_here + len(result.refused) == len(sessions)
    for session_id in result.imported[:: ceil(0.25 / lasts)]:
        read_everywhere(services, session_id, user_id)
    assert services.sessions.search("Needle", user_id=user_id)
    assert services.sessions.recent(user_id=user_id).sessions
    for order in SessionOrder:
        assert services.sessions.table(SessionFilter(), order=order, user_id=user_id, limit=9).sessions
    everything = services.transfer.export_many(user_id=user_id).content
    written = set()
    for one in json.loads(everything)["sessions"]:
        saved = read_session(json.dumps(one).encode())
        markdown = session_markdown(saved, zone=ZONES[0])
        assert b"\x00" not in markdown
        assert b"![x](" not in markdown or kind is SavedMessage  # its text is Markdown
        if sqlite and markdown not in written:
            assert session_pdf(saved, zone=ZONES[0])
            written.add(markdown)
    again = services.transfer.import_file(everything, user_id=make_user(database, "bob"))
    assert (len(again.imported), again.refused) == (len(result.imported), ())


@pytest.mark.parametrize("value", some(HOSTILE, one_in=5), ids=lambda value: repr(value)[:30])
def test_every_field_of_chatgpts_file_is_refused_in_a_sentence_or_is_as_in_a_file_of_ours(value):
    whole = conversation(node("q", None, "user", "Hello"), mapping=value)
    refused, sessions = [], []
    for data in (whole, *odd_conversations(value)):
        try:
            (source,) = sources(json.dumps([data]).encode())
            sessions.append(checked(source.read()))
        except InvalidInputError as exc:
            refused.append(exc.message)

    assert all(told.endswith(".") and len(told) < 300 for told in refused)
    assert len(sessions) > 20
    for session in sessions:
        (again,) = sources(b"".join(sessions_json([session])))
        assert checked(again.read()) == session


def odd_conversations(value: Any) -> list[dict[str, Any]]:
    """Return conversations as ChatGPT exports them, each with this value in another place."""
    names = ("conversation_id", "id", "title", "create_time", "current_node", "is_archived", "is_starred")
    places = [conversation(node("q", None, "user", "Hello"), **{name: value}) for name in names]
    for changed in (
        {"author": value}, {"author": {"role": value}}, {"author": {"role": "tool", "name": value}},
        {"content": value}, {"content": {"content_type": value, "parts": ["x"]}}, {"content": {"parts": value}},
        {"content": {"parts": [value]}}, {"content": {"content_type": "code", "text": value}}, {"create_time": value},
        {"metadata": value}, {"metadata": {"model_slug": value}}, {"metadata": {"attachments": value}},
        {"metadata": {"attachments": [{"name": value}]}}, {"recipient": value},
    ):  # fmt: skip
        for role in ("user", "assistant"):
            odd, last = node("a", "q", role, "Odd", **changed), node("z", "a", "assistant", "Last")
            places.append(conversation(node("q", None, "user", "Hello"), odd, last))
    return places


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        ("0001-01-01T00:00:00Z", EARLIEST),
        ("0001-01-01T00:00:00+14:00", EARLIEST),
        ("1969-12-31T23:59:59Z", EARLIEST),
        ("2001-02-03T04:05:06+02:00", datetime(2001, 2, 3, 2, 5, 6, tzinfo=UTC)),
    ],
)
def test_an_instant_that_no_clock_told_is_moved_to_one_that_every_zone_has(services, user_id, at, kept):
    data = file(key="k", changed={"created_at": at, "last_message_at": at}, message={"created_at": at}, beside={})

    (session_id,) = services.transfer.import_file(data, user_id=user_id).imported

    summary = services.sessions.get(session_id, user_id=user_id)
    messages, _ = services.sessions.messages(session_id, user_id=user_id, limit=9)
    assert [summary.created_at, summary.last_message_at, messages[1].created_at] == [kept] * 3


def test_sums_of_the_largest_numbers_of_a_file_can_still_be_kept(services, database, user_id):
    most = {"input_tokens": 10**10, "output_tokens": 10**10, "cost_micros": 10**10}
    for number in range(3):
        data = json.loads(file(key=f"k-{number}", changed={}, message=most, beside={}))
        (session,) = data["sessions"]
        session["messages"] += [session["messages"][1] | {"id": str(one)} for one in range(3, 500)]
        assert len(services.transfer.import_file(json.dumps(data).encode(), user_id=user_id).imported) == 1

    (session, *_) = services.sessions.table(
        SessionFilter(), order=SessionOrder.TOKENS, user_id=user_id, limit=9
    ).sessions
    assert session.total_tokens == 498 * 2 * 10**10
    assert MAX_MESSAGES * 2 * 10**10 * 10_000 < 2**63


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"parts": [part()] * 1_001}, "A reply carries too many details."),
        ({"parts": [part(kind="tool", output="x" * 500_001)]}, "A reply carries too many details."),
        ({"parts": [part(at=-1)]}, "The details of a reply cannot be read."),
        ({"parts": [part(at="1")]}, "The details of a reply cannot be read."),
        ({"parts": [part(kind="script")]}, "The details of a reply cannot be read."),
    ],
)
def test_what_is_too_much_or_no_part_of_a_reply_is_refused(services, user_id, change, told):
    result = services.transfer.import_file(file(key="k", changed={}, message=change, beside={}), user_id=user_id)

    assert (result.imported, result.refused) == ((), (f"“Needle” cannot be imported. {told}",))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_session_of_too_many_messages_is_refused(services, user_id):
    data = json.loads(file(key="k", changed={}, message={}, beside={}))
    (session,) = data["sessions"]
    session["messages"] = [session["messages"][0] | {"id": str(one)} for one in range(MAX_MESSAGES + 1)]

    assert services.transfer.import_file(json.dumps(data).encode(), user_id=user_id).refused == (
        "“Needle” has more than 20,000 messages.",
    )


@pytest.mark.parametrize("unit", ["x", "word ", "北", "\ufdfa", "🚋", "\u0301", "a\u0301", "'", "\\"])
def test_the_longest_message_is_kept_and_found_whatever_it_is_made_of(services, user_id, unit):
    text = "Needle " + (unit * 500_000)[:499_000]

    data = file(key="k", changed={}, message={"text": text}, beside={})
    (session_id,) = services.transfer.import_file(data, user_id=user_id).imported

    assert services.sessions.history(session_id, user_id=user_id).messages[-1].text == text
    assert session_id in {hit.session_id for hit in services.sessions.search("Needle", user_id=user_id)}
