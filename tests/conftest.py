"""What every test may ask for: an empty database of either kind."""

import functools
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import bcrypt
import httpx._transports.default
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from psycopg import sql

from db.engine import Database
from db.migrate import migrate
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from emulator.store import Store
from services.wiring import Services, build_services
from settings import Settings
from tests.helpers import lock_order, naughty
from tests.helpers.accounts import cheaply
from tests.helpers.browser import CHROMIUM_ARGS, chromium
from tests.helpers.clock import Clock
from tests.helpers.postgres import EmptyDatabases, started_postgres
from tests.helpers.quick import quick
from tests.helpers.services import PACE_S, Emulator, make_user
from tests.helpers.settings_fields import know_settings_fields
from tests.helpers.statements import share_compiled_statements
from tests.helpers.windows import Window

os.environ["TITLE_MODEL"] = "off"  # a title is one more call: only its own tests ask for one

# Nothing here speaks TLS, yet every client of httpx would read all certificates of the world: 40 ms each time.
httpx._transports.default.create_ssl_context = functools.cache(httpx._transports.default.create_ssl_context)  # type: ignore[attr-defined]

know_settings_fields()
share_compiled_statements()

expect.set_options(timeout=60_000)  # as long as a click waits: a machine that is busy is slow, not wrong


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("this project's")
    group.addoption("--quick", action="store_true", help="only what tests/helpers/quick.py keeps")
    group.addoption(
        "--soak", type=float, default=0, metavar="TIMES", help="the soak tests' long run, or longer still"
    )
    group.addoption("--seed", type=int, default=1, help="of what soak tests do at random")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--soak"):
        naughty.take_all()


@pytest.fixture
def lasts(request: pytest.FixtureRequest) -> float:
    """Return how long a soak test lasts: what its marker calls short, or with --soak the long run."""
    marker = request.node.get_closest_marker("soak")
    times = request.config.getoption("--soak")
    return float(marker.kwargs["long"] * times if times else marker.kwargs["short"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the browser tests last: once Playwright has started, no other event loop can run in this thread.

    Async tests come first, so that no process that is done early takes one over after its browser tests. In between
    and at the end the slow ones begin, so that nobody waits for them alone.
    """

    def place(item: pytest.Item) -> tuple[bool, bool, bool]:
        browser, of_a_loop, slow = (
            item.get_closest_marker(name) is not None for name in ("browser", "anyio", "slow")
        )
        starts_loops = hasattr(getattr(item, "module", None), "asyncio")
        return browser, not (of_a_loop or starts_loops), not slow

    items.sort(key=place)
    if not config.getoption("--soak"):
        _keep(config, items, [item for item in items if not _is_for_soak_alone(item)])
    if config.getoption("--quick"):
        _keep(config, items, quick(items))


def _is_for_soak_alone(item: pytest.Item) -> bool:
    return any(marker.kwargs["short"] == 0 for marker in item.iter_markers("soak"))


def _keep(config: pytest.Config, items: list[pytest.Item], kept: list[pytest.Item]) -> None:
    left_out = set(items) - set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage while all is imported, and later not in what was: it is much, and it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let a test begin at noon of a day in mid-month, whenever it runs: it crosses no midnight and no month."""
    clock = Clock()
    monkeypatch.setattr("db.models.base.datetime", clock)  # where utc_now() asks
    return clock


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a migrated SQLite file once; every test's own is a copy of it."""
    file: Path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{file}")
    migrate(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a Postgres server for this test run; the address of its first database.

    It waits for no disk, and does nothing by itself: statistics that come by the way make other plans.
    """
    with started_postgres() as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> Iterator[EmptyDatabases]:
    """Give the empty databases of this test run."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        yield EmptyDatabases(postgres_server, connection)


@contextmanager
def _empty_database(request: pytest.FixtureRequest, file: Path) -> Iterator[str]:
    """Give the address of an empty, migrated database of the kind that *request* is for."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    databases: EmptyDatabases = request.getfixturevalue("postgres_databases")
    with databases.one() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty, migrated database of each kind."""
    with _empty_database(request, tmp_path / "travelbot.db") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an empty, migrated database of each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a second database, of each kind."""
    with _empty_database(request, tmp_path / "other.db") as url:
        yield url


@pytest.fixture
def other_database(other_url: str) -> Iterator[Database]:
    """Give a second empty database, of each kind."""
    opened = Database(other_url)
    yield opened
    opened.close()


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the hash of a new password as fast as bcrypt can, not in a third of a second."""
    monkeypatch.setattr(bcrypt, "gensalt", functools.partial(bcrypt.gensalt, 4))


@pytest.fixture(scope="session")
def emulator_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an emulator's state file once; every test's own is a copy of it."""
    file: Path = tmp_path_factory.mktemp("emulator") / "template.db"
    Store(file).close()
    return file


@pytest.fixture
def emulator(emulator_template: Path, tmp_path: Path) -> Iterator[Emulator]:
    """Start an emulator of this test's own."""
    shutil.copyfile(emulator_template, tmp_path / "emulator.db")
    server = EmulatorServer(tmp_path / "emulator.db", demo, pace_s=PACE_S)
    emulator = Emulator(server, server.start(), tmp_path / "emulator.db")
    yield emulator
    emulator.server.stop(wait=False)


@functools.cache
def _settings_in(_environment: frozenset[tuple[str, str]]) -> Settings:
    """Return what the environment sets; to read it all takes a tenth of what services cost."""
    return Settings(database_url="sqlite://", backboard_base_url="http://127.0.0.1/api")


def _settings(database_url: str, backboard_base_url: str, others: dict[str, Any]) -> Settings:
    addresses = {"database_url": database_url, "backboard_base_url": backboard_base_url}
    if others:
        return Settings(**addresses | others)
    environment = frozenset((name, value) for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST")
    return _settings_in(environment).model_copy(update=addresses)


@pytest.fixture
def start_services(
    database_url: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Services]]:
    """Give a function that starts services as a process of its own would have them.

    Whatever they do, they lock in one order.
    """
    monkeypatch.setattr("services.backboard.outbox.LOOK_S", 1.0)
    started: list[Services] = []
    wrong: list[list[str]] = []

    def start(**settings: Any) -> Services:
        given = _settings(database_url, emulator.base_url, settings)
        services = build_services(given, compare_passwords=cheaply)
        started.append(services)
        wrong.append(lock_order.watch(services._base.database.engine))
        return services

    yield start
    for services in started:
        services.close()
    assert not any(wrong), wrong


@pytest.fixture
def services(start_services: Callable[..., Services]) -> Services:
    """Give one set of services."""
    return start_services()


@pytest.fixture
def user_id(database: Database) -> int:
    """Make a planner."""
    return make_user(database, "ada")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser once."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def _window(browser: Browser) -> Iterator[Window]:
    with closing(Window(browser)) as window:
        yield window


@pytest.fixture
def page(_window: Window) -> Iterator[Page]:
    """Give a page of a visitor of its own."""
    with _window.page() as page:
        yield page


@pytest.fixture(scope="session")
def _window_elsewhere(browser: Browser) -> Iterator[Window]:
    with closing(Window(browser)) as window:
        yield window


@pytest.fixture
def elsewhere(_window_elsewhere: Window) -> Iterator[Page]:
    """Give a page of another visitor, in a browser of their own."""
    with _window_elsewhere.page() as page:
        yield page
