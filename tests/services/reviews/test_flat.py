"""However much hangs on a session, to open a link or a list asks the database as often."""

from typing import Any

from sqlalchemy import event

from db.engine import Database
from services.reviews.records import Thing
from services.reviews.visits import new_reader_key
from tests.helpers.reviews import CROWD


def asked(database: Database, ask: Any) -> int:
    """Return how many statements something takes, of a second time: the first one may note a visit."""
    ask()
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    ask()
    event.remove(database.engine, "before_cursor_execute", note)
    return len(statements)


def test_a_session_full_of_reviews_is_asked_for_as_often_as_an_empty_one(database, reviews, session_id, user_id):
    link, key = reviews.share(session_id, user_id), new_reader_key()
    ways = {
        "look": lambda: reviews.visits.look(link.token, key),
        "come back": lambda: reviews.visits.look(link.token, key, since=(1, 1)),
        "threads": lambda: reviews.visits.threads(link.token, key, anchor=None, limit=100),
        "by message": lambda: reviews.comments.open_by_anchor(Thing("session", session_id), user_id=user_id),
        "planner's threads": lambda: reviews.comments.threads(link.review.id, user_id=user_id, limit=100),
        "page": lambda: reviews.links.page(user_id=user_id, limit=100),
        "news": lambda: reviews.links.news(user_id=user_id),
    }
    reviews.comments.add(link.review.id, "Hm", user_id=user_id)
    few = {name: asked(database, ask) for name, ask in ways.items()}
    reviews.crowd(link, user_id)
    assert {name: asked(database, ask) for name, ask in ways.items()} == few
    assert len(ways["look"]().news) == 0
    assert len(ways["come back"]().news) == 10
    assert sum(ways["by message"]().values()) == CROWD.comments + 1
