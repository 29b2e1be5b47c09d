"""When somebody was here last is known to the hour, however they ask."""

from datetime import datetime, timedelta

import db.models
from db.engine import Database
from services.accounts.records import User
from services.accounts.sign_ins import SignInService
from services.accounts.tokens import TokenService
from tests.helpers.accounts import PASSWORD, StoppedClock


def seen_at(database: Database, user_id: int) -> datetime | None:
    with database.read() as db_session:
        return db_session.get_one(db.models.User, user_id).last_seen_at


def test_screen_and_token_note_who_is_here_once_an_hour(
    database: Database, sign_ins: SignInService, maria: User, clock: StoppedClock
) -> None:
    tokens = TokenService(database, clock)
    secret = tokens.create(user_id=maria.id, name="CRM").secret
    assert seen_at(database, maria.id) is None
    at = sign_ins.sign_in("maria", PASSWORD).at
    first = clock.now
    assert seen_at(database, maria.id) == first

    clock.now += timedelta(minutes=59)
    sign_ins.current(maria.id, at)
    tokens.check(secret)
    assert seen_at(database, maria.id) == first

    clock.now += timedelta(minutes=1)
    sign_ins.current(maria.id, at)
    assert seen_at(database, maria.id) == clock.now

    clock.now += timedelta(hours=1)
    tokens.check(secret)
    assert seen_at(database, maria.id) == clock.now


def test_who_is_not_in_is_not_seen(
    database: Database, sign_ins: SignInService, maria: User, clock: StoppedClock
) -> None:
    sign_ins.end_all(maria.id)

    assert sign_ins.current(maria.id, clock.now) is None
    assert seen_at(database, maria.id) is None
