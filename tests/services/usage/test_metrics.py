"""What is counted of real replies, the database and Backboard, and what is made of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf

import httpx
import pytest
from sqlalchemy import text

from db.engine import Database, DatabaseUnavailableError
from db.models import utc_now
from services.message_status import MessageStatus
from services.usage.metrics import Numbers, operation_name
from services.usage.operations import Timing, together
from services.wiring import Services
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import Emulator, make_user, until, until_ended

pytestmark = pytest.mark.usefixtures("noon")  # what is used is counted by the day


def ask(services: Services, user_id: int, words: str = "Three nights in Lisbon") -> int:
    return services.replies.send(words, user_id=user_id, client_message_id=words).reply_id


def total_s(services: Services, name: str) -> float:
    """Return the sum of a histogram, as Prometheus is told it."""
    (line,) = [line for line in services.operations.text().decode().splitlines() if line.startswith(name)]
    return float(line.rpartition(" ")[2])


def sample(numbers: Numbers, name: str, **labels: str) -> float | None:
    return numbers.registry.get_sample_value(name, labels)


@ON_SQLITE
def test_reply_is_counted_with_its_times(services: Services, user_id: int) -> None:
    until_ended(services, ask(services, user_id), user_id)
    until(lambda: services.operations.report().tasks == 2, what="the reply's task ended")

    report = services.operations.report()

    assert report.ended_today == {
        MessageStatus.COMPLETE: 1,
        MessageStatus.STOPPED: 0,
        MessageStatus.FAILED: 0,
        MessageStatus.INTERRUPTED: 0,
    }
    assert (report.first_text.count, report.reply.count) == (1, 1)
    first_text_s = total_s(services, "travelbot_reply_first_text_seconds_sum")
    assert 0 < first_text_s <= total_s(services, 'travelbot_reply_duration_seconds_sum{status="complete"}') < 20
    assert (report.running, report.queued, report.readers) == (0, 0, 0)
    assert report.statement.count > 10
    assert report.database_failures == 0
    assert {timing.name for timing in report.operations} >= {
        "POST /assistants",
        "POST /assistants/{id}/threads",
        "POST /threads/messages",
        "GET /assistants/memories/operations/{id}",
    }
    assert report.backboard.count == sum(timing.count for timing in report.operations)
    assert report.backboard_errors == {}
    assert report.memory_bytes is None or report.memory_bytes > 10**7


@ON_SQLITE
def test_time_until_backboard_answers_is_that_until_its_answer_begins(
    services: Services, emulator: Emulator, user_id: int
) -> None:
    emulator.fault({"fault": "slow_end:1"})
    until_ended(services, ask(services, user_id), user_id)

    answer = 'travelbot_backboard_response_seconds_sum{operation="POST /threads/messages"}'
    assert total_s(services, 'travelbot_reply_duration_seconds_sum{status="complete"}') > 1
    assert total_s(services, answer) < 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "kind", "status"),
    [
        ("error_event:3", "RunFailedError", MessageStatus.FAILED),
        ("status:401", "AuthenticationError", MessageStatus.FAILED),
        ("rate_limited:0", "RateLimitedError", MessageStatus.COMPLETE),
        ("cut:3", "StreamInterruptedError", MessageStatus.COMPLETE),
    ],
)
def test_what_fails_at_backboard_is_counted_by_kind_also_where_the_reply_is_saved(
    services: Services, emulator: Emulator, user_id: int, fault: str, kind: str, status: MessageStatus
) -> None:
    emulator.fault({"fault": fault})
    until_ended(services, ask(services, user_id), user_id)

    report = services.operations.report()

    assert report.backboard_errors == {kind: 1}
    assert report.ended_today[status] == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_backboard_that_is_away_is_counted_at_each_try(services: Services, emulator: Emulator, user_id: int) -> None:
    services.models.all()  # asked for beside every reply until it is known
    emulator.go_away()
    until_ended(services, ask(services, user_id), user_id)

    assert services.operations.report().backboard_errors == {"BackboardUnavailableError": 3}


@ON_SQLITE
def test_reply_that_waits_for_its_turn_is_queued(
    start_services: Callable[..., Services], emulator: Emulator, database: Database, user_id: int
) -> None:
    services = start_services(replies_at_once=1)
    other_id = make_user(database, "eve")
    emulator.fault({"fault": "slow_first:30"})
    first = ask(services, user_id)
    until(lambda: emulator.paid_calls == 1, what="the first question was sent")
    second = ask(services, other_id)

    report = services.operations.report()
    assert (report.running, report.queued, report.tasks) == (1, 1, 3)

    services.replies.stop(first, user_id=user_id)
    until_ended(services, second, other_id)
    assert services.operations.report().queued == 0


@ON_SQLITE
def test_each_set_of_services_has_numbers_of_its_own(start_services: Callable[..., Services], user_id: int) -> None:
    one, other = start_services(replies_at_once=1), start_services(replies_at_once=1)
    until_ended(one, ask(one, user_id), user_id)

    ended = [services.operations.report().ended_today[MessageStatus.COMPLETE] for services in (one, other)]

    assert sorted(ended) == [0, 1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_report_is_given_while_the_database_is_away(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: Database) -> None:
        raise DatabaseUnavailableError("away")

    monkeypatch.setattr(Database, "read", away)

    assert services.operations.report().queued is None
    assert b"\ntravelbot_replies_queued NaN\n" in services.operations.text()


def test_statements_are_timed_whether_they_read_or_write(database: Database) -> None:
    numbers = Numbers()
    numbers.measure_database(database.engine)
    with database.read() as db_session:
        db_session.execute(text("SELECT 1"))
    after_read = sample(numbers, "travelbot_database_statement_seconds_count") or 0
    with database.begin() as db_session:
        db_session.execute(text("SELECT 1"))

    assert 1 <= after_read < (sample(numbers, "travelbot_database_statement_seconds_count") or 0)


def test_database_that_cannot_be_reached_is_counted() -> None:
    numbers = Numbers()
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    numbers.measure_database(database.engine)
    with pytest.raises(DatabaseUnavailableError), database.read() as db_session:
        db_session.execute(text("SELECT 1"))
    database.close()

    assert sample(numbers, "travelbot_database_unavailable_total") == 1


def test_today_begins_anew_at_midnight_and_the_total_does_not() -> None:
    now = datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
    numbers = Numbers(clock=lambda: now)
    numbers.count_reply(MessageStatus.FAILED, asked_at=now, first_text_at=None)
    before = numbers.ended_today[MessageStatus.FAILED]
    now += timedelta(minutes=2)
    after = numbers.ended_today[MessageStatus.FAILED]
    numbers.count_reply(MessageStatus.FAILED, asked_at=now, first_text_at=now)

    assert (before, after, numbers.ended_today[MessageStatus.FAILED]) == (1, 0, 1)
    assert sample(numbers, "travelbot_replies_ended_total", status="failed") == 2
    assert sample(numbers, "travelbot_reply_first_text_seconds_count") == 1


def test_clock_of_another_machine_makes_no_negative_time() -> None:
    numbers = Numbers()
    tomorrow = utc_now() + timedelta(days=1)
    numbers.count_reply(MessageStatus.COMPLETE, asked_at=tomorrow, first_text_at=None)

    assert sample(numbers, "travelbot_reply_duration_seconds_sum", status="complete") == 0


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/threads/messages", "POST /threads/messages"),
        ("GET", "/threads/3f0c/", "GET /threads/{id}"),
        ("POST", "/threads/3f0c/runs/run-1/cancel", "POST /threads/{id}/runs/{id}/cancel"),
        ("GET", "/assistants/memories/operations/9", "GET /assistants/memories/operations/{id}"),
        ("GET", "/models/meta/llama/3.1", "GET /models/{id}"),
        ("GET", "/models", "GET /models"),
    ],
)
def test_operation_has_no_ids_in_its_name(method: str, path: str, name: str) -> None:
    assert operation_name(method, path) == name


@pytest.mark.anyio
async def test_answers_are_timed_by_operation_below_the_address() -> None:
    numbers = Numbers()
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(404))) as http:
        numbers.measure_backboard(http, base_url="http://backboard.test/api")
        await http.get("http://backboard.test/api/threads/3f0c?key=secret")

    name = "travelbot_backboard_response_seconds_count"
    assert sample(numbers, name, operation="GET /threads/{id}") == 1


TIMING = Timing("x", ((0.1, 0), (0.2, 50), (0.5, 45), (1.0, 4), (inf, 1)))


@pytest.mark.parametrize(
    ("share", "seconds"), [(0.25, 0.15), (0.5, 0.2), (0.95, 0.5), (0.99, 1.0), (0.999, inf), (1.0, inf)]
)
def test_quantile_is_estimated_within_its_bucket(share: float, seconds: float) -> None:
    assert TIMING.quantile_s(share) == pytest.approx(seconds)


def test_nothing_has_no_quantile() -> None:
    assert Timing("x", ((0.1, 0), (inf, 0))).quantile_s(0.5) is None
    assert together("x", []).quantile_s(0.5) is None


def test_timings_are_put_together_bucket_by_bucket() -> None:
    assert together("both", [TIMING, TIMING]) == Timing("both", ((0.1, 0), (0.2, 100), (0.5, 90), (1.0, 8), (inf, 2)))
