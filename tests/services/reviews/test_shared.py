"""What of a session an audience is shown, whatever became of its messages."""

from typing import Any

import pytest
from sqlalchemy import update

from db.models import ChatSession, Message
from services.errors import NotFoundError, NotPossibleError
from services.reviews.records import Thing
from tests.helpers.databases import ON_SQLITE
from tests.helpers.reviews import TALK
from tests.helpers.rows import see
from tests.helpers.services import make_user


def shown(reviews, session_id, user_id, **part: Any) -> list[str]:
    return [
        block.text for block in reviews.links.preview(Thing("session", session_id), user_id=user_id, **part).blocks
    ]


def ids(database, session_id) -> list[int]:
    with database.read() as db_session:
        rows = db_session.query(Message.id).filter(Message.session_id == session_id).order_by(Message.id)
        return [row.id for row in rows]


def set_columns(database, message_id: int, **values: Any) -> None:
    with database.begin() as db_session:
        db_session.execute(update(Message).where(Message.id == message_id).values(**values))


@ON_SQLITE
def test_part_is_never_wider_nor_narrower_than_asked_for(reviews, database, session_id, user_id):
    one, two, three, four = ids(database, session_id)

    assert shown(reviews, session_id, user_id, first_id=two, last_id=three) == list(TALK[1:3])
    assert shown(reviews, session_id, user_id, first_id=three) == list(TALK[2:])
    assert shown(reviews, session_id, user_id, last_id=two) == list(TALK[:2])
    assert shown(reviews, session_id, user_id, first_id=one, last_id=one) == [TALK[0]]
    with pytest.raises(NotPossibleError, match="The first message comes after the last one"):
        shown(reviews, session_id, user_id, first_id=four, last_id=one)


@ON_SQLITE
def test_messages_of_another_session_are_no_ends(reviews, database, session_id, user_id):
    eve = make_user(database, "eve")
    theirs, ours = ids(database, reviews.session(eve)), ids(database, reviews.session(user_id))
    for other in (*theirs, *ours, 0, 1, -1, 2**63 - 1):
        for part in ({"first_id": other}, {"last_id": other}, {"first_id": other, "last_id": other}):
            with pytest.raises(NotPossibleError, match="no longer shown"):
                shown(reviews, session_id, user_id, **part)
    with pytest.raises(NotFoundError):
        shown(reviews, session_id, eve)


def test_link_whose_ends_vanished_says_so_and_shows_what_it_showed(reviews, database, session_id, user_id):
    _, two, three, four = ids(database, session_id)
    link = reviews.links.share(
        Thing("session", session_id),
        reviews.share(session_id, user_id).review.settings,
        user_id=user_id,
        first_id=two,
        last_id=three,
    )
    set_columns(database, three, deleted_at=reviews.now)

    assert reviews.links.behind(Thing("session", session_id), user_id=user_id)[link.review.id] is None
    with pytest.raises(NotPossibleError, match="no longer shown"):
        reviews.links.share_again([link.review.id], user_id=user_id)
    assert [block.text for block in reviews.visits.look(link.token, None).snapshot.blocks] == list(TALK[1:3])
    assert shown(reviews, session_id, user_id) == [TALK[0], TALK[1], TALK[3]]
    assert shown(reviews, session_id, user_id, first_id=two, last_id=four) == [TALK[1], TALK[3]]


def test_edit_and_another_reply_show_the_path_that_the_planner_sees(reviews, database, session_id, user_id):
    link = reviews.share(session_id, user_id)
    _, two, three, _ = ids(database, session_id)
    with database.begin() as db_session:
        see(db_session, db_session.get_one(ChatSession, session_id), last_message_id=two)
    reviews.say(session_id, "Cheaper, but with a view?", "Then stay in Graça.")

    assert shown(reviews, session_id, user_id) == [*TALK[:2], "Cheaper, but with a view?", "Then stay in Graça."]
    assert reviews.links.share_again([link.review.id], user_id=user_id) == {link.review.id: True}
    with pytest.raises(NotPossibleError):
        shown(reviews, session_id, user_id, first_id=three)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("columns", "text", "seen"),
    [
        ({"status": "failed"}, "", None),
        ({"status": "failed"}, "Half of", "This answer is not complete."),
        ({"status": "stopped"}, "Half of", "This answer is not complete."),
        ({"status": "interrupted"}, " \n ", None),
        ({"role": "system"}, "Be brief.", None),
        ({"role": "tool"}, "{}", None),
    ],
    ids=str,
)
def test_reply_that_did_not_end_well(reviews, session_id, user_id, columns, text, seen):
    reviews.say(session_id, "And then?")
    reviews.say(session_id, text, **({"role": "assistant"} | columns))

    last = reviews.links.preview(Thing("session", session_id), user_id=user_id).blocks[-1]

    assert (last.text, last.ending) == (("Half of", seen) if seen else ("And then?", None))


@ON_SQLITE
@pytest.mark.parametrize("status", ["queued", "running"])
def test_reply_that_is_being_written_is_waited_for(reviews, session_id, user_id, status):
    [question] = reviews.say(session_id, "And then?")
    reviews.say(session_id, "Half of", role="assistant", status=status)

    with pytest.raises(NotPossibleError, match="still being written"):
        shown(reviews, session_id, user_id)
    assert shown(reviews, session_id, user_id, last_id=question)[-1] == "And then?"


@ON_SQLITE
def test_long_session_is_shared_in_parts_and_never_cut(reviews, database, user_id, monkeypatch):
    session_id = reviews.session(user_id, tuple(f"Message {number}" for number in range(1_200)))
    every = ids(database, session_id)

    for part in ({}, {"first_id": every[100]}, {"last_id": every[1_100]}, {"last_id": every[500]}):
        with pytest.raises(NotPossibleError, match="more than a review can hold"):
            shown(reviews, session_id, user_id, **part)
    some = shown(reviews, session_id, user_id, first_id=every[10], last_id=every[509])
    assert (len(some), some[0], some[-1]) == (500, "Message 10", "Message 509")
    assert len(shown(reviews, session_id, user_id, last_id=every[499])) == 500


@ON_SQLITE
def test_texts_beyond_a_million_characters_are_too_much(reviews, user_id):
    session_id = reviews.session(user_id, ("x" * 600_000, "y" * 600_000))

    with pytest.raises(NotPossibleError, match="more than a review can hold"):
        shown(reviews, session_id, user_id)


@ON_SQLITE
def test_session_without_messages_is_not_shared(reviews, user_id):
    with pytest.raises(NotPossibleError, match="nothing to share"):
        reviews.share(reviews.session(user_id, ()), user_id)
