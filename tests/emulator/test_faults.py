"""Reading faults and queueing them."""

import pytest

from emulator.faults import ALL_CHUNKS, FaultQueue, Faults, Status, parse_faults


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", Faults()),
        ("slow_first:2.5", Faults(slow_first_s=2.5)),
        ("slow_tokens:0.1", Faults(slow_tokens_s=0.1)),
        ("slow_end:1", Faults(slow_end_s=1)),
        ("rate_limited", Faults(status=Status(429))),
        ("rate_limited:7", Faults(status=Status(429, retry_after="7"))),
        ("status:503", Faults(status=Status(503))),
        ("status:502:html", Faults(status=Status(502, html=True))),
        ("lost_reply:504", Faults(lost_reply=Status(504))),
        ("error_event:3", Faults(error_event=3)),
        ("error_object:3", Faults(error_object=3)),
        ("run_failed", Faults(run_failed=0)),
        ("no_terminal", Faults(no_terminal=ALL_CHUNKS)),
        ("no_terminal:4", Faults(no_terminal=4)),
        ("endless", Faults(endless=True)),
        ("endless_reasoning", Faults(endless_reasoning=True)),
        ("keep_alive", Faults(keep_alive_s=1)),
        ("cost_usd:0.0042", Faults(cost_usd=0.0042)),
        ("no_credit,odd_end", Faults(no_credit=True, odd_end=True)),
        ("assistants_object", Faults(assistants_object=True)),
        ("odd_memory", Faults(odd_memory=True)),
        ("strict_metadata", Faults(strict_metadata=True)),
        ("slow_first:1, cut:2,split_bytes", Faults(slow_first_s=1, cut=2, split_bytes=True)),
    ],
)
def test_fault_is_read(text: str, faults: Faults) -> None:
    assert parse_faults(text) == faults


@pytest.mark.parametrize(
    "text",
    [
        "explode",
        "cut",
        "cut:-1",
        "cut:x",
        "status:200",
        "status:500:xml",
        "envelope:1",
        "no_credit:1",
        "error_object",
        "slow_first:inf",
        "cost_usd:-1",
    ],
)
def test_unknown_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not known"):
        parse_faults(text)


def test_queued_faults_strike_in_order_and_as_often_as_told() -> None:
    queue = FaultQueue()
    queue.add("cut:1", 2)
    queue.add("status:500", 1)

    taken = [queue.take() for _ in range(4)]

    assert taken == [Faults(cut=1), Faults(cut=1), Faults(status=Status(500)), Faults()]


def test_queued_faults_strike_only_requests_of_their_kind() -> None:
    queue = FaultQueue()
    queue.add("odd_memory", 2)
    queue.add("cut:1", 1)

    assert queue.take("assistants_object") == Faults()
    assert queue.take() == Faults(cut=1)
    assert queue.take() == Faults()
    assert [queue.take("odd_memory") for _ in range(3)] == [Faults(odd_memory=True)] * 2 + [Faults()]


def test_cleared_queue_is_empty() -> None:
    queue = FaultQueue()
    queue.add("cut:1", 2)
    queue.clear()

    assert queue.waiting() == []
    assert queue.take() == Faults()
