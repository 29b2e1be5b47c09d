"""Who follows a reply is counted, and sees it begin without asking the database again and again."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from services.replies.records import ReplySnapshot
from services.wiring import Services
from tests.helpers.services import until


def test_readers_are_counted_while_they_read(services: Services, user_id: int) -> None:
    replies = services.replies
    reply_id = replies.send("Five days in Lisbon?", user_id=user_id, client_message_id="a").reply_id

    with replies.watch(reply_id, user_id=user_id) as watch, replies.watch(reply_id, user_id=user_id):
        reading = replies.readers
        while watch.next(0.2).status.unfinished:
            pass

    assert (reading, replies.readers) == (2, 0)


def test_reply_that_waits_is_seen_to_begin_without_a_query(services, user_id, monkeypatch):
    replies, looks = services.replies, []
    monkeypatch.setattr("services.replies.readers.POLL_S", 60.0)
    monkeypatch.setattr(services._claims, "wake", lambda born=None: None)
    reply_id = replies.send("Five days in Lisbon?", user_id=user_id, client_message_id="a").reply_id
    watch = replies.watch(reply_id, user_id=user_id)
    monkeypatch.undo()
    monkeypatch.setattr("services.replies.readers.POLL_S", 60.0)
    monkeypatch.setattr(replies, "snapshot", lambda *args, **more: looks.append(args))

    replies.wake()
    while watch.next(20).status.unfinished:
        pass

    assert looks == []


def test_reader_of_a_reply_that_was_written_here_need_not_ask_for_its_end(services, emulator, user_id, monkeypatch):
    emulator.hold_reply()
    replies = services.replies
    reply_id = replies.send("Five days in Lisbon?", user_id=user_id, client_message_id="a").reply_id
    until(lambda: services._claims.running.get(reply_id), what="the reply is written")
    looks = []
    monkeypatch.setattr(replies._readers, "snapshot", lambda *args, **more: looks.append(args))

    begun = threading.Event()

    async def read() -> ReplySnapshot:
        seen: list[ReplySnapshot] = []
        async for snapshot in replies.follow(reply_id, user_id=user_id):
            seen.append(snapshot)
            if snapshot.text:
                begun.set()
        return seen[-1]

    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(asyncio.run, read())
        assert begun.wait(20)
        emulator.release()
        ended = reading.result(20)

    monkeypatch.undo()
    assert looks == []
    assert ended == replies.snapshot(reply_id, user_id=user_id)


def test_first_words_do_not_wait_for_the_next_update_also_after_a_thought(services, emulator, user_id, monkeypatch):
    monkeypatch.setattr("services.replies.readers.interval_s", lambda readers: 60.0)
    emulator.hold_reply(0)  # what was thought comes before it is held
    reply_id = services.replies.send("Lisbon?", user_id=user_id, client_message_id="a").reply_id
    until(lambda: services._claims.running.get(reply_id), what="the reply is written")

    async def first_words() -> str:
        async with asyncio.timeout(20):
            async for snapshot in services.replies.follow(reply_id, user_id=user_id):
                if snapshot.text:
                    return str(snapshot.text)
                if snapshot.parts:
                    emulator.release()
        return ""

    assert asyncio.run(first_words())
