"""The API on a loopback port, over real services and the emulator."""

import asyncio
import functools
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import bcrypt
import pytest
from sqlalchemy.orm import Session

from db.engine import Database
from tests.helpers.api import Api, client, listener, routes, serve  # noqa: F401 - fixtures
from tests.helpers.databases import SQLITE_FIRST
from tests.helpers.services import make_user


@pytest.fixture(params=SQLITE_FIRST)
def database_url(database_url: str) -> str:
    """Return the address of an empty database; routes ask the services, whose own tests run on both kinds."""
    return database_url


@pytest.fixture(autouse=True)
def passcodes_are_hashed_at_little_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash takes a third of a second of a core, and every guess as long."""
    monkeypatch.setattr(bcrypt, "gensalt", functools.partial(bcrypt.gensalt, 4))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # there is none in this thread
        return None


@pytest.fixture(autouse=True)
def loop_is_never_held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where an event loop waits for the database, but for Playwright's, once that has started in this thread."""
    playwrights, held = _running_loop(), list[str]()

    def watched(method: Callable[..., AbstractContextManager[Session]]) -> Any:
        def call(database: Database, **options: Any) -> AbstractContextManager[Session]:
            if _running_loop() not in (None, playwrights):
                held.append("".join(traceback.format_stack(limit=6)))
            return method(database, **options)

        return call

    monkeypatch.setattr(Database, "begin", watched(Database.begin))
    monkeypatch.setattr(Database, "read", watched(Database.read))
    yield
    assert held == []


@pytest.fixture
def address(serve, services) -> str:
    """Serve the API over this test's services."""
    served: str = serve(lambda: services)
    return served


@pytest.fixture
def api(address, services, user_id) -> Iterator[Api]:
    """Give a program with a token of full access."""
    secret = services.tokens.create(user_id=user_id, name="test").secret
    with client(address, secret) as http:
        yield Api(http, user_id)


@pytest.fixture
def stranger(address, services, database) -> Iterator[Api]:
    """Give a program of another user."""
    other_id = make_user(database, "eve")
    with client(address, services.tokens.create(user_id=other_id, name="test").secret) as http:
        yield Api(http, other_id)
