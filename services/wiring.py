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
from emulator.catalogue import DEMO
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from services.accounts.accounts import AccountService
from services.accounts.admins import AdminService
from services.accounts.company_tokens import CompanyTokens
from services.accounts.guests import GuestService, UnusedGuests
from services.accounts.identities import IdentityService
from services.accounts.issuers import Issuer, Issuers
from services.accounts.passwords import Compare
from services.accounts.sign_ins import SignInService
from services.accounts.tokens import TokenService
from services.backboard.file_copies import FileCopies
from services.backboard.models import ModelService
from services.backboard.outbox import work_forever
from services.backboard.threads import BackboardThreads
from services.backboard.tools import CurrentDate, Tools
from services.decks.brands import BrandService
from services.decks.decks import DeckService
from services.decks.files import DeckFiles
from services.decks.pictures import DeckPictures
from services.decks.proposals import ProposeSlides
from services.decks.refreshing import DeckRefreshing
from services.decks.shared import SharedDecks
from services.memory.memories import MemoryService
from services.memory.sources import MemorySources
from services.messages.follow_ups import FollowUpService
from services.messages.ratings import RatingService
from services.messages.versions import VersionService
from services.people.audit import AuditService
from services.people.cleaning import Cleaning
from services.people.deletion import DeletionService
from services.people.invitations import InvitationService
from services.people.mail import ResetMail
from services.people.people import PeopleService
from services.people.pruning import Pruning
from services.people.receipts import ReceiptService
from services.people.resets import ResetService
from services.people.retention import RetentionService
from services.people.takeout import TakeoutService
from services.process.background import BackgroundLoop, Tasks
from services.process.http import http_client
from services.process.smtp import SmtpServer
from services.replies.claims import ReplyClaims
from services.replies.endings import ReplyEndings
from services.replies.readers import ReplyReaders
from services.replies.recovery import LostAnswers
from services.replies.replies import ReplyService
from services.replies.running import RunningReplies
from services.replies.store import ReplyStore
from services.replies.titles import SessionTitles
from services.replies.writer import ReplyWriter
from services.reviews.comments import CommentService
from services.reviews.files import ReviewFiles
from services.reviews.live import ReviewWatch
from services.reviews.mail import ReviewMail
from services.reviews.records import Shareable
from services.reviews.reviews import ReviewService
from services.reviews.visits import VisitService
from services.sessions.files import FileService, FileShelf
from services.sessions.lists import ListWatch
from services.sessions.live import SessionWatch
from services.sessions.sessions import SessionService
from services.sessions.shared import SharedSessions
from services.sessions.sharing import SessionSharing
from services.templates.templates import TemplateService
from services.transfer.transfer import TransferService
from services.trips.activity import TripActivity
from services.trips.approval import TripApproval
from services.trips.customers import CustomerService
from services.trips.deleted import TripDeletion
from services.trips.files import TripFiles
from services.trips.members import TripMembers
from services.trips.names import TripNames
from services.trips.proposals import ProposeBrief
from services.trips.revisions import TripRevisions
from services.trips.sessions import TripSessions
from services.trips.shared import SharedTrips
from services.trips.trips import TripService
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
    sign_ins: SignInService
    identities: IdentityService
    company_tokens: CompanyTokens
    guests: GuestService
    admins: AdminService
    sessions: SessionService
    sharing: SessionSharing
    session_watch: SessionWatch
    list_watch: ListWatch
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
    customers: CustomerService
    trips: TripService
    trip_names: TripNames
    trip_revisions: TripRevisions
    trip_members: TripMembers
    trip_files: TripFiles
    trip_sessions: TripSessions
    trip_deletion: TripDeletion
    trip_approval: TripApproval
    trip_activity: TripActivity
    reviews: ReviewService
    comments: CommentService
    visits: VisitService
    review_watch: ReviewWatch
    decks: DeckService
    deck_refreshing: DeckRefreshing
    deck_files: DeckFiles
    deck_pictures: DeckPictures
    brands: BrandService
    people: PeopleService
    invitations: InvitationService
    resets: ResetService
    audit: AuditService
    deletion: DeletionService
    receipts: ReceiptService
    retention: RetentionService
    takeout: TakeoutService
    _base: "_Base" = field(repr=False)
    _claims: ReplyClaims = field(repr=False)
    _outbox: Future[None] = field(repr=False)
    _mail: tuple[Future[None], ...] = field(repr=False)

    def check_database(self) -> None:
        """Raise DatabaseUnavailableError unless the database answers."""
        with self._base.database.read() as db_session:
            db_session.connection().exec_driver_sql("SELECT 1").close()

    def close(self) -> None:
        """Save what is unfinished and end the background thread, the demo assistant and all connections."""
        base = self._base
        if base.loop.closed:
            return
        self._claims.close()
        self._outbox.cancel()
        for mail in self._mail:
            mail.cancel()
        with suppress(TimeoutError):
            base.loop.run(self.models.stop(), timeout_s=5)
        with suppress(TimeoutError):
            base.loop.run(base.http.aclose(), timeout_s=5)
        base.loop.close()
        base.executor.shutdown(wait=True, cancel_futures=True)
        if base.emulator is not None:
            base.emulator.stop()
        base.database.close()


