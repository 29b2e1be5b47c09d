"""Connections that somebody on the way gives up: to Backboard, to the database, and to a program that reads."""

import time
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url

from services.message_status import MessageStatus
from tests.helpers.road import Road
from tests.helpers.services import until_ended

QUESTION = "Plan 5 days in Lisbon in May"
RESTED_S = 4.0  # before a connection is given up


def ask(services, user_id, name: str, session_id: int | None = None):
    """Ask, and return what was accepted once the reply is whole."""
    accepted = services.replies.send(QUESTION, user_id=user_id, client_message_id=name, session_id=session_id)
    ended = until_ended(services, accepted.reply_id, user_id)
    assert ended.status is MessageStatus.COMPLETE
    return accepted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("forgets", [False, True], ids=["closed", "forgotten"])
def test_connection_to_backboard_given_up_between_two_messages_costs_nothing(
    start_services, emulator, user_id, forgets, monkeypatch
):
    rested_s = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + rested_s)
    monkeypatch.setattr("httpcore._async.http11.time", clock)  # which says how long a connection has rested
    port = int(emulator.root.rpartition(":")[2])
    with Road(port) as road:
        services = start_services(backboard_base_url=f"http://127.0.0.1:{road.port}/api")
        services.models.all()  # leaves a connection behind; a message that is streamed closes its own
        rested_s += RESTED_S
        road.give_up(forget=forgets)
        first = ask(services, user_id, "a")
        rested_s += RESTED_S
        road.give_up(forget=forgets)
        ask(services, user_id, "b", first.session_id)

    assert emulator.paid_calls == 2


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("forgets", [False, True], ids=["closed", "forgotten"])
def test_connections_to_the_database_given_up_in_a_pause_are_made_anew(
    start_services, emulator, database_url, user_id, forgets, monkeypatch
):
    monkeypatch.setattr("services.backboard.outbox.LOOK_S", 60.0)  # nothing else keeps them in use
    monkeypatch.setattr("services.replies.claims.SCAN_S", 60.0)
    url = make_url(database_url)
    with Road(f"{url.query['host']}/.s.PGSQL.5432") as road:
        through = url.set(host="127.0.0.1", port=road.port, query={}).render_as_string(hide_password=False)
        services = start_services(database_url=through)
        first = ask(services, user_id, "a")
        road.give_up(forget=forgets)
        carried = road.carried
        ask(services, user_id, "b", first.session_id)

        assert road.carried > carried
    assert emulator.paid_calls == 2
