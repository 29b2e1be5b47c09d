"""What others on the machine can get at: no file of ours, and not the demo assistant's port."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

import settings as settings_module
from db.backup import back_up
from emulator.server import EmulatorServer
from services.wiring import build_services
from settings import Settings
from tests.helpers.accounts import cheaply

WIDE = 0o666


@pytest.fixture(autouse=True)
def _open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def rights_in(folder: Path) -> dict[str, int]:
    return {path.name: rights(path) for path in folder.iterdir()}


FILES = {
    name: 0o600
    for name in (
        "travelbot.db",
        "travelbot.db-wal",
        "travelbot.db-shm",
        "emulator.db",
        "emulator.db-wal",
        "emulator.db-shm",
        "cookie.key",
    )
}


def run_once(folder: Path) -> dict[str, int]:
    """Start the app on a folder's files; return the rights of all of them while it runs."""
    services = build_services(
        Settings(database_url=f"sqlite:///{folder / 'travelbot.db'}"), compare_passwords=cheaply
    )
    try:
        assert services.settings.cookie_secret
        return rights_in(folder)
    finally:
        services.close()


def test_new_files_are_their_owner_s_alone_in_a_folder_that_is_too(tmp_path):
    folder = tmp_path / "new"

    assert run_once(folder) == FILES
    assert rights(folder) == 0o700


def test_files_of_earlier_versions_lose_the_rights_of_others_and_their_folder_keeps_its_own(tmp_path):
    folder = tmp_path / "shared"
    folder.mkdir(0o755)
    run_once(folder)
    for path in folder.iterdir():
        path.chmod(WIDE)
    (folder / "theirs.txt").touch(WIDE)

    assert run_once(folder) == FILES | {"theirs.txt": WIDE}
    assert rights(folder) == 0o755


def test_files_that_a_killed_process_left_beside_the_database_lose_them_too(tmp_path):
    for name in ("travelbot.db", "emulator.db"):
        for beside in ("-wal", "-shm"):
            (tmp_path / f"{name}{beside}").touch(WIDE)
            (tmp_path / f"{name}{beside}").chmod(WIDE)

    assert run_once(tmp_path) == FILES


def test_default_folder_is_its_owner_s_alone_though_it_was_there(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir(0o755)
    monkeypatch.setattr(settings_module, "DATA", folder)

    run_once(folder)

    assert rights(folder) == 0o700


def test_rights_that_cannot_be_changed_stop_nothing(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("Operation not permitted")

    run_once(tmp_path)
    monkeypatch.setattr(Path, "chmod", refuse)

    assert run_once(tmp_path)


def test_backup_is_its_owner_s_alone_also_over_one_that_was_not(tmp_path, database):
    file = tmp_path / "backup.gz"
    back_up(database, file)
    assert rights(file) == 0o600
    file.chmod(WIDE)

    back_up(database, file, force=True)

    assert rights(file) == 0o600


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> list[tuple[EmulatorServer, str]]:
    """Return the servers of demo assistants and their addresses, as they are started."""
    started: list[tuple[EmulatorServer, str]] = []

    class Told(EmulatorServer):
        def start(self) -> str:
            started.append((self, super().start()))
            return started[-1][1]

    monkeypatch.setattr("services.wiring.EmulatorServer", Told)
    return started


@pytest.mark.parametrize("key", ["", "demo-key", "wrong", "kłucz"])
def test_demo_assistant_answers_nobody_without_the_key_of_this_process(tmp_path, demo, key):
    services = build_services(
        Settings(database_url=f"sqlite:///{tmp_path / 'travelbot.db'}"), compare_passwords=cheaply
    )
    root = demo[0][1].removesuffix("/api")
    try:
        for method, path in (
            ("GET", "/api/assistants"),
            ("POST", "/api/threads/messages"),
            ("GET", "/emulator/runs"),
            ("GET", "/emulator/counts"),
            ("GET", "/emulator/faults"),
            ("POST", "/emulator/faults"),
            ("POST", "/emulator/release"),
        ):
            refused = httpx.request(method, root + path, headers={"X-API-Key": key.encode()})
            assert refused.status_code == 401, path
        assert httpx.get(f"{root}/health").status_code == 200
    finally:
        services.close()


def test_each_process_has_a_key_of_its_own(tmp_path, demo):
    for _ in range(2):
        build_services(
            Settings(database_url=f"sqlite:///{tmp_path / 'travelbot.db'}"), compare_passwords=cheaply
        ).close()

    first, second = (server._options["api_key"] for server, _ in demo)
    assert len(first) >= 32
    assert first != second


def test_starts_at_the_same_moment_sign_with_one_key(tmp_path):
    url = f"sqlite:///{tmp_path / 'travelbot.db'}"
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: Settings(database_url=url).cookie_secret, range(64)))

    assert len(keys) == 1
    assert len(keys.pop()) >= 48
    assert rights_in(tmp_path) == {"cookie.key": 0o600}


def test_key_is_made_where_files_cannot_be_linked(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", Mock(side_effect=PermissionError))
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'travelbot.db'}")

    assert len(settings.cookie_secret) >= 48
    assert rights_in(tmp_path) == {"cookie.key": 0o600}
