"""The app as AppTest runs it: accounts, and what is chosen there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import db.models
import db.search
from db.engine import Database
from services.accounts.records import User
from tests.helpers.clock import NOON
from tests.helpers.rows import leaf

AddSession = Callable[..., int]


SIGNED_IN_AT = NOON - timedelta(days=1)


def add_user(database: Database, username: str, name: str) -> User:
    """Store an account whose sign-in of SIGNED_IN_AT holds."""
    with database.begin() as db_session:
        row = db.models.User(
            username=username,
            email=f"{username}@example.com",
            name=name,
            sessions_valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        )
        db_session.add(row)
        db_session.flush()
        return User(row.id, row.username, row.email, row.name, None, None)


def begin_at(app: AppTest, page: str) -> AppTest:
    """Let an app begin at the page of a file, as a link to it does; call run() on it."""
    app._page_hash = calc_hash(Path(page).stem)
    return app


def load_at(app: AppTest, address: object) -> None:
    """Load the page anew at a session's address, as a link does."""
    if "chat_session_id" in app.session_state:
        del app.session_state["chat_session_id"]
    app.query_params["session"] = str(address)
    app.run()
    assert not app.exception


def choose(app: AppTest, message_id: int, option: str) -> None:
    menu = app.menu_button(key=f"chat_menu_{message_id}")
    menu.click(next(name for name in menu.options if name.endswith(option))).run()
    assert not app.exception


def change_last_reply(database: Database, session_id: int, **values: object) -> int:
    """Write to the last reply of a session; return its id."""
    with database.begin() as db_session:
        reply = db_session.get_one(db.models.Message, leaf(db_session, session_id))
        for name, value in values.items():
            setattr(reply, name, value)
        return reply.id
