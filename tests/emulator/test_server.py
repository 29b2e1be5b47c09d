"""Starting, stopping and being killed."""

import asyncio
import gc
import json
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from emulator.server import EmulatorServer, _Server
from tests.helpers.doubles import ObedientDemo
from tests.helpers.services import until

ROOT = Path(__file__).parents[2]
KEY = {"X-API-Key": "k"}


def new_thread(base_url: str) -> str:
    made = httpx.post(f"{base_url}/assistants", json={"name": "helper"}, headers=KEY).json()
    thread = httpx.post(f"{base_url}/assistants/{made['assistant_id']}/threads", json={}, headers=KEY).json()
    return str(thread["thread_id"])


def ask(base_url: str, thread_id: str, content: str) -> None:
    """Send a message whose reply is streamed, and go away when the stream has begun."""
    body = {"thread_id": thread_id, "content": content, "stream": True, "metadata": {"reply_id": "7"}}
    with httpx.stream("POST", f"{base_url}/threads/messages", json=body, headers=KEY) as response:
        assert next(response.iter_raw())


def messages(base_url: str, thread_id: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = httpx.get(f"{base_url}/threads/{thread_id}", headers=KEY).json()["messages"]
    return found


def test_server_answers_as_soon_as_it_is_started(tmp_path: Path) -> None:
    server = EmulatorServer(tmp_path / "new" / "emulator.db", ObedientDemo())
    base_url = server.start()

    assert base_url.startswith("http://127.0.0.1:")
    assert base_url.endswith("/api")
    assert httpx.get(base_url.removesuffix("/api") + "/health").json() == {"status": "ok"}
    server.stop()


def test_stopped_server_is_gone_and_can_be_stopped_again(tmp_path: Path) -> None:
    server = EmulatorServer(tmp_path / "emulator.db", ObedientDemo())
    base_url = server.start()
    server.stop()
    server.stop()

    with pytest.raises(httpx.ConnectError):
        httpx.get(base_url)


def test_taken_port_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            server.start()


def test_state_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "emulator.db").write_text("not a database, but long enough to be taken for one at first sight")

    with pytest.raises(Exception, match="not a database"):
        EmulatorServer(tmp_path / "emulator.db", ObedientDemo()).start()


def test_state_outlives_the_server(tmp_path: Path) -> None:
    first = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), pace_s=0)
    base_url = first.start()
    thread_id = new_thread(base_url)
    httpx.post(f"{base_url}/threads/messages", json={"thread_id": thread_id, "content": "Hi"}, headers=KEY)
    before = messages(base_url, thread_id)
    first.stop()

    second = EmulatorServer(tmp_path / "emulator.db", ObedientDemo())
    base_url = second.start()

    assert messages(base_url, thread_id) == before
    assert len(before) == 2
    second.stop()


def test_one_key_opens_everything_and_the_next_one_finds_what_was_kept(tmp_path: Path) -> None:
    """Also what was kept before there were such keys."""
    any_key = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), pace_s=0)
    base_url = any_key.start()
    headers = {"X-API-Key": "demo-key"}
    made = httpx.post(f"{base_url}/assistants", json={"name": "helper"}, headers=headers).json()
    any_key.stop()

    for key in ("first", "second"):
        server = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), pace_s=0, api_key=key)
        base_url = server.start()
        path = f"{base_url}/assistants/{made['assistant_id']}"
        answers = [httpx.get(path, headers={"X-API-Key": sent}).status_code for sent in (key, "demo-key")]
        server.stop()
        assert answers == [200, 401]


def test_stop_ends_the_connection_of_whoever_reads_no_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), pace_s=0)
    base_url = server.start()
    port, thread_id = httpx.URL(base_url).port, new_thread(base_url)
    body = json.dumps({"thread_id": thread_id, "content": "words 500", "stream": True})
    head = "POST /api/threads/messages HTTP/1.1\r\nHost: a\r\nX-API-Key: k\r\nX-Emulator-Fault: endless\r\n"
    assert server._server
    connections = server._server.connections

    with socket.create_connection(("127.0.0.1", port)) as reader:
        reader.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        until(lambda: any(one.flow.write_paused for one in connections), what="more is sent than is read")
        server.stop()

    assert connections == set()
    assert caplog.records == []


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_whoever_comes_as_the_server_ends_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, turns: int
) -> None:
    """They were let in, and are not there yet when asyncio's server is closed, which then leaves them open."""
    main_loop, came = _Server.main_loop, list[socket.socket]()

    async def and_one_comes(self: _Server) -> None:
        await main_loop(self)
        came.append(socket.create_connection(address))
        for _ in range(turns):
            await asyncio.sleep(0)

    monkeypatch.setattr(_Server, "main_loop", and_one_comes)
    server = EmulatorServer(tmp_path / "state.db", ObedientDemo())
    parts = urlsplit(server.start())
    address = (parts.hostname, parts.port)
    server.stop()
    gc.collect()  # which says what was left open

    with came[0] as one, suppress(ConnectionResetError):
        one.settimeout(30)
        assert one.recv(1) == b""
    assert "timeout" not in caplog.text  # it did not wait for them as for an answer


