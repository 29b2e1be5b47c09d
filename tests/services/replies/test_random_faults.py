"""Random faults at random moments: whatever happens, every reply ends, once, and nothing is lost or asked twice.

`make soak` has it go on for a minute on each database; TIMES=10 SEED=7 for ten, and with other faults.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from db.engine import Database, DatabaseUnavailableError
from services.errors import ServiceError
from services.wiring import Services
from tests.helpers.services import Emulator, database_gone, make_user, until

PLANNERS = 4
STRIKES = ("backboard", "backboard", "backboard", "backboard gone", "database gone", "restart", "pause")
AT_BACKBOARD = (
    "slow_tokens:0.01", "slow_first:1", "slow_tokens:0.02", "error_event:5", "run_failed", "cut:7", "cut_lost:7",
    "no_terminal:9", "status:401", "status:500:html", "status:503", "rate_limited:1", "rate_limited",
    "lost_reply:502", "split_bytes", "unicode_separators", "cumulative", "forget_thread", "slow_end:1",
    "no_credit", "error_object:5", "odd_end",
)  # fmt: skip

ACTIONS = (
    *("send", "send", "send", "new", "read", "follow", "stop", "retry"),
    *("edit", "wait", "choose", "rename", "delete", "search"),
)


@dataclass
class Told:
    """What planners were told was accepted: the text of each message, and the replies that were asked for."""

    messages: dict[int, str] = field(default_factory=dict)  # by the message's id
    sessions: dict[int, int] = field(default_factory=dict)  # of a message
    replies: set[int] = field(default_factory=set)
    waiting: dict[str, int] = field(default_factory=dict)  # the session of each text that waits, or waited
    deleted: set[int] = field(default_factory=set)  # sessions
    surprises: list[BaseException] = field(default_factory=list)


class Processes:
    """Two sets of services, as two processes on one database would have them."""

    def __init__(self, start: Callable[..., Services]) -> None:
        self._start = start
        self._running = [start(), start()]
        self._used: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._paused_until = 0.0

    @contextmanager
    def any(self, rng: random.Random) -> Iterator[Services]:
        """Give one to work with."""
        with self._lock:
            services = rng.choice(self._running)
            self._used[id(services)] += 1
        try:
            yield services
        finally:
            with self._lock:
                self._used[id(services)] -= 1

    def restart(self, rng: random.Random) -> None:
        """End one as an operator would, after what is being asked of it, and start another."""
        started, place = self._start(), rng.randrange(len(self._running))
        with self._lock:
            ended, self._running[place] = self._running[place], started
        until(lambda: not self._used[id(ended)], timeout_s=60, what="nobody used it any more")
        ended.close()

    def pause(self, rng: random.Random) -> None:
        """Have one hold its breath, perhaps until its replies are another's; then it goes on as if nothing were."""
        if time.monotonic() > self._paused_until:
            lasts_s = rng.uniform(1, 12)
            self._paused_until = time.monotonic() + lasts_s
            with self.any(rng) as services:
                services._base.loop.call(time.sleep, lasts_s)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return what the faults, and what planners do, come of."""
    return int(request.config.getoption("--seed"))


# uvloop keeps a connection that broke as it was made until the garbage is collected, and says so then.
@pytest.mark.filterwarnings("ignore:Exception ignored in. 'uvloop")
@pytest.mark.slow
@pytest.mark.soak(short=1, long=10)  # rounds of faults, each in another order
def test_whatever_happens_every_reply_ends_once(
    database: Database,
    database_url: str,
    emulator: Emulator,
    start_services: Callable[..., Services],
    lasts,
    seed: int,
):
    rng = random.Random(seed)
    processes = Processes(start_services)
    told = Told()
    over = threading.Event()
    planners = []
    for number in range(PLANNERS):
        user_id = make_user(database, f"planner{number}")
        rest = (random.Random(f"{seed}/{number}"), user_id, processes, told, over)
        planners.append(threading.Thread(target=work, args=rest, daemon=True))
        planners[-1].start()
    for kind in [kind for _ in range(round(lasts)) for kind in rng.sample(STRIKES, len(STRIKES))]:
        strike(kind, rng, database_url, emulator, processes)
        time.sleep(rng.uniform(0, 0.5))
    over.set()
    for planner in planners:
        planner.join(60)
    emulator.no_more_faults()

    assert told.surprises == []
    until(lambda: count(database, "status IN ('queued', 'running')") == 0, timeout_s=90, what="every reply had ended")
    check(database, emulator, told)


def work(rng: random.Random, user_id: int, processes: Processes, told: Told, over: threading.Event) -> None:
    """Do what a planner does, at random; a refusal is a sentence, and anything else is a surprise."""
    sessions: list[int] = []
    number = 0
    while not over.is_set():
        number += 1
        try:
            with processes.any(rng) as services:
                act(rng, user_id, f"Question {number} of {user_id}", sessions, services, told)
        except (ServiceError, DatabaseUnavailableError):
            pass
        except BaseException as exc:
            told.surprises.append(exc)
            return
        time.sleep(rng.uniform(0, 0.1))


def act(rng: random.Random, user_id: int, question: str, sessions: list[int], services: Services, told: Told) -> None:
    session_id = rng.choice(sessions) if sessions else None
    kind = rng.choice(ACTIONS)
    if session_id is None or kind in ("send", "new"):
        to = None if kind == "new" or len(sessions) < 3 else session_id
        name = f"{rng.getrandbits(64):x}"
        sent = services.replies.send(question, user_id=user_id, client_message_id=name, session_id=to)
        told.messages[sent.message_id], told.sessions[sent.message_id] = question, sent.session_id
        told.replies.add(sent.reply_id)
        if sent.session_id not in sessions:
            sessions.append(sent.session_id)
        if rng.random() < 0.2:  # a double click
            services.replies.send(question, user_id=user_id, client_message_id=name, session_id=to)
        return
    shown = services.sessions.history(session_id, user_id=user_id, limit=8).messages
    last, asked = shown[-1:], [one for one in shown if one.role == "user"]
    match kind:
        case "edit" if asked:
            edited = services.versions.edit(
                rng.choice(asked).id, question, user_id=user_id, client_message_id=f"{rng.getrandbits(64):x}"
            )
            told.messages[edited.message_id], told.sessions[edited.message_id] = question, session_id
            told.replies.add(edited.reply_id)
        case "wait":
            name = f"{rng.getrandbits(64):x}"
            services.follow_ups.add(question, session_id=session_id, user_id=user_id, client_message_id=name)
            told.waiting[question] = session_id
        case "choose" if asked:
            services.versions.choose(rng.choice(rng.choice(asked).versions), user_id=user_id)
        case "follow" if last:
            with services.replies.watch(last[0].id, user_id=user_id) as watch:
                for _ in range(10):
                    watch.next(0.1)
        case "stop" if last:
            services.replies.stop(last[0].id, user_id=user_id)
        case "retry" if last:
            told.replies.add(services.replies.retry(last[0].id, user_id=user_id).reply_id)
        case "rename":
            services.sessions.change(session_id, user_id=user_id, title=f"Trip {rng.randrange(100)}")
        case "delete" if len(sessions) > 4:
            told.deleted.add(session_id)  # before: whether a delete that failed was done is not told
            sessions.remove(session_id)
            services.sessions.delete([session_id], user_id=user_id)
        case "search":
            services.sessions.search("question", user_id=user_id)
        case _:
            services.sessions.recent(user_id=user_id)


def strike(kind: str, rng: random.Random, database_url: str, emulator: Emulator, processes: Processes) -> None:
    """Let something go wrong."""
    match kind:
        case "backboard":
            with suppress(OSError):
                emulator.fault(*({"fault": rng.choice(AT_BACKBOARD)} for _ in range(3)))
        case "backboard gone":
            emulator.go_away()
            time.sleep(rng.uniform(0.2, 2))
            emulator.come_back()
        case "database gone":
            with database_gone(database_url):
                time.sleep(rng.uniform(0.2, 2))
        case "restart":
            with suppress(DatabaseUnavailableError):
                processes.restart(rng)
        case "pause":
            processes.pause(rng)


def count(database: Database, condition: str, table: str = "messages") -> int:
    with suppress(DatabaseUnavailableError), database.read() as db_session:
        return int(db_session.scalar(text(f"SELECT count(*) FROM {table} WHERE {condition}")) or 0)
    return -1


def check(database: Database, emulator: Emulator, told: Told) -> None:
    """What has to be true afterwards."""
    with database.read() as db_session:
        rows = db_session.execute(text("SELECT id, session_id, parent_id, role, status, content FROM messages")).all()
    stored = {row.id: row for row in rows}
    questions = {row.id: row for row in rows if row.role == "user"}
    replies = {row.id: row for row in rows if row.role == "assistant"}

    # Every message that was accepted is there, word for word, unless its session was deleted; and nothing else is.
    kept = {id_: words for id_, words in told.messages.items() if told.sessions[id_] not in told.deleted}
    assert {id_: questions[id_].content for id_ in kept} == kept
    assert Counter(row.content for row in questions.values()).most_common(1)[0][1] == 1
    # Every reply answers a message of its own session, and every message has one.
    assert all(stored[row.parent_id].session_id == row.session_id for row in replies.values())
    assert {row.parent_id for row in replies.values()} == set(questions)
    # A reply that is whole has a text; one that is not says why.
    assert all(row.content for row in replies.values() if row.status == "complete")
    assert count(database, "status IN ('failed', 'interrupted') AND coalesce(error_text, '') = ''") == 0
    assert count(database, "lease_until IS NOT NULL") == 0
    # Sessions count what they hold, and end where the conversation ends.
    holds = "(SELECT count(*) FROM messages WHERE messages.session_id = sessions.id)"
    assert count(database, f"message_count <> {holds}", "sessions") == 0
    goes_on = "EXISTS (SELECT 1 FROM messages WHERE messages.parent_id = participants.last_message_id)"
    assert count(database, goes_on, "participants") == 0
    # What was to wait for a reply waits still, or was sent, once.
    with database.read() as db_session:
        waiting = Counter(db_session.scalars(text("SELECT text FROM follow_ups")))
    waiting += Counter(row.content for row in questions.values())
    assert all(waiting[words] == 1 for words, session_id in told.waiting.items() if session_id not in told.deleted)
    # What can be read can be found.
    key = "rowid" if database.engine.dialect.name == "sqlite" else "id"
    with database.read() as db_session:
        indexed = set(db_session.scalars(text(f"SELECT {key} FROM search_index")))
    assert {row.id for row in rows if row.content} <= indexed
    # Backboard was asked for each reply at most once, and never the same words twice in one conversation.
    gone = sum(session_id in told.deleted for session_id in told.waiting.values())  # nobody was told of their replies
    assert emulator.paid_calls <= len(told.replies | set(replies)) + gone
    for thread_id in {run["thread_id"] for run in emulator.runs if run["kind"] == "message"}:
        if emulator.thread_status(thread_id) == 200:
            asked = Counter(words for words in emulator.asked(thread_id) if words.startswith("Question "))
            assert not asked or max(asked.values()) == 1, asked
