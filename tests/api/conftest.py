"""The API on a loopback port, over real services and the emulator."""

import asyncio
import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from api.app import create_app
from db.engine import Database
from services.wiring import Services
from tests.services.conftest import (  # noqa: F401 - fixtures
    Emulator,
    emulator,
    make_user,
    services,
    start_services,
    user_id,
)


@pytest.fixture(autouse=True)
def loop_is_never_held(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where an event loop waits for the database."""
    held: list[str] = []

    def watched(method: Callable[[Database], AbstractContextManager[Session]]) -> Any:
        def call(database: Database) -> AbstractContextManager[Session]:
            with suppress(RuntimeError):  # there is no loop in this thread
                asyncio.get_running_loop()
                held.append("".join(traceback.format_stack(limit=6)))
            return method(database)

        return call

    monkeypatch.setattr(Database, "begin", watched(Database.begin))
    monkeypatch.setattr(Database, "read", watched(Database.read))
    yield
    assert held == []


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Give a function that serves the API below /api, and a folder beside it; returns the API's address."""
    servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(get_services: Callable[[], Services], folder: Path | None = None) -> str:
        routes = [Mount("/api", app=create_app(get_services))]
        if folder:
            routes.append(Mount("/", app=StaticFiles(directory=folder, html=True)))
        app = Starlette(routes=routes)
        config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline, "the API did not start"
            time.sleep(0.01)
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/api"

    yield start
    for server, thread in servers:
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def address(serve, services) -> str:
    """Serve the API over this test's services."""
    served: str = serve(lambda: services)
    return served


@dataclass
class Api:
    """A program with a token."""

    http: httpx.Client
    user_id: int

    def chat(self, text: str, path: str = "/chat", **body: Any) -> "Streamed":
        """Send a message and read its reply to the end."""
        response = self.http.post(path, json={"content": text} | body)
        assert response.status_code == 200, response.text
        return Streamed(response)

    def wait_until_written(self, session_id: str) -> None:
        """Wait until no reply is being written in a session."""
        deadline = time.monotonic() + 10
        while self.http.get(f"/sessions/{session_id}").json()["answering"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)


class Streamed:
    """A UI message stream that was read to its end."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.session_id = response.headers["x-session-id"]
        self.reply_id = response.headers["x-message-id"]
        lines = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line.startswith("data: ")]
        assert lines[-1] == "[DONE]"
        self.chunks: list[dict[str, Any]] = [json.loads(line) for line in lines[:-1]]

    @property
    def types(self) -> list[str]:
        """Return the types of the chunks, each run of deltas as one."""
        found: list[str] = []
        for chunk in self.chunks:
            if not found or found[-1] != chunk["type"] or not chunk["type"].endswith("-delta"):
                found.append(chunk["type"])
        return found

    @property
    def text(self) -> str:
        """Return the text of all text parts."""
        return "".join(chunk["delta"] for chunk in self.chunks if chunk["type"] == "text-delta")


def client(address: str, secret: str) -> httpx.Client:
    """Return a client that sends a token."""
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {secret}"}, timeout=30, trust_env=False)


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
