"""Sessions are moved about at random, with all that is done in them: no word of one side is given to another.

What is shown of a memory never crosses either. Every word is new. Each assistant may be given those that were said to
it, and those that were carried over to it.
`make soak` has it go on for longer; TIMES=10 SEED=7 for ten times that, and with other moves.
"""

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field

import httpx
import pytest

from db.engine import Database
from db.ids import new_id
from db.models import BackboardThread, ChatSession, Message, Trip
from services.errors import NotPossibleError
from services.parts import MemoryPart, known_parts
from services.sessions.records import Accepted
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import Emulator, make_user, until, until_ended
from tests.helpers.sides import KEY, given, join, make_customer, make_trip, move

WORD = re.compile(r"\bWord[a-z]+\b")
LETTERS = "abcdefghij"
STEPS = 40
ACTIONS = (
    *("say", "say", "say", "move", "move", "move", "carry", "carry", "new", "edit", "edit", "retry", "retry"),
    *("fork", "note", "choose", "lose thread", "other customer", "move in flight", "follow up", "file"),
)


@dataclass
class Talk:
    """A session: whose it is, in which trip, what its assistant may know, and whose that was."""

    id: int
    user_id: int
    trip_id: int | None = None
    told_side: str = ""
    known: set[str] = field(default_factory=set)


