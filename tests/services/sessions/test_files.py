"""Files of a session: kept here, uploaded once to each thread that needs them, gone with the session."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import select

import db.files
from backboard_client import BackboardClient
from db.engine import Database
from db.models import BackboardThread, FileCopy, SessionFile
from services.errors import FileQuotaError, FileRefusedError, NotFoundError
from services.message_status import MessageStatus
from services.parts import NoticePart, SourcePart
from services.replies.records import ReplySnapshot
from services.sessions.file_types import MAX_FILES, checked_file
from services.sessions.records import Accepted, FileState, NewFile
from services.usage.records import RoomOrder
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.documents import PNG, pdf
from tests.helpers.services import Emulator, last_message, make_user, until, until_ended

BRIEF = b"Two guests, five days in Lisbon in May.\n\nThe hotel must have an elevator."


def sent(
    services: Services, user_id: int, text: str, *files: NewFile, session_id: int | None = None, name: str = ""
) -> tuple[Accepted, ReplySnapshot]:
    """Send a message with files, and wait for the end of its reply."""
    accepted = services.replies.send(
        text, user_id=user_id, client_message_id=name or f"{text}-{session_id}", session_id=session_id, files=files
    )
    ended = until_ended(services, accepted.reply_id, user_id)
    assert ended.status is MessageStatus.COMPLETE, ended
    return accepted, ended


def brief(name: str = "brief.txt", content: bytes = BRIEF) -> NewFile:
    return checked_file(name, content)


def documents(emulator: Emulator, database: Database) -> dict[str, list[str]]:
    """Return the names of the documents of each thread that is known, oldest first."""
    with database.read() as db_session:
        ids = db_session.scalars(select(BackboardThread.thread_id).order_by(BackboardThread.id)).all()
    return {one: [row["filename"] for row in in_thread(emulator, one)] for one in ids}


def in_thread(emulator: Emulator, thread_id: str) -> Sequence[dict[str, str]]:
    answer = httpx.get(f"{emulator.base_url}/threads/{thread_id}/documents", headers={"X-API-Key": "demo-key"})
    rows: Sequence[dict[str, str]] = answer.json() if answer.is_success else []
    return rows


def uploads(emulator: Emulator) -> int:
    counted = httpx.get(f"{emulator.root}/emulator/counts").json()["requests"]
    return int(counted.get("POST /threads/{id}/documents", 0))


def states(services: Services, session_id: int, user_id: int) -> list[tuple[str, FileState]]:
    return [(one.info.name, one.state) for one in services.files.list(session_id, user_id=user_id)]


def notices(services: Services, accepted: Accepted, user_id: int) -> list[str]:
    message = services.replies.get(accepted.reply_id, user_id=user_id)
    return [part.text for part in message.parts if isinstance(part, NoticePart)]


@ON_SQLITE
def test_file_is_indexed_before_the_question_is_asked_and_quoted(services, emulator, database, user_id):
    accepted, ended = sent(services, user_id, "What about the elevator in the file?", brief())

    assert "> The hotel must have an elevator." in ended.text
    assert list(documents(emulator, database).values()) == [["brief.txt"]]
    assert states(services, accepted.session_id, user_id) == [("brief.txt", FileState.READY)]
    question = services.sessions.history(accepted.session_id, user_id=user_id).messages[0]
    assert [(one.name, one.size) for one in question.files] == [("brief.txt", len(BRIEF))]
    assert question.text == "What about the elevator in the file?"
    (asked,) = emulator.asked(next(iter(documents(emulator, database))))
    assert asked.endswith("(Files with this message: brief.txt)")


@ON_SQLITE
def test_message_of_files_alone_asks_to_look_at_them(services, user_id):
    accepted, ended = sent(services, user_id, " ", brief("a.md"), brief("b.pdf", pdf("The museum is closed")))

    assert services.sessions.get(accepted.session_id, user_id=user_id).title == "Please look at a.md and b.pdf."
    assert "museum" in ended.text


@ON_SQLITE
def test_reply_says_what_it_reads_while_it_waits(services, user_id):
    accepted = services.replies.send("Hello", user_id=user_id, client_message_id="1", files=[brief()])
    notes = set()
    with services.replies.watch(accepted.reply_id, user_id=user_id) as watch:
        while watch.next(0.05).status.unfinished:
            notes.add(watch.snapshot.note)

    assert "Reading “brief.txt” …" in notes


@ON_SQLITE
def test_nothing_is_uploaded_twice_to_one_thread(services, emulator, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    sent(services, user_id, "Hello again", session_id=accepted.session_id)
    sent(services, user_id, "And again", brief("more.txt"), session_id=accepted.session_id)

    assert uploads(emulator) == 2


def test_same_message_sent_twice_keeps_its_files_once(services, user_id):
    first, _ = sent(services, user_id, "Hello", brief(), name="same")
    again = services.replies.send("Hello", user_id=user_id, client_message_id="same", files=[brief()])

    assert again.repeated
    assert states(services, first.session_id, user_id) == [("brief.txt", FileState.READY)]


@ON_SQLITE
def test_version_of_the_conversation_gets_the_files_again(services, emulator, database, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    edited = services.versions.edit(accepted.message_id, "Hello there", user_id=user_id, client_message_id="edit")
    until_ended(services, edited.reply_id, user_id)

    assert list(documents(emulator, database).values()) == [["brief.txt"], ["brief.txt"]]


@ON_SQLITE
def test_thread_that_backboard_lost_is_replaced_with_its_files(services, emulator, database, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    (thread_id,) = documents(emulator, database)
    httpx.delete(f"{emulator.base_url}/threads/{thread_id}", headers={"X-API-Key": "demo-key"})
    services.files.add(accepted.session_id, "more.txt", b"More", user_id=user_id)
    sent(services, user_id, "Hello again", session_id=accepted.session_id)

    assert list(documents(emulator, database).values()) == [["brief.txt", "more.txt"]]


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [("index-error.txt", BRIEF, "could not be parsed"), ("scan.pdf", pdf(), "scan")],
)
def test_file_that_cannot_be_indexed_is_told_once_and_the_question_is_asked(services, user_id, name, content, why):
    accepted, _ = sent(services, user_id, "Hello", checked_file(name, content))
    again, _ = sent(services, user_id, "Hello again", session_id=accepted.session_id)

    (told,) = notices(services, accepted, user_id)
    assert name in told
    assert why in told
    assert notices(services, again, user_id) == []
    (held,) = services.files.list(accepted.session_id, user_id=user_id)
    assert held.state is FileState.FAILED
    assert why in (held.problem or "")


@ON_SQLITE
def test_file_that_is_never_indexed_is_waited_for_once(services, user_id, monkeypatch):
    monkeypatch.setattr("services.backboard.file_copies.LONGEST_S", 1.0)
    accepted, _ = sent(services, user_id, "Hello", brief("index-never.txt"))
    monkeypatch.setattr("services.backboard.file_copies.LONGEST_S", 19.0)
    began = time.monotonic()
    again, _ = sent(services, user_id, "Hello again", session_id=accepted.session_id)

    assert time.monotonic() - began < 15
    assert "still being read" in notices(services, accepted, user_id)[0]
    assert notices(services, again, user_id) == []
    assert states(services, accepted.session_id, user_id) == [("index-never.txt", FileState.READING)]


@ON_SQLITE
def test_upload_whose_answer_was_lost_is_found_and_not_made_again(services, emulator, database, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief("answer-lost.txt"))

    assert list(documents(emulator, database).values()) == [["answer-lost.txt"]]
    assert uploads(emulator) == 1
    assert states(services, accepted.session_id, user_id) == [("answer-lost.txt", FileState.READY)]


@ON_SQLITE
def test_process_killed_between_upload_and_note_leads_to_no_second_upload(
    database, emulator, start_services, user_id
):
    services = start_services()
    accepted, _ = sent(services, user_id, "Hello", brief())
    services.close()
    as_a_kill_leaves_it(database)
    services = start_services()
    sent(services, user_id, "Hello again", session_id=accepted.session_id)

    assert list(documents(emulator, database).values()) == [["brief.txt"]]
    assert uploads(emulator) == 1


def as_a_kill_leaves_it(database: Database) -> None:
    """Forget what came of the one upload there was."""
    with database.begin() as db_session:
        copy = db_session.scalars(select(FileCopy)).one()
        copy.document_id, copy.status = None, "uploading"


@ON_SQLITE
def test_removed_file_goes_at_backboard_too(services, emulator, database, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    (thread_id,) = documents(emulator, database)
    (file,) = services.files.list(accepted.session_id, user_id=user_id)
    services.files.remove(file.info.id, user_id=user_id)

    until(lambda: not in_thread(emulator, thread_id), what="the document is deleted")
    assert services.files.list(accepted.session_id, user_id=user_id) == ()
    assert last_message(services, accepted.session_id, user_id).status is MessageStatus.COMPLETE
    with pytest.raises(NotFoundError):
        services.files.get(file.info.id, user_id=user_id)


@ON_SQLITE
def test_file_of_the_same_name_is_not_taken_for_one_that_is_being_deleted(
    services, emulator, database, user_id, monkeypatch
):
    accepted, _ = sent(services, user_id, "Hello", brief())
    (file,) = services.files.list(accepted.session_id, user_id=user_id)
    (thread_id,) = documents(emulator, database)
    (old,) = in_thread(emulator, thread_id)
    monkeypatch.setattr("db.outbox.any_due", lambda *_, **__: False)
    services.files.remove(file.info.id, user_id=user_id)
    new = services.files.add(accepted.session_id, "brief.txt", b"Another", user_id=user_id)
    with database.begin() as db_session:
        thread_row_id = db_session.scalars(select(BackboardThread.id)).one()
        db_session.add(FileCopy(file_id=new.id, thread_row_id=thread_row_id, status="uploading"))
    sent(services, user_id, "Hello again", session_id=accepted.session_id)

    with database.read() as db_session:
        (copy,) = db.files.copies(db_session, [new.id])
    assert copy.document_id != old["document_id"]


@ON_SQLITE
def test_file_that_nobody_knows_to_have_arrived_is_removed_with_its_thread(services, emulator, database, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    (thread_id,) = documents(emulator, database)
    (file,) = services.files.list(accepted.session_id, user_id=user_id)
    as_a_kill_leaves_it(database)
    services.files.remove(file.info.id, user_id=user_id)

    until(lambda: emulator.thread_status(thread_id) == 404, what="the thread is deleted")
    sent(services, user_id, "Hello again", session_id=accepted.session_id)


def test_files_go_with_their_session(services, emulator, database, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    (thread_id,) = documents(emulator, database)
    services.sessions.delete([accepted.session_id], user_id=user_id)

    until(lambda: emulator.thread_status(thread_id) == 404, what="the thread is deleted")
    with database.read() as db_session:
        for table in (SessionFile, FileCopy):
            assert db_session.scalars(select(table)).all() == []


def test_nobody_sees_the_files_of_others(services, database, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    (file,) = services.files.list(accepted.session_id, user_id=user_id)
    other_id = make_user(database, "eve")
    forbidden: list[Callable[[], object]] = [
        lambda: services.files.list(accepted.session_id, user_id=other_id),
        lambda: services.files.get(file.info.id, user_id=other_id),
        lambda: services.files.remove(file.info.id, user_id=other_id),
        lambda: services.files.add(accepted.session_id, "a.txt", b"Hello", user_id=other_id),
    ]
    for ask in forbidden:
        with pytest.raises(NotFoundError):
            ask()

    assert services.files.get(file.info.id, user_id=user_id)[1] == BRIEF


def test_session_holds_so_many_files_and_no_more(services, user_id):
    session_id = services.sessions.create(user_id=user_id).id
    for _ in range(MAX_FILES - 1):
        services.files.add(session_id, "a.txt", b"Hello", user_id=user_id)
    with pytest.raises(FileRefusedError, match="at most 20"):
        services.replies.send(
            "Hello", user_id=user_id, client_message_id="1", session_id=session_id, files=[brief(), brief()]
        )

    names = [one.info.name for one in services.files.list(session_id, user_id=user_id)]
    assert len(set(names)) == MAX_FILES - 1
    assert services.sessions.get(session_id, user_id=user_id).message_count == 0


@ON_SQLITE
def test_picture_is_kept_and_the_demo_says_it_cannot_see_it(services, user_id):
    _, ended = sent(services, user_id, "", checked_file("view.png", PNG))

    assert "cannot see pictures" in ended.text


@ON_SQLITE
def test_web_search_is_asked_for_and_its_links_become_sources(services, emulator, user_id):
    session_id = services.sessions.create(user_id=user_id).id
    off, _ = sent(services, user_id, "5 days in Lisbon", session_id=session_id)
    services.sessions.change(session_id, user_id=user_id, web_search=True)
    on, ended = sent(services, user_id, "Make it 4 days", session_id=session_id)

    assert [run["web_search"] for run in emulator.runs] == ["off", "Auto"]
    sources = [(part.title, part.url) for part in ended.parts if isinstance(part, SourcePart)]
    assert sources == [("Visit Portugal", "https://www.visitportugal.com/")]
    assert not [
        part for part in services.replies.get(off.reply_id, user_id=user_id).parts if isinstance(part, SourcePart)
    ]
    assert on.session_id == off.session_id


def test_fork_takes_along_the_files_of_the_turns_that_it_has(services, user_id):
    accepted, _ = sent(services, user_id, "Hello", brief())
    sent(services, user_id, "Hello again", brief("later.txt"), session_id=accepted.session_id)
    fork_id = services.versions.fork(accepted.reply_id, user_id=user_id)

    question = services.sessions.history(fork_id, user_id=user_id).messages[0]
    assert [one.name for one in question.files] == ["brief.txt"]
    assert states(services, fork_id, user_id) == [("brief.txt", FileState.KEPT)]


@ON_SQLITE
def test_file_removed_while_it_is_handed_over_does_not_stay_at_backboard(
    services, emulator, database, user_id, monkeypatch
):
    upload = BackboardClient.upload_document

    async def upload_and_remove(client, *given):
        made = await upload(client, *given)
        with database.begin() as db_session:
            db.files.remove(db_session, db_session.scalars(select(SessionFile.id)).one())
        return made

    monkeypatch.setattr(BackboardClient, "upload_document", upload_and_remove)
    sent(services, user_id, "Hello", brief())

    until(lambda: list(documents(emulator, database).values()) == [[]], what="the document is deleted")


KB = 1000
MB = 1_000_000


def text(name: str, size: int) -> NewFile:
    return checked_file(name, b"a" * size)


@pytest.fixture
def small(start_services: Callable[..., Services]) -> Services:
    """Give services where a planner's files may take 1 MB."""
    return start_services(files_mb_per_user=1)


