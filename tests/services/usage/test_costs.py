"""What replies cost, where that is counted, and what a planner may spend in a month."""

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

import db.usage
from backboard_client import BackboardClient, BackboardUnavailableError
from db.models import AuditEntry, ChatSession, Message, Usage, utc_now
from services.errors import InvalidInputError, MonthlyLimitError, NotFoundError
from services.message_status import MessageStatus
from services.replies.records import Ending, ReplySnapshot
from services.replies.store import NotOursError, ReplyStore
from services.usage.costs import CostService, RunUse, cost_of, together, usd
from services.usage.records import ModelInfo
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import last_message, make_user, until, until_ended

pytestmark = pytest.mark.usefixtures("noon")  # what is used is counted by the day

QUESTION = "Plan 5 days in Lisbon in May"
PRICE_IN, PRICE_OUT = 2.5, 10.0  # of openai/gpt-4o in the emulator's list


def ask(services, user_id, name="a", *, session_id=None, model=None, text=QUESTION):
    accepted = services.replies.send(
        text, user_id=user_id, client_message_id=name, session_id=session_id, model=model
    )
    until_ended(services, accepted.reply_id, user_id)
    return services.replies.get(accepted.reply_id, user_id=user_id)


def used(database) -> list[Usage]:
    with database.read() as db_session:
        return list(db_session.scalars(select(Usage).order_by(Usage.day, Usage.model)))


def spend(database, user_id, day, micros, **numbers):
    with database.begin() as db_session:
        db.usage.add(db_session, user_id=user_id, day=day, model="a/b", cost_micros=micros, **numbers)


def test_reply_costs_its_tokens_times_the_prices_of_the_list(services, database, user_id):
    reply = ask(services, user_id)

    assert reply.input_tokens
    assert reply.output_tokens
    assert reply.cost_micros == round(reply.input_tokens * PRICE_IN + reply.output_tokens * PRICE_OUT)
    session = services.sessions.get(reply.session_id, user_id=user_id)
    assert (session.cost_micros, session.unpriced) == (reply.cost_micros, 0)
    (row,) = used(database)
    assert (row.day, row.model, row.user_id) == (utc_now().date(), "openai/gpt-4o", user_id)
    assert (row.sessions, row.replies, row.not_whole, row.unpriced) == (1, 1, 0, 0)
    assert (row.input_tokens, row.output_tokens, row.cost_micros) == (
        reply.input_tokens,
        reply.output_tokens,
        reply.cost_micros,
    )
    assert row.first_texts == 1
    assert row.first_text_ms == round((reply.first_text_s or 0) * 1000)


@ON_SQLITE
def test_what_backboard_says_that_it_cost_comes_first(services, emulator, user_id):
    emulator.fault({"fault": "cost_usd:0.0123"})

    assert ask(services, user_id).cost_micros == 12_300


@ON_SQLITE
def test_every_round_of_tools_is_counted(services, emulator, user_id):
    reply = ask(services, user_id, text="What is today's date?")

    assert len(emulator.runs) == 2
    assert reply.output_tokens is not None
    first, last = emulator.runs
    assert (reply.input_tokens, reply.output_tokens) == (
        first["input_tokens"] + last["input_tokens"],
        first["output_tokens"] + last["output_tokens"],
    )
    assert reply.cost_micros == round(reply.input_tokens * PRICE_IN + reply.output_tokens * PRICE_OUT)


@ON_SQLITE
def test_price_that_is_not_known_is_not_nought(services, database, user_id):
    reply = ask(services, user_id, model="acme/own-model")

    assert reply.output_tokens
    assert reply.cost_micros is None
    (row,) = used(database)
    assert (row.model, row.cost_micros, row.unpriced, row.output_tokens) == (
        "acme/own-model",
        0,
        1,
        reply.output_tokens,
    )
    session = services.sessions.get(reply.session_id, user_id=user_id)
    assert (session.cost_micros, session.unpriced) == (0, 1)


