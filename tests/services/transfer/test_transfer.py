"""Sessions leave and come back whole, once, and only to whom they belong."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

import db.path_ends
from db.engine import Database, DatabaseUnavailableError
from db.ids import new_id
from db.models import Message, Rating, utc_now
from services.errors import ExportRunningError, ImportRunningError, InvalidInputError, NotFoundError
from services.parts import NoticePart, SourcePart
from services.sessions.records import SessionFilter
from services.transfer.saved_sessions import store
from services.transfer.transfer import PDFS_AT_ONCE, ExportKind
from tests.helpers.chatgpt import conversation, node
from tests.helpers.databases import ON_SQLITE
from tests.helpers.rows import add_session, see
from tests.helpers.services import database_gone, last_message, make_user, until_ended


@pytest.fixture
def session_id(database, user_id) -> int:
    """Store a session in which everything is used that a session can hold."""
    at = utc_now().replace(microsecond=123456) - timedelta(days=3)
    with database.begin() as db_session:
        session = add_session(
            db_session, user_id=user_id, title="Łódź: a *weekend*", title_chosen=True, model="anthropic/claude",
            memory=False, web_search=True, instructions="Be brief.", pinned=True, message_count=6, total_tokens=30,
            created_at=at, last_message_at=at + timedelta(hours=1), last_message_preview="Second answer.",
        )  # fmt: skip
        question, first, second, edited, gone, after = (new_id() for _ in range(6))

        def add(message_id: int, parent_id: int | None, role: str, text: str, **columns: Any) -> None:
            values = {"status": "complete", "created_at": at} | columns
            db_session.add(
                Message(
                    id=message_id, session_id=session.id, user_id=user_id, parent_id=parent_id, role=role,
                    content=text, **values,
                )
            )  # fmt: skip
            db_session.flush()

        add(question, None, "user", "Where to eat in Łódź for $20?", client_message_id="c-1")
        add(first, question, "assistant", "Half an", status="failed", error_code="cut", error_text="It broke.")
        add(
            second, question, "assistant", "Second answer.", retry_of=first, model="anthropic/claude",
            input_tokens=10, output_tokens=20, cost_micros=1500, sent_at=at, run_id="r",
            first_text_at=at + timedelta(seconds=1), ended_at=at + timedelta(seconds=2),
            parts=[{"kind": "reasoning", "text": "Hm.", "at": 0, "call_id": None, "input": None, "output": None}],
        )  # fmt: skip
        add(edited, None, "user", "Where to eat in Warsaw?")
        add(gone, edited, "assistant", "Deleted answer", deleted_at=at)
        add(after, gone, "user", "And to sleep?")
        see(db_session, session, last_message_id=second)
        db.path_ends.keep(db_session, question, second, session_id=session.id, user_id=user_id)
        db_session.add(Rating(message_id=second, user_id=user_id, value=1, reason="Good"))
        return session.id


def exported(services, session_id: int, user_id: int) -> Any:
    """Return an exported session with its messages' ids as their numbers."""
    file = services.transfer.export(session_id, user_id=user_id, kind=ExportKind.JSON)
    (session,) = json.loads(file.content)["sessions"]
    numbers = {message["id"]: number for number, message in enumerate(session["messages"])}
    for message in session["messages"]:
        for name in ("id", "parent_id", "retry_of", "leaf_id"):
            if name in message:
                message[name] = numbers[message[name]]
    session["last_message_id"] = numbers[session["last_message_id"]]
    return session


def json_file(services, session_id: int, user_id: int) -> bytes:
    content: bytes = services.transfer.export(session_id, user_id=user_id, kind=ExportKind.JSON).content
    return content


def chatgpt(*conversations: dict[str, Any]) -> bytes:
    return json.dumps(list(conversations)).encode()


def hello(name: str = "c-1", text: str = "Hello from elsewhere") -> dict[str, Any]:
    return conversation(
        node("q", None, "user", text),
        node("a", "q", "assistant", "Hello yourself.", create_time=1_700_000_100, metadata={"model_slug": "gpt-4o"}),
        conversation_id=name,
    )