class Moves:
    """What is done at random, and which words each assistant may be given by now."""

    def __init__(self, services: Services, database: Database, emulator: Emulator, seed: int) -> None:
        self.services, self.database, self.emulator = services, database, emulator
        self.rng = random.Random(seed)
        self.allowed: dict[str, set[str]] = defaultdict(set)
        self.talks: list[Talk] = []
        self.done: list[str] = []
        self.words = 0
        ada, eve = make_user(database, "ada"), make_user(database, "eve")
        self.customers = [make_customer(database, ada), make_customer(database, ada), make_customer(database, eve)]
        owners = {customer_id: user_id for customer_id, user_id in zip(self.customers, (ada, ada, eve), strict=True)}
        self.customer_of: dict[int, int | None] = {}
        for customer_id in (*self.customers, self.customers[0], None):
            trip_id = make_trip(database, owners.get(customer_id or 0, ada), customer_id)
            self.customer_of[trip_id] = customer_id
            other = eve if owners.get(customer_id or 0, ada) == ada else ada
            join(database, trip_id, other, "edit")
        self.users = (ada, eve)
        for user_id in self.users:
            services.memories.add(f"Prefers {self.word(f'travelbot-user-{user_id}')}", user_id=user_id)
        for customer_id in self.customers:
            known = self.word(f"travelbot-customer-{customer_id}")
            services.memories.add(f"Prefers {known}", user_id=owners[customer_id], customer_id=customer_id)
        for _ in range(2):
            self.new()

    def word(self, side: str) -> str:
        """Return a new word, which this side may be given."""
        self.words += 1
        made = "Word" + "".join(LETTERS[int(digit)] for digit in str(self.words))
        self.allowed[side].add(made)
        return made

    def side(self, talk: Talk) -> str:
        customer_id = self.customer_of.get(talk.trip_id or 0)
        return f"travelbot-customer-{customer_id}" if customer_id else f"travelbot-user-{talk.user_id}"

    def writes(self, talk: Talk) -> str:
        """Note that something is written on the side where a session is now, and return that."""
        side = self.side(talk)
        if talk.told_side != side:
            talk.told_side, talk.known = side, set()
        self.allowed[side] |= talk.known
        return side

    def text(self, talk: Talk) -> str:
        side = self.writes(talk)
        made = self.word(side)
        talk.known.add(made)
        return f"Three nights in Lisbon. I am called {made}"

    def ended(self, talk: Talk, accepted: Accepted) -> None:
        """Wait for a reply; what it says may be told where its session may be."""
        until_ended(self.services, accepted.reply_id, talk.user_id)
        with self.database.read() as db_session:
            reply = db_session.get_one(Message, accepted.reply_id)
            talk.known |= set(WORD.findall(reply.content)) & self.allowed[talk.told_side]

    def step(self) -> None:
        action, talk = self.rng.choice(ACTIONS), self.rng.choice(self.talks)
        self.done.append(f"{action} {talk.id}")
        getattr(self, action.replace(" ", "_"))(*[] if action == "new" else [talk])

    def new(self) -> None:
        user_id = self.rng.choice(self.users)
        talk = Talk(self.services.sessions.create(user_id=user_id).id, user_id, None, f"travelbot-user-{user_id}")
        self.talks.append(talk)
        self.move(talk)
        self.say(talk)

    def say(self, talk: Talk) -> None:
        self.ended(talk, self.send(talk))

    def send(self, talk: Talk) -> Accepted:
        return self.services.replies.send(
            self.text(talk), user_id=talk.user_id, session_id=talk.id, client_message_id=f"m{new_id()}"
        )

    def move(self, talk: Talk, *, carry: bool = False) -> None:
        talk.trip_id = self.rng.choice([None, *self.customer_of])
        move(self.database, talk.id, talk.trip_id, carry=carry)
        if carry:
            talk.told_side = self.side(talk)

    def carry(self, talk: Talk) -> None:
        self.move(talk, carry=True)

    def other_customer(self, talk: Talk) -> None:
        if talk.trip_id is not None:
            self.customer_of[talk.trip_id] = self.rng.choice([None, *self.customers])
            with self.database.begin() as db_session:
                db_session.get_one(Trip, talk.trip_id).customer_id = self.customer_of[talk.trip_id]

    def message(self, talk: Talk, role: str) -> int | None:
        with self.database.read() as db_session:
            query = db_session.query(Message.id).filter_by(session_id=talk.id, role=role, untold=False)
            ids = [row[0] for row in query.order_by(Message.id)]
        return self.rng.choice(ids) if ids else None

    def edit(self, talk: Talk) -> None:
        if message_id := self.message(talk, "user"):
            self.ended(
                talk,
                self.services.versions.edit(
                    message_id, self.text(talk), user_id=talk.user_id, client_message_id=f"e{new_id()}"
                ),
            )

    def retry(self, talk: Talk) -> None:
        if message_id := self.message(talk, "assistant"):
            try:
                accepted = self.services.replies.retry(message_id, user_id=talk.user_id)
            except NotPossibleError:
                return
            self.writes(talk)
            self.ended(talk, accepted)

    def fork(self, talk: Talk) -> None:
        if message_id := self.message(talk, "assistant"):
            fork_id = self.services.versions.fork(message_id, user_id=talk.user_id)
            fork = Talk(fork_id, talk.user_id, talk.trip_id, talk.told_side, set(talk.known))
            self.talks.append(fork)
            self.say(fork)

    def note(self, talk: Talk) -> None:
        role = self.rng.choice(("user", "assistant", "system"))
        self.services.replies.store(self.text(talk), role=role, session_id=talk.id, user_id=talk.user_id)

    def file(self, talk: Talk) -> None:
        side = self.writes(talk)
        word = self.word(side)
        talk.known.add(word)
        self.services.files.add(talk.id, f"{word}.txt", b"Room 12", user_id=talk.user_id)

    def choose(self, talk: Talk) -> None:
        if message_id := self.message(talk, "user"):
            self.services.versions.choose(message_id, user_id=talk.user_id)

    def lose_thread(self, talk: Talk) -> None:
        self.check()  # what the thread was given is gone then
        with self.database.read() as db_session:
            rows = db_session.query(BackboardThread).filter_by(session_id=talk.id).order_by(BackboardThread.id).all()
        if rows:
            httpx.delete(f"{self.emulator.base_url}/threads/{rows[-1].thread_id}", headers=KEY)
        self.say(talk)

    def move_in_flight(self, talk: Talk, *, waiting: bool = False) -> None:
        runs = len(self.emulator.runs)
        self.emulator.hold_reply(2)
        accepted = self.send(talk)
        until(lambda: len(self.emulator.runs) > runs, what="it was sent")
        if waiting:
            sent_on = self.side(talk)
            word = self.word(sent_on)
            name = f"w{new_id()}"
            self.services.follow_ups.add(
                f"And by train. I am called {word}", session_id=talk.id, user_id=talk.user_id, client_message_id=name
            )
            if self.side(talk) == sent_on:
                talk.known.add(word)
        self.move(talk, carry=not waiting and self.rng.random() < 0.3)
        self.emulator.release()
        until_ended(self.services, accepted.reply_id, talk.user_id)
        until(lambda: self.at_rest(talk), what="nothing is written any more")

    def follow_up(self, talk: Talk) -> None:
        self.move_in_flight(talk, waiting=True)
        with self.database.begin() as db_session:  # a person would send it, or take it back
            db_session.execute(Message.metadata.tables["follow_ups"].delete())

    def at_rest(self, talk: Talk) -> bool:
        return self.services.replies.unfinished(talk.id, user_id=talk.user_id) is None

    def check(self) -> None:
        """Fail where an assistant was given, a reply has used, or a session shows, a word that it may not know."""
        for name, text in given(self.emulator).items():
            assert set(WORD.findall(text)) <= self.allowed[name], (name, self.done)
        with self.database.read() as db_session:
            for parts, customer_id, user_id in (
                db_session.query(Message.parts, Message.memory_customer_id, ChatSession.user_id)
                .join(ChatSession, ChatSession.id == Message.session_id)
                .filter(Message.role == "assistant", Message.sent_at.is_not(None))  # a fork's were not
            ):
                name = f"travelbot-customer-{customer_id}" if customer_id else f"travelbot-user-{user_id}"
                used = " ".join(part.text for part in known_parts(parts) if isinstance(part, MemoryPart))
                assert set(WORD.findall(used)) <= self.allowed[name], (name, self.done)
        for talk in self.talks:
            views, _ = self.services.sessions.messages(talk.id, user_id=talk.user_id, limit=200)
            shown = " ".join(part.text for one in views for part in one.parts if isinstance(part, MemoryPart))
            assert set(WORD.findall(shown)) <= self.allowed[self.side(talk)], (talk, self.done)


@ON_SQLITE
@pytest.mark.soak(short=1, long=10)  # times so many steps, each on sides of its own
def test_no_word_is_ever_given_to_another_side(services, database, emulator, request, lasts):
    seed = request.config.getoption("--seed")
    moves = Moves(services, database, emulator, seed)
    for _ in range(round(STEPS * lasts)):
        moves.step()
    moves.check()

    assert len({run["assistant_id"] for run in emulator.runs}) >= 4