def test_files_of_all_sessions_share_one_room(small: Services, user_id: int, database: Database) -> None:
    accepted, _ = sent(small, user_id, "Read this", text("a.txt", 600 * KB))
    other = small.sessions.create(user_id=user_id)
    assert small.files.room(user_id=user_id).used_bytes == 600 * KB

    with pytest.raises(FileQuotaError, match="your files take 1 MB of 1 MB"):
        small.files.add(other.id, "b.txt", b"b" * 600 * KB, user_id=user_id)
    with pytest.raises(FileQuotaError):
        small.replies.send(
            "And this", user_id=user_id, client_message_id="c", session_id=other.id, files=[text("c.txt", 600 * KB)]
        )
    with pytest.raises(FileQuotaError):
        small.versions.fork(accepted.reply_id, user_id=user_id)

    assert small.files.room(user_id=user_id).used_bytes == 600 * KB
    assert small.sessions.history(other.id, user_id=user_id).messages == ()
    stranger = make_user(database, "bob")
    theirs = small.sessions.create(user_id=stranger)
    small.files.add(theirs.id, "b.txt", b"b" * 600 * KB, user_id=stranger)


@ON_SQLITE
def test_room_is_given_back(small: Services, user_id: int) -> None:
    one, other = (small.sessions.create(user_id=user_id) for _ in range(2))
    file = small.files.add(one.id, "a.txt", b"a" * 900 * KB, user_id=user_id)
    small.files.remove(file.id, user_id=user_id)
    small.files.add(one.id, "a.txt", b"a" * 900 * KB, user_id=user_id)
    small.sessions.delete([one.id], user_id=user_id)

    small.files.add(other.id, "a.txt", b"a" * MB, user_id=user_id)

    room = small.files.room(user_id=user_id)
    assert (room.used_bytes, room.limit_bytes, room.nearly_full) == (MB, MB, True)