def test_round_trip_keeps_everything(services, database, user_id, session_id):
    bob = make_user(database, "bob")
    before = exported(services, session_id, user_id)

    result = services.transfer.import_file(json_file(services, session_id, user_id), user_id=bob)

    (new_session_id,) = result.imported
    assert exported(services, new_session_id, bob) == before | {"planner": "Bob"}
    assert [one.get("parent_id") for one in before["messages"]] == [None, 0, 0, None, 3]
    assert before["messages"][0]["text"] == "Where to eat in Łódź for $20?"
    summary, original = (
        services.sessions.get(one, user_id=whose) for one, whose in ((new_session_id, bob), (session_id, user_id))
    )
    assert (summary.title, summary.model, summary.memory, summary.pinned) == (
        "Łódź: a *weekend*", "anthropic/claude", False, True,
    )  # fmt: skip
    assert (summary.message_count, summary.total_tokens, summary.last_message_preview) == (5, 30, "Second answer.")
    assert (summary.cost_micros, summary.unpriced) == (1500, 0)
    assert services.costs.this_month(bob).spent_micros == 0  # it was paid for elsewhere
    assert (summary.created_at, summary.last_message_at) == (original.created_at, original.last_message_at)
    assert not summary.unseen
    with database.read() as db_session:
        rows = db_session.scalars(select(Message).where(Message.session_id == new_session_id)).all()
    assert {row.client_message_id for row in rows} == {row.sent_at for row in rows} == {None}


@ON_SQLITE
def test_markdown_and_pdf_hold_the_path_shown(services, user_id, session_id):
    markdown = services.transfer.export(session_id, user_id=user_id, kind=ExportKind.MARKDOWN)
    pdf = services.transfer.export(session_id, user_id=user_id, kind=ExportKind.PDF)

    assert (markdown.name, markdown.media_type) == ("Łódź-a-weekend.md", "text/markdown")
    assert "Second answer." in markdown.content.decode()
    for hidden in ("Half an", "Warsaw", "Deleted"):
        assert hidden not in markdown.content.decode()
    assert (pdf.name, pdf.content[:5]) == ("Łódź-a-weekend.pdf", b"%PDF-")


def test_what_is_here_is_not_imported_again(services, database, user_id, session_id):
    file = json_file(services, session_id, user_id)

    assert services.transfer.import_file(file, user_id=user_id).already_here == 1
    services.sessions.delete([session_id], user_id=user_id)
    first = services.transfer.import_file(file, user_id=user_id)
    again = services.transfer.import_file(file, user_id=user_id)
    own_export = services.transfer.import_file(json_file(services, first.imported[0], user_id), user_id=user_id)

    assert [len(one.imported) for one in (first, again, own_export)] == [1, 0, 0]
    assert [one.already_here for one in (first, again, own_export)] == [0, 1, 1]
    bob = make_user(database, "bob")
    assert len(services.transfer.import_file(file, user_id=bob).imported) == 1


def test_same_import_many_times_at_once_is_one(services, user_id):
    def load(_: int) -> int:
        return len(services.transfer.import_file(chatgpt(hello(), hello("c-2")), user_id=user_id).imported)

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(load, range(4))) == 2
    assert len(services.sessions.recent(user_id=user_id).sessions) == 2


def test_many_sessions_are_kept_in_few_transactions(services, user_id, monkeypatch):
    begun, begin = [], Database.begin

    def counted(*args, **more):
        begun.append(args)
        return begin(*args, **more)

    monkeypatch.setattr(Database, "begin", counted)
    monkeypatch.setattr("services.transfer.transfer._ROWS_AT_ONCE", 60)
    file = chatgpt(*(hello(f"c-{number}") for number in range(48)))

    assert len(services.transfer.import_file(file, user_id=user_id).imported) == 48
    assert len(begun) < 10


def test_import_that_is_cut_off_goes_on_with_what_is_missing(services, user_id, monkeypatch):
    file = chatgpt(*(hello(f"c-{number}") for number in range(40)))
    kept = iter(range(40))

    def cut_off(*args, **more):
        if next(kept) == 30:
            raise DatabaseUnavailableError
        return store(*args, **more)

    monkeypatch.setattr("services.transfer.transfer._ROWS_AT_ONCE", 50)  # sixteen sessions and their turns
    monkeypatch.setattr("services.transfer.transfer.store", cut_off)
    with pytest.raises(DatabaseUnavailableError):
        services.transfer.import_file(file, user_id=user_id)
    monkeypatch.undo()
    here = len(list(services.sessions.each(SessionFilter(), user_id=user_id)))
    rest = services.transfer.import_file(file, user_id=user_id)

    assert 10 < here <= 30
    assert (rest.already_here, len(rest.imported)) == (here, 40 - here)


