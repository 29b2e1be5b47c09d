"""Titles by the model: once, after the first whole reply, and never over what a person chose."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import OutboxEntry, Usage, utc_now
from services.message_status import MessageStatus
from services.replies.titles import PROMPT, SessionTitles, cleaned_title
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import Emulator, until, until_ended

pytestmark = pytest.mark.usefixtures("noon")  # what is used is counted by the day

MINI = "openai/gpt-4o-mini"
ASKED = "Please plan 5 days in Lisbon in May for two, one of them is vegetarian"
MADE = "Please plan 5 days in Lisbon in May for two, one of them is…"
GIVEN = "5 days in Lisbon in May"


@dataclass
class Begun:
    """Whole replies that were handed over to be titled, in any process, and the work that came of it."""

    reply_ids: list[int] = field(default_factory=list)
    work: set[asyncio.Task[None]] = field(default_factory=set)

    def until_over(self, replies: int = 1) -> None:
        """Wait until so many were handed over, and all that comes of it is over: nothing more will be asked."""
        until(lambda: len(self.reply_ids) >= replies, what=f"{replies} replies handed over")
        until(lambda: all(task.done() for task in self.work), what="the titles are over")
        assert len(self.reply_ids) == replies


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> Begun:
    """See which replies are handed over."""
    seen, begin = Begun(), SessionTitles.begin

    def watched(titles: SessionTitles, session_id: int, reply_id: int, **given: Any) -> None:
        before = asyncio.all_tasks()
        begin(titles, session_id, reply_id, **given)
        seen.work |= asyncio.all_tasks() - before
        seen.reply_ids.append(reply_id)

    monkeypatch.setattr(SessionTitles, "begin", watched)
    return seen


@pytest.fixture
def services(start_services: Callable[..., Services]) -> Services:
    """Give services that let a model name the sessions."""
    return start_services(title_model=MINI)


def ask(services: Services, user_id: int, text: str = ASKED, *, session_id: int | None = None) -> int:
    """Send a message and wait for its reply; return the session's id."""
    name = f"m-{time.monotonic_ns()}"
    accepted = services.replies.send(text, user_id=user_id, client_message_id=name, session_id=session_id)
    until_ended(services, accepted.reply_id, user_id)
    return accepted.session_id


def title(services: Services, session_id: int, user_id: int) -> str:
    return services.sessions.get(session_id, user_id=user_id).title


def named(services: Services, session_id: int, user_id: int, expected: str = GIVEN) -> None:
    until(lambda: title(services, session_id, user_id) == expected, what=f"the title {expected!r}")


def requests(emulator: Emulator, route: str) -> int:
    """Count the requests for a route of Backboard, also those that were refused."""
    return int(httpx.get(f"{emulator.root}/emulator/counts").json()["requests"].get(route, 0))


def test_first_reply_gives_the_session_its_title_and_the_search_finds_it(services, user_id):
    session_id = ask(services, user_id)
    named(services, session_id, user_id)

    found = services.sessions.search("vegetarian", user_id=user_id)
    assert [hit.message_id for hit in found if hit.message_id is None] == []  # the first title is no longer found
    assert services.sessions.search("days lisbon may", user_id=user_id)[-1].message_id is None
    assert not services.sessions.get(session_id, user_id=user_id).title_chosen


@ON_SQLITE
def test_it_is_one_cheap_call_without_memory_or_tools_in_a_thread_that_is_deleted(
    services, emulator, user_id, database
):
    session_id = ask(services, user_id)
    named(services, session_id, user_id)

    reply, call = emulator.runs
    assert (call["provider"], call["model"], call["memory"], call["tools"]) == ("openai", "gpt-4o-mini", "off", [])
    assert call["system_prompt"] == PROMPT
    assert call["assistant_id"] == reply["assistant_id"]
    assert call["thread_id"] != reply["thread_id"]
    assert call["thread_id"] in waiting_for_deletion(database)
    with database.begin() as db_session:
        for entry in db_session.scalars(select(OutboxEntry)):
            entry.due_at = utc_now()
    until(lambda: emulator.thread_status(call["thread_id"]) == 404, what="the thread deleted")
    assert emulator.thread_status(reply["thread_id"]) == 200


def waiting_for_deletion(database: Database) -> list[str]:
    with database.read() as db_session:
        return list(db_session.scalars(select(OutboxEntry.target_id).where(OutboxEntry.kind == "thread")))


@ON_SQLITE
def test_title_is_in_the_language_of_the_conversation(services, user_id):
    session_id = ask(services, user_id, "東京に5日間、4月に行きたい。予算は二十万円です")

    named(services, session_id, user_id, "東京に5日間、4月に行きたい")