@pytest.mark.parametrize("trouble", ["refused", "slow"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_reply_ends_without_the_list_of_models(start_services, emulator, user_id, monkeypatch, trouble):
    async def all_models(_client):
        if trouble == "slow":
            await asyncio.sleep(60)
        raise BackboardUnavailableError("away", may_have_run=False)

    monkeypatch.setattr(BackboardClient, "all_models", all_models)
    services = start_services()
    began = time.monotonic()

    reply = ask(services, user_id)

    assert (reply.status, reply.cost_micros) == (MessageStatus.COMPLETE, None)
    assert time.monotonic() - began < 10


@ON_SQLITE
def test_refused_message_costs_nothing(services, emulator, database, user_id):
    emulator.fault({"fault": "status:401", "times": 5})

    reply = ask(services, user_id)

    assert (reply.status, reply.cost_micros) == (MessageStatus.FAILED, 0)
    (row,) = used(database)
    assert (row.replies, row.not_whole, row.unpriced, row.first_texts) == (1, 1, 0, 0)


@ON_SQLITE
def test_what_a_stopped_reply_cost_is_not_known(services, emulator, database, user_id):
    emulator.hold_reply()
    accepted = services.replies.send(QUESTION, user_id=user_id, client_message_id="a")
    until(lambda: services.replies.watch(accepted.reply_id, user_id=user_id).snapshot.text, what="some text")
    services.replies.stop(accepted.reply_id, user_id=user_id)
    until_ended(services, accepted.reply_id, user_id)

    assert last_message(services, accepted.session_id, user_id).cost_micros is None
    (row,) = used(database)
    assert (row.replies, row.not_whole, row.unpriced, row.first_texts) == (1, 1, 1, 1)


@ON_SQLITE
def test_answer_that_was_found_in_the_thread_is_counted_too(services, emulator, database, user_id):
    emulator.fault({"fault": "cut:3"})

    reply = ask(services, user_id)

    assert reply.status is MessageStatus.COMPLETE
    assert reply.cost_micros
    assert [row.cost_micros for row in used(database)] == [reply.cost_micros]


def queued(database, user_id) -> int:
    with database.begin() as db_session:
        session = ChatSession(user_id=user_id, title="Lisbon", model="openai/gpt-4o")
        db_session.add(session)
        db_session.flush()
        shared = {"session_id": session.id, "user_id": user_id}
        question = Message(role="user", status="complete", content="Hi", **shared)
        db_session.add(question)
        db_session.flush()
        reply = Message(role="assistant", status="queued", parent_id=question.id, **shared)
        db_session.add(reply)
        db_session.flush()
        return reply.id


def test_end_that_is_written_twice_is_counted_once(database, user_id):
    reply_id = queued(database, user_id)
    store = ReplyStore(database, CostService(database), owner="a", default_model="openai/gpt-4o")
    (work,) = store.claim_free(1, set(), newborn=True)
    snapshot = ReplySnapshot(reply_id, MessageStatus.COMPLETE, "Gladly.", (), None)
    ending = Ending(MessageStatus.COMPLETE, input_tokens=9, output_tokens=2, cost_micros=40)

    store.end(work, snapshot, ending, None)
    with pytest.raises(NotOursError):
        store.end(work, snapshot, ending, None)

    assert [(row.replies, row.cost_micros, row.input_tokens) for row in used(database)] == [(1, 40, 9)]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 30, 23, 59, 59, 999_999, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 12, 1, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_reply_counts_on_the_day_in_utc_on_which_it_ended(database, user_id, monkeypatch, at, day):
    reply_id = queued(database, user_id)
    store = ReplyStore(database, CostService(database), owner="a", default_model="openai/gpt-4o")
    (work,) = store.claim_free(1, set(), newborn=True)
    monkeypatch.setattr("services.replies.store.utc_now", lambda: at)
    snapshot = ReplySnapshot(reply_id, MessageStatus.COMPLETE, "Gladly.", (), None)

    store.end(work, snapshot, Ending(MessageStatus.COMPLETE), None)

    assert [row.day for row in used(database)] == [day]


def test_month_is_the_calendar_month_in_utc(database, user_id):
    stranger_id = make_user(database, "bob")
    for day, micros in (
        (date(2026, 10, 31), 1),
        (date(2026, 11, 1), 10),
        (date(2026, 11, 30), 100),
        (date(2026, 12, 1), 1_000),
        (date(2026, 12, 31), 10_000),
    ):
        spend(database, user_id, day, micros)
    spend(database, stranger_id, date(2026, 11, 5), 5)

    def month(at: str):
        month = CostService(database, clock=lambda: datetime.fromisoformat(at)).this_month(user_id)
        return month.spent_micros, month.renews_on

    assert month("2026-11-01T00:00:00Z") == (10, date(2026, 12, 1))
    assert month("2026-11-30T23:59:59Z") == (110, date(2026, 12, 1))
    assert month("2026-12-31T23:59:59Z") == (11_000, date(2027, 1, 1))
    assert month("2027-01-01T00:00:00Z") == (0, date(2027, 2, 1))


@ON_SQLITE
def test_limit_reached_in_mid_reply_lets_it_end_and_refuses_the_next(start_services, emulator, user_id):
    services = start_services(monthly_limit_usd="0.0001")

    reply = ask(services, user_id)  # nothing was spent before
    assert reply.status is MessageStatus.COMPLETE

    def send(name, text=QUESTION):
        return services.replies.send(text, user_id=user_id, client_message_id=name, session_id=reply.session_id)

    with pytest.raises(MonthlyLimitError, match=r"^Your monthly limit is reached: \$0\.\d+ of \$0\.0001 is used\."):
        send("b")
    with pytest.raises(MonthlyLimitError, match="A new month begins on 1 "):
        services.replies.retry(reply.id, user_id=user_id)
    assert send("a").repeated
    assert emulator.paid_calls == 1


@ON_SQLITE
def test_message_that_waits_is_not_sent_past_the_limit(start_services, emulator, user_id):
    services = start_services(monthly_limit_usd="0.0001")
    emulator.hold_reply()
    accepted = services.replies.send(QUESTION, user_id=user_id, client_message_id="a")
    services.follow_ups.add("And Porto?", session_id=accepted.session_id, user_id=user_id, client_message_id="b")
    emulator.release()
    until_ended(services, accepted.reply_id, user_id)

    waiting = services.follow_ups.all(accepted.session_id, user_id=user_id)
    assert [one.text for one in waiting] == ["And Porto?"]
    with pytest.raises(MonthlyLimitError):
        services.follow_ups.send_next(accepted.session_id, user_id=user_id)
    services.costs.set_limit(user_id, Decimal(5), by=None)
    sent = services.follow_ups.send_next(accepted.session_id, user_id=user_id)
    assert until_ended(services, sent.reply_id, user_id).status is MessageStatus.COMPLETE


def test_limit_of_ones_own_comes_before_the_settings(start_services, database, user_id):
    services = start_services(monthly_limit_usd=2)
    spend(database, user_id, utc_now().date(), 2_000_000)
    with pytest.raises(MonthlyLimitError):
        ask(services, user_id, "a")

    services.costs.set_limit(user_id, Decimal("2.50"), by=None)
    month = services.costs.this_month(user_id)
    assert (month.limit_micros, month.near, month.reached) == (2_500_000, True, False)
    assert ask(services, user_id, "b").status is MessageStatus.COMPLETE

    services.costs.set_limit(user_id, None, by=None)
    with pytest.raises(MonthlyLimitError):
        ask(services, user_id, "c")
    stranger_id = make_user(database, "bob")
    assert ask(services, stranger_id, "d").status is MessageStatus.COMPLETE


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("micros", "near", "reached"), [(799_999, False, False), (800_000, True, False), (1_000_000, True, True)]
)
def test_warning_comes_at_four_fifths(database, user_id, micros, near, reached):
    spend(database, user_id, utc_now().date(), micros)

    month = CostService(database, monthly_limit_usd=Decimal(1)).this_month(user_id)

    assert (month.near, month.reached) == (near, reached)


@ON_SQLITE
def test_only_an_admin_changes_a_limit_and_it_is_written_down(services, database, user_id):
    admin_id = make_user(database, "root")
    services.admins.set_admin(admin_id, admin=True)
    with pytest.raises(NotFoundError):
        services.costs.set_limit(user_id, Decimal(99), by=user_id)
    for wrong in (Decimal(-1), Decimal("nan"), Decimal("inf"), Decimal("1e7")):
        with pytest.raises(InvalidInputError):
            services.costs.set_limit(user_id, wrong, by=admin_id)
    assert services.costs.this_month(user_id).limit_micros is None

    services.costs.set_limit(user_id, Decimal("12.5"), by=admin_id)

    assert services.costs.this_month(user_id).own_limit_micros == 12_500_000
    with database.read() as db_session:
        entries = db_session.scalars(select(AuditEntry).where(AuditEntry.action == "change_monthly_limit")).all()
        assert [(entry.user_id, entry.detail) for entry in entries] == [(admin_id, "ada: 12.5 USD")]


def test_deleted_session_was_paid_for_all_the_same(services, database, user_id):
    reply = ask(services, user_id)

    services.sessions.delete([reply.session_id], user_id=user_id)

    assert [row.cost_micros for row in used(database)] == [reply.cost_micros]


def test_old_replies_do_not_count_this_month(database, user_id):
    spend(database, user_id, utc_now().date().replace(day=1) - timedelta(days=1), 9_000_000)

    month = CostService(database, monthly_limit_usd=Decimal(1)).this_month(user_id)

    assert (month.spent_micros, month.reached) == (0, False)


@pytest.mark.parametrize(
    ("use", "prices", "micros"),
    [
        (RunUse(1000, 100), (2.5, 10.0), 3_500),
        (RunUse(1000, 100, 0.5), (2.5, 10.0), 500_000),
        (RunUse(1000, 100, 0.0), (2.5, 10.0), 0),
        (RunUse(1000, 100), (None, 10.0), None),
        (RunUse(1000, 100), (0.0, 0.0), 0),
        (RunUse(None, 100), (2.5, 10.0), None),
        (RunUse(1000, 100), None, None),
    ],
)
def test_cost_of_tokens(use, prices, micros):
    model = ModelInfo("a/b", "a", "b", None, *prices) if prices else None

    assert cost_of(use, model) == micros


def test_runs_together_know_what_each_of_them_says():
    assert together([RunUse(1, 2, 0.5), RunUse(10, 20, 0.25)]) == RunUse(11, 22, 0.75)
    assert together([RunUse(1, 2, 0.5), RunUse(10, 20)]) == RunUse(11, 22, None)
    assert together([]) == RunUse()


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "$0.00"),
        (20, "less than $0.0001"),
        (4_200, "$0.0042"),
        (120_000, "$0.12"),
        (123_400, "$0.1234"),
        (1_234_567_800, "$1,234.57"),
    ],
)
def test_amounts_are_read_as_dollars(micros, text):
    assert usd(micros) == text
