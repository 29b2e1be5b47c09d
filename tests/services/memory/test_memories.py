"""What is remembered: whose it is, where it comes from, and what is left when something breaks."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from db.models import Assistant, MemorySource, Message, utc_now
from services.errors import BackboardAwayError, InvalidInputError, NotFoundError
from services.message_status import MessageStatus
from services.parts import MemoryPart
from services.sessions.records import Accepted
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import Emulator, last_message, make_user, until, until_ended

FACTS = "I am vegetarian. My home airport is Kraków."


def say(services: Services, user_id: int, text: str, name: str = "a", **given: Any) -> Accepted:
    accepted = services.replies.send(text, user_id=user_id, client_message_id=name, **given)
    assert until_ended(services, accepted.reply_id, user_id).status is MessageStatus.COMPLETE
    return accepted


def texts(services: Services, user_id: int) -> list[str]:
    return [memory.text for memory in services.memories.page(user_id=user_id).memories]


def until_sourced(services: Services, user_id: int, number: int) -> None:
    def sourced() -> bool:
        found = services.memories.page(user_id=user_id).memories
        return len(found) == number and all(memory.source for memory in found)

    until(sourced, what="the sources are known")


def pending(database) -> list[str]:
    with database.read() as db_session:
        return [one for one in db_session.query(Message.memory_operation_id).all() if one[0]]


@ON_SQLITE
def test_user_who_never_spoke_has_no_memories_and_no_assistant(services, emulator: Emulator, user_id):
    page = services.memories.page(user_id=user_id)

    assert (page.memories, page.total, page.pages) == ((), 0, 1)
    assert services.memories.search("trains", user_id=user_id) == ()
    assert services.memories.forget_all(user_id=user_id) == 0
    assert services.memories.forget(["mem_1"], user_id=user_id) == 0
    assert "POST /api/assistants" not in httpx.get(f"{emulator.root}/emulator/counts").json()["requests"]


@ON_SQLITE
def test_added_corrected_searched_and_forgotten(services, user_id):
    tea = services.memories.add("  Prefers tea ", user_id=user_id)
    services.memories.add("Hates noise", user_id=user_id)
    corrected = services.memories.correct(tea.id, "Prefers coffee", user_id=user_id)

    assert (corrected.id, corrected.text) == (tea.id, "Prefers coffee")
    assert texts(services, user_id) == ["Hates noise", "Prefers coffee"]
    assert [found.id for found in services.memories.search("coffee", user_id=user_id)] == [tea.id]
    assert services.memories.forget([tea.id, "mem_nothing"], user_id=user_id) == 1
    assert services.memories.forget([tea.id], user_id=user_id) == 0
    assert texts(services, user_id) == ["Hates noise"]


@ON_SQLITE
def test_odd_memory_among_good_ones_is_left_out(services, emulator, user_id):
    tea = services.memories.add("Prefers tea", user_id=user_id)
    services.memories.add("Hates noise", user_id=user_id)
    emulator.fault({"fault": "odd_memory", "times": 3})

    page = services.memories.page(user_id=user_id)

    assert [memory.text for memory in page.memories] == ["Hates noise", "Prefers tea"]
    assert (page.total, page.pages, page.newest_first) == (2, 1, True)
    assert [found.id for found in services.memories.search("tea", user_id=user_id)] == [tea.id]


def test_memory_names_the_message_that_it_comes_from(services, database, user_id):
    accepted = say(services, user_id, FACTS)
    until(lambda: not pending(database), what="it is known what is remembered")

    memories = services.memories.page(user_id=user_id).memories
    assert {memory.text for memory in memories} == {"Is vegetarian", "Flies from Kraków"}
    for memory in memories:
        assert memory.source is not None
        assert (memory.source.session_id, memory.source.message_id) == (accepted.session_id, accepted.message_id)
    found = services.memories.memories_of_message(accepted.message_id, user_id=user_id)
    assert {memory.id for memory in found} == {memory.id for memory in memories}
    assert services.memories.memories_of_message(accepted.reply_id, user_id=user_id) == ()


@ON_SQLITE
def test_reply_names_the_memories_that_it_used(services, user_id):
    tea = services.memories.add("Prefers tea", user_id=user_id)
    accepted = say(services, user_id, "Three days in Rome")
    without = say(services, user_id, "Three days in Rome", "b", memory=False)

    reply = last_message(services, accepted.session_id, user_id)
    used = [part for part in reply.parts if isinstance(part, MemoryPart)]
    assert [(part.memory_id, part.text) for part in used] == [(tea.id, "Prefers tea")]
    reply = last_message(services, without.session_id, user_id)
    assert MemoryPart not in map(type, reply.parts)


@ON_SQLITE
def test_source_is_found_later_where_nobody_could_wait_for_it(services, database, user_id, monkeypatch):
    monkeypatch.setattr("services.memory.sources.ASK_FOR_S", 0.0)
    accepted = say(services, user_id, FACTS)

    assert len(pending(database)) == 1
    until_sourced(services, user_id, 2)
    assert pending(database) == []
    (first, _) = services.memories.page(user_id=user_id).memories
    assert first.source.message_id == accepted.message_id


def test_next_process_finds_the_source(start_services, database, user_id, monkeypatch):
    monkeypatch.setattr("services.memory.sources.ASK_EVERY_S", 60.0)
    first = start_services()
    say(first, user_id, FACTS)
    first.close()

    until_sourced(start_services(), user_id, 2)
    assert pending(database) == []


@ON_SQLITE
def test_message_asked_about_at_once_waits_for_what_is_written_down(services, user_id, monkeypatch):
    monkeypatch.setattr("services.memory.sources.ASK_FOR_S", 0.0)
    accepted = say(services, user_id, FACTS)

    found = services.memories.memories_of_message(accepted.message_id, user_id=user_id)

    assert {memory.text for memory in found} == {"Is vegetarian", "Flies from Kraków"}


@ON_SQLITE
def test_operation_that_backboard_does_not_know_is_given_up(services, database, user_id):
    services.memories.add("Prefers tea", user_id=user_id)
    accepted = say(services, user_id, "Hello")
    with database.begin() as db_session:
        reply = db_session.get_one(Message, accepted.reply_id)
        reply.memory_operation_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
        reply.ended_at = utc_now() - timedelta(minutes=1)

    assert texts(services, user_id) == ["Prefers tea"]
    assert pending(database) == []


def test_nobody_reads_or_changes_anothers_memories(services, database, user_id):
    eve = make_user(database, "eve")
    accepted = say(services, user_id, FACTS)
    services.memories.add("Prefers tea", user_id=eve)
    until_sourced(services, user_id, 2)
    theirs = services.memories.page(user_id=user_id).memories
    ids = [memory.id for memory in theirs]

    assert texts(services, eve) == ["Prefers tea"]
    assert services.memories.search("vegetarian Kraków", user_id=eve) == ()
    assert services.memories.forget(ids, user_id=eve) == 0
    with pytest.raises(NotFoundError):
        services.memories.correct(ids[0], "Eats meat", user_id=eve)
    with pytest.raises(NotFoundError):
        services.memories.memories_of_message(accepted.message_id, user_id=eve)
    assert services.memories.forget_all(user_id=eve) == 1
    assert texts(services, eve) == []
    assert services.memories.page(user_id=user_id).memories == theirs


def test_forget_all_also_forgets_what_is_being_written_down(services, database, user_id):
    say(services, user_id, FACTS)

    assert services.memories.forget_all(user_id=user_id) == 2

    assert texts(services, user_id) == []
    with database.read() as db_session:
        assert db_session.query(MemorySource).count() == 0
    assert pending(database) == []


@ON_SQLITE
def test_deleted_message_offers_what_is_remembered_from_it(services, user_id):
    accepted = say(services, user_id, FACTS)
    until_sourced(services, user_id, 2)

    services.versions.delete(accepted.message_id, user_id=user_id)

    offered = services.memories.memories_of_message(accepted.message_id, user_id=user_id)
    assert {memory.text for memory in offered} == {"Is vegetarian", "Flies from Kraków"}
    assert [memory.source for memory in offered] == [None, None]  # nothing there to open any more
    assert services.memories.forget([memory.id for memory in offered], user_id=user_id) == 2
    assert services.memories.memories_of_message(accepted.message_id, user_id=user_id) == ()


def test_deleted_session_leaves_memories_without_a_source(services, user_id):
    accepted = say(services, user_id, FACTS)
    until_sourced(services, user_id, 2)

    services.sessions.delete([accepted.session_id], user_id=user_id)

    assert [memory.source for memory in services.memories.page(user_id=user_id).memories] == [None, None]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", ["", " \n\x00", "ż" * 2001])
def test_nothing_and_too_much_are_refused_before_anything_is_sent(services, database, user_id, text):
    with pytest.raises(InvalidInputError):
        services.memories.add(text, user_id=user_id)

    with database.read() as db_session:
        assert db_session.query(Assistant).count() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("memory_id", ["", "..", ".", "a/b", "?", "a b", "search?", "x" * 256, "mem_1\n"])
def test_id_that_is_none_reaches_nothing(services, user_id, memory_id):
    services.memories.add("Prefers tea", user_id=user_id)

    assert services.memories.forget([memory_id], user_id=user_id) == 0
    with pytest.raises(NotFoundError):
        services.memories.correct(memory_id, "Prefers coffee", user_id=user_id)
    assert texts(services, user_id) == ["Prefers tea"]


@ON_SQLITE
def test_newest_come_first_up_to_a_hundred_and_pages_hold_all(services, user_id):
    for number in range(101):
        services.memories.add(f"Fact {number}", user_id=user_id)
    many = [services.memories.page(user_id=user_id, page=page, page_size=40) for page in (1, 2, 3, 9)]
    services.memories.forget([many[0].memories[0].id], user_id=user_id)
    few = services.memories.page(user_id=user_id, page=2, page_size=40)

    assert [(page.page, page.total, page.pages, page.newest_first) for page in many] == [
        (1, 101, 3, False), (2, 101, 3, False), (3, 101, 3, False), (3, 101, 3, False)
    ]  # fmt: skip
    assert len({memory.id for page in many for memory in page.memories}) == 101
    assert (few.total, few.newest_first) == (100, True)
    assert [memory.text for memory in few.memories] == [f"Fact {number}" for number in range(60, 20, -1)]


@ON_SQLITE
def test_backboard_away_is_a_sentence_and_the_reply_is_not_harmed(services, emulator, database, user_id, monkeypatch):
    monkeypatch.setattr("backboard_client._retry.ATTEMPTS", 1)
    accepted = say(services, user_id, FACTS)
    emulator.go_away()
    for attempt in (
        lambda: services.memories.page(user_id=user_id),
        lambda: services.memories.search("tea", user_id=user_id),
        lambda: services.memories.add("Prefers tea", user_id=user_id),
        lambda: services.memories.forget(["mem_1"], user_id=user_id),
        lambda: services.memories.forget_all(user_id=user_id),
    ):
        with pytest.raises(BackboardAwayError, match=r"cannot be reached right now\. Please try again soon\."):
            attempt()
    assert last_message(services, accepted.session_id, user_id).status is MessageStatus.COMPLETE

    emulator.come_back()
    until_sourced(services, user_id, 2)
    assert pending(database) == []


@ON_SQLITE
def test_assistant_that_is_gone_remembers_nothing_and_a_new_one_is_made(services, emulator, database, user_id):
    services.memories.add("Prefers tea", user_id=user_id)
    with database.read() as db_session:
        assistant_id = db_session.query(Assistant.assistant_id).scalar()
    httpx.delete(f"{emulator.base_url}/assistants/{assistant_id}", headers={"X-API-Key": "demo-key"})

    assert texts(services, user_id) == []
    assert services.memories.search("tea", user_id=user_id) == ()
    assert services.memories.forget_all(user_id=user_id) == 0
    services.memories.add("Hates noise", user_id=user_id)
    assert texts(services, user_id) == ["Hates noise"]
