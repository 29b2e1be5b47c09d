"""The path of a conversation."""

import pytest
from sqlalchemy.exc import IntegrityError

import db.messages
from db.ids import new_id
from db.models import Message


def add_reply(database, user_id, session_id, parent_id, **columns):
    with database.begin() as db_session:
        reply = Message(
            id=new_id(), session_id=session_id, user_id=user_id, parent_id=parent_id,
            **{"role": "assistant", "status": "queued"} | columns,
        )  # fmt: skip
        db_session.add(reply)
        db_session.flush()
        return reply.id


def test_path_is_the_way_from_the_leaf_oldest_first(database, make_user, make_session):
    ada = make_user("ada")
    session_id, ids = make_session(ada, list("abcdef"))
    other = add_reply(database, ada, session_id, ids[2], status="complete")

    with database.read() as db_session:
        assert [m.id for m in db.messages.path(db_session, ids[-1], user_id=ada, limit=4)] == ids[2:]
        assert [m.id for m in db.messages.path(db_session, other, user_id=ada, limit=9)] == [*ids[:3], other]


def test_path_of_a_strangers_message_is_empty(database, make_user, make_session):
    _, ids = make_session(make_user("ada"), list("abc"))

    with database.read() as db_session:
        eve = 1
        assert db.messages.path(db_session, ids[-1], user_id=eve, limit=9) == []
        assert db.messages.path_ids(db_session, ids[-1], user_id=eve, down_to=ids[0]) == []
        assert db.messages.get_visible(db_session, ids[0], user_id=eve) is None


def test_path_ids_end_at_the_message_asked_for(database, make_user, make_session):
    ada = make_user("ada")
    _, ids = make_session(ada, list("abcdef"))

    with database.read() as db_session:
        assert db.messages.path_ids(db_session, ids[-1], user_id=ada, down_to=ids[3]) == [
            ids[5],
            ids[4],
            ids[3],
        ]


def test_a_session_has_at_most_one_unfinished_reply(database, make_user, make_session):
    ada = make_user("ada")
    session_id, ids = make_session(ada, ["hi"])
    add_reply(database, ada, session_id, ids[0])

    with pytest.raises(IntegrityError):
        add_reply(database, ada, session_id, ids[0], status="running")
