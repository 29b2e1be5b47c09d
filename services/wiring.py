"""Builds the services from the settings: the one place that knows how they hang together."""

import logging
import secrets
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from backboard_client import BackboardClient
from db.engine import Database
from db.migrate import migrate
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from services.accounts.accounts import AccountService
from services.accounts.tokens import TokenService
from services.backboard.models import ModelService
from services.backboard.outbox import work_forever
from services.backboard.threads import BackboardThreads
from services.memory.memories import MemoryService
from services.memory.sources import MemorySources
from services.messages.follow_ups import FollowUpService
from services.messages.ratings import RatingService
from services.messages.versions import VersionService
from services.process.background import BackgroundLoop
from services.process.http import http_client
from services.replies.replies import ReplyService
from services.replies.runner import ReplyRunner
from services.sessions.files import FileService, FileShelf
from services.sessions.sessions import SessionService
from services.templates.templates import TemplateService
from services.transfer.transfer import TransferService
from services.usage.costs import CostService
from services.usage.insights import InsightsService
from services.usage.metrics import Numbers
from services.usage.operations import OperationsService
from settings import Settings

log = logging.getLogger("travelbot")


@dataclass(frozen=True)
class Services:
    """One set of services per process. `close` ends everything that they started; safe to call twice."""

    settings: Settings
    accounts: AccountService
    sessions: SessionService
    replies: ReplyService
    files: FileService
    versions: VersionService
    follow_ups: FollowUpService
    models: ModelService
    memories: MemoryService
    tokens: TokenService
    transfer: TransferService
    operations: OperationsService
    costs: CostService
    ratings: RatingService
    insights: InsightsService
    templates: TemplateService
    _database: Database = field(repr=False)
    _loop: BackgroundLoop = field(repr=False)
    _runner: ReplyRunner = field(repr=False)
    _outbox: Future[None] = field(repr=False)
    _http: httpx.AsyncClient = field(repr=False)
    _executor: Executor = field(repr=False)
    _emulator: EmulatorServer | None = field(repr=False)

    def check_database(self) -> None:
        """Raise DatabaseUnavailableError unless the database answers."""
        with self._database.read() as db_session:
            db_session.connection().exec_driver_sql("SELECT 1").close()

    def close(self) -> None:
        """Save what is unfinished and end the background thread, the demo assistant and all connections."""
        if self._loop.closed:
            return
        self._runner.close()
        self._outbox.cancel()
        with suppress(TimeoutError):
            self._loop.run(self.models.stop(), timeout_s=5)
        with suppress(TimeoutError):
            self._loop.run(self._http.aclose(), timeout_s=5)
        self._loop.close()
        self._executor.shutdown(wait=True, cancel_futures=True)
        if self._emulator is not None:
            self._emulator.stop()
        self._database.close()


def build_services(settings: Settings) -> Services:
    """Connect, migrate, and start what runs in the background.

    Raises DatabaseUnavailableError when the database cannot be reached.
    """
    numbers = Numbers()
    if settings.database_url.startswith("sqlite"):
        settings.make_data_dir()
    database = Database(settings.database_url)
    migrate(database)
    numbers.measure_database(database.engine)
    emulator = None
    base_url, api_key = settings.backboard_url, settings.backboard_key
    if settings.demo:
        api_key = secrets.token_urlsafe(32)  # its port is open to everybody on this machine
        emulator = EmulatorServer(
            settings.make_data_dir() / "emulator.db", demo, pace_s=settings.demo_pace_s, api_key=api_key
        )
        base_url = emulator.start()
        log.info("No BACKBOARD_API_KEY is set: replies come from the demo assistant in this process.")
    loop = BackgroundLoop()
    http = loop.run(_http_client(), timeout_s=10)
    numbers.measure_backboard(http, base_url=base_url)
    client = BackboardClient(http, base_url=base_url, api_key=api_key, on_error=numbers.count_backboard_error)
    executor = ThreadPoolExecutor(8, thread_name_prefix="travelbot-db")
    models = ModelService(client, loop)
    costs = CostService(database, monthly_limit_usd=settings.monthly_limit_usd)
    memory_sources = MemorySources(database, client, executor, backend=settings.backend)
    runner = ReplyRunner(
        database,
        client,
        loop,
        executor,
        numbers,
        models,
        costs,
        memory_sources,
        backend=settings.backend,
        title_model=settings.model_for_titles,
        replies_at_once=settings.replies_at_once,
    )
    threads = BackboardThreads(database, client, backend=settings.backend, executor=executor)
    outbox = loop.start(work_forever(database, client, backend=settings.backend, executor=executor))
    shelf = FileShelf(settings.files_mb_per_user * 1_000_000)
    replies = ReplyService(
        database,
        runner,
        executor=executor,
        costs=costs,
        shelf=shelf,
        default_model=settings.default_model,
        replies_per_user=settings.replies_per_user,
    )
    sessions = SessionService(database, default_model=settings.default_model)
    accounts = AccountService(database, settings)
    if code := accounts.new_admin_code():
        log.warning(
            "Nobody is an admin yet: whoever types this code under Settings becomes one.", extra={"code": code}
        )
    return Services(
        settings=settings,
        accounts=accounts,
        sessions=sessions,
        replies=replies,
        files=FileService(database, shelf),
        versions=VersionService(database, replies, shelf),
        follow_ups=FollowUpService(database, replies, shelf),
        models=models,
        memories=MemoryService(database, client, loop, threads, memory_sources, backend=settings.backend),
        tokens=TokenService(database),
        transfer=TransferService(database, sessions, default_model=settings.default_model),
        templates=TemplateService(database, replies),
        operations=OperationsService(numbers, database, runner, replies),
        costs=costs,
        ratings=RatingService(database),
        insights=InsightsService(database),
        _database=database,
        _loop=loop,
        _runner=runner,
        _outbox=outbox,
        _http=http,
        _executor=executor,
        _emulator=emulator,
    )


async def _http_client() -> httpx.AsyncClient:
    # A connection at rest is kept for one second only. Many a server closes it after two or five, and who sends a
    # message at that very moment cannot know whether it was read, so does not send it again.
    return http_client(keepalive_s=1.0)