@dataclass(frozen=True)
class _Base:
    """What the services of one process stand on."""

    settings: Settings
    numbers: Numbers
    database: Database
    emulator: EmulatorServer | None
    loop: BackgroundLoop
    http: httpx.AsyncClient
    client: BackboardClient
    executor: Executor


def build_services(settings: Settings, *, compare_passwords: Compare) -> Services:
    """Connect, migrate, and start what runs in the background.

    Raises DatabaseUnavailableError when the database cannot be reached.
    """
    base = _base(settings)
    database, client, loop = base.database, base.client, base.loop
    backend, executor = settings.backend, base.executor
    identities = IdentityService(database, settings)
    models = ModelService(client, loop)
    monthly_usd, guest_messages = settings.monthly_limit_usd, settings.guest_messages
    costs = CostService(database, monthly_limit_usd=monthly_usd, guest_messages=guest_messages)
    memory_sources = MemorySources(database, client, executor, backend=backend)
    tools = Tools([CurrentDate(), ProposeBrief(), ProposeSlides()])
    threads = BackboardThreads(database, client, tools, backend=backend, executor=executor)
    running, tasks = RunningReplies(at_once=settings.replies_at_once), Tasks()
    readers = ReplyReaders(database, running, executor=executor)
    claims = _claims(base, models, costs, memory_sources, tools, threads, running, tasks)
    retention = RetentionService(database, days=settings.retention_days)
    guests = UnusedGuests(database, days=settings.guest_days)
    cleaning = Cleaning(Pruning(settings.audit_days), retention, guests)
    outbox = loop.start(work_forever(database, client, cleaning, backend=backend, executor=executor))
    shelf = FileShelf(settings.files_mb_per_user * 1_000_000)
    replies = ReplyService(
        database,
        claims,
        readers,
        costs=costs,
        shelf=shelf,
        default_model=settings.default_model,
        replies_per_user=settings.replies_per_user,
    )
    sessions = SessionService(database, default_model=settings.default_model)
    decks, review_files = DeckService(database), ReviewFiles()
    accounts = AccountService(database, settings)
    reset_mail, mail = _mail(base)
    memories = MemoryService(database, client, loop, threads, memory_sources, backend=backend)
    transfer = TransferService(database, sessions, default_model=settings.default_model)
    return Services(
        settings=settings,
        accounts=accounts,
        sign_ins=SignInService(database, settings, compare=compare_passwords),
        identities=identities,
        guests=GuestService(database, settings),
        company_tokens=CompanyTokens(_issuers(settings), identities),
        admins=_admins(base),
        sessions=sessions,
        sharing=SessionSharing(database),
        session_watch=SessionWatch(database),
        list_watch=ListWatch(database),
        replies=replies,
        files=FileService(database, shelf),
        versions=VersionService(database, replies, shelf),
        follow_ups=FollowUpService(database, replies, shelf),
        models=models,
        memories=memories,
        tokens=TokenService(database),
        transfer=transfer,
        templates=TemplateService(database, replies),
        customers=CustomerService(database),
        trips=TripService(database),
        trip_names=TripNames(database),
        trip_revisions=TripRevisions(database),
        trip_members=TripMembers(database),
        trip_files=TripFiles(database, shelf),
        trip_sessions=TripSessions(database),
        trip_deletion=TripDeletion(database),
        trip_approval=TripApproval(database),
        trip_activity=TripActivity(database),
        reviews=ReviewService(database, shared_things(database), review_files),
        comments=CommentService(database),
        visits=VisitService(database, review_files, compare=compare_passwords),
        review_watch=ReviewWatch(database),
        decks=decks,
        deck_refreshing=DeckRefreshing(database, decks),
        deck_files=DeckFiles(database),
        deck_pictures=DeckPictures(database, shelf),
        brands=BrandService(database),
        people=PeopleService(database),
        invitations=InvitationService(database, settings, accounts),
        resets=ResetService(database, settings, send=reset_mail.ask if reset_mail else None),
        audit=AuditService(database),
        deletion=DeletionService(database, replies),
        receipts=ReceiptService(database),
        retention=retention,
        takeout=TakeoutService(database, transfer, memories),
        operations=OperationsService(base.numbers, database, running=running, readers=readers, tasks=tasks),
        costs=costs,
        ratings=RatingService(database),
        insights=InsightsService(database),
        _base=base,
        _claims=claims,
        _outbox=outbox,
        _mail=mail,
    )


