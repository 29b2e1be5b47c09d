"""API tokens: made once, kept as a hash, and gone the moment they are revoked."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from db.models import ApiToken, User
from services.accounts.tokens import MAX_TOKENS, PREFIX, TokenService
from services.errors import InvalidInputError, NotFoundError
from tests.helpers.services import make_user


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(database, clock) -> TokenService:
    return TokenService(database, clock)


def test_new_token_lets_its_user_in_and_is_stored_as_a_hash_only(tokens, database, user_id):
    made = tokens.create(user_id=user_id, name=" CRM\n")

    use = tokens.check(made.secret)
    assert use is not None
    assert (use.user.id, use.token.name, use.token.read_only) == (user_id, "CRM", False)
    with database.read() as db_session:
        row = db_session.get_one(ApiToken, made.info.id)
        assert made.secret not in str(vars(row))
    assert made.secret not in repr(made)


def test_secrets_are_256_random_bits_and_each_another(tokens, user_id):
    made = {tokens.create(user_id=user_id, name="CRM").secret.removeprefix(PREFIX) for _ in range(20)}

    assert len(made) == 20
    assert {len(base64.urlsafe_b64decode(secret + "=")) for secret in made} == {32}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("secret", ["", "tbt_", "tbt_" + "x" * 43, "Bearer x", "\x00", "é" * 50])
def test_unknown_token_lets_nobody_in(tokens, user_id, secret):
    tokens.create(user_id=user_id, name="CRM")

    assert tokens.check(secret) is None


def test_revoked_token_lets_nobody_in(tokens, user_id):
    made = tokens.create(user_id=user_id, name="CRM")

    tokens.revoke(made.info.id, user_id=user_id)

    assert tokens.check(made.secret) is None
    assert tokens.all(user_id=user_id) == ()


def test_expired_token_lets_nobody_in_and_is_listed_as_expired(tokens, clock, user_id):
    made = tokens.create(user_id=user_id, name="CRM", days=7)
    clock.now += timedelta(days=7)

    assert tokens.check(made.secret) is None
    assert [token.expired for token in tokens.all(user_id=user_id)] == [True]


def test_token_of_a_disabled_user_lets_nobody_in(tokens, database, user_id):
    made = tokens.create(user_id=user_id, name="CRM")
    with database.begin() as db_session:
        db_session.get_one(User, user_id).disabled = True

    assert tokens.check(made.secret) is None


def test_stranger_cannot_see_or_revoke_a_token(tokens, database, user_id):
    made = tokens.create(user_id=user_id, name="CRM")
    stranger_id = make_user(database, "eve")

    assert tokens.all(user_id=stranger_id) == ()
    with pytest.raises(NotFoundError):
        tokens.revoke(made.info.id, user_id=stranger_id)
    assert tokens.check(made.secret)


def test_use_is_noted_at_most_once_a_minute(tokens, clock, user_id):
    made = tokens.create(user_id=user_id, name="CRM")
    first = clock.now
    tokens.check(made.secret)
    clock.now += timedelta(seconds=30)
    tokens.check(made.secret)

    assert tokens.all(user_id=user_id)[0].last_used_at == first
    clock.now += timedelta(seconds=30)
    tokens.check(made.secret)
    assert tokens.all(user_id=user_id)[0].last_used_at == clock.now


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("given", [{"name": " "}, {"name": "x" * 101}, {"name": "CRM", "days": 0}])
def test_bad_input_makes_no_token(tokens, user_id, given):
    with pytest.raises(InvalidInputError):
        tokens.create(user_id=user_id, **given)

    assert tokens.all(user_id=user_id) == ()


def test_number_of_tokens_is_limited(tokens, user_id):
    for number in range(MAX_TOKENS):
        tokens.create(user_id=user_id, name=str(number))

    with pytest.raises(InvalidInputError):
        tokens.create(user_id=user_id, name="one more")
