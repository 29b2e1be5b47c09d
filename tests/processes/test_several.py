"""Several servers on one database: begin here, watch there, stop elsewhere; kill one, restart them all."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from db.engine import Database
from services.accounts.tokens import TokenService
from services.message_status import MessageStatus
from tests.helpers.databases import SQLITE_IN_SOAK
from tests.helpers.processes import Cluster
from tests.helpers.services import Emulator, until

QUESTION = "Plan 14 days in Japan with my parents"
PLAIN = {"Accept": "text/plain"}


@pytest.fixture
def token(database: Database, user_id: int) -> str:
    return TokenService(database).create(user_id=user_id, name="test").secret


def client(address: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False)


def statuses(http: httpx.Client, session_id: str) -> list[str]:
    """Return where each reply of a session is in its life."""
    messages = http.get(f"/sessions/{session_id}/messages").raise_for_status().json()["messages"]
    return [message["metadata"]["status"] for message in messages if message["role"] == "assistant"]


@SQLITE_IN_SOAK
@pytest.mark.slow
def test_a_day_of_several_servers(cluster: Cluster, token: str, emulator: Emulator):
    """One test: starting the servers takes longer than all of it."""
    with ExitStack() as clients:
        one, *others = [
            clients.enter_context(client(f"http://127.0.0.1:{port}/api", token)) for port in cluster.servers
        ]
        paid = begin_here_watch_there(one, others, emulator)
        paid += stop_elsewhere(one, others[-1], emulator)
        paid += restart_one_by_one(cluster, token, emulator)
        paid += kill_the_owner(cluster, one, others[0], emulator)
        no_log_tells_what_opens_a_review(cluster)

    assert emulator.paid_calls == paid


def no_log_tells_what_opens_a_review(cluster: Cluster) -> None:
    """One of the servers is gone by now: nginx has something to tell of that, too."""
    page = f"{cluster.address.removesuffix('/api')}/review?link=s3cret"
    for _ in cluster.servers:
        httpx.get(f"{cluster.address}/review/s3cret/comments", trust_env=False)
        httpx.get(page, headers={"Referer": page}, trust_env=False)

    assert "GET /api/review/- 404" in cluster.log()
    assert "GET /review 200" in cluster.log()
    assert "s3cret" not in cluster.log()


def begin_here_watch_there(here: httpx.Client, there: list[httpx.Client], emulator: Emulator) -> int:
    emulator.fault({"fault": "slow_tokens:0.003"})
    session_id = here.post("/sessions", json={}).json()["session_id"]
    seen: dict[int, str] = {}

    def watch(number: int, reader: httpx.Client) -> None:
        until(lambda: reader.get(f"/sessions/{session_id}").json()["answering"], what="the reply had begun")
        seen[number] = reader.get(f"/sessions/{session_id}/stream", headers=PLAIN).text

    watchers = [threading.Thread(target=watch, args=one) for one in enumerate(there)]
    for watcher in watchers:
        watcher.start()
    sent = here.post(f"/sessions/{session_id}/chat", json={"content": QUESTION}, headers=PLAIN)
    for watcher in watchers:
        watcher.join(60)

    assert len(sent.text) > 500
    assert seen == dict.fromkeys(range(len(there)), sent.text)
    return 1


def stop_elsewhere(here: httpx.Client, there: httpx.Client, emulator: Emulator) -> int:
    emulator.hold_reply()
    session_id = here.post("/sessions", json={}).json()["session_id"]
    with here.stream("POST", f"/sessions/{session_id}/chat", json={"content": QUESTION}, headers=PLAIN) as answer:
        pieces = answer.iter_text()
        text = next(pieces)
        there.post(f"/sessions/{session_id}/stop").raise_for_status()
        text += "".join(pieces)

    until(lambda: statuses(there, session_id) == [MessageStatus.STOPPED], what="stopped")
    assert 0 < len(text) < 2_000
    return 1


def restart_one_by_one(cluster: Cluster, token: str, emulator: Emulator) -> int:
    """Twelve people write, each two messages one after the other, while every server is replaced."""
    emulator.fault({"fault": "slow_tokens:0.002", "times": 1000})
    people, each = 12, 2

    def write(_: int) -> list[str]:
        with client(cluster.address, token) as http:
            session_id = insist(http, "POST", "/sessions", json={}).json()["session_id"]
            for _message in range(each):
                message = {"message_id": uuid.uuid4().hex, "content": QUESTION}
                insist(http, "POST", f"/sessions/{session_id}/chat", json=message, headers=PLAIN)
                until(
                    lambda: not insist(http, "GET", f"/sessions/{session_id}").json()["answering"],
                    timeout_s=60,
                    every_s=0.5,
                    what="the reply had ended",
                )
            found = insist(http, "GET", f"/sessions/{session_id}/messages").json()["messages"]
            return [one["metadata"]["status"] for one in found if one["role"] == "assistant"]

    with ThreadPoolExecutor(people) as threads:
        written = [threads.submit(write, number) for number in range(people)]
        for port in list(cluster.servers):
            cluster.restart(port)
        ended = [status for one in written for status in one.result(120)]

    assert ended == [MessageStatus.COMPLETE] * people * each
    emulator.no_more_faults()
    return people * each


def insist(http: httpx.Client, method: str, path: str, **request: Any) -> httpx.Response:
    """Ask until it is answered, as a program does while servers come and go; a message has its own id."""
    answers: list[httpx.Response] = []

    def answered() -> bool:
        try:
            answer = http.request(method, path, **request)
        except httpx.TransportError:
            return False
        if answer.status_code in (502, 503, 504):
            return False
        assert answer.is_success, (answer.status_code, answer.text)
        answers.append(answer)
        return True

    until(answered, timeout_s=60, every_s=0.1, what=f"{method} {path} was answered")
    return answers[0]


def kill_the_owner(cluster: Cluster, owner: httpx.Client, other: httpx.Client, emulator: Emulator) -> int:
    emulator.hold_reply()
    session_id = other.post("/sessions", json={}).json()["session_id"]
    with owner.stream("POST", f"/sessions/{session_id}/chat", json={"content": QUESTION}, headers=PLAIN) as answer:
        beginning = next(answer.iter_text())
        cluster.kill(owner.base_url.port or 0)
    emulator.release()

    until(
        lambda: statuses(other, session_id) == [MessageStatus.COMPLETE],
        timeout_s=60,
        every_s=0.5,
        what="the reply was adopted",
    )
    text = other.get(f"/sessions/{session_id}/messages").json()["messages"][-1]["content"]
    assert text == emulator.runs[-1]["text"]
    assert text.startswith(beginning)
    return 1
