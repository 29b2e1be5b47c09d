"""What is remembered about one customer never reaches another, nor a session without one: by no path.

Marked words are planted on each side, in its memory and in what is said there; the emulator's record shows what each
assistant was given.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from api.ui_parts import ui_parts
from api.ui_stream import UiMessageStream
from db.engine import Database
from db.models import (
    Assistant,
    BackboardThread,
    ChatSession,
    Customer,
    MemorySource,
    Message,
    SessionFile,
    Trip,
    TripMember,
)
from services.backboard.threads import MOVED_NOTICE
from services.errors import NotFoundError, NotPossibleError
from services.message_status import MessageStatus
from services.parts import MemoryPart, NoticePart, Part
from services.replies.titles import PROMPT
from services.sessions.records import NewFile
from services.templates.templates import Opening
from services.transfer.transfer import ExportKind
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import Emulator, make_user, until, until_ended
from tests.helpers.sides import KEY, given, join, make_customer, make_trip, move, new_session_in, say

pytestmark = ON_SQLITE


@dataclass
class Side:
    """Somebody about whom things are remembered: a planner, or with a trip its customer; *mark* is their word."""

    user_id: int
    mark: str
    customer_id: int | None = None
    trip_id: int | None = None

    @property
    def assistant(self) -> str:
        return f"travelbot-customer-{self.customer_id}" if self.customer_id else f"travelbot-user-{self.user_id}"


@dataclass
class World:
    """Two planners, each with a customer and their own side, and a second customer of the first one's."""

    services: Services
    database: Database
    emulator: Emulator
    sides: list[Side] = field(default_factory=list)

    def add(self, user_id: int, mark: str, *, customer: bool) -> Side:
        side = Side(user_id, mark)
        if customer:
            side.customer_id = make_customer(self.database, user_id, mark)
            side.trip_id = make_trip(self.database, user_id, side.customer_id)
        self.sides.append(side)
        self.services.memories.add(f"Prefers {mark} hotels", user_id=user_id, customer_id=side.customer_id)
        return side

    def begin(self, side: Side, text: str = "Three nights in Lisbon") -> int:
        """Begin a session on a side, say something there, and return its id."""
        session_id = new_session_in(self.services, self.database, side.trip_id, user_id=side.user_id)
        self.say(side, session_id, text)
        return session_id

    def say(self, side: Side, session_id: int, text: str = "And by train") -> Any:
        return say(self.services, f"{text}. I am called {side.mark}", session_id, user_id=side.user_id)

    def crossed(self, *carried: tuple[Side, Side]) -> list[tuple[str, str]]:
        """Return the assistants that were given another side's word, but for sides *carried* to one, and the word."""
        allowed = {(one.mark, other.assistant) for one, other in carried}
        return [
            (name, side.mark)
            for name, text in given(self.emulator).items()
            for side in self.sides
            if side.mark in text and name != side.assistant and (side.mark, name) not in allowed
        ]

    def asked(self) -> list[str]:
        """Return the names of the assistants that were asked, one for each run, oldest first."""
        listed = httpx.get(f"{self.emulator.base_url}/assistants?limit=200", headers=KEY).json()
        names = {one["assistant_id"]: one["name"] for one in listed}
        return [names[run["assistant_id"]] for run in self.emulator.runs if run["kind"] == "message"]

    def used(self, session_id: int, user_id: int) -> set[str]:
        """Return what the replies that a session shows say that they have used."""
        messages = self.services.sessions.history(session_id, user_id=user_id).messages
        return {part.text for one in messages for part in one.parts if isinstance(part, MemoryPart)}

    def shown(self, session_id: int, user_id: int) -> str:
        """Return all that a user is shown of the parts of a session's replies, by every path there is."""
        read = self.services.sessions
        views = [*read.history(session_id, user_id=user_id).messages]
        views += read.messages(session_id, user_id=user_id, limit=100)[0]
        replies = [one.id for one in views if one.role == "assistant"]
        views += [self.services.replies.get(one, user_id=user_id) for one in replies]
        views += [self.services.ratings.rate(one, 1, user_id=user_id) for one in replies]
        parts: list[object] = [one.parts for one in views]
        parts += [self.services.replies.snapshot(one, user_id=user_id).parts for one in replies]
        told = [UiMessageStream(session_id=session_id, reply_id=one, model=None) for one in replies]
        parts += [
            list(stream.advance(self.services.replies.snapshot(one, user_id=user_id)))
            for stream, one in zip(told, replies, strict=True)
        ]
        parts += [ui_parts(one) for one in views]
        for kind in (ExportKind.JSON, ExportKind.MARKDOWN):
            file = self.services.transfer.export(session_id, user_id=user_id, kind=kind)
            parts.append(file.content.decode())
        return str(parts)


