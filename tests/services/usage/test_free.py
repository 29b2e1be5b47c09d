"""What is free costs nothing, however a reply ends; a price that is not known is something else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.catalogue import DEMO
from emulator.demo import answer as demo
from emulator.server import EmulatorServer
from services.message_status import MessageStatus
from services.usage.costs import RunUse, cost_of
from services.usage.records import ModelInfo
from tests.helpers.services import Emulator, ask, last_message, until, until_ended


@pytest.fixture
def free(tmp_path: Path) -> Iterator[Emulator]:
    """Start an emulator whose models are the demo's."""
    server = EmulatorServer(tmp_path / "free.db", demo, DEMO, pace_s=0)
    yield Emulator(server, server.start(), tmp_path / "free.db")
    server.stop(wait=False)


def model(price_in: float | None, price_out: float | None) -> ModelInfo:
    return ModelInfo("a/b", "a", "b", 1_000, price_in, price_out)


def test_free_model_costs_nothing_whatever_is_known_of_its_use():
    assert cost_of(RunUse(), model(0, 0)) == cost_of(RunUse(9, 2), model(0, 0)) == 0
    assert cost_of(RunUse(9, 2, cost_usd=0.5), model(0, 0)) == 500_000  # Backboard knows better
    assert cost_of(RunUse(9, 2), model(0, None)) is None
    assert cost_of(RunUse(), model(0, 1)) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_stopped_reply_and_title_of_the_demo_cost_nothing(start_services, free, user_id):
    services = start_services(
        backboard_base_url=free.base_url, default_model="demo/detailed", title_model="demo/brief"
    )
    begun, whole = ask(services, user_id, "Please plan 5 days in Lisbon in May for us")
    until(
        lambda: services.sessions.get(begun.session_id, user_id=user_id).title == "5 days in Lisbon in May",
        what="the title",
    )
    free.hold_reply(chunks=5)
    stopped = services.replies.send(
        "make it 4 days", user_id=user_id, client_message_id="b", session_id=begun.session_id
    )
    until(lambda: services.replies.snapshot(stopped.reply_id, user_id=user_id).status is MessageStatus.RUNNING)
    services.replies.stop(stopped.reply_id, user_id=user_id)
    until_ended(services, stopped.reply_id, user_id)

    assert whole.cost_micros == last_message(services, begun.session_id, user_id).cost_micros == 0
    month = services.costs.this_month(user_id)
    assert (month.spent_micros, month.unpriced) == (0, 0)
