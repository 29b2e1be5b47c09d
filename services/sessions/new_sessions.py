"""New sessions, within what a planner may begin. Inside the caller's transaction."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

import db.search
import db.sessions
import db.usage
import db.users
from db.ids import new_id
from db.models import ChatSession, utc_now
from exports.sessions.settings import SessionSettings, setting_values
from services.errors import TooManySessionsError
from services.model_names import model_here

MAX_SESSIONS_A_DAY = 2_000  # of one planner


def new_session(
    db_session: Session,
    chosen: Mapping[str, Any],
    *,
    user_id: int,
    title: str,
    default_model: str,
    chat_name: str | None = None,
) -> ChatSession:
    """Add an empty session with the settings that were chosen; *title* where none was.

    Its model is the one that was chosen, else the planner's last choice, else *default_model*; one that is not there
    now does not count. Raises TooManySessionsError.
    """
    check_sessions(db_session, user_id)
    model = model_here(chosen.get("model"), default=default_model)
    if model != chosen.get("model"):
        model = model_here(db.users.read(db_session, user_id).last_model, default=default_model)
    settings = SessionSettings(**{"title": title, **chosen, "model": model})
    session = ChatSession(id=new_id(), user_id=user_id, chat_name=chat_name, **setting_values(settings))
    session.title_chosen = "title" in chosen
    session.message_count = session.total_tokens = 0
    db_session.add(session)
    db_session.flush()
    db.search.put(db_session, session.id, session.id, session.title, user_id=user_id)
    db.usage.add(db_session, user_id=user_id, day=utc_now().date(), model=session.model, sessions=1)
    return session


def check_sessions(db_session: Session, user_id: int) -> None:
    """Raise TooManySessionsError where a planner has begun as many sessions within a day as nobody does by hand.

    Imported ones do not count: they were begun elsewhere.
    """
    day_ago = utc_now() - timedelta(days=1)
    if db.sessions.begun_since(db_session, day_ago, user_id=user_id, number=MAX_SESSIONS_A_DAY):
        raise TooManySessionsError(
            f"You have started {MAX_SESSIONS_A_DAY:,} sessions within a day. Continue one of them, or wait a day."
        )
