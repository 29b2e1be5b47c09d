"""Accounts of a known size, made for measurements: a small one, a big one, and their neighbours.

Texts are drawn from 20,000 made-up words, the first ones often and the last ones seldom, as in a language.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

import db.search
from db.engine import Database
from db.ids import new_id
from db.models import BackboardThread, ChatSession, Message, Participant, User, utc_now

_SYLLABLES = ("ka", "lo", "mi", "ne", "ru", "sa", "to", "vi", "za", "pe", "du", "go")
VOCABULARY = tuple(
    "".join(_SYLLABLES[(number // 12**place) % 12] for place in range(5)) for number in range(12**3, 12**3 + 20_000)
)
COMMON, SELDOM = VOCABULARY[0], VOCABULARY[500]  # in every other message; in 1 of 60
_WEIGHTS = list(accumulate(1 / (rank + 10) for rank in range(len(VOCABULARY))))
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Account:
    """A planner and two sessions to open: one from the middle, and the latest one."""

    user_id: int
    session_id: int
    latest_id: int


def small_account(database: Database, username: str, *, backend: str) -> Account:
    """Make a planner with enough to fill every list on a screen; the latest session has 40 messages of 655 words."""
    return account(database, username, [(10, 60)] * 250 + [(40, 655)], backend=backend, seed=1)


def big_account(database: Database, username: str, *, backend: str) -> Account:
    """Make a planner with 10,000 sessions and 100,000 messages: the latest has 5,000 messages and 36 MB of text."""
    sessions = [(10, 60)] * 5_501 + [(9, 60)] * 4_498 + [(5_000, 655)]
    return account(database, username, sessions, backend=backend, seed=2)


def neighbours(database: Database, *, number: int) -> None:
    """Make other planners, with 100 sessions and 1,000 messages each."""
    for place in range(number):
        account(database, f"neighbour{place}", [(10, 60)] * 100, backend="demo", seed=10 + place)


def account(
    database: Database, username: str, sessions: Sequence[tuple[int, int]], *, backend: str, seed: int
) -> Account:
    """Make a planner with these sessions: how many messages, and of how many words each.

    The same *seed* makes the same words.
    """
    rng = random.Random(seed)
    user_id = new_id()
    with database.begin() as db_session:
        user = User(id=user_id, username=username, email=f"{username}@example.com", name=username.title())
        user.sessions_valid_from = utc_now() - timedelta(days=1)
        db_session.add(user)
    made: list[int] = []
    messages: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    now = utc_now()
    for number, (length, words) in enumerate(sessions):
        session_id = new_id()
        made.append(session_id)
        messages += _messages(rng, session_id, user_id, length, words)
        waiting.append(
            {
                "id": session_id,
                "user_id": user_id,
                "title": " ".join(_words(rng, 4)),
                "model": "openai/gpt-4o",
                "message_count": length,
                "last_message_id": messages[-1]["id"],
                "last_message_preview": messages[-1]["content"][:200],
                "last_message_at": now - timedelta(minutes=len(sessions) - number),
            }
        )
        if len(messages) > _AT_ONCE or number == len(sessions) - 1:
            with database.begin() as db_session:
                _write(db_session, waiting, messages, backend=backend)
            waiting, messages = [], []
    return Account(user_id, made[len(made) // 2], made[-1])


def _write(db_session: Session, sessions: list[dict[str, Any]], rows: list[dict[str, Any]], *, backend: str) -> None:
    ends = {session["id"]: session.pop("last_message_id") for session in sessions}
    db_session.execute(insert(ChatSession), sessions)
    ended = update(Participant).where(Participant.session_id == bindparam("of"))
    db_session.connection().execute(
        ended.values(last_message_id=bindparam("end")), [{"of": one, "end": end} for one, end in ends.items()]
    )
    db_session.execute(insert(Message), rows)
    threads = [  # so that nothing has to be carried into a new one
        {
            "session_id": session["id"],
            "backend": backend,
            "thread_id": f"thread-{session['id']}",
            "tip_id": ends[session["id"]],
        }
        for session in sessions
    ]
    db_session.execute(insert(BackboardThread), threads)
    db.search.put_titles(db_session, list(ends))
    for session_id, of_session in groupby(rows, key=itemgetter("session_id")):
        db.search.put_new(db_session, session_id, [(row["id"], row["content"]) for row in of_session])


def _messages(rng: random.Random, session_id: int, user_id: int, length: int, words: int) -> Iterator[dict[str, Any]]:
    parent_id = None
    for place in range(length):
        message_id = new_id()
        yield {
            "id": message_id,
            "session_id": session_id,
            "user_id": user_id,
            "parent_id": parent_id,
            "role": "assistant" if place % 2 else "user",
            "status": "complete",
            "content": " ".join(_words(rng, words)),
        }
        parent_id = message_id


def _words(rng: random.Random, number: int) -> list[str]:
    return rng.choices(VOCABULARY, cum_weights=_WEIGHTS, k=number)
