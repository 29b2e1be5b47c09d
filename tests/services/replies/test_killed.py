"""A process that is killed in mid-reply loses at most a second of text, and pays nothing twice."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.message_status import MessageStatus
from services.wiring import build_services
from settings import ROOT, Settings
from tests.helpers.accounts import cheaply
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import last_message, until, until_ended

QUESTION = "14 days in Japan"


@pytest.fixture
def start_child(database_url: str) -> Iterator[Callable[..., tuple[subprocess.Popen[str], int]]]:
    """Give a function that starts another process which sends a message; returns it and the reply's id."""
    started: list[subprocess.Popen[str]] = []

    def start(user_id: int, **settings: str) -> tuple[subprocess.Popen[str], int]:
        child = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.services.replies.child", str(user_id), QUESTION],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url} | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        assert child.stdout is not None
        return child, int(child.stdout.readline())

    yield start
    for child in started:
        child.kill()
        child.wait()
        for stream in (child.stdout, child.stderr):
            assert stream is not None
            stream.close()


def stored_text(database, reply_id: int) -> str:
    with database.read() as db_session:
        return str(
            db_session.connection().exec_driver_sql(f"SELECT content FROM messages WHERE id = {reply_id}").scalar()
        )


def test_killed_process_leaves_a_reply_that_the_next_adopts_whole(
    database, database_url, emulator, user_id, start_child
):
    emulator.hold_reply()
    child, reply_id = start_child(user_id, BACKBOARD_BASE_URL=emulator.base_url)
    until(lambda: len(stored_text(database, reply_id)) > 100, what="a checkpoint")
    child.kill()
    emulator.release()
    until(lambda: emulator.runs[-1]["status"].upper() == "COMPLETED", timeout_s=30, what="the emulator finished")

    services = build_services(
        Settings(database_url=database_url, backboard_base_url=emulator.base_url), compare_passwords=cheaply
    )
    try:
        ended = until_ended(services, reply_id, user_id, timeout_s=30)
    finally:
        services.close()

    assert ended.status is MessageStatus.COMPLETE
    assert ended.text == emulator.runs[-1]["text"]
    assert emulator.paid_calls == 1


@ON_SQLITE  # the demo's state lies beside an SQLite file
def test_killed_process_with_the_demo_inside_keeps_all_but_the_last_second(
    database, database_url, user_id, start_child
):
    child, reply_id = start_child(user_id, DEMO_PACE_S="0.01")
    until(lambda: len(stored_text(database, reply_id)) > 200, what="a checkpoint")
    time.sleep(1.3)
    before = stored_text(database, reply_id)
    child.kill()
    child.wait()

    services = build_services(Settings(database_url=database_url, demo_pace_s=0), compare_passwords=cheaply)
    try:
        ended = until_ended(services, reply_id, user_id, timeout_s=30)
        session_id = services.sessions.last_used(user_id=user_id)
        assert session_id is not None
        reply = last_message(services, session_id, user_id)
        runs = demo_runs(database_url)
        again = services.replies.retry(reply_id, user_id=user_id)
        assert until_ended(services, again.reply_id, user_id, timeout_s=30).status is MessageStatus.COMPLETE
    finally:
        services.close()

    assert ended.status is MessageStatus.INTERRUPTED
    assert ended.text.startswith(before)
    assert reply.error_text
    assert reply.status.can_retry
    assert runs == 1


def demo_runs(database_url: str) -> int:
    """Count the runs that the demo assistant beside a database was ever asked for."""
    with closing(sqlite3.connect(Path(database_url.removeprefix("sqlite:///")).parent / "emulator.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


@ON_SQLITE
def test_process_that_stood_still_has_lost_its_reply_and_says_so(database, services, emulator, user_id, start_child):
    emulator.hold_reply()
    child, reply_id = start_child(user_id, BACKBOARD_BASE_URL=emulator.base_url)
    until(lambda: len(stored_text(database, reply_id)) > 100, what="a checkpoint")
    child.send_signal(signal.SIGSTOP)
    until(lambda: services._claims.running.get(reply_id), timeout_s=20, what="the reply was taken over")
    child.send_signal(signal.SIGCONT)
    seen_there = child.stdout.readline().strip()
    still_running = emulator.runs[-1]["status"]
    emulator.release()
    ended = until_ended(services, reply_id, user_id, timeout_s=30)

    assert seen_there == MessageStatus.INTERRUPTED
    assert still_running == "IN_PROGRESS"  # it was not its own to cancel any more
    assert ended.status is MessageStatus.COMPLETE
    assert ended.text == emulator.runs[-1]["text"]
    assert (emulator.paid_calls, len(emulator.runs)) == (1, 1)


@ON_SQLITE
def test_terminated_process_hands_its_reply_over_at_once(database, database_url, emulator, user_id, start_child):
    emulator.hold_reply()
    child, reply_id = start_child(user_id, BACKBOARD_BASE_URL=emulator.base_url)
    until(lambda: len(stored_text(database, reply_id)) > 100, what="a checkpoint")
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=15)

    services = build_services(
        Settings(database_url=database_url, backboard_base_url=emulator.base_url), compare_passwords=cheaply
    )
    emulator.release()
    try:
        ended = until_ended(services, reply_id, user_id, timeout_s=30)
    finally:
        services.close()

    assert "Error" not in errors.replace("KeyboardInterrupt", ""), errors
    assert ended.status is MessageStatus.COMPLETE
    assert ended.text == emulator.runs[-1]["text"]
