"""What a reply goes through when the machine around it breaks."""

import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from db.engine import DatabaseUnavailableError
from db.models import Message, utc_now
from services.message_status import MessageStatus
from tests.helpers.databases import ON_SQLITE
from tests.helpers.postgres import started_postgres
from tests.helpers.services import database_gone, last_message, make_user, until, until_ended

QUESTION = "Plan 5 days in Lisbon in May"


def begin(services, emulator, user_id, *, pace_s: float = 0.01):
    """Ask, and return the reply once there is some text of it."""
    emulator.fault({"fault": f"slow_tokens:{pace_s}"})
    accepted = services.replies.send(QUESTION, user_id=user_id, client_message_id="a")
    with services.replies.watch(accepted.reply_id, user_id=user_id) as watch:
        until(lambda: len(watch.next(0.1).text) > 50, what="some text")
    return accepted


@pytest.mark.slow
@pytest.mark.soak(short=6, long=20)  # seconds; a lease is four
def test_database_gone_for_long_loses_nothing(services, emulator, database_url, user_id, lasts):
    accepted = begin(services, emulator, user_id)
    with database_gone(database_url):
        time.sleep(lasts)
        with pytest.raises(DatabaseUnavailableError):
            services.replies.send("More", user_id=user_id, client_message_id="b")

    ended = until_ended(services, accepted.reply_id, user_id)
    assert (ended.status, ended.text) == (MessageStatus.COMPLETE, emulator.runs[-1]["text"])
    assert emulator.paid_calls == 1


def crash(postgres):
    """Let the server end at once: no goodbye to anybody, and what it had not written is in its log only."""
    postgres.send_signal(signal.SIGQUIT)
    postgres.wait(10)


@ON_SQLITE  # the server here is the test's own
def test_postgres_restarted_and_crashed_in_mid_reply_loses_nothing(start_services, emulator):
    with started_postgres() as server:
        services = start_services(database_url=server.get_uri(driver="psycopg"))
        user_id = make_user(services._base.database, "ada")
        accepted = begin(services, emulator, user_id, pace_s=0.02)
        server.stop()
        with pytest.raises(DatabaseUnavailableError):
            services.replies.send("More", user_id=user_id, client_message_id="b")
        server.ensure_postgres_running()
        until(lambda: services.replies.snapshot(accepted.reply_id, user_id=user_id).text, what="the text is saved")
        crash(server.get_postmaster_info().process)
        server.ensure_postgres_running()

        assert services.replies.snapshot(accepted.reply_id, user_id=user_id).status is MessageStatus.RUNNING
        ended = until_ended(services, accepted.reply_id, user_id)
        assert (ended.status, ended.text) == (MessageStatus.COMPLETE, emulator.runs[-1]["text"])
        again = services.replies.send("More", user_id=user_id, client_message_id="b", session_id=accepted.session_id)
        assert until_ended(services, again.reply_id, user_id).status is MessageStatus.COMPLETE
        services.close()
    assert emulator.paid_calls == 2


@ON_SQLITE
def test_full_disk_refuses_what_is_new_and_loses_nothing(services, emulator, user_id):
    room = {"pages": 0}

    @event.listens_for(services._base.database.engine, "checkout")
    def limit(connection, *_):
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + room['pages']}").close()

    room["pages"] = 100
    accepted = begin(services, emulator, user_id)
    room["pages"] = 0
    with pytest.raises(DatabaseUnavailableError):
        fill(services, user_id)
    room["pages"] = 100_000

    ended = until_ended(services, accepted.reply_id, user_id)
    assert (ended.status, ended.text) == (MessageStatus.COMPLETE, emulator.runs[0]["text"])


def fill(services, user_id):
    """Write until the last pages are full."""
    for number in range(50):
        services.replies.send("long " * 2000, user_id=user_id, client_message_id=f"b{number}")


@ON_SQLITE
def test_address_of_backboard_that_leads_nowhere_is_a_sentence(start_services, user_id):
    services = start_services(backboard_base_url="http://backboard.invalid/api")
    accepted = services.replies.send(QUESTION, user_id=user_id, client_message_id="a")
    until_ended(services, accepted.reply_id, user_id)

    reply = last_message(services, accepted.session_id, user_id)
    assert (reply.status, reply.error_code) == (MessageStatus.FAILED, "unreachable")
    assert "Backboard" in (reply.error_text or "")


@ON_SQLITE
def test_backboard_away_for_long_keeps_the_text_and_retry_works(services, emulator, user_id, monkeypatch):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 2.0)
    accepted = begin(services, emulator, user_id)
    emulator.go_away()
    until_ended(services, accepted.reply_id, user_id)
    broken = last_message(services, accepted.session_id, user_id)
    emulator.come_back()

    assert broken.status is MessageStatus.INTERRUPTED
    assert len(broken.text) > 50
    again = services.replies.retry(broken.id, user_id=user_id)
    assert until_ended(services, again.reply_id, user_id).status is MessageStatus.COMPLETE


def test_clock_set_back_an_hour_leaves_no_reply_waiting_for_it(services, emulator, database, user_id):
    accepted = services.replies.send(QUESTION, user_id=user_id, client_message_id="a")
    whole = until_ended(services, accepted.reply_id, user_id)
    left = {"status": "running", "content": "", "ended_at": None, "lease_owner": "gone"}
    with database.begin() as db_session:
        row = update(Message).where(Message.id == accepted.reply_id)
        db_session.execute(row.values(left | {"lease_until": utc_now() + timedelta(hours=1)}))

    until(
        lambda: last_message(services, accepted.session_id, user_id).status is MessageStatus.COMPLETE,
        what="the reply was taken over",
    )
    assert last_message(services, accepted.session_id, user_id).text == whole.text
    assert emulator.paid_calls == 1
