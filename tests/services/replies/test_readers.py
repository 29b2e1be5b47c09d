"""Who follows a reply is counted, and sees it begin without asking the database again and again."""

from services.wiring import Services


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
