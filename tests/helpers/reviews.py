"""Sessions to be reviewed, and what shares them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from db.engine import Database
from db.ids import new_id
from db.models import (
    ChatSession,
    Message,
    Review,
    ReviewComment,
    ReviewDecision,
    ReviewReader,
    ReviewVersion,
)
from services.reviews.comments import CommentService
from services.reviews.files import ReviewFiles
from services.reviews.records import LinkSettings, NewLink, Thing
from services.reviews.reviews import ReviewService
from services.reviews.visits import VisitService
from services.trips.trips import TripService
from services.wiring import shared_things
from tests.helpers.accounts import cheaply
from tests.helpers.rows import add_session, leaf, see

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
TALK = (
    "Four days in Lisbon, please.",
    "## Day 1\n\nWalk up to the **castle**, then [dinner](https://example.com) in Alfama.\n\n- Cost: $120",
    "Cheaper?",
    "Then take the *tram* and eat at the market. Cost: $80",
)


@dataclass(frozen=True)
class Crowd:
    """What hangs on a session: links to it, and on one of them readers, each of whom decides, and comments."""

    links: int = 100
    readers: int = 50
    comments: int = 500


CROWD = Crowd()


@dataclass
class Reviews:
    """The three services of reviews on one database, with a clock that a test sets."""

    database: Database
    now: datetime = NOON
    links: ReviewService = field(init=False)
    comments: CommentService = field(init=False)
    visits: VisitService = field(init=False)

    def __post_init__(self) -> None:
        files = ReviewFiles()
        self.links = ReviewService(self.database, shared_things(self.database), files, lambda: self.now)
        self.comments = CommentService(self.database, lambda: self.now)
        self.visits = VisitService(self.database, files, compare=cheaply, clock=lambda: self.now)

    def later(self, **lapse: float) -> None:
        """Let time pass."""
        self.now += timedelta(**lapse)

    def session(self, user_id: int, texts: tuple[str, ...] = TALK, title: str = "Lisbon in May") -> int:
        """Make a session of alternating turns."""
        with self.database.begin() as db_session:
            session = add_session(db_session, user_id=user_id, title=title)
            self._add(session, db_session, texts)
            return session.id

    def say(self, session_id: int, *texts: str, role: str | None = None, **columns: Any) -> list[int]:
        """Let a session go on, alternating, or with messages of one role."""
        with self.database.begin() as db_session:
            session = db_session.get_one(ChatSession, session_id)
            return self._add(session, db_session, texts, role=role, **columns)

    def _add(
        self, session: ChatSession, db_session: Any, texts: tuple[str, ...], role: str | None = None, **columns: Any
    ) -> list[int]:
        ids = []
        last_id = leaf(db_session, session.id)
        for text in texts:
            message = Message(
                id=new_id(),
                session_id=session.id,
                user_id=session.user_id,
                parent_id=last_id,
                role=role or ("assistant" if session.message_count % 2 else "user"),
                content=text,
                created_at=self.now,
                **({"status": "complete"} | columns),
            )
            db_session.add(message)
            last_id = message.id
            session.message_count += 1
            ids.append(message.id)
        db_session.flush()
        see(db_session, session, last_message_id=last_id)
        return ids

    def share(self, session_id: int, user_id: int, *, passcode: str | None = None, **settings: Any) -> NewLink:
        """Share a session as it is, with an audience that may decide."""
        chosen = LinkSettings(**({"audience": "Customer"} | settings))
        return self.links.share(Thing("session", session_id), chosen, user_id=user_id, passcode=passcode)

    def trip(self, user_id: int, title: str = "Lisbon in May", **brief: Any) -> int:
        """Make a trip of which something is known."""
        known = {"where": ["Lisbon"], "pace": "relaxed"} | brief
        return TripService(self.database).create(title, user_id=user_id, brief=known).id

    def share_brief(self, trip_id: int, user_id: int, *, passcode: str | None = None, **settings: Any) -> NewLink:
        """Share a trip's brief as it is, with an audience that may decide."""
        chosen = LinkSettings(**({"audience": "Customer"} | settings))
        return self.links.share(Thing("trip", trip_id), chosen, user_id=user_id, passcode=passcode)

    def crowd(self, link: NewLink, user_id: int, crowd: Crowd = CROWD) -> None:
        """Put more links on a link's session, and readers, comments and decisions on the link."""
        for number in range(crowd.links - 1):
            self.links.share(link.review.thing, LinkSettings(audience=f"Audience {number}"), user_id=user_id)
        anchors = [block.anchor for block in self.visits.look(link.token, None).snapshot.blocks]
        here = {"review_id": link.review.id, "created_at": self.now}
        with self.database.begin() as db_session:
            version = db_session.query(ReviewVersion).filter_by(review_id=link.review.id).one()
            readers = [
                ReviewReader(**here, id=new_id(), key_hash=f"{number:064}", name="A")
                for number in range(crowd.readers)
            ]
            db_session.add_all(readers)
            db_session.flush()
            said = {"version_id": version.id, "name": "A", **here}
            for number in range(crowd.comments):
                more = {"anchor": anchors[number % len(anchors)], "reader_id": readers[number % crowd.readers].id}
                db_session.add(ReviewComment(**said, **more, text="Hm"))
            for reader in readers:
                more = {"reader_id": reader.id, "kind": "approve", "sha256": link.review.version.sha256}
                db_session.add(ReviewDecision(**said, **more))
            db_session.get_one(Review, link.review.id).open_threads = crowd.comments