def shared_things(database: Database) -> dict[tuple[str, bool], Shareable]:
    """Return what tells what an audience is shown of each kind of thing, and of the deck of each."""
    return {
        ("session", False): SharedSessions(database),
        ("session", True): SharedDecks(database, "session"),
        ("trip", False): SharedTrips(database),
        ("trip", True): SharedDecks(database, "trip"),
    }


def _base(settings: Settings) -> _Base:
    """Open the database, and the way to Backboard or to a demo assistant in this process."""
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
            settings.make_data_dir() / "emulator.db", demo, DEMO, pace_s=settings.demo_pace_s, api_key=api_key
        )
        base_url = emulator.start()
        log.info("No BACKBOARD_API_KEY is set: replies come from the demo assistant in this process.")
    loop = BackgroundLoop()
    http = loop.run(_http_client(), timeout_s=10)
    numbers.measure_backboard(http, base_url=base_url)
    client = BackboardClient(http, base_url=base_url, api_key=api_key, on_error=numbers.count_backboard_error)
    executor = ThreadPoolExecutor(8, thread_name_prefix="travelbot-db")
    return _Base(settings, numbers, database, emulator, loop, http, client, executor)


def _claims(
    base: _Base,
    models: ModelService,
    costs: CostService,
    memory_sources: MemorySources,
    tools: Tools,
    threads: BackboardThreads,
    running: RunningReplies,
    tasks: Tasks,
) -> ReplyClaims:
    """Start what writes replies."""
    database, client, executor = base.database, base.client, base.executor
    backend, title_model = base.settings.backend, base.settings.model_for_titles
    store = ReplyStore(database, costs, owner=secrets.token_hex(8), default_model=base.settings.default_model)
    titles = SessionTitles(
        database, client, threads, models, costs, backend=backend, executor=executor, model=title_model
    )
    endings = ReplyEndings(store, models, titles, memory_sources, base.numbers, tasks, executor=executor)
    files = FileCopies(database, client, backend=backend, executor=executor)
    lost = LostAnswers(client, threads)
    writer = ReplyWriter(store, endings, lost, client, threads, files, tools, running, executor=executor)
    return ReplyClaims(store, writer, running, models, base.loop, tasks, executor=executor)


def _mail(base: _Base) -> tuple[ResetMail | None, tuple[Future[None], ...]]:
    """Start what sends mail, if a server is set; links for a new password need to know where people find the app."""
    settings = base.settings
    if settings.smtp_url is None or settings.mail_from is None:
        return None, ()
    server, sender = SmtpServer.at(settings.smtp_url.get_secret_value()), settings.mail_from
    public_url = settings.public_url.rstrip("/") if settings.public_url else None
    reviews = ReviewMail(base.database, server, sender=sender, public_url=public_url)
    started = base.loop.start(reviews.work_forever(base.executor))
    if public_url is None:
        return None, (started,)
    resets = ResetMail(base.database, server, sender=sender, public_url=public_url)
    return resets, (started, base.loop.start(resets.work_forever(base.executor)))


def _issuers(settings: Settings) -> Issuers:
    """Return whose access tokens the API takes: nobody's, where no setting says whom they are for."""
    audience, companies = settings.company_api_audience, settings.companies
    several = len(companies) > 1  # one of them must not speak for another
    named = [(one.metadata_url, one.issuer if several else "") for one in companies]
    return Issuers(
        [Issuer(audience=audience, metadata=at, expected=name, for_api=True) for at, name in named]
        if audience
        else []
    )


def _admins(base: _Base) -> AdminService:
    admins = AdminService(base.database)
    if code := admins.new_code():
        log.warning(
            "Nobody is an admin yet: whoever types this code under Settings becomes one.", extra={"code": code}
        )
    return admins


async def _http_client() -> httpx.AsyncClient:
    # A connection at rest is kept for one second only. Many a server closes it after two or five, and who sends a
    # message at that very moment cannot know whether it was read, so does not send it again.
    return http_client(keepalive_s=1.0)
