"""Who tries the app without an account: how they come in, what they may not, and how they stay."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pydantic import ValidationError

import db.models
from db.engine import Database
from db.models import AuditAction
from services.accounts.accounts import AccountService
from services.accounts.admins import AdminService
from services.accounts.guests import GUEST_THINGS, GuestService
from services.accounts.identities import IdentityService, Said
from services.accounts.records import SignIn
from services.accounts.tokens import TokenService
from services.errors import (
    GuestLimitError,
    InvalidFieldsError,
    NotInvitedError,
    NotPossibleError,
    ServiceError,
    SignUpClosedError,
    TooManySignUpsError,
)
from services.trips.customers import CustomerService
from services.trips.trips import TripService
from settings import Settings
from tests.helpers.accounts import ELSEWHERE, HERE, PASSWORD, SETTINGS, StoppedClock, sign_up
from tests.helpers.databases import ON_SQLITE

Stay = Callable[..., SignIn]


@pytest.fixture
def guests(database: Database, clock: StoppedClock) -> GuestService:
    return GuestService(database, SETTINGS.model_copy(update={"guests": "on", "guests_per_address": 2}), clock)


@pytest.fixture
def guest(guests: GuestService) -> SignIn:
    return guests.begin(address=ELSEWHERE)


@pytest.fixture
def stay(accounts: AccountService) -> Stay:
    def become(user_id: int, **changed: str) -> SignIn:
        values = {"name": "Ada", "email": "Ada@example.com", "username": "Ada", "password": PASSWORD} | changed
        return accounts.stay(user_id, address=None, **values)

    return become


def user_row(database: Database, user_id: int) -> db.models.User:
    with database.read() as db_session:
        return db_session.get_one(db.models.User, user_id)


def audit(database: Database) -> list[tuple[int | None, AuditAction]]:
    with database.read() as db_session:
        rows = db_session.query(db.models.AuditEntry).order_by(db.models.AuditEntry.id)
        return [(row.user_id, row.action) for row in rows]


def test_guest_is_in_by_a_cookie_like_anybodys(guests, sign_ins, guest, database):
    assert guest.user.is_guest
    assert (guest.user.username, guest.user.name) == (f"guest-{guest.user.id}", "Guest")
    assert guest.user.email == ""  # who has told none is shown none
    assert sign_ins.current(guest.user.id, guest.at) == guest.user
    assert sign_ins.user_for_token(guest.user.username, guest.at) == guest.user
    assert sign_ins.prove_browser(guest.user.id) is None
    assert guests.messages_left(guest.user.id) == 20
    assert audit(database) == [(guest.user.id, AuditAction.BEGIN_AS_GUEST)]


@ON_SQLITE
def test_nobody_is_a_guest_where_the_setting_is_off(database):
    with pytest.raises(SignUpClosedError):
        GuestService(database, SETTINGS).begin()


def test_guests_are_on_only_where_they_can_stay():
    with pytest.raises(ValidationError, match="SIGN_UP is open"):
        Settings(guests="on", sign_up="closed")


def test_an_address_makes_so_many_guests_a_day(guests, clock):
    for _ in range(2):
        guests.begin(address=HERE)

    with pytest.raises(
        TooManySignUpsError, match=r"network today\. Please make an account, or try again in 24 hours"
    ):
        guests.begin(address=HERE)
    guests.begin(address=ELSEWHERE)
    clock.now += timedelta(days=1)
    guests.begin(address=HERE)


@ON_SQLITE
def test_where_no_address_is_known_all_together_make_twenty_times_as_many(guests):
    for _ in range(40):
        guests.begin()

    with pytest.raises(TooManySignUpsError, match=r"^Too many guests came in today\. "):
        guests.begin()
    guests.begin(address=HERE)


def test_guests_at_once_count_as_many(guests):
    def begin(_: int) -> str:
        try:
            return str(guests.begin(address=HERE).user.role)
        except ServiceError as exc:
            return exc.code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(begin, range(6))) == ["guest"] * 2 + ["too_many_sign_ups"] * 4


def test_who_stays_is_the_same_user_and_stays_in(guest, stay, sign_ins, database):
    stayed = stay(guest.user.id)
    user = stayed.user

    assert (user.id, user.username, user.email, user.name) == (guest.user.id, "ada", "ada@example.com", "Ada")
    assert (user.role, user_row(database, user.id).files_mb) == ("planner", None)
    assert sign_ins.current(user.id, stayed.at) == user
    assert sign_ins.current(user.id, guest.at) is None  # whoever else had the guest's cookie is out
    assert sign_ins.user_for_token("ada", guest.at) is None
    assert sign_ins.sign_in("ada", PASSWORD).user == user
    assert audit(database)[1] == (user.id, AuditAction.STAY)


def test_guest_who_comes_back_is_seen(guest, sign_ins, clock, database):
    clock.now += timedelta(days=6)

    assert sign_ins.user_for_token(guest.user.username, guest.at)

    assert user_row(database, guest.user.id).last_seen_at == clock()


@ON_SQLITE
def test_who_takes_a_former_guests_name_is_not_in_by_the_guests_cookie(guest, stay, sign_ins, accounts, clock):
    stay(guest.user.id)
    clock.now += timedelta(seconds=1)

    sign_up(accounts, username=guest.user.username)

    assert sign_ins.user_for_token(guest.user.username, guest.at) is None


@ON_SQLITE
@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"username": "maria"}, {"username"}),
        ({"email": "maria@example.com"}, {"email"}),
        ({"email": "x", "password": "short", "name": ""}, {"email", "password", "name"}),
    ],
)
def test_what_cannot_be_used_leaves_the_guest_a_guest(guest, stay, maria, sign_ins, changed, fields):
    with pytest.raises(InvalidFieldsError) as caught:
        stay(guest.user.id, **changed)

    assert caught.value.problems.keys() == fields
    assert sign_ins.current(guest.user.id, guest.at) == guest.user


def test_only_a_guest_becomes_a_planner_and_once(guest, stay, maria):
    with pytest.raises(NotPossibleError):
        stay(maria.id)
    stay(guest.user.id)

    with pytest.raises(NotPossibleError):
        stay(guest.user.id, username="other", email="other@example.com")


@ON_SQLITE
def test_nobody_stays_where_sign_up_was_closed_since(guest, database):
    closed = AccountService(database, SETTINGS.model_copy(update={"sign_up": "closed"}))

    with pytest.raises(SignUpClosedError):
        closed.stay(guest.user.id, name="Ada", email="ada@example.com", username="ada", password=PASSWORD)


@ON_SQLITE
def test_guest_has_no_tokens_and_is_no_admin(guest, database, admins: AdminService):
    code = admins.new_code() or ""
    with pytest.raises(GuestLimitError, match=r"^A guest cannot have API tokens\. Make an account to go on"):
        TokenService(database).create(user_id=guest.user.id, name="mine")
    with pytest.raises(GuestLimitError):
        admins.become_admin(guest.user.id, code)
    with pytest.raises(NotPossibleError):
        admins.set_admin(guest.user.id, admin=True)


@pytest.fixture
def said(clock: StoppedClock) -> Said:
    return Said(
        "https://id.example.com", "00u1", clock(), email="ada@example.com", email_verified=True, name="Ada L."
    )


@ON_SQLITE
def test_guest_stays_by_a_company(guest, database, clock, sign_ins, said):
    identities = IdentityService(database, SETTINGS.model_copy(update={"company_viewers": ("sales",)}), clock)

    stayed = identities.join(guest.user.id, said)

    user = identities.user_of(said)
    assert user is not None
    assert stayed is not None
    assert (sign_ins.current(user.id, stayed.at), sign_ins.current(user.id, guest.at)) == (user, None)
    assert (user.id, user.username, user.email, user.name) == (guest.user.id, "ada", "ada@example.com", "Ada L.")
    assert user.role == "planner"
    assert (user.id, AuditAction.STAY) in audit(database)


@ON_SQLITE
def test_guest_whom_a_company_does_not_let_in_stays_a_guest(guest, database, clock, sign_ins, said):
    identities = IdentityService(database, SETTINGS.model_copy(update={"company_domains": ("other.com",)}), clock)

    with pytest.raises(NotInvitedError):
        identities.join(guest.user.id, said)

    assert identities.user_of(said) is None
    assert sign_ins.current(guest.user.id, guest.at) == guest.user


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_guest_has_a_few_trips_and_customers_and_a_planner_more(
    database: Database, guest: SignIn, stay: Stay
) -> None:
    trips, customers = TripService(database), CustomerService(database)

    def make() -> None:
        trips.create("Rome", user_id=guest.user.id)
        customers.create("Weber", user_id=guest.user.id)

    for _ in range(GUEST_THINGS):
        make()
    with pytest.raises(GuestLimitError, match="20 trips at most"):
        trips.create("Rome", user_id=guest.user.id)
    with pytest.raises(GuestLimitError, match="20 customers at most"):
        customers.create("Weber", user_id=guest.user.id)

    stay(guest.user.id)
    make()
