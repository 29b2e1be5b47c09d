"""Claims on replies."""

from datetime import timedelta

import pytest

import db.replies
from db.ids import new_id
from db.models import Message, utc_now

LEASE = timedelta(seconds=4)


@pytest.fixture
def reply_id(database, make_user, make_session) -> int:
    """Make a reply that nobody holds."""
    ada = make_user("ada")
    session_id, ids = make_session(ada, ["hi"])
    with database.begin() as db_session:
        reply = Message(
            id=new_id(), session_id=session_id, user_id=ada, parent_id=ids[0], role="assistant", status="queued"
        )
        db_session.add(reply)
        return reply.id


def test_only_one_process_claims_a_reply_while_its_lease_changes(database, reply_id):
    now = utc_now()

    def claim(fence, owner, at, lease=None):
        with database.begin() as db_session:
            found = db.replies.claim(db_session, reply_id, fence=fence, owner=owner, until=at + LEASE, lease=lease)
            return found.fence if found else None

    assert claim(0, "one", now) == 1
    assert claim(0, "two", now) is None
    assert claim(1, "two", now + 2 * LEASE) is None
    assert claim(1, "two", now, lease=now) is None
    assert claim(1, "two", now, lease=now + LEASE) == 2
    with database.begin() as db_session:
        assert not db.replies.change_held(db_session, reply_id, fence=1, values={"content": "old"})
        assert db.replies.change_held(db_session, reply_id, fence=2, values={"content": "new"})
        assert [row[0] for row in db.replies.lock_held(db_session, {reply_id: 2})] == [reply_id]
        assert db.replies.lock_held(db_session, {reply_id: 1}) == []


def test_reply_is_free_or_has_a_lease_until_it_is_over(database, reply_id):
    def look():
        with database.read() as db_session:
            free = [row[0] for row in db.replies.free(db_session, limit=9, until=utc_now())]
            return free, db.replies.leases(db_session), db.replies.count_waiting(db_session)

    until = utc_now() - timedelta(days=1)  # what time it is does not matter
    assert look() == ([reply_id], [], 1)
    with database.begin() as db_session:
        db.replies.claim(db_session, reply_id, fence=0, owner="one", until=until)
    assert look() == ([], [(reply_id, 1, until)], 0)
    with database.begin() as db_session:
        db.replies.change_held(db_session, reply_id, fence=1, values={"status": "complete"})
    assert look() == ([], [], 0)


def test_reply_that_was_just_born_is_free_later_for_who_did_not_write_it_down(database, reply_id):
    with database.read() as db_session:
        born_at = db_session.get_one(Message, reply_id).created_at

    def free(until):
        with database.read() as db_session:
            return [row[0] for row in db.replies.free(db_session, limit=9, until=until)]

    assert free(born_at - timedelta(seconds=1)) == []
    assert free(born_at) == [reply_id]
    with database.begin() as db_session:
        db.replies.claim(db_session, reply_id, fence=0, owner="one", until=born_at)
        db.replies.change_held(db_session, reply_id, fence=1, values={"lease_until": None})  # handed over
    assert free(born_at - timedelta(seconds=1)) == [reply_id]