@pytest.fixture
def world(services: Services, database: Database, emulator: Emulator) -> World:
    return World(services, database, emulator)


@pytest.fixture
def ada(world: World) -> Side:
    return world.add(make_user(world.database, "ada"), "Adastra", customer=False)


@pytest.fixture
def kowalski(world: World, ada: Side) -> Side:
    return world.add(ada.user_id, "Kowalmark", customer=True)


@pytest.fixture
def tanaka(world: World, ada: Side) -> Side:
    return world.add(ada.user_id, "Tanakmark", customer=True)


@pytest.fixture
def eve(world: World) -> Side:
    return world.add(make_user(world.database, "eve"), "Evemark", customer=False)


def test_each_session_is_answered_by_its_customers_assistant_or_its_owners_own(world, ada, kowalski, tanaka, eve):
    sessions = {side.assistant: world.begin(side) for side in (ada, kowalski, tanaka, eve)}

    assert world.asked() == list(sessions)
    for side in world.sides:
        assert world.used(sessions[side.assistant], side.user_id) == {f"Prefers {side.mark} hotels"}
    assert world.crossed() == []
    with world.database.read() as db_session:
        rows = db_session.scalars(select(Assistant)).all()
        assert {(row.user_id, row.customer_id) for row in rows} == {
            (side.user_id, side.customer_id) for side in world.sides
        }


def test_name_of_an_assistant_says_nothing_about_the_customer(world, kowalski):
    world.begin(kowalski)

    assert all("Kowal" not in name for name in given(world.emulator))


def test_what_is_said_in_a_trip_is_remembered_about_its_customer_and_shared_by_its_members(world, ada, kowalski, eve):
    join(world.database, kowalski.trip_id, eve.user_id, "edit")
    session_id = world.begin(kowalski, "I am vegetarian")

    def of_customer(user_id: int) -> dict[str, Any]:
        found = world.services.memories.page(user_id=user_id, customer_id=kowalski.customer_id).memories
        return {memory.text: memory.source for memory in found}

    until(lambda: of_customer(ada.user_id).get("Is vegetarian"), what="it is known where it comes from")
    assert of_customer(ada.user_id)["Is vegetarian"].session_id == session_id
    assert of_customer(eve.user_id) == dict.fromkeys(
        ("Is vegetarian", "Is called Kowalmark", "Prefers Kowalmark hotels")
    )
    assert [one.text for one in world.services.memories.page(user_id=ada.user_id).memories] == [
        "Prefers Adastra hotels"
    ]
    with world.database.read() as db_session:
        sources = db_session.scalars(select(MemorySource)).all()
        assert {(one.user_id, one.customer_id) for one in sources} == {(ada.user_id, kowalski.customer_id)}
    hers = new_session_in(world.services, world.database, kowalski.trip_id, user_id=eve.user_id)
    say(world.services, "A weekend in Rome", hers, user_id=eve.user_id)
    assert "Is vegetarian" in world.used(hers, eve.user_id)
    assert world.asked() == [kowalski.assistant] * 2
    assert world.crossed() == []