def test_two_imports_in_another_order_wait_for_each_other(services, user_id):
    conversations = [hello(f"c-{number}") for number in range(60)]
    files = [chatgpt(*conversations), chatgpt(*reversed(conversations))] * 2

    def load(file: bytes) -> int:
        return len(services.transfer.import_file(file, user_id=user_id).imported)

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(load, files)) == 60


def test_one_file_is_imported_at_a_time(services, user_id):
    refused = []

    def meanwhile(done: int, of: int) -> None:
        with pytest.raises(ImportRunningError) as running:
            services.transfer.import_file(chatgpt(hello("c-2")), user_id=user_id, wait_s=0)
        refused.append(running.value.message)

    services.transfer.import_file(chatgpt(hello()), user_id=user_id, on_progress=meanwhile)

    assert refused == ["Another file is being imported right now. Try again in a minute."]
    assert len(services.transfer.import_file(chatgpt(hello("c-2")), user_id=user_id, wait_s=0).imported) == 1
    with pytest.raises(InvalidInputError):
        services.transfer.import_file(b"nonsense", user_id=user_id, wait_s=0)
    assert services.transfer.import_file(chatgpt(hello("c-2")), user_id=user_id, wait_s=0).already_here == 1


@ON_SQLITE
def test_much_text_is_kept_in_several_transactions(services, user_id, monkeypatch):
    kept, keep = [], services.transfer._keep

    def counted(batch, *args, **more):
        kept.append(sum(len(turn.text) for one in batch for turn in one.messages))
        return keep(batch, *args, **more)

    monkeypatch.setattr(services.transfer, "_keep", counted)
    file = chatgpt(*(hello(f"c-{number}", "word " * 80_000) for number in range(9)))

    assert len(services.transfer.import_file(file, user_id=user_id).imported) == 9
    assert len(kept) == 3
    assert max(kept) < 1_500_000


@ON_SQLITE
def test_chatgpt_export_is_found_shown_and_gone_on_with(services, emulator, user_id):
    result = services.transfer.import_file(chatgpt(hello()), user_id=user_id)
    (session_id,) = result.imported

    (hit,) = services.sessions.search("yourself", user_id=user_id)
    history = services.sessions.history(session_id, user_id=user_id).messages
    assert [(one.role, one.text, one.model) for one in history] == [
        ("user", "Hello from elsewhere", None),
        ("assistant", "Hello yourself.", "openai/gpt-4o"),
    ]
    assert (hit.session_id, hit.at) == (session_id, history[1].created_at)
    accepted = services.replies.send(
        "Five days in Lisbon?", user_id=user_id, client_message_id="a", session_id=session_id
    )
    ended = until_ended(services, accepted.reply_id, user_id)

    assert ended.status == "complete"
    assert NoticePart not in map(type, ended.parts)
    (told, asked) = emulator.asked(emulator.runs[-1]["thread_id"])
    assert "Planner: Hello from elsewhere\n\nYou: Hello yourself." in told
    assert asked == "Five days in Lisbon?"
    assert last_message(services, session_id, user_id).parent_id == accepted.message_id
    assert services.sessions.get(session_id, user_id=user_id).message_count == 4