@ON_SQLITE
def test_later_replies_are_not_titled(services, emulator, user_id, begun):
    session_id = ask(services, user_id)
    named(services, session_id, user_id)
    ask(services, user_id, "Make it 3 days in Porto", session_id=session_id)
    begun.until_over(2)

    assert emulator.paid_calls == 3  # two replies, one title
    assert title(services, session_id, user_id) == GIVEN


@ON_SQLITE
def test_first_reply_that_failed_gives_no_title_and_the_next_whole_one_does(services, emulator, user_id, begun):
    emulator.fault({"fault": "error_event:3"})
    accepted = services.replies.send(ASKED, user_id=user_id, client_message_id="m")
    assert until_ended(services, accepted.reply_id, user_id).status is MessageStatus.FAILED
    again = services.replies.retry(accepted.reply_id, user_id=user_id)
    until_ended(services, again.reply_id, user_id)

    named(services, accepted.session_id, user_id)
    begun.until_over()
    assert begun.reply_ids == [again.reply_id]
    assert emulator.paid_calls == 3  # two replies, one title


@ON_SQLITE
def test_session_is_named_after_its_beginning_also_where_that_was_stopped(services, emulator, user_id, begun):
    emulator.hold_reply()
    first = services.replies.send(ASKED, user_id=user_id, client_message_id="m")
    until(lambda: services.replies.snapshot(first.reply_id, user_id=user_id).text, what="some text")
    services.follow_ups.add("cheaper", session_id=first.session_id, user_id=user_id, client_message_id="f")
    services.replies.stop(first.reply_id, user_id=user_id)
    until_ended(services, first.reply_id, user_id)
    assert title(services, first.session_id, user_id) == MADE
    services.follow_ups.send_next(first.session_id, user_id=user_id)
    begun.until_over()

    assert emulator.runs[-1]["text"] == title(services, first.session_id, user_id) == GIVEN


@ON_SQLITE
def test_credits_that_are_out_are_no_title(services, emulator, database, user_id):
    emulator.fault({"fault": "keep_alive"}, {"fault": "no_credit"})
    session_id = ask(services, user_id)

    def counted() -> int:
        with database.read() as db_session:
            return sum(db_session.scalars(select(Usage.unpriced)))

    until(counted, what="the call for a title is counted")
    assert title(services, session_id, user_id) == MADE


@ON_SQLITE
def test_chosen_title_is_not_even_asked_about(services, emulator, user_id, begun):
    session = services.sessions.create(user_id=user_id, title="The Bergs")
    ask(services, user_id, session_id=session.id)
    begun.until_over()

    assert emulator.paid_calls == 1
    assert title(services, session.id, user_id) == "The Bergs"


@ON_SQLITE
def test_title_chosen_meanwhile_stays(services, emulator, user_id, begun):
    emulator.fault({"fault": "slow_end:0"}, {"fault": "hold:0"})
    session_id = ask(services, user_id)
    until(lambda: emulator.paid_calls == 2, what="the call for a title")
    services.sessions.change(session_id, user_id=user_id, title="The Bergs")
    emulator.release()
    begun.until_over()

    assert title(services, session_id, user_id) == "The Bergs"


@ON_SQLITE
def test_session_deleted_meanwhile_changes_nothing(services, emulator, user_id, begun, caplog):
    emulator.fault({"fault": "slow_end:0"}, {"fault": "hold:0"})
    session_id = ask(services, user_id)
    until(lambda: emulator.paid_calls == 2, what="the call for a title")
    services.sessions.delete([session_id], user_id=user_id)
    emulator.release()
    begun.until_over()

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert services.sessions.search("lisbon", user_id=user_id) == ()


def used(database: Database, model: str = MINI) -> list[Usage]:
    """Return what was used of a model, in one row at most."""
    with database.read() as db_session:
        return list(db_session.scalars(select(Usage).where(Usage.model == model)))


def test_call_is_paid_for_and_counts_for_the_day_the_session_and_the_month(services, emulator, user_id, database):
    session_id = ask(services, user_id)
    named(services, session_id, user_id)

    call = emulator.runs[-1]
    price = round(call["input_tokens"] * 0.15 + call["output_tokens"] * 0.6)  # of the emulator's list
    (row,) = used(database)
    assert (row.replies, row.sessions, row.unpriced, row.first_texts) == (0, 0, 0, 0)
    assert (row.input_tokens, row.output_tokens) == (call["input_tokens"], call["output_tokens"])
    assert row.cost_micros == price > 0
    reply = services.sessions.history(session_id, user_id=user_id).messages[-1]
    session = services.sessions.get(session_id, user_id=user_id)
    assert session.cost_micros == reply.cost_micros + price
    assert session.total_tokens == sum(
        (reply.input_tokens, reply.output_tokens, call["input_tokens"], call["output_tokens"])
    )
    assert services.costs.this_month(user_id).spent_micros == session.cost_micros


