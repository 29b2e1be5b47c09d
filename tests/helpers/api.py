"""The API on a loopback port, and programs that call it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from api.limits import RequestLimit
from services.process.logs import OneLine
from services.wiring import Services
from tests.helpers.services import until


class Listener:
    """A server on a port. What it serves is the test's that runs: to start and to end one takes uvicorn 0.4 s."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        config = uvicorn.Config(
            self._pass_on, interface="asgi3", port=0, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started, what="the server listens")
        self.address = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    def end_requests(self) -> None:
        """Wait a second for what is still being answered, then break it off."""
        with suppress(AssertionError):
            until(lambda: not self._server.server_state.tasks, timeout_s=1)
        for task in list(self._server.server_state.tasks):
            task.get_loop().call_soon_threadsafe(task.cancel)
        until(lambda: not self._server.server_state.tasks, what="every request has ended")

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)


class Routes:
    """The API's routes, over the services of the test that runs: FastAPI takes 0.3 s to prepare them."""

    def __init__(self) -> None:
        self.get_services: Callable[[], Services] | None = None
        self.app = create_app(self._of_the_test)

    def _of_the_test(self) -> Services:
        assert self.get_services is not None
        return self.get_services()


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


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return the log as it is written."""
    return "\n".join(OneLine().format(record) for record in caplog.records)


class Reading:
    """A stream that is read on a thread of its own."""

    def __init__(self, http: httpx.Client, method: str, path: str, **more: Any) -> None:
        self.text = ""
        self.headers: Any = {}
        self.status = 0

        def read() -> None:
            with http.stream(method, path, **more) as response:
                self.status, self.headers = response.status_code, response.headers
                for text in response.iter_text():
                    self.text += text

        self.thread = threading.Thread(target=read, daemon=True)
        self.thread.start()

    def until(self, words: str) -> "Reading":
        until(lambda: words in self.text, what=f"{words} arrives")
        return self

    def to_end(self) -> str:
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.text


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """Give the server of all tests."""
    listening = Listener()
    yield listening
    listening.close()


@pytest.fixture(scope="session")
def routes() -> Routes:
    """Give the routes of all tests."""
    return Routes()


@pytest.fixture
def serve(listener: Listener, routes: Routes) -> Iterator[Callable[..., str]]:
    """Give a function that serves the API below /api, and a folder beside it; returns the API's address."""

    def start(get_services: Callable[[], Services], folder: Path | None = None) -> str:
        mounts = [Mount("/api", app=routes.app)]
        if folder:
            mounts.append(Mount("/", app=StaticFiles(directory=folder, html=True)))
        assert listener.app is None, "one API at a time"
        listener.app, routes.get_services = Starlette(routes=mounts), get_services
        routes.app.state.request_limit = RequestLimit()  # nobody has asked yet
        return f"{listener.address}/api"

    yield start
    listener.end_requests()
    listener.app = routes.get_services = None
