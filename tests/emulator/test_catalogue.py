"""The demo's own catalogue: two ways of answering, free, and no other name for whoever answers."""

from collections.abc import Iterator

import httpx
import pytest

from emulator.catalogue import DEMO
from emulator.demo import answer as demo
from emulator.server import EmulatorServer


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """Give a client of an emulator that serves the demo."""
    server = EmulatorServer(":memory:", demo, DEMO, pace_s=0)
    with httpx.Client(base_url=server.start(), headers={"X-API-Key": "k"}, timeout=60) as client:
        yield client
    server.stop()


def ask(http: httpx.Client, **model: str) -> httpx.Response:
    assistant = http.post("/assistants", json={"name": "a"}).json()["assistant_id"]
    thread = http.post(f"/assistants/{assistant}/threads", json={}).json()["thread_id"]
    asked = {"thread_id": thread, "content": "3 days in Lisbon in May", "stream": False, **model}
    return http.post("/threads/messages", json=asked).raise_for_status()


def test_two_models_are_listed_without_a_price(http: httpx.Client) -> None:
    models = http.get("/models").json()["models"]

    assert [(one["provider"], one["name"]) for one in models] == [("demo", "detailed"), ("demo", "brief")]
    assert {(one["input_cost_per_1m_tokens"], one["output_cost_per_1m_tokens"]) for one in models} == {(0, 0)}
    assert http.get("/models/providers").json()["providers"] == ["demo"]


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        ({}, "detailed"),
        ({"llm_provider": "demo", "model_name": "brief"}, "brief"),
        ({"llm_provider": "openai", "model_name": "gpt-4o"}, "detailed"),
    ],
)
def test_demo_answers_in_its_own_name(http: httpx.Client, asked: dict[str, str], answers: str) -> None:
    reply = ask(http, **asked).json()

    assert (reply["model_provider"], reply["model_name"]) == ("demo", answers)
    assert ("### Day 1" in reply["content"]) == (answers == "detailed")
    assert "Day 1" in reply["content"]