def test_server_that_is_stopped_as_soon_as_it_listens_closes_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts it may stop it before it does anything else: uvicorn then leaves its connections open."""
    startup, shutdown, ended = _Server.startup, _Server.shutdown, list[_Server]()

    async def stopped_at_once(self: _Server, sockets: list[socket.socket] | None = None) -> None:
        await startup(self, sockets)
        self.should_exit = self._listening.is_set()

    async def noted(self: _Server, sockets: list[socket.socket] | None = None) -> None:
        await shutdown(self, sockets)
        ended.append(self)

    monkeypatch.setattr(_Server, "startup", stopped_at_once)
    monkeypatch.setattr(_Server, "shutdown", noted)
    server = EmulatorServer(tmp_path / "state.db", ObedientDemo())
    server.start()
    server.stop()

    assert ended


@pytest.mark.parametrize("fault", ["", "silence:1", "keep_alive:0.1,slow_first:60"])
def test_stop_in_the_middle_of_a_stream_breaks_it_and_fails_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    server = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), pace_s=0.05)
    base_url = server.start()
    thread_id = new_thread(base_url)
    body = {"thread_id": thread_id, "content": "words 500", "stream": True}
    headers = {**KEY, "X-Emulator-Fault": fault}

    with (
        caplog.at_level(logging.INFO),
        httpx.stream("POST", f"{base_url}/threads/messages", json=body, headers=headers) as response,
    ):
        pieces = response.iter_raw()
        next(pieces)
        begin = time.monotonic()
        server.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            list(pieces)

    assert time.monotonic() - begin < 4
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    again = EmulatorServer(tmp_path / "emulator.db", ObedientDemo())
    assert messages(again.start(), thread_id)[-1]["status"] == "FAILED"
    again.stop()


def test_stop_does_not_wait_for_a_reply_in_one_piece(tmp_path: Path) -> None:
    server = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), pace_s=0.05)
    base_url = server.start()
    body = {"thread_id": new_thread(base_url), "content": "words 5000"}

    with ThreadPoolExecutor() as other:
        sending = other.submit(httpx.post, f"{base_url}/threads/messages", json=body, headers=KEY, timeout=20)
        while not messages(base_url, body["thread_id"]):
            pass
        server.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            sending.result()


def test_counts_and_runs_outlive_threads_and_the_server(tmp_path: Path) -> None:
    first = EmulatorServer(tmp_path / "emulator.db", ObedientDemo(), pace_s=0)
    base_url = first.start()
    thread_id = new_thread(base_url)
    sent = {"thread_id": thread_id, "content": "Hi", "metadata": {"reply_id": "7"}}
    httpx.post(f"{base_url}/threads/messages", json=sent, headers=KEY)
    httpx.post(f"{base_url}/threads/messages", json={**sent, "send_to_llm": "false"}, headers=KEY)
    root = base_url.removesuffix("/api")
    asked = httpx.get(f"{root}/emulator/counts").json()["requests"]
    httpx.delete(f"{base_url}/threads/{thread_id}", headers=KEY)
    first.stop()

    second = EmulatorServer(tmp_path / "emulator.db", ObedientDemo())
    root = second.start().removesuffix("/api")
    counts, runs = httpx.get(f"{root}/emulator/counts").json(), httpx.get(f"{root}/emulator/runs").json()
    second.stop()

    assert asked == {"POST /assistants": 1, "POST /assistants/{id}/threads": 1, "POST /threads/messages": 2}
    assert counts == {"messages": 1, "tool_outputs": 0, "requests": {}}
    (run,) = runs
    assert (run["metadata"], run["status"], run["text"]) == ({"reply_id": "7"}, "COMPLETED", "You said: Hi")


@pytest.fixture
def spawn() -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start ``python -m emulator`` and return it with its base URL; killed at the end if it still runs."""
    spawned = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-W", "error", "-m", "emulator", "--port", "0", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        spawned.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in spawned:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_command_quietly(
    spawn: Callable[..., tuple[subprocess.Popen[str], str]], number: signal.Signals
) -> None:
    process, base_url = spawn()
    ask(base_url, new_thread(base_url), "5 days in Lisbon")

    process.send_signal(number)
    rest, errors = process.communicate(timeout=10)

    assert (process.returncode, rest, errors) == (0, "", "")


def test_killed_process_leaves_a_failed_run_and_the_question(
    spawn: Callable[..., tuple[subprocess.Popen[str], str]], tmp_path: Path
) -> None:
    process, base_url = spawn("--state", str(tmp_path / "emulator.db"), "--pace", "0.05")
    thread_id = new_thread(base_url)
    ask(base_url, thread_id, "5 days in Lisbon")
    process.kill()
    process.wait()

    _again, base_url = spawn("--state", str(tmp_path / "emulator.db"))

    user, assistant = messages(base_url, thread_id)
    assert (user["content"], user["metadata_"]) == ("5 days in Lisbon", {"reply_id": "7"})
    assert (assistant["status"], assistant["content"]) == ("FAILED", None)


def test_taken_port_ends_the_command_with_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [sys.executable, "-m", "emulator", "--port", str(taken.getsockname()[1])],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=20,
        )

    assert done.returncode == 1
    assert done.stderr.startswith("The emulator cannot start: ")
    assert "Traceback" not in done.stderr
