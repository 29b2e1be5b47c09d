"""What a reply is told of its session's trip, and what the planner is told of that."""

from datetime import date
from decimal import Decimal

import pytest

from db.models import ChatSession, SessionFile
from services.backboard.prompt import PROMPT
from services.parts import NoticePart
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import last_message, until, until_ended
from tests.helpers.sides import make_customer, make_trip, move, new_session_in, say, write_brief
from travel.brief import Brief, Budget, Money, Need, Traveller, told

ROME = Brief(
    where=("Rome",),
    travellers=(Traveller("Zofia", needs=(Need("diet", "Coeliacmark"),)),),
    notes_private="Notesmark: pays late",
)
CHANGED = "The trip's brief changed since the last reply; the assistant now knows: "


@pytest.fixture
def trip_id(database, user_id):
    trip_id = make_trip(database, user_id, make_customer(database, user_id, "Kowalski"), title="Spring break")
    write_brief(database, trip_id, ROME)
    return trip_id


@pytest.fixture
def session_id(services, database, user_id, trip_id):
    return new_session_in(services, database, trip_id, user_id=user_id)


def prompts(emulator):
    return [run["system_prompt"] for run in emulator.runs if run["kind"] == "message"]


def notices(services, session_id, user_id):
    parts = last_message(services, session_id, user_id).parts
    return [part.text for part in parts if isinstance(part, NoticePart)]


def test_brief_is_told_with_every_question_and_what_is_private_never(services, emulator, user_id, session_id):
    say(services, "Three nights", session_id, user_id=user_id)
    services.sessions.change(session_id, user_id=user_id, instructions="Answer in verse.")
    say(services, "And by train", session_id, user_id=user_id)

    first, second = prompts(emulator)
    text = told("Spring break", "Kowalski", None, ROME)
    assert first == f"{PROMPT}\n\n{text}"
    assert second == f"{PROMPT}\n\nFor this conversation the planner adds:\nAnswer in verse.\n\n{text}"
    assert "Rome" in text
    assert "mark" not in first + second
    assert notices(services, session_id, user_id) == []


@ON_SQLITE
def test_session_without_a_trip_is_told_of_none(services, database, emulator, user_id, session_id):
    move(database, session_id, None)
    say(services, "Three nights", session_id, user_id=user_id)

    assert prompts(emulator) == [PROMPT]


def test_changed_brief_is_known_at_once_and_said_above_the_first_reply_alone(
    services, database, emulator, user_id, trip_id, session_id
):
    say(services, "Three nights", session_id, user_id=user_id)
    budget = Budget(high=Money(Decimal(900), "EUR"))
    brief = Brief(where=("Rome",), start=date(2027, 5, 1), end=date(2027, 5, 4), budget=budget, notes_private="Other")
    write_brief(database, trip_id, brief)
    say(services, "And by train", session_id, user_id=user_id)
    said = notices(services, session_id, user_id)
    say(services, "And back", session_id, user_id=user_id)

    assert said == [f"{CHANGED}dates, travellers, budget."]
    assert notices(services, session_id, user_id) == []
    assert "2027-05-04" in prompts(emulator)[1]


@ON_SQLITE
def test_change_of_what_is_private_is_neither_told_nor_said(
    services, database, emulator, user_id, trip_id, session_id
):
    say(services, "Three nights", session_id, user_id=user_id)
    travellers = (Traveller("Zofia", needs=(Need("allergy", "Nutmark"),)),)
    write_brief(database, trip_id, Brief(where=("Rome",), travellers=travellers, notes_private="Another"))
    say(services, "And by train", session_id, user_id=user_id)

    assert notices(services, session_id, user_id) == []
    assert len(set(prompts(emulator))) == 1


@ON_SQLITE
def test_needs_that_may_be_told_are_told(services, database, emulator, user_id, trip_id, session_id):
    say(services, "Three nights", session_id, user_id=user_id)
    write_brief(database, trip_id, Brief(where=("Rome",), travellers=ROME.travellers, tell_needs=True))
    say(services, "And by train", session_id, user_id=user_id)

    assert notices(services, session_id, user_id) == [f"{CHANGED}travellers."]
    assert "Coeliacmark" in prompts(emulator)[1]


@ON_SQLITE
def test_brief_of_which_no_revision_is_there_is_said_to_have_changed(
    services, database, user_id, trip_id, session_id
):
    say(services, "Three nights", session_id, user_id=user_id)
    with database.begin() as db_session:
        db_session.get_one(ChatSession, session_id).told_brief = "gone"
    say(services, "And by train", session_id, user_id=user_id)

    assert notices(services, session_id, user_id) == [
        "The trip's brief changed since the last reply; the assistant knows it as it is now."
    ]


@ON_SQLITE
def test_question_that_was_refused_knew_nothing(services, database, emulator, user_id, trip_id, session_id):
    say(services, "Three nights", session_id, user_id=user_id)
    write_brief(database, trip_id, Brief(where=("Porto",)))
    emulator.fault({"fault": "status:401"})
    failed = say(services, "And by train", session_id, user_id=user_id)
    again = services.replies.retry(failed.reply_id, user_id=user_id)
    until_ended(services, again.reply_id, user_id)

    assert notices(services, session_id, user_id) == [f"{CHANGED}destinations, travellers."]


@ON_SQLITE
def test_reply_that_waits_while_its_session_is_moved_is_told_of_no_other_trip(
    start_services, database, emulator, user_id, trip_id
):
    other_id = make_trip(database, user_id, make_customer(database, user_id, "Tanaka"), title="Tanakmark")
    services = start_services(replies_at_once=1)
    session_id = new_session_in(services, database, trip_id, user_id=user_id)
    emulator.hold_reply(3)
    first = services.replies.send("Hello", user_id=user_id, client_message_id="a")
    until(lambda: emulator.runs, what="the first is written")
    waiting = services.replies.send("Three nights", user_id=user_id, client_message_id="b", session_id=session_id)
    move(database, session_id, other_id)
    with database.begin() as db_session:
        content = {"name": "a.txt", "media_type": "text/plain", "size": 1, "content": b"a"}
        db_session.add(SessionFile(trip_id=other_id, user_id=user_id, **content))
    emulator.release()
    for reply in (first, waiting):
        until_ended(services, reply.reply_id, user_id)

    assert prompts(emulator) == [PROMPT, PROMPT]
