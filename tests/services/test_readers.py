from services.wiring import Services


def test_readers_are_counted_while_they_read(services: Services, user_id: int) -> None:
    replies = services.replies
    reply_id = replies.send("Five days in Lisbon?", user_id=user_id, client_message_id="a").reply_id

    with replies.watch(reply_id, user_id=user_id) as watch, replies.watch(reply_id, user_id=user_id):
        reading = replies.readers
        while watch.next(0.2).status.unfinished:
            pass

    assert (reading, replies.readers) == (2, 0)
