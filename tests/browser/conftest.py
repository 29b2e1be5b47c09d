"""A real server: one that a worker's tests share, or freshly started ones for a test that asks for them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from db.models import utc_now
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from tests.helpers.browser import App
from tests.helpers.planners import Planner, add_planner, database_of
from tests.helpers.processes import free_port
from tests.helpers.reviews import Reviews
from tests.helpers.services import PACE_S, Emulator, until
from tests.helpers.started_app import started_app

_LAST_OF_LOG = 6_000


@pytest.fixture(scope="session")
def _shared_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    file: Path = tmp_path_factory.mktemp("shared") / "emulator.db"
    server = EmulatorServer(file, demo, pace_s=PACE_S)
    yield Emulator(server, server.start(), file)
    server.stop(wait=False)


@pytest.fixture(scope="session")
def _shared_server(_shared_emulator: Emulator, sqlite_template: Path) -> Iterator[App]:
    folder = _shared_emulator.state_path.parent
    shutil.copyfile(sqlite_template, folder / "travelbot.db")
    app = started_app(folder, free_port(), BACKBOARD_BASE_URL=_shared_emulator.base_url)
    yield app
    app.kill()


@pytest.fixture
def shared_app(_shared_server: App) -> Iterator[App]:
    """Give the server of all tests that need nothing special: they neither stop it nor count what it holds."""
    so_far = _shared_server.log.stat().st_size
    yield _shared_server
    print(_shared_server.log.read_bytes()[so_far:].decode()[-_LAST_OF_LOG:])


@pytest.fixture
def shared_emulator(shared_app: App, _shared_emulator: Emulator) -> Iterator[Emulator]:
    """Give the emulator that `shared_app` talks to; nothing is wrong with it when a test begins."""
    yield _shared_emulator
    _shared_emulator.no_more_faults()


@pytest.fixture
def planner(shared_app: App, shared_emulator: Emulator, page: Page) -> Iterator[Planner]:
    """Give a planner of the test's own on `shared_app`, signed in in the browser of `page`."""
    added = add_planner(shared_app)
    added.sign_in(page.context)
    yield added
    shared_emulator.no_more_faults()
    shared_emulator.release_all()
    until(lambda: not added.answering(), timeout_s=30, what="the planner's last reply ended")


@pytest.fixture(scope="session")
def _own_ports() -> dict[str, int]:
    """Give where the last test's own servers were."""
    return {"app": 0, "front": 0}


@pytest.fixture
def own_port(_own_ports: dict[str, int]) -> int:
    """Give where a test's own server listens.

    It is the same in each test: so the browser loads and compiles the app's scripts once, and not anew in each.
    """
    _own_ports["app"] = free_port(_own_ports["app"])
    return _own_ports["app"]


@pytest.fixture
def front_port(_own_ports: dict[str, int]) -> int:
    """Give where a test listens in front of a server; the same in each, too."""
    _own_ports["front"] = free_port(_own_ports["front"])
    return _own_ports["front"]


@pytest.fixture
def start_app(tmp_path: Path, own_port: int, sqlite_template: Path) -> Iterator[Callable[..., App]]:
    """Give a function that starts the app on this test's own database; as `started_app`.

    The database is migrated already, but for what is started by its command.
    """
    apps: list[App] = []
    database = tmp_path / "travelbot.db"

    def start(**how: Any) -> App:
        if not (how.get("by_command") or database.exists()):
            shutil.copyfile(sqlite_template, database)
        app = started_app(tmp_path, own_port, name=f"server-{len(apps)}", **how)
        apps.append(app)
        return app

    yield start
    for app in apps:
        if app.process.poll() is None:
            app.kill()
        print(app.log.read_text()[-_LAST_OF_LOG:])  # pytest shows it where the test failed


@pytest.fixture
def reviews(planner: Planner) -> Iterator[Reviews]:
    """Give the services of reviews on the server's database."""
    with database_of(planner.app) as database:
        yield Reviews(database, now=utc_now())