@ON_SQLITE
def test_broken_file_imports_nothing(services, user_id):
    whole = chatgpt(hello(), hello("c-2"))
    for broken in (whole[:-20], whole[:-1], b"PK\x03\x04 no zip", b"x"):
        with pytest.raises(InvalidInputError):
            services.transfer.import_file(broken, user_id=user_id)

    assert services.sessions.recent(user_id=user_id).sessions == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"parent_id": "nobody"}, "do not form one conversation"),
        ({"id": "1"}, "do not form one conversation"),
        ({"text": "x" * 500_001}, "more than 500,000 characters"),
        ({"parts": [{"kind": "reasoning"}]}, "cannot be read"),
        ({"parts": [{"kind": "tool", "text": "x", "evil": 1}]}, "cannot be read"),
    ],
)
def test_a_session_that_cannot_be_kept_is_refused_and_the_others_are_not(services, user_id, session_id, change, told):
    file = json.loads(json_file(services, session_id, user_id))
    good, bad = (json.loads(json.dumps(file["sessions"][0])) for _ in range(2))
    good["key"], bad["key"] = "travelbot:1", "travelbot:2"
    bad["messages"][0]["id"] = "1"
    bad["messages"][0].pop("leaf_id")
    bad["messages"][1:] = [bad["messages"][0] | {"id": "2", "parent_id": "1"} | change]

    result = services.transfer.import_file(json.dumps(file | {"sessions": [bad, good]}).encode(), user_id=user_id)

    assert len(result.imported) == 1
    assert len(result.refused) == 1
    assert told in result.refused[0]
    assert "Łódź" in result.refused[0]


@ON_SQLITE
def test_odd_values_of_a_file_are_put_right(services, user_id, session_id):
    file = json.loads(json_file(services, session_id, user_id))
    (session,) = file["sessions"]
    session |= {
        "key": "travelbot:" + "9" * 60,
        "title": " \x07 ",
        "model": "nonsense",
        "sample": True,
        "chat_name": "x",
    }
    session |= {"last_message_at": "2999-01-01T00:00:00Z", "last_message_id": "nobody"}
    session["messages"][0]["created_at"] = "2999-01-01T00:00:00Z"
    session["messages"][0]["text"] = "NUL \x00 and bell \x07"
    session["messages"][1]["status"] = "running"
    session["messages"][2]["parts"] = [
        {"kind": "source", "text": "A\x07", "url": "javascript:alert(1)"},
        {"kind": "source", "text": "B", "url": "https://b.example/"},
    ]

    (new_session_id,) = services.transfer.import_file(json.dumps(file).encode(), user_id=user_id).imported

    summary = services.sessions.get(new_session_id, user_id=user_id)
    assert (summary.title, summary.model, summary.sample, summary.answering) == (
        "New chat",
        "openai/gpt-4o",
        False,
        False,
    )
    assert summary.last_message_at <= utc_now()
    messages, _ = services.sessions.messages(new_session_id, user_id=user_id, limit=9)
    assert messages[0].text == "NUL  and bell "
    assert messages[0].created_at <= utc_now()
    assert messages[1].status == "interrupted"
    assert messages[2].parts == (SourcePart("A", None), SourcePart("B", "https://b.example/"))
    assert summary.last_message_id == messages[-1].id


@ON_SQLITE
def test_long_conversation_is_kept_whole(services, user_id):
    nodes = [
        node(str(turn), str(turn - 1) if turn else None, "assistant" if turn % 2 else "user", f"turn {turn}")
        for turn in range(1200)
    ]
    told: list[tuple[int, int]] = []
    (session_id,) = services.transfer.import_file(
        chatgpt(conversation(*nodes), hello("c-2")),
        user_id=user_id,
        on_progress=lambda done, of: told.append((done, of)),
    ).imported[:1]

    assert services.sessions.get(session_id, user_id=user_id).message_count == 1200
    assert last_message(services, session_id, user_id).text == "turn 1199"
    assert len(exported(services, session_id, user_id)["messages"]) == 1200
    assert told == [(1, 2), (2, 2)]


@ON_SQLITE
def test_strangers_sessions_do_not_exist(services, database, user_id, session_id):
    eve = make_user(database, "eve")
    for kind in ExportKind:
        with pytest.raises(NotFoundError):
            services.transfer.export(session_id, user_id=eve, kind=kind)

    assert json.loads(services.transfer.export_many(user_id=eve, session_ids=[session_id]).content)["sessions"] == []
    assert json.loads(services.transfer.export_many(user_id=eve).content)["sessions"] == []


@ON_SQLITE
def test_many_sessions_are_one_file_that_comes_back(services, database, user_id, session_id):
    services.transfer.import_file(chatgpt(hello(), hello("c-2")), user_id=user_id)
    archived = services.transfer.import_file(chatgpt(hello("c-3")), user_id=user_id).imported
    services.sessions.set_archived(archived, True, user_id=user_id)
    bob = make_user(database, "bob")

    some = services.transfer.export_many(user_id=user_id, session_ids=[session_id, *archived])
    everything = services.transfer.export_many(user_id=user_id)

    assert len(services.transfer.import_file(some.content, user_id=bob).imported) == 2
    result = services.transfer.import_file(everything.content, user_id=bob)
    assert (len(result.imported), result.already_here) == (2, 2)
    archived_there = services.sessions.each(SessionFilter(archived=True), user_id=bob)
    assert [one.last_message_preview for one in archived_there] == ["Hello yourself."]


