"""A session whose model is not there any more goes on with the default model, and says so once."""

import pytest

from db.models import Message, User
from services.message_status import MessageStatus
from services.parts import NoticePart
from services.replies.store import ReplyStore
from services.templates.templates import Opening
from services.usage.costs import CostService
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import ask, last_message, until_ended

pytestmark = ON_SQLITE

DEMO, REAL = {"default_model": "demo/detailed"}, {"default_model": "openai/gpt-4o", "backboard_api_key": "a real key"}
FROM_DEMO = "From here on openai/gpt-4o answers, no longer the demo assistant."
TO_DEMO = "The demo assistant answers from here on: without a Backboard key there is no openai/gpt-4o."


def notices(message) -> list[str]:
    return [part.text for part in message.parts if isinstance(part, NoticePart)]


@pytest.mark.parametrize(
    ("before", "now", "sentence"), [(DEMO, REAL, FROM_DEMO), (REAL, DEMO, TO_DEMO)], ids=["to the key", "to the demo"]
)
def test_session_goes_on_with_the_default_model_and_says_so_once(
    start_services, emulator, user_id, before, now, sentence
):
    earlier = start_services(**before)
    begun, answered = ask(earlier, user_id)
    earlier.close()

    services = start_services(**now)
    first, second = (
        ask(services, user_id, text, key=text, session_id=begun.session_id)[1]
        for text in ("make it 4 days", "make it 3 days")
    )

    assert (answered.model, notices(answered)) == (before["default_model"], [])
    assert (first.status, first.model, notices(first)) == (MessageStatus.COMPLETE, now["default_model"], [sentence])
    assert (second.model, notices(second)) == (now["default_model"], [])
    assert services.sessions.get(begun.session_id, user_id=user_id).model == now["default_model"]
    assert "Day 4" in first.text  # what came before was carried over
    assert len({run["thread_id"] for run in emulator.runs}) == 2


def test_session_begun_in_the_demo_keeps_its_model_until_it_goes_on(start_services, user_id):
    demo = start_services(**DEMO)
    begun, _ = ask(demo, user_id, model="demo/brief")
    demo.close()

    start_services(**REAL)
    again = start_services(**DEMO)

    assert again.sessions.get(begun.session_id, user_id=user_id).model == "demo/brief"
    assert notices(ask(again, user_id, "make it 4 days", key="b", session_id=begun.session_id)[1]) == []


def test_reply_that_waited_while_the_key_was_set_is_written_by_the_default_model(start_services, database, user_id):
    demo = start_services(**DEMO, replies_at_once=1)
    demo._claims.close()  # nobody writes
    waiting = demo.replies.send("5 days in Lisbon", user_id=user_id, client_message_id="a")
    demo.close()

    services = start_services(**REAL)
    until_ended(services, waiting.reply_id, user_id)

    reply = last_message(services, waiting.session_id, user_id)
    assert (reply.status, reply.model, notices(reply)) == (MessageStatus.COMPLETE, "openai/gpt-4o", [FROM_DEMO])


def test_retry_of_a_reply_of_the_demo_is_written_by_the_default_model(start_services, user_id):
    demo = start_services(**DEMO)
    begun, _ = ask(demo, user_id)
    demo.close()
    services = start_services(**REAL)

    again = services.replies.retry(begun.reply_id, user_id=user_id)
    until_ended(services, again.reply_id, user_id)

    reply = last_message(services, begun.session_id, user_id)
    assert (reply.model, notices(reply)) == ("openai/gpt-4o", [FROM_DEMO])


def test_retry_with_a_model_that_is_there_says_nothing_and_leaves_the_session_as_it_is(start_services, user_id):
    demo = start_services(**DEMO)
    begun, _ = ask(demo, user_id)
    demo.close()
    services = start_services(**REAL)

    again = services.replies.retry(begun.reply_id, user_id=user_id, model="openai/gpt-4.1")
    until_ended(services, again.reply_id, user_id)

    reply = last_message(services, begun.session_id, user_id)
    assert (reply.model, notices(reply)) == ("openai/gpt-4.1", [])
    assert services.sessions.get(begun.session_id, user_id=user_id).model == "demo/detailed"


def test_new_session_takes_the_default_for_a_model_that_is_not_there(start_services, database, user_id):
    services = start_services(**REAL)
    with database.begin() as db_session:
        db_session.get_one(User, user_id).last_model = "demo/brief"
    template = services.templates.add(
        Opening(name="Brief", first_message="3 days in Porto", model="demo/brief"), user_id=user_id
    )

    empty = services.sessions.create(user_id=user_id)
    chosen = services.sessions.create(user_id=user_id, model="demo/brief")
    sample = services.transfer.add_samples(user_id=user_id).imported[0]
    begun = services.templates.start(template.id, {}, user_id=user_id, client_message_id="a")
    until_ended(services, begun.reply_id, user_id)

    ids = [empty.id, chosen.id, sample, begun.session_id]
    assert [services.sessions.get(one, user_id=user_id).model for one in ids] == ["openai/gpt-4o"] * 4
    assert notices(last_message(services, begun.session_id, user_id)) == []


def test_model_that_is_not_there_is_exchanged_before_anything_is_sent(start_services, database, user_id):
    demo = start_services(**DEMO)
    demo._claims.close()  # nobody writes
    waiting = demo.replies.send("5 days in Lisbon", user_id=user_id, client_message_id="a")
    store = ReplyStore(database, CostService(database), owner="a", default_model="openai/gpt-4o")

    (work,) = store.claim_free(1, set(), newborn=True)

    with database.read() as db_session:  # for whoever takes it over
        row = db_session.get_one(Message, waiting.reply_id)
        assert (row.model, [part["text"] for part in row.parts]) == ("openai/gpt-4o", [FROM_DEMO])
    assert (work.model, work.instead_of) == ("openai/gpt-4o", "demo/detailed")
