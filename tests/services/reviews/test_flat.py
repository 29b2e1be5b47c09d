"""However much hangs on a session, to open a link or a list asks the database as often."""

from typing import Any

from sqlalchemy import event

from db.engine import Database
from db.ids import new_id
from db.models import Review, ReviewComment, ReviewDecision, ReviewReader, ReviewVersion
from services.reviews.records import NewLink
from services.reviews.visits import new_reader_key
from tests.helpers.reviews import Reviews

LINKS, READERS, COMMENTS = 100, 50, 500


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


def fill(database: Database, reviews: Reviews, link: NewLink, session_id: int, user_id: int) -> None:
    """Put more links, readers, comments and decisions on a session."""
    for number in range(LINKS - 1):
        reviews.share(session_id, user_id, audience=f"Audience {number}")
    anchors = [block.anchor for block in reviews.visits.look(link.token, None).snapshot.blocks]
    here = {"review_id": link.review.id, "created_at": reviews.now}
    with database.begin() as db_session:
        version = db_session.query(ReviewVersion).filter_by(review_id=link.review.id).one()
        readers = [ReviewReader(**here, id=new_id(), key_hash=f"{number:064}", name="A") for number in range(READERS)]
        db_session.add_all(readers)
        db_session.flush()
        said = {"version_id": version.id, "name": "A", **here}
        for number in range(COMMENTS):
            more = {"anchor": anchors[number % 4], "reader_id": readers[number % READERS].id, "text": "Hm"}
            db_session.add(ReviewComment(**said, **more))
        for reader in readers:
            more = {"reader_id": reader.id, "kind": "approve", "sha256": link.review.version.sha256}
            db_session.add(ReviewDecision(**said, **more))
        db_session.get_one(Review, link.review.id).open_threads = COMMENTS


def test_a_session_full_of_reviews_is_asked_for_as_often_as_an_empty_one(database, reviews, session_id, user_id):
    link, key = reviews.share(session_id, user_id), new_reader_key()
    ways = {
        "look": lambda: reviews.visits.look(link.token, key),
        "come back": lambda: reviews.visits.look(link.token, key, since=(1, 1)),
        "threads": lambda: reviews.visits.threads(link.token, key, anchor=None, limit=100),
        "by message": lambda: reviews.comments.open_by_message(session_id, user_id=user_id),
        "planner's threads": lambda: reviews.comments.threads(link.review.id, user_id=user_id, limit=100),
        "page": lambda: reviews.links.page(user_id=user_id, limit=100),
        "news": lambda: reviews.links.news(user_id=user_id),
    }
    reviews.comments.add(link.review.id, "Hm", user_id=user_id)
    few = {name: asked(database, ask) for name, ask in ways.items()}
    fill(database, reviews, link, session_id, user_id)
    assert {name: asked(database, ask) for name, ask in ways.items()} == few
    assert len(ways["look"]().news) == 0
    assert len(ways["come back"]().news) == 10
    assert sum(ways["by message"]().values()) == COMMENTS + 1