def test_moved_session_begins_afresh(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    move(world.database, session_id, tanaka.trip_id)
    world.say(tanaka, session_id)
    assert _notices(world, session_id, tanaka) == [MOVED_NOTICE]
    world.say(tanaka, session_id, "And back")

    assert _notices(world, session_id, tanaka) == []
    assert world.asked() == [kowalski.assistant, tanaka.assistant, tanaka.assistant]
    assert len({run["thread_id"] for run in world.emulator.runs}) == 2
    assert world.emulator.asked(world.emulator.runs[-1]["thread_id"]) == [
        "And by train. I am called Tanakmark", "And back. I am called Tanakmark"
    ]  # fmt: skip
    assert world.crossed() == []


def test_turns_are_carried_over_where_that_was_chosen_and_the_memory_stays(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    move(world.database, session_id, tanaka.trip_id, carry=True)
    world.say(tanaka, session_id)

    carried, asked = world.emulator.asked(world.emulator.runs[-1]["thread_id"])
    assert "Three nights in Lisbon. I am called Kowalmark" in carried
    assert asked == "And by train. I am called Tanakmark"
    assert _notices(world, session_id, tanaka) == []
    reply = world.services.sessions.history(session_id, user_id=tanaka.user_id).messages[-1]
    assert [part.text for part in reply.parts if isinstance(part, MemoryPart)] == ["Prefers Tanakmark hotels"]
    assert world.crossed((kowalski, tanaka)) == []
    known = world.services.memories.page(user_id=tanaka.user_id, customer_id=tanaka.customer_id).memories
    assert [one.text for one in known if "Kowalmark" in one.text] == []


@pytest.mark.parametrize("carry", [False, True])
def test_session_that_comes_back_goes_on_in_a_thread_of_its_own(world, kowalski, tanaka, carry):
    session_id = world.begin(kowalski)
    move(world.database, session_id, tanaka.trip_id, carry=carry)
    world.say(tanaka, session_id)
    move(world.database, session_id, kowalski.trip_id, carry=carry)
    world.say(kowalski, session_id, "And back")

    assert world.asked() == [kowalski.assistant, tanaka.assistant, kowalski.assistant]
    assert len({run["thread_id"] for run in world.emulator.runs}) == 3
    assert world.crossed(*[(kowalski, tanaka), (tanaka, kowalski)] if carry else []) == []


def test_session_that_was_moved_and_back_before_anything_was_said_goes_on_as_before(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    move(world.database, session_id, tanaka.trip_id)
    move(world.database, session_id, kowalski.trip_id)
    world.say(kowalski, session_id)

    assert len({run["thread_id"] for run in world.emulator.runs}) == 1


@pytest.mark.parametrize("change", ["out of the trip", "another customer", "no customer", "customer deleted"])
def test_nobody_has_to_say_that_a_session_is_about_somebody_else_now(world, ada, kowalski, tanaka, change):
    session_id = world.begin(kowalski)
    now = tanaka if change == "another customer" else ada
    with world.database.begin() as db_session:
        if change == "out of the trip":
            db_session.get_one(ChatSession, session_id).trip_id = None
        elif change == "customer deleted":
            db_session.delete(db_session.get_one(Customer, kowalski.customer_id))
        else:
            db_session.get_one(Trip, kowalski.trip_id).customer_id = now.customer_id
    world.say(now, session_id)

    assert world.asked()[-1] == now.assistant
    assert world.crossed() == []


def test_trip_of_the_same_customer_knows_the_turns_and_has_a_thread_of_its_own(world, kowalski):
    session_id = world.begin(kowalski)
    other = make_trip(world.database, kowalski.user_id, kowalski.customer_id)
    move(world.database, session_id, other)
    world.say(kowalski, session_id)

    first, second = world.emulator.runs
    assert first["thread_id"] != second["thread_id"]
    assert "Three nights in Lisbon" in world.emulator.asked(second["thread_id"])[0]


def test_message_from_before_the_move_is_not_asked_again(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    (question, reply) = world.services.sessions.history(session_id, user_id=kowalski.user_id).messages
    move(world.database, session_id, tanaka.trip_id)

    for message in (question, reply):
        with pytest.raises(NotPossibleError, match="before the session was moved"):
            world.services.replies.retry(message.id, user_id=kowalski.user_id)
    world.say(tanaka, session_id)
    with pytest.raises(NotPossibleError, match="before the session was moved"):
        world.services.replies.retry(reply.id, user_id=kowalski.user_id)
    assert world.crossed() == []


def test_message_from_before_the_move_is_asked_again_where_its_turns_were_carried(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    reply = world.services.sessions.history(session_id, user_id=kowalski.user_id).messages[-1]
    move(world.database, session_id, tanaka.trip_id, carry=True)
    again = world.services.replies.retry(reply.id, user_id=kowalski.user_id)
    until_ended(world.services, again.reply_id, kowalski.user_id)

    assert world.asked() == [kowalski.assistant, tanaka.assistant]
    assert world.crossed((kowalski, tanaka)) == []


def test_edited_message_from_before_the_move_is_told_alone(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    second = world.say(kowalski, session_id)
    move(world.database, session_id, tanaka.trip_id)
    for number in range(2):
        edited = world.services.versions.edit(
            second.message_id, f"By boat {number}", user_id=tanaka.user_id, client_message_id=f"e{number}"
        )
        until_ended(world.services, edited.reply_id, tanaka.user_id)

    threads = [run["thread_id"] for run in world.emulator.runs]
    assert [world.emulator.asked(one) for one in threads[-2:]] == [["By boat 0"], ["By boat 1"]]
    assert world.asked()[-2:] == [tanaka.assistant] * 2
    assert world.crossed() == []


def test_regenerated_and_edited_after_the_move_on_the_new_side(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    move(world.database, session_id, tanaka.trip_id)
    asked = world.say(tanaka, session_id)
    again = world.services.replies.retry(asked.reply_id, user_id=tanaka.user_id)
    until_ended(world.services, again.reply_id, tanaka.user_id)
    edited = world.services.versions.edit(asked.message_id, "By plane", user_id=tanaka.user_id, client_message_id="e")
    until_ended(world.services, edited.reply_id, tanaka.user_id)

    assert world.asked() == [kowalski.assistant] + [tanaka.assistant] * 3
    assert world.crossed() == []


def test_fork_stays_on_its_side_and_knows_no_more_than_the_session_did(world, ada, kowalski, tanaka):
    session_id = world.begin(kowalski)
    first_fork = world.services.versions.fork(_last(world, session_id, ada), user_id=ada.user_id)
    world.say(kowalski, first_fork)
    move(world.database, session_id, tanaka.trip_id)
    unsaid_fork = world.services.versions.fork(_last(world, session_id, ada), user_id=ada.user_id)
    world.say(tanaka, unsaid_fork)
    world.say(tanaka, session_id)
    last_fork = world.services.versions.fork(_last(world, session_id, ada), user_id=ada.user_id)
    world.say(tanaka, last_fork, "And back")

    assert world.asked() == [kowalski.assistant] * 2 + [tanaka.assistant] * 3
    told = world.emulator.asked(world.emulator.runs[-1]["thread_id"])[0]
    assert "And by train. I am called Tanakmark" in told
    assert world.crossed() == []


def test_fork_by_who_only_views_the_trip_is_outside_of_it(world, ada, kowalski):
    session_id = world.begin(kowalski)
    with world.database.begin() as db_session:
        db_session.execute(update(TripMember).values(access="view"))
    fork = world.services.versions.fork(_last(world, session_id, ada), user_id=ada.user_id)
    world.say(ada, fork)

    assert world.asked()[-1] == ada.assistant
    assert world.crossed() == []


def _prefers(side: Side) -> str:
    return f"Prefers {side.mark}"


def test_memories_of_a_customer_are_not_shown_where_their_session_was_moved_to(world, ada, kowalski, tanaka, eve):
    join(world.database, tanaka.trip_id, eve.user_id, "edit")
    session_id = world.begin(kowalski)
    assert _prefers(kowalski) in world.shown(session_id, ada.user_id)
    for now, carry in ((tanaka, False), (tanaka, True), (ada, False)):
        world.services.trip_sessions.move([session_id], now.trip_id, user_id=ada.user_id, carry=carry)
        for user_id in (ada.user_id, eve.user_id) if now is tanaka else (ada.user_id,):
            assert _prefers(kowalski) not in world.shown(session_id, user_id)
            assert "Used 1 memory of another customer." in world.shown(session_id, user_id)
        assert world.used(session_id, ada.user_id) == set()
    world.say(ada, session_id)
    assert world.used(session_id, ada.user_id) == {"Prefers Adastra hotels"}
    move(world.database, session_id, make_trip(world.database, ada.user_id, kowalski.customer_id))
    assert world.used(session_id, ada.user_id) == {"Prefers Kowalmark hotels"}


@pytest.mark.parametrize("change", ["another customer", "no customer", "customer deleted"])
def test_memories_of_a_customer_are_not_shown_where_the_trip_has_it_no_more(world, ada, kowalski, tanaka, change):
    session_id = world.begin(kowalski)
    with world.database.begin() as db_session:
        if change == "customer deleted":
            db_session.delete(db_session.get_one(Customer, kowalski.customer_id))
        else:
            now = tanaka.customer_id if change == "another customer" else None
            db_session.get_one(Trip, kowalski.trip_id).customer_id = now

    assert _prefers(kowalski) not in world.shown(session_id, ada.user_id)
    assert "Used 1 memory of another customer." in world.shown(session_id, ada.user_id)


def test_memories_of_a_customer_are_shown_to_who_sees_its_trips_alone(world, ada, kowalski, eve):
    session_id = world.begin(kowalski)
    world.services.sharing.add(session_id, "eve", user_id=ada.user_id)
    assert _prefers(kowalski) not in world.shown(session_id, eve.user_id)
    assert "Used 1 memory that is not shown here." in world.shown(session_id, eve.user_id)
    join(world.database, kowalski.trip_id, eve.user_id, "view")

    assert world.used(session_id, eve.user_id) == {"Prefers Kowalmark hotels"}


def test_what_a_planners_own_assistant_remembers_is_shown_to_them_alone(world, ada, eve):
    session_id = world.begin(ada)
    world.services.sharing.add(session_id, "eve", user_id=ada.user_id)
    say(world.services, "And by train", session_id, user_id=eve.user_id)
    fork = world.services.versions.fork(_last(world, session_id, eve), user_id=eve.user_id)

    assert "Prefers Adastra hotels" in world.used(session_id, ada.user_id)
    for its_id in (session_id, fork):
        assert _prefers(ada) not in world.shown(its_id, eve.user_id)


def test_sessions_that_are_handed_over_do_not_show_what_was_remembered_about_their_first_owner(world, ada, eve):
    trip_id = make_trip(world.database, ada.user_id)
    join(world.database, trip_id, eve.user_id, "edit")
    eve.trip_id = trip_id
    session_id = world.begin(eve)
    assert world.used(session_id, eve.user_id) == {"Prefers Evemark hotels"}
    world.services.trip_members.leave(trip_id, user_id=eve.user_id)

    assert _prefers(eve) not in world.shown(session_id, ada.user_id)


def test_forks_and_imports_show_no_memories_of_another_customer(world, ada, kowalski, tanaka):
    session_id = world.begin(kowalski)
    before = world.services.transfer.export(session_id, user_id=ada.user_id, kind=ExportKind.JSON)
    assert world.used(_forked(world, session_id, ada), ada.user_id) == {"Prefers Kowalmark hotels"}
    move(world.database, session_id, tanaka.trip_id)
    fork = _forked(world, session_id, ada)
    assert _prefers(kowalski) not in world.shown(fork, ada.user_id)
    move(world.database, fork, None)
    assert _prefers(kowalski) not in world.shown(fork, ada.user_id)
    after = world.services.transfer.export(session_id, user_id=ada.user_id, kind=ExportKind.JSON)
    assert _prefers(kowalski).encode() not in after.content
    eve = world.add(make_user(world.database, "eve"), "Evemark", customer=True)
    (imported,) = world.services.transfer.import_file(before.content, user_id=eve.user_id).imported
    move(world.database, imported, eve.trip_id)

    assert _prefers(kowalski) not in world.shown(imported, eve.user_id)


def _forked(world: World, session_id: int, side: Side) -> int:
    return world.services.versions.fork(_last(world, session_id, side), user_id=side.user_id)


def test_reader_of_a_reply_in_flight_sees_no_memories_after_the_move(world, kowalski, tanaka):
    session_id = new_session_in(world.services, world.database, kowalski.trip_id, user_id=kowalski.user_id)
    world.emulator.hold_reply(3)
    accepted = world.services.replies.send(
        "Three nights in Lisbon", user_id=kowalski.user_id, client_message_id="a", session_id=session_id
    )
    until(lambda: world.emulator.runs, what="it was sent")
    move(world.database, session_id, tanaka.trip_id)

    async def read() -> list[Part]:
        seen, released = list[Part](), list[None]()
        async for snapshot in world.services.replies.follow(accepted.reply_id, user_id=kowalski.user_id):
            if not released:
                released.append(world.emulator.release())
            seen += snapshot.parts
        return seen

    seen = asyncio.run(read())

    assert "Used 1 memory of another customer." in [one.text for one in seen if isinstance(one, NoticePart)]
    assert MemoryPart not in map(type, seen)


def _notices(world: World, session_id: int, side: Side) -> list[str]:
    reply = world.services.sessions.history(session_id, user_id=side.user_id).messages[-1]
    return [part.text for part in reply.parts if isinstance(part, NoticePart)]


def _last(world: World, session_id: int, side: Side) -> int:
    return world.services.sessions.history(session_id, user_id=side.user_id).messages[-1].id


def test_template_and_import_bring_nothing_over(world, ada, kowalski, tanaka):
    session_id = world.begin(kowalski)
    services = world.services
    opening = services.templates.of_session(session_id, user_id=ada.user_id)
    template = services.templates.add(Opening("Nights", first_message="Three nights in Porto"), user_id=ada.user_id)
    started = services.templates.start(template.id, {}, user_id=ada.user_id, client_message_id="t")
    until_ended(services, started.reply_id, ada.user_id)
    file = services.transfer.export(session_id, user_id=ada.user_id, kind=ExportKind.JSON)
    eve = world.add(make_user(world.database, "eve"), "Evemark", customer=True)
    (imported,) = services.transfer.import_file(file.content, user_id=eve.user_id).imported
    move(world.database, imported, eve.trip_id)
    world.say(eve, imported)

    assert opening.first_message.startswith("Three nights in Lisbon")  # for the planner, who sees and changes it
    assert world.asked() == [kowalski.assistant, ada.assistant, eve.assistant]
    assert world.crossed() == []


def test_title_is_asked_of_the_same_assistant_and_told_nothing_from_before_a_move(start_services, world, monkeypatch):
    monkeypatch.setattr("services.replies.recovery.LOOK_FOR_S", 0.5)
    world.services = start_services(title_model="openai/gpt-4o-mini")
    ada = world.add(make_user(world.database, "ada"), "Adastra", customer=False)
    kowalski, tanaka = (world.add(ada.user_id, mark, customer=True) for mark in ("Kowalmark", "Tanakmark"))
    world.emulator.fault({"fault": "status:500"})
    session_id = world.begin(kowalski)  # is not answered, so not named
    move(world.database, session_id, tanaka.trip_id)
    world.emulator.no_more_faults()
    world.say(tanaka, session_id)

    def asked_for_a_title() -> bool:
        return any(run["system_prompt"] == PROMPT for run in world.emulator.runs)

    until(asked_for_a_title, what="a title is asked for")
    assert world.asked()[-2:] == [tanaka.assistant] * 2
    assert world.crossed() == []


@pytest.mark.parametrize("moved", [False, True])
def test_thread_that_is_lost_is_replaced_on_the_same_side(world, kowalski, tanaka, moved):
    session_id = world.begin(kowalski)
    now = kowalski
    if moved:
        now = tanaka
        move(world.database, session_id, now.trip_id)
        world.say(now, session_id)
    lost = world.emulator.runs[-1]["thread_id"]
    httpx.delete(f"{world.emulator.base_url}/threads/{lost}", headers=KEY)
    world.say(now, session_id, "And back")

    assert world.asked()[-1] == now.assistant
    assert now.mark in world.emulator.asked(world.emulator.runs[-1]["thread_id"])[0]
    assert world.crossed() == []


def test_assistant_that_is_lost_is_replaced_on_the_same_side(world, kowalski):
    session_id = world.begin(kowalski)
    with world.database.read() as db_session:
        customer = select(Assistant.assistant_id).where(Assistant.customer_id == kowalski.customer_id)
        lost = db_session.scalars(customer).one()
    httpx.delete(f"{world.emulator.base_url}/assistants/{lost}", headers=KEY)
    world.say(kowalski, session_id)

    with world.database.read() as db_session:
        assert db_session.scalars(customer).one() != lost
    assert world.used(session_id, kowalski.user_id) == {"Prefers Kowalmark hotels"}  # by the first reply
    assert world.crossed() == []


def test_reply_in_flight_ends_where_it_was_sent(world, kowalski, tanaka):
    session_id = new_session_in(world.services, world.database, kowalski.trip_id, user_id=kowalski.user_id)
    world.emulator.hold_reply(3)
    accepted = world.services.replies.send(
        "I am vegetarian. Three nights in Lisbon",
        user_id=kowalski.user_id,
        client_message_id="a",
        session_id=session_id,
    )
    waiting = world.services.follow_ups.add(
        "And by train", session_id=session_id, user_id=kowalski.user_id, client_message_id="b"
    )
    until(lambda: world.emulator.runs, what="it was sent")
    move(world.database, session_id, tanaka.trip_id)
    world.emulator.release()
    ended = until_ended(world.services, accepted.reply_id, kowalski.user_id)

    assert ended.status is MessageStatus.COMPLETE
    until(lambda: "Is vegetarian" in _of(world, kowalski), what="it is remembered")
    assert _of(world, tanaka) == ["Prefers Tanakmark hotels"]
    assert [one.id for one in world.services.follow_ups.all(session_id, user_id=kowalski.user_id)] == [waiting.id]
    with world.database.read() as db_session:
        sent = db_session.get_one(Message, accepted.reply_id)
        assert sent.memory_customer_id == kowalski.customer_id
    world.say(tanaka, session_id)
    assert len(world.services.follow_ups.all(session_id, user_id=kowalski.user_id)) == 1
    assert world.asked() == [kowalski.assistant, tanaka.assistant]
    assert world.crossed() == []


def _of(world: World, side: Side) -> list[str]:
    found = world.services.memories.page(user_id=side.user_id, customer_id=side.customer_id).memories
    return [memory.text for memory in found]


def test_answer_whose_stream_was_lost_is_looked_for_where_it_was_sent(world, kowalski, tanaka):
    session_id = new_session_in(world.services, world.database, kowalski.trip_id, user_id=kowalski.user_id)
    world.emulator.fault({"fault": "hold:3,cut:5"})
    accepted = world.services.replies.send(
        "Three nights in Lisbon", user_id=kowalski.user_id, client_message_id="a", session_id=session_id
    )
    until(lambda: world.emulator.runs, what="it was sent")
    move(world.database, session_id, tanaka.trip_id)
    world.emulator.release_all()
    ended = until_ended(world.services, accepted.reply_id, kowalski.user_id)

    assert ended.status is MessageStatus.COMPLETE
    assert world.asked() == [kowalski.assistant]


def test_notes_from_before_the_move_are_not_told(world, kowalski, tanaka):
    session_id = world.begin(kowalski)
    world.services.replies.store(
        "Kowalmark hates boats", role="user", session_id=session_id, user_id=kowalski.user_id
    )
    move(world.database, session_id, tanaka.trip_id)
    world.services.replies.store(
        "Tanakmark loves boats", role="user", session_id=session_id, user_id=kowalski.user_id
    )
    world.say(tanaka, session_id)

    assert "loves boats" in world.emulator.asked(world.emulator.runs[-1]["thread_id"])[0]
    assert world.crossed() == []


def test_notes_from_before_the_move_are_not_told_in_a_thread_that_is_there(world, kowalski, tanaka):
    session_id = new_session_in(world.services, world.database, kowalski.trip_id, user_id=kowalski.user_id)
    for side in (kowalski, tanaka):
        move(world.database, session_id, side.trip_id)
        note = f"{side.mark} hates boats"
        world.services.replies.store(note, role="user", session_id=session_id, user_id=side.user_id)
    world.emulator.fault({"fault": "status:401"})
    refused = world.say(tanaka, session_id)
    again = world.services.replies.retry(refused.reply_id, user_id=tanaka.user_id)
    until_ended(world.services, again.reply_id, tanaka.user_id)

    assert world.asked() == [tanaka.assistant]
    assert "Tanakmark hates boats" in world.emulator.asked(world.emulator.runs[-1]["thread_id"])[0]
    assert world.crossed() == []


def test_customer_deleted_before_the_question_went_out_is_said_and_nothing_is_sent(world, kowalski, monkeypatch):
    session_id = new_session_in(world.services, world.database, kowalski.trip_id, user_id=kowalski.user_id)
    with world.database.begin() as db_session:
        db_session.delete(db_session.get_one(Customer, kowalski.customer_id))
        session = db_session.get_one(ChatSession, session_id)
        reply = _queued(session, kowalski.customer_id)
        db_session.add_all(reply)
    ended = until_ended(world.services, reply[1].id, kowalski.user_id)

    assert ended.status is MessageStatus.FAILED
    assert world.emulator.runs == []
    with world.database.read() as db_session:
        assert db_session.get_one(Message, reply[1].id).error_code == "customer_gone"


def _queued(session: ChatSession, customer_id: int | None) -> tuple[Message, Message]:
    """Return a message and its reply, which waits to be sent to a customer's assistant."""
    place = {"session_id": session.id, "user_id": session.user_id}
    question = Message(id=session.id + 1, role="user", status="complete", content="Hello", **place)
    reply = Message(
        id=session.id + 2, parent_id=question.id, role="assistant", status="queued",
        memory_customer_id=customer_id, **place,
    )  # fmt: skip
    return question, reply


def test_files_of_a_trip_are_at_hand_in_its_sessions_and_nowhere_else(world, ada, kowalski, tanaka):
    _put_file(world, kowalski, "kowalski.txt")
    session_id = world.begin(kowalski)
    assert "kowalski.txt" in given(world.emulator)[kowalski.assistant]
    move(world.database, session_id, None)
    world.say(ada, session_id)
    move(world.database, session_id, tanaka.trip_id)
    world.say(tanaka, session_id)
    other = make_trip(world.database, kowalski.user_id, kowalski.customer_id)
    move(world.database, session_id, other)
    world.say(kowalski, session_id)

    threads = [run["thread_id"] for run in world.emulator.runs]
    assert len(set(threads)) == 4
    assert [_documents(world, one) for one in threads] == [["kowalski.txt"], [], [], []]
    assert world.crossed() == []


@pytest.mark.parametrize("carry", [False, True])
def test_files_of_a_session_are_handed_over_where_its_turns_are(world, kowalski, tanaka, carry):
    session_id = new_session_in(world.services, world.database, kowalski.trip_id, user_id=kowalski.user_id)
    whose = {"user_id": kowalski.user_id}
    sent = world.services.replies.send(
        "Look at this", session_id=session_id, client_message_id="a", files=[_file("sent.txt")], **whose
    )
    until_ended(world.services, sent.reply_id, kowalski.user_id)
    world.services.files.add(session_id, "added.txt", b"Room 12", **whose)
    move(world.database, session_id, tanaka.trip_id, carry=carry)
    world.services.files.add(session_id, "new.txt", b"Room 13", **whose)
    world.say(tanaka, session_id)
    fork = world.services.versions.fork(_last(world, session_id, tanaka), user_id=tanaka.user_id)
    world.say(tanaka, fork)

    threads = [run["thread_id"] for run in world.emulator.runs]
    assert _documents(world, threads[0]) == ["sent.txt"]
    there = ["added.txt", "new.txt", "sent.txt"] if carry else ["new.txt"]
    assert [sorted(_documents(world, one)) for one in threads[1:]] == [there, there]


def _file(name: str) -> NewFile:
    return NewFile(name, "text/plain", b"Room 11")


def _put_file(world: World, side: Side, name: str) -> None:
    with world.database.begin() as db_session:
        content = b"Room 12 is booked."
        file = {"name": name, "media_type": "text/plain", "size": len(content), "content": content}
        db_session.add(SessionFile(trip_id=side.trip_id, user_id=side.user_id, **file))


def _documents(world: World, thread_id: str) -> list[str]:
    found = httpx.get(f"{world.emulator.base_url}/threads/{thread_id}/documents", headers=KEY).json()
    return [one["filename"] for one in found]


def test_customers_memory_is_there_for_who_works_on_its_trips_alone(world, ada, kowalski, tanaka, eve):
    memories, customer_id = world.services.memories, kowalski.customer_id
    (known,) = memories.page(user_id=ada.user_id, customer_id=customer_id).memories

    def tries(user_id: int) -> list[Any]:
        whose = {"user_id": user_id, "customer_id": customer_id}
        return [
            lambda: memories.add("Likes boats", **whose),
            lambda: memories.correct(known.id, f"Prefers {kowalski.mark} inns", **whose),
            lambda: memories.forget(["mem_nothing"], **whose),
        ]

    for change in (
        *tries(eve.user_id),
        lambda: memories.page(user_id=eve.user_id, customer_id=customer_id),
        lambda: memories.search("hotels", user_id=eve.user_id, customer_id=customer_id),
        lambda: memories.count(user_id=eve.user_id, customer_id=customer_id),
        lambda: memories.forget_all(user_id=eve.user_id, customer_id=customer_id),
    ):
        with pytest.raises(NotFoundError, match="no such customer"):
            change()
    join(world.database, kowalski.trip_id, eve.user_id, "view")
    assert memories.page(user_id=eve.user_id, customer_id=customer_id).total == 1
    assert memories.search("hotels", user_id=eve.user_id, customer_id=customer_id)[0].id == known.id
    for change in (*tries(eve.user_id), lambda: memories.forget_all(user_id=eve.user_id, customer_id=customer_id)):
        with pytest.raises(NotPossibleError, match="not change it"):
            change()
    other = make_trip(world.database, ada.user_id, customer_id)
    join(world.database, other, eve.user_id, "edit")
    for change in tries(eve.user_id):
        change()
    assert set(_of(world, kowalski)) == {"Likes boats", "Prefers Kowalmark inns"}
    assert memories.forget([known.id], user_id=ada.user_id) == 0  # it is not among her own
    assert memories.forget([known.id], user_id=ada.user_id, customer_id=tanaka.customer_id) == 0
    assert memories.forget_all(user_id=eve.user_id, customer_id=customer_id) == 2
    assert [_of(world, one) for one in (ada, tanaka, eve)] == [
        [f"Prefers {one.mark} hotels"] for one in (ada, tanaka, eve)
    ]


def test_message_names_what_is_remembered_from_it_on_each_side_that_one_sees(world, kowalski, tanaka):
    session_id = world.begin(kowalski, "I am vegetarian")
    reply = world.services.sessions.history(session_id, user_id=kowalski.user_id).messages[-1]
    move(world.database, session_id, tanaka.trip_id, carry=True)
    again = world.services.replies.retry(reply.id, user_id=kowalski.user_id)
    until_ended(world.services, again.reply_id, kowalski.user_id)

    found = world.services.memories.memories_of_message(again.message_id, user_id=kowalski.user_id)

    assert {(one.text, one.customer_id) for one in found} >= {
        ("Is vegetarian", kowalski.customer_id), ("Is vegetarian", tanaka.customer_id)
    }  # fmt: skip
    assert all(one.source and one.source.session_id == session_id for one in found)


def test_threads_say_whose_they_are(world, ada, kowalski):
    session_id = world.begin(kowalski)
    move(world.database, session_id, None)
    world.say(ada, session_id)

    with world.database.read() as db_session:
        rows = db_session.scalars(select(BackboardThread).order_by(BackboardThread.id)).all()
        assert [(row.customer_id, row.trip_id) for row in rows] == [
            (kowalski.customer_id, kowalski.trip_id), (None, None)
        ]  # fmt: skip


def test_thread_that_nothing_was_said_in_is_not_taken_for_another_customer(world, kowalski, tanaka):
    world.emulator.fault({"fault": "status:401"})
    session_id = world.begin(kowalski)
    world.emulator.no_more_faults()
    with world.database.begin() as db_session:
        db_session.get_one(Trip, kowalski.trip_id).customer_id = tanaka.customer_id
    world.say(tanaka, session_id)

    assert world.asked() == [tanaka.assistant]
    assert world.crossed() == []
