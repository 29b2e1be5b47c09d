"""Lists of sessions: order, pages, marks, and whose they are."""

import db.participants
import db.sessions
from db.ids import new_id
from db.models import Message


def test_page_is_latest_first_and_goes_on_where_it_ended(database, make_user, make_session):
    ada = make_user("ada")
    ids = [make_session(ada, ["hi"], hours=hours % 3)[0] for hours in range(7)]

    with database.read() as db_session:
        first = db.sessions.page(db_session, user_id=ada, pinned=False, limit=4)
        last, _ = first[-1]
        rest = db.sessions.page(
            db_session, user_id=ada, pinned=False, limit=10, before=(last.last_message_at, last.id)
        )

    listed = [session for session, _ in [*first, *rest]]
    assert sorted(session.id for session in listed) == sorted(ids)
    assert listed == sorted(listed, key=lambda session: (session.last_message_at, session.id), reverse=True)


def test_strangers_sessions_are_not_listed_read_archived_or_deleted(database, make_user, make_session):
    ada, eve = make_user("ada"), make_user("eve")
    session_id, _ = make_session(ada, ["secret"])

    with database.begin() as db_session:
        assert db.sessions.page(db_session, user_id=eve, pinned=False, limit=10) == []
        assert db.sessions.get_visible(db_session, session_id, user_id=eve) is None
        assert db.sessions.summary(db_session, session_id, user_id=eve) is None
        assert db.participants.change(db_session, [session_id], user_id=eve, archived=True) == 0
        assert db.sessions.remove(db_session, [session_id], user_id=eve) == []
        assert db.sessions.latest_id(db_session, user_id=eve) is None
    with database.read() as db_session:
        assert db.sessions.get_visible(db_session, session_id, user_id=ada) is not None


def test_marks_tell_answering_from_unseen(database, make_user, make_session):
    ada, eve = make_user("ada"), make_user("eve")
    answering, ids = make_session(ada, ["hi"])
    unseen, _ = make_session(ada, ["hi", "hello"], unseen=True)
    make_session(eve, ["hi"], unseen=True)
    with database.begin() as db_session:
        db_session.add(
            Message(
                id=new_id(),
                session_id=answering,
                user_id=ada,
                parent_id=ids[0],
                role="assistant",
                status="queued",
            )
        )

    with database.read() as db_session:
        assert db.sessions.marks(db_session, user_id=ada) == ({answering}, {unseen})
        summary = db.sessions.summary(db_session, answering, user_id=ada)

    assert summary is not None
    assert summary[1] is True


def test_deleting_a_long_session_removes_its_messages(database, make_user, make_session):
    ada = make_user("ada")
    session_id, ids = make_session(ada, [f"turn {n}" for n in range(1500)])

    with database.begin() as db_session:
        assert db.sessions.remove(db_session, [session_id], user_id=ada) == [session_id]
    with database.read() as db_session:
        assert db_session.get(Message, ids[0]) is None
        assert db_session.get(Message, ids[-1]) is None