@ON_SQLITE
def test_an_export_too_large_to_come_back_is_refused(services, user_id, session_id, monkeypatch):
    monkeypatch.setattr("services.transfer.transfer.MAX_BYTES", 1000)

    with pytest.raises(InvalidInputError, match="larger than 50 MB together"):
        services.transfer.export_many(user_id=user_id)


def test_database_away_is_said(services, user_id, database_url, database):
    database.close()
    with database_gone(database_url), pytest.raises(DatabaseUnavailableError):
        services.transfer.import_file(chatgpt(hello()), user_id=user_id)


def test_samples_come_go_and_come_back(services, database, emulator, user_id):
    assert services.transfer.offers_samples(user_id=user_id)

    added = services.transfer.add_samples(user_id=user_id)
    sessions = services.sessions.recent(user_id=user_id).sessions
    assert (len(added.imported), added.refused) == (3, ())
    assert [one.id for one in sessions] == list(added.imported)
    assert all(one.sample and utc_now() - one.last_message_at < timedelta(hours=2) for one in sessions)
    assert not services.transfer.offers_samples(user_id=user_id)
    assert services.transfer.add_samples(user_id=user_id).already_here == 3
    own = services.replies.send("My own", user_id=user_id, client_message_id="own")
    more = services.replies.send("Zanzibar?", user_id=user_id, client_message_id="a", session_id=added.imported[0])
    for reply in (own, more):
        until_ended(services, reply.reply_id, user_id)

    gone, file = services.transfer.remove_samples(user_id=user_id)
    assert set(gone) == set(added.imported)
    assert [one.id for one in services.sessions.recent(user_id=user_id).sessions] == [own.session_id]
    assert services.transfer.remove_samples(user_id=user_id)[0] == ()

    back = services.transfer.bring_back_samples(file, user_id=user_id)
    assert len(back.imported) == 3
    assert {hit.session_title for hit in services.sessions.search("Zanzibar", user_id=user_id)} == {sessions[0].title}
    assert sum(one.sample for one in services.sessions.recent(user_id=user_id).sessions) == 3


@ON_SQLITE
def test_samples_are_one_planners_own(services, database, user_id):
    eve = make_user(database, "eve")
    services.transfer.add_samples(user_id=user_id)

    assert services.transfer.offers_samples(user_id=eve)
    assert services.transfer.remove_samples(user_id=eve)[0] == ()
    assert len(services.transfer.add_samples(user_id=eve).imported) == 3


@ON_SQLITE
def test_samples_show_versions_tables_and_that_they_are_samples(services, user_id):
    ids = services.transfer.add_samples(user_id=user_id).imported
    for session_id in ids:
        messages = exported(services, session_id, user_id)["messages"]
        assert messages[0]["role"] == "system"
        assert "This is a sample session" in messages[0]["text"]
        for message in messages[1:]:
            assert message["role"] in ("user", "assistant")
    versions = [exported(services, one, user_id)["messages"] for one in ids]
    assert any(len([m for m in messages if m.get("parent_id") == 0]) == 2 for messages in versions)


@ON_SQLITE
def test_so_many_pdfs_are_made_at_once(services, user_id, monkeypatch):
    monkeypatch.setattr("services.transfer.transfer.PDF_WAIT_S", 0.0)
    (session_id, *_) = services.transfer.add_samples(user_id=user_id).imported
    for _ in range(PDFS_AT_ONCE):
        services.transfer._printing.acquire()

    with pytest.raises(ExportRunningError, match="Try again"):
        services.transfer.export(session_id, user_id=user_id, kind=ExportKind.PDF)
    assert services.transfer.export(session_id, user_id=user_id, kind=ExportKind.MARKDOWN).content

    services.transfer._printing.release()
    assert services.transfer.export(session_id, user_id=user_id, kind=ExportKind.PDF).content.startswith(b"%PDF")
