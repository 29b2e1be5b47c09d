"""Search finds words and characters of any script, and only what is the planner's."""

import pytest

import db.search
import db.sessions


@pytest.fixture
def library(database, make_user, make_session):
    """Index four messages and a title of Ada's."""
    ada = make_user("ada")
    texts = ["5 days in Łódź, please", "Zażółć gęślą jaźń", "我想去北京旅行", "The Alfama district of Lisbon"]
    session_id, ids = make_session(ada, texts)
    with database.begin() as db_session:
        for message_id, text in zip(ids, texts, strict=True):
            db.search.put(db_session, message_id, session_id, text)
        db.search.put(db_session, session_id, session_id, "Lisbon in May")
    return ada, session_id, ids


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("lodz", [0]), ("ŁÓDŹ", [0]), ("Łó", [0]), ("北京", [2]), ("北", [2]), ("京北", []), ("zazolc jazn", [1]),
        ("alfama lisbon", [3]), ("alfama lodz", []), ("lis", [3, None]), ("may", [None]), ("", []), ("'\"*:& |", []),
    ],
)  # fmt: skip
def test_query_finds(database, library, query, places):
    ada, _, ids = library

    with database.read() as db_session:
        hits = db.search.find(db_session, query, user_id=ada, limit=10)

    assert [hit.message_id for hit in hits] == [None if place is None else ids[place] for place in places]


def test_stranger_finds_nothing(database, library, make_user):
    with database.read() as db_session:
        assert db.search.find(db_session, "lisbon", user_id=make_user("eve"), limit=10) == []


def test_new_text_replaces_the_old(database, library):
    ada, session_id, _ = library
    with database.begin() as db_session:
        db.search.put(db_session, session_id, session_id, "Porto in June")

    with database.read() as db_session:
        assert db.search.find(db_session, "may", user_id=ada, limit=10) == []
        assert [hit.message_id for hit in db.search.find(db_session, "june", user_id=ada, limit=10)] == [None]


def test_deleted_session_leaves_nothing_in_the_index(database, library):
    ada, session_id, _ = library
    with database.begin() as db_session:
        db.sessions.remove(db_session, [session_id], user_id=ada)

    with database.read() as db_session:
        left = db_session.connection().exec_driver_sql("SELECT count(*) FROM search_index").scalar()
    assert left == 0


def test_a_very_long_message_can_be_indexed(database, library):
    ada, session_id, ids = library
    with database.begin() as db_session:
        db.search.put(db_session, ids[0], session_id, "word " * 100_000 + "x" * 5000)

    with database.read() as db_session:
        assert len(db.search.find(db_session, "word", user_id=ada, limit=10)) == 1
