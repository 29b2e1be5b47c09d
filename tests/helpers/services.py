"""Services under test, the emulator they talk to, and what is waited for."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from sqlalchemy import make_url

from db.engine import Database
from db.models import User
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from services.replies.records import ReplySnapshot
from services.sessions.records import MessageView
from services.wiring import Services

PACE_S = 0.0


@dataclass
class Emulator:
    """The emulator under test: its address, its faults, and what it was asked."""

    server: EmulatorServer
    base_url: str
    state_path: Path

    @property
    def root(self) -> str:
        return self.base_url.removesuffix("/api")

    def fault(self, *faults: dict[str, Any]) -> None:
        httpx.post(f"{self.root}/emulator/faults", json=list(faults)).raise_for_status()

    def hold_reply(self, chunks: int = 150) -> None:
        """Let the next reply wait after so many chunks until `release`: it is in mid-reply however slow we are."""
        self.fault({"fault": f"hold:{chunks},keep_alive"})

    def release(self) -> None:
        """Let the reply that waits go on, once it was asked for."""
        address = f"{self.root}/emulator/release"
        until(lambda: httpx.post(address).raise_for_status().json()["released"], what="a reply is released")

    def release_all(self) -> None:
        """Let the replies that wait go on, if there are any."""
        httpx.post(f"{self.root}/emulator/release").raise_for_status()

    def thread_status(self, thread_id: str) -> int:
        """Return how Backboard answers when asked for a thread."""
        return httpx.get(f"{self.base_url}/threads/{thread_id}", headers={"X-API-Key": "demo-key"}).status_code

    def go_away(self) -> None:
        """Stop listening."""
        self.server.stop()

    def come_back(self) -> None:
        """Listen again at the same address, with everything that was kept."""
        port = int(self.base_url.rpartition(":")[2].removesuffix("/api"))
        self.server = EmulatorServer(self.state_path, demo, pace_s=PACE_S, port=port)
        self.server.start()

    def asked(self, thread_id: str) -> list[str]:
        """Return what the planner's side said in a thread, oldest first."""
        thread = httpx.get(f"{self.base_url}/threads/{thread_id}", headers={"X-API-Key": "demo-key"}).json()
        return [row["content"] for row in thread["messages"] if row["role"] == "user"]

    def no_more_faults(self) -> None:
        httpx.delete(f"{self.root}/emulator/faults").raise_for_status()

    @property
    def paid_calls(self) -> int:
        return int(httpx.get(f"{self.root}/emulator/counts").json()["messages"])

    @property
    def runs(self) -> list[dict[str, Any]]:
        return list(httpx.get(f"{self.root}/emulator/runs").json())


def make_user(database: Database, username: str) -> int:
    """Make a planner and return their id."""
    with database.begin() as db_session:
        user = User(username=username, email=f"{username}@example.com", name=username.title())
        db_session.add(user)
        db_session.flush()
        return user.id


def until_ended(services: Services, reply_id: int, user_id: int, *, timeout_s: float = 60) -> ReplySnapshot:
    """Follow a reply to its end and return it as the database has it."""
    watch = services.replies.watch(reply_id, user_id=user_id)
    deadline = time.monotonic() + timeout_s
    while watch.next(0.2).status.unfinished:
        assert time.monotonic() < deadline, f"the reply did not end: {watch.snapshot}"
    return services.replies.snapshot(reply_id, user_id=user_id)


def last_message(services: Services, session_id: int, user_id: int) -> MessageView:
    """Return the last message shown of a session."""
    return services.sessions.history(session_id, user_id=user_id).messages[-1]


def until(
    condition: Callable[[], Any], *, timeout_s: float = 60, every_s: float = 0.02, what: str = "the condition"
) -> None:
    """Wait for what must come true; *every_s* is more where it is dear to ask. A busy machine is slow, not wrong."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true"
        time.sleep(every_s)


@contextmanager
def database_gone(url: str) -> Iterator[None]:
    """SQLite: somebody else holds the file. PostgreSQL: every connection is cut, and nobody gets a new one."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    name = make_url(url).database
    server = url.replace("+psycopg", "").replace(f"/{name}?", "/postgres?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def ask(services, user_id, text="5 days in Lisbon in May", key="a", **more):
    """Ask, and return what was accepted and the reply once it has ended."""
    accepted = services.replies.send(text, user_id=user_id, client_message_id=key, **more)
    until_ended(services, accepted.reply_id, user_id)
    return accepted, last_message(services, accepted.session_id, user_id)