@ON_SQLITE
def test_title_that_is_not_taken_was_paid_for_all_the_same(services, emulator, user_id, database):
    emulator.fault({"fault": "slow_end:0"}, {"fault": "hold:0"})
    session_id = ask(services, user_id)
    until(lambda: emulator.paid_calls == 2, what="the call for a title")
    services.sessions.delete([session_id], user_id=user_id)
    emulator.release()

    until(lambda: used(database), what="the call counted")
    assert used(database)[0].cost_micros > 0


@ON_SQLITE
def test_call_that_broke_off_is_of_unknown_price(services, emulator, user_id, database):
    emulator.fault({"fault": "slow_end:0"}, {"fault": "status:500"})
    session_id = ask(services, user_id)

    until(lambda: used(database), what="the call counted")
    (row,) = used(database)
    assert (row.cost_micros, row.unpriced, row.output_tokens) == (0, 1, 0)
    assert services.sessions.get(session_id, user_id=user_id).unpriced == 1


@ON_SQLITE
def test_model_without_a_price_gives_a_title_of_unknown_price(start_services, user_id, database):
    services = start_services(title_model="acme/own-model")
    session_id = ask(services, user_id)
    named(services, session_id, user_id)

    (row,) = used(database, "acme/own-model")
    assert (row.cost_micros, row.unpriced) == (0, 1)
    assert row.output_tokens > 0


@ON_SQLITE
def test_nothing_is_named_past_the_monthly_limit(start_services, emulator, user_id, begun):
    services = start_services(title_model=MINI, monthly_limit_usd="0.0001")
    session_id = ask(services, user_id)
    begun.until_over()

    assert emulator.paid_calls == 1
    assert title(services, session_id, user_id) == MADE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ["error_event:0", "status:500", "run_failed:0"])
def test_failure_is_silent_and_is_not_tried_again(services, emulator, user_id, begun, fault):
    emulator.fault({"fault": "slow_end:0"}, {"fault": fault})
    session_id = ask(services, user_id)
    begun.until_over()

    assert title(services, session_id, user_id) == MADE
    assert requests(emulator, "POST /threads/messages") == 2  # the reply, and one title
    reply = services.sessions.history(session_id, user_id=user_id).messages[-1]
    assert reply.status is MessageStatus.COMPLETE
    assert reply.error_text is None


@ON_SQLITE
def test_reply_does_not_wait_for_its_title(services, emulator, user_id, begun):
    emulator.fault({"fault": "slow_end:0"}, {"fault": "hold:0"})
    session_id = ask(services, user_id)
    until(lambda: emulator.paid_calls == 2, what="the call for a title")

    assert title(services, session_id, user_id) == MADE
    assert not any(task.done() for task in begun.work)
    emulator.release()
    named(services, session_id, user_id)


def test_two_processes_ask_for_one_title(services, start_services, emulator, user_id, begun):
    start_services(title_model=MINI)
    session_id = ask(services, user_id)
    named(services, session_id, user_id)
    begun.until_over()

    assert emulator.paid_calls == 2


@ON_SQLITE
def test_switched_off_it_costs_nothing(start_services, emulator, user_id, begun):
    services = start_services(title_model="off")
    session_id = ask(services, user_id)
    begun.until_over()

    assert emulator.paid_calls == 1
    assert title(services, session_id, user_id) == MADE
    assert requests(emulator, "POST /assistants/{id}/threads") == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('"Lisbon in May."', "Lisbon in May"),
        ("**Title: 5 Tage Lissabon**\n", "5 Tage Lissabon"),
        ("「東京5日間」。", "東京5日間"),
        ("# Kyoto & Nara", "Kyoto & Nara"),
        ("Rome – Athens\n\nI chose this because …", "Rome – Athens"),
        ("Washington D.C.", "Washington D.C."),
        ("Lis\x01bon\x7f in May\x1b", "Lisbon in May"),
        ("\x00 \n", None),
        ("", None),
        ("…", None),
        ("You give a conversation its title", None),
        ("Here is a long story. " * 6, None),
    ],
)
def test_answer_is_made_a_title_or_is_none(answer, expected):
    assert cleaned_title(answer) == expected
