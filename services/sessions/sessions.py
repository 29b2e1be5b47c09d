"""What a planner does with sessions: list, open, find, order and delete them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

import db.audit
import db.files
import db.messages
import db.outbox
import db.participants
import db.ratings
import db.search
import db.session_table
import db.sessions
import db.stamps
import db.trips
import db.users
from db.engine import Database
from db.ids import MAX_ID
from db.models import AuditAction, AuditTarget, User, utc_now
from exports.sessions.settings import PERSONAL
from services.accounts.roles import check_may_write, writing
from services.errors import InvalidInputError, NotFoundError, NotPossibleError
from services.sessions.matches import excerpt
from services.sessions.memory_wall import MemoryWall
from services.sessions.new_sessions import new_session
from services.sessions.records import (
    Elsewhere,
    History,
    MessageView,
    SearchHit,
    SessionFilter,
    SessionOrder,
    SessionPage,
    SessionSummary,
    SessionTable,
)
from services.sessions.settings import cleaned_settings
from services.sessions.views import message_view, own_summary, session_summary

MAX_PAGE = 200
CURSOR = re.compile("^[0-9]{1,16}-[0-9]{1,19}$")  # microseconds since 1970, and a session's id
NO_TITLE = "New chat"
_QUERY_CHARS = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AROUND_EARLIER = 2  # messages shown before the one that was asked for


class SessionService:
    """The planner's sessions. What is not theirs does not exist: NotFoundError.

    Raises DatabaseUnavailableError from every method when the database is away.
    """

    def __init__(self, database: Database, *, default_model: str) -> None:
        self._db = database
        self._default_model = default_model

    def create(self, *, user_id: int, trip_id: int | None = None, **settings: Any) -> SessionSummary:
        """Make an empty session with these *settings*, fields of `SessionSettings`; None: as usual.

        Without a title it takes one from its first message, without a model the planner's last choice. With *trip_id*
        it is in that trip. Raises InvalidInputError; NotFoundError and NotPossibleError for the trip.
        """
        chosen = cleaned_settings(settings)
        with writing(self._db, user_id) as db_session:
            mine = new_session(
                db_session,
                chosen,
                user_id=user_id,
                title=NO_TITLE,
                default_model=self._default_model,
                trip_id=trip_id,
            )
            return own_summary(mine)

    def latest(
        self,
        *,
        user_id: int,
        limit: int,
        cursor: str | None = None,
        archived: bool = False,
        words: str = "",
        trip_id: int | None = None,
    ) -> SessionPage:
        """Return sessions, pinned or not, last used first; with *words*, those that hold all of them.

        With *trip_id*, those of that trip: NotFoundError where it is none of the planner's.
        """
        words = words[:_QUERY_CHARS]
        with self._db.read() as db_session:
            if trip_id is not None and db.trips.get_visible(db_session, trip_id, user_id=user_id) is None:
                raise NotFoundError("There is no such trip.")
            rows = db.sessions.page(
                db_session,
                user_id=user_id,
                archived=archived,
                trip_id=trip_id,
                limit=limit + 1,
                before=_parse_cursor(cursor) if cursor else None,
                matching=db.search.sessions_with(db_session, words, user_id=user_id) if words.strip() else None,
            )
            sessions = tuple(session_summary(*row) for row in rows[:limit])
        return SessionPage(sessions, _cursor(sessions[-1]) if len(rows) > limit else None)

    def named(self, chat_name: str, *, user_id: int) -> int:
        """Return the id of the session that this planner's program named so. Raises NotFoundError."""
        with self._db.read() as db_session:
            session = db.sessions.by_chat_name(db_session, chat_name, user_id=user_id)
            if session is None:
                raise NotFoundError("There is no such session.")
            return session.id

    def change(self, session_id: int, *, user_id: int, **settings: Any) -> SessionSummary:
        """Change *settings*, fields of `SessionSettings`, all that are given or nothing; None: as it is.

        Empty instructions are none; new sessions take the model too. Raises InvalidInputError.
        """
        chosen = cleaned_settings(settings)
        with self._db.begin() as db_session:
            mine = db.participants.lock_with_session(db_session, session_id, user_id=user_id)
            if mine is None:
                raise NotFoundError("There is no such session.")
            _check_may_set(db_session, chosen, mine.access, user_id)
            session = mine.session
            if mine.pinned and chosen.get("pinned") is False:  # nobody has been warned of its end
                session.updated_at = utc_now()
            for name, value in chosen.items():
                setattr(mine if name in PERSONAL else session, name, value)
            if "title" in chosen:
                session.title_chosen, session.updated_at = True, utc_now()
                db.search.put(db_session, session.id, session.id, session.title)
                db.stamps.note_sessions(db_session, [session_id])
            if "model" in chosen:
                db_session.get_one(User, user_id).last_model = session.model
        return self.get(session_id, user_id=user_id)

    def check(self, session_id: int, *, user_id: int, **settings: Any) -> None:
        """Raise what `change` would raise for these *settings*, and change nothing."""
        access = self.get(session_id, user_id=user_id).access
        with self._db.read() as db_session:
            _check_may_set(db_session, cleaned_settings(settings), access, user_id)

    def messages(
        self, session_id: int, *, user_id: int, limit: int, before_id: int | None = None
    ) -> tuple[tuple[MessageView, ...], int | None]:
        """Return the latest messages of a session, on every path, or those before one, oldest first.

        The second value is where the page before begins (None: there is none). Raises NotFoundError.
        """
        with self._db.read() as db_session:
            if db.sessions.get_visible(db_session, session_id, user_id=user_id) is None:
                raise NotFoundError("There is no such session.")
            rows = db.messages.in_session(
                db_session, session_id, user_id=user_id, limit=limit + 1, before_id=before_id
            )
            ids = [row.id for row in rows[:limit]]
            files = db.files.of_messages(db_session, ids, user_id=user_id)
            ratings = db.ratings.by_message(db_session, ids, user_id=user_id)
            wall = MemoryWall(db_session, user_id=user_id)
            views = tuple(
                message_view(row, wall, files=files, rating=ratings.get(row.id)) for row in reversed(rows[:limit])
            )
        return views, views[0].id if views and len(rows) > limit else None

    def recent(
        self, *, user_id: int, limit: int = 20, cursor: str | None = None, archived: bool = False
    ) -> SessionPage:
        """Return unpinned sessions, last used first; *cursor* is the page before's `next_cursor`."""
        limit = max(1, min(limit, MAX_PAGE))
        with self._db.read() as db_session:
            rows = db.sessions.page(
                db_session,
                user_id=user_id,
                pinned=False,
                archived=archived,
                limit=limit + 1,
                before=_parse_cursor(cursor) if cursor else None,
            )
            sessions = tuple(session_summary(*row) for row in rows[:limit])
        return SessionPage(sessions, _cursor(sessions[-1]) if len(rows) > limit else None)

    def in_trip(self, trip_id: int, *, user_id: int, limit: int) -> SessionPage:
        """Return the planner's sessions of a trip, last used first; none where they see no such trip."""
        with self._db.read() as db_session:
            rows = db.sessions.page(db_session, user_id=user_id, trip_id=trip_id, limit=limit + 1)
            sessions = tuple(session_summary(*row) for row in rows[:limit])
        return SessionPage(sessions, _cursor(sessions[-1]) if len(rows) > limit else None)

    def pinned(self, *, user_id: int, archived: bool = False) -> tuple[SessionSummary, ...]:
        """Return pinned sessions, last used first; the latest 100."""
        with self._db.read() as db_session:
            rows = db.sessions.page(db_session, user_id=user_id, pinned=True, archived=archived, limit=100)
            return tuple(session_summary(*row) for row in rows)

    def table(
        self, wanted: SessionFilter, *, user_id: int, limit: int, order: SessionOrder = SessionOrder.LAST_USED
    ) -> SessionTable:
        """Return the first *limit* of the sessions that *wanted* lets through."""
        first = tuple(self._matching(wanted, user_id, order, limit + 1))
        return SessionTable(first[:limit], has_more=len(first) > limit)

    def each(
        self, wanted: SessionFilter, *, user_id: int, order: SessionOrder = SessionOrder.LAST_USED
    ) -> Iterator[SessionSummary]:
        """Yield all sessions that *wanted* lets through, read some hundreds at a time."""
        return self._matching(wanted, user_id, order, None)

    def _matching(
        self, wanted: SessionFilter, user_id: int, order: SessionOrder, limit: int | None
    ) -> Iterator[SessionSummary]:
        with self._db.read() as db_session:
            for row in db.session_table.rows(
                db_session,
                user_id=user_id,
                order=order.value,
                limit=limit,
                words=wanted.words[:_QUERY_CHARS],
                model=wanted.model,
                archived=wanted.archived,
                since=wanted.since,
                trip_id=wanted.trip_id,
            ):
                yield session_summary(*row)

    def models_used(self, *, user_id: int) -> tuple[str, ...]:
        """Return the models (`provider/name`) of the planner's sessions, by name."""
        with self._db.read() as db_session:
            return tuple(db.session_table.models(db_session, user_id=user_id))

    def titles(self, session_ids: Collection[int], *, user_id: int) -> dict[int, str]:
        """Return the titles that these sessions have at this moment, by id."""
        with self._db.read() as db_session:
            return db.sessions.titles(db_session, session_ids, user_id=user_id)

    def marks(self, *, user_id: int) -> tuple[frozenset[int], frozenset[int]]:
        """Return the ids of sessions being answered, and of those with an answer not yet seen."""
        with self._db.read() as db_session:
            answering, unseen = db.sessions.marks(db_session, user_id=user_id)
        return frozenset(answering), frozenset(unseen)

    def get(self, session_id: int, *, user_id: int) -> SessionSummary:
        """Return one session."""
        with self._db.read() as db_session:
            found = db.sessions.summary(db_session, session_id, user_id=user_id)
            if found is None:
                raise NotFoundError("There is no such session.")
            return session_summary(*found)

    def open(self, session_id: int, *, user_id: int) -> SessionSummary:
        """Return one session, and remember that the planner looked at it last."""
        summary = self.get(session_id, user_id=user_id)
        with self._db.begin(relaxed=True) as db_session:
            user = db_session.get_one(User, user_id)
            user.last_session_id = session_id
        return summary

    def last_used(self, *, user_id: int) -> int | None:
        """Return the id of the session looked at last, else of the one with the latest message, or None."""
        with self._db.read() as db_session:
            user = db_session.get_one(User, user_id)
            if user.last_session_id is not None:
                mine = db.participants.get(db_session, user.last_session_id, user_id=user_id)
                if mine is not None and not mine.archived:
                    return mine.session_id
            return db.sessions.latest_id(db_session, user_id=user_id)

    def history(
        self,
        session_id: int,
        *,
        user_id: int,
        limit: int = 30,
        before_id: int | None = None,
        at_id: int | None = None,
    ) -> History:
        """Return a stretch of the conversation, oldest first.

        Without more: the latest *limit* messages. With *before_id*: those before that message. With *at_id*: those
        from shortly before that message on.
        """
        with self._db.read() as db_session:
            found = db.sessions.title_and_end(db_session, session_id, user_id=user_id)
            if found is None:
                raise NotFoundError("There is no such session.")
            leaf_id, has_later = found[1], False
            if leaf_id is None:
                return History((), has_earlier=False, has_later=False)
            if at_id is not None:
                up = db.messages.path_ids(db_session, leaf_id, user_id=user_id, down_to=at_id)
                if up and up[-1] == at_id and len(up) > limit - _AROUND_EARLIER:
                    leaf_id, has_later = up[-(limit - _AROUND_EARLIER)], True
            elif before_id is not None:
                before = db.messages.get_visible(db_session, before_id, user_id=user_id)
                if before is None or before.session_id != session_id:
                    raise NotFoundError("There is no such message.")
                if before.parent_id is None:
                    return History((), has_earlier=False, has_later=True)
                leaf_id, has_later = before.parent_id, True
            rows = db.messages.path(db_session, leaf_id, user_id=user_id, limit=limit + 1)
            shown = rows[-limit:]
            versions = db.messages.versions(db_session, shown, user_id=user_id) if shown else {}
            ids = [row.id for row in shown]
            files = db.files.of_messages(db_session, ids, user_id=user_id)
            ratings = db.ratings.by_message(db_session, ids, user_id=user_id)
            others = {row.user_id for row in shown} - {user_id}
            names = db.users.names(db_session, others) if others else {}
            wall = MemoryWall(db_session, user_id=user_id)
            messages = [message_view(row, wall, versions[row.id], files, ratings.get(row.id)) for row in shown]
        return History(tuple(messages), has_earlier=len(rows) > limit, has_later=has_later, names=names)

    def elsewhere(self, session_id: int, *, user_id: int) -> Elsewhere | None:
        """Return that somebody else went on in a version that this planner is not shown, or None."""
        with self._db.read() as db_session:
            found = db.sessions.elsewhere(db_session, session_id, user_id=user_id)
        return Elsewhere(*found) if found else None

    def now(self, session_id: int, *, user_id: int) -> tuple[str, int | None, int] | None:
        """Return a session's title, its last message's id and how many it has, now; None where there is none such."""
        with self._db.read() as db_session:
            return db.sessions.title_and_end(db_session, session_id, user_id=user_id)

    def mark_seen(self, session_id: int, *, user_id: int) -> None:
        """Note that the planner has seen the latest answer."""
        with self._db.begin(relaxed=True) as db_session:
            db.participants.mark_seen(db_session, session_id, user_id=user_id)

    def set_archived(self, session_ids: Sequence[int], archived: bool, *, user_id: int) -> int:
        """Archive sessions for this planner, or bring them back; return how many of them they see.

        Raises NotFoundError where none is.
        """
        with self._db.begin() as db_session:
            theirs = db.sessions.lock_visible_ids(db_session, session_ids, user_id=user_id)
            changed = db.participants.change(db_session, theirs, user_id=user_id, archived=archived)
            if not changed:
                raise NotFoundError("There is no such session.")
            return changed

    def delete(self, session_ids: Sequence[int], *, user_id: int) -> tuple[int, ...]:
        """Delete sessions with their messages and, now or when it can be reached, their Backboard threads.

        Returns the ids of those really deleted; ids that are not this planner's are left alone.
        """
        with writing(self._db, user_id) as db_session:
            theirs = db.sessions.lock_owned_ids(db_session, session_ids, user_id=user_id)
            db.outbox.add_threads_of(db_session, theirs)
            removed = db.sessions.remove(db_session, theirs, user_id=user_id)
            for session_id in removed:
                db.audit.note(
                    db_session,
                    AuditAction.DELETE_SESSION,
                    user_id=user_id,
                    target=(AuditTarget.SESSION, session_id),
                    detail=str(session_id),
                )
        return tuple(removed)

    def search(
        self, query: str, *, user_id: int, limit: int = 20, before_id: int | None = None
    ) -> tuple[SearchHit, ...]:
        """Return titles and messages that hold every word of *query* in any script, latest first.

        The title of a session's trip counts with its own.

        With *before_id*, those after the hit of this id: its message's, or its session's where a title was hit.
        """
        limit = max(1, min(limit, MAX_PAGE))
        with self._db.read() as db_session:
            hits = db.search.find(db_session, query[:_QUERY_CHARS], user_id=user_id, limit=limit, before_id=before_id)
        return tuple(
            SearchHit(hit.session_id, hit.title, hit.message_id, excerpt(hit.content, query), hit.at, hit.trip)
            for hit in hits
        )


def _check_may_set(db_session: Session, chosen: Mapping[str, Any], access: str, user_id: int) -> None:
    if chosen.keys() <= {*PERSONAL}:
        return
    check_may_write(db_session, user_id)
    if access == "view":
        raise NotPossibleError("You can read this session, but not change it.")


def _cursor(session: SessionSummary) -> str:
    return f"{(session.last_message_at - _EPOCH) // timedelta(microseconds=1)}-{session.id}"


def _parse_cursor(cursor: str) -> tuple[datetime, int]:
    if not CURSOR.fullmatch(cursor):
        raise InvalidInputError("That is not a place in this list.")
    microseconds, session_id = map(int, cursor.split("-"))
    return _EPOCH + timedelta(microseconds=microseconds), min(session_id, MAX_ID)