def test_message_that_waits_needs_room_for_its_files(small: Services, emulator: Emulator, user_id: int) -> None:
    emulator.hold_reply(20)
    accepted = small.replies.send("Rome", user_id=user_id, client_message_id="a")
    waits = {"session_id": accepted.session_id, "user_id": user_id}
    small.follow_ups.add("Read", client_message_id="b", files=[text("a.txt", 600 * KB)], **waits)

    with pytest.raises(FileQuotaError):
        small.follow_ups.add("Read", client_message_id="c", files=[text("b.txt", 600 * KB)], **waits)

    assert len(small.follow_ups.all(accepted.session_id, user_id=user_id)) == 1
    emulator.release()


@ON_SQLITE
def test_many_small_files_take_room_too(small: Services, user_id: int) -> None:
    session = small.sessions.create(user_id=user_id)
    for number in range(MAX_FILES):
        small.files.add(session.id, f"{number}.txt", b"a", user_id=user_id)

    assert small.files.room(user_id=user_id).used_bytes == MAX_FILES * 4096


def test_files_that_come_at_once_do_not_share_the_last_room(
    start_services: Callable[..., Services], user_id: int
) -> None:
    services = [start_services(files_mb_per_user=1) for _ in range(2)]
    sessions = [services[0].sessions.create(user_id=user_id) for _ in range(6)]

    def add(number: int) -> bool:
        try:
            services[number % 2].files.add(sessions[number].id, "a.txt", b"a" * 600 * KB, user_id=user_id)
        except FileQuotaError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(add, range(6))) == 1


def test_admins_see_who_keeps_how_much(services: Services, user_id: int, database: Database) -> None:
    sent(services, user_id, "Read this", text("a.txt", 5000))
    stranger = make_user(database, "bob")
    for _ in range(3):
        services.sessions.create(user_id=stranger)
    make_user(database, "idle")
    with pytest.raises(NotFoundError):
        services.insights.room(RoomOrder.BYTES, viewer_id=user_id)
    services.admins.set_admin(user_id, admin=True)

    by_size = services.insights.room(RoomOrder.BYTES, viewer_id=user_id)
    by_sessions = services.insights.room(RoomOrder.SESSIONS, viewer_id=user_id)

    assert [(one.username, one.file_bytes, one.files, one.sessions, one.messages) for one in by_size] == [
        ("ada", 5000, 1, 1, 2),
        ("bob", 0, 0, 3, 0),
    ]
    assert [one.username for one in by_sessions] == ["bob", "ada"]
