"""Sessions that are moved to another customer over the API."""

import pytest

from tests.helpers.api import Api


def _trip(api: Api, name: str) -> str:
    customer_id = api.http.post("/customers", json={"name": name}).json()["customer_id"]
    api.http.post(f"/customers/{customer_id}/memories", json={"content": f"Prefers {name} hotels"})
    return str(api.http.post("/trips", json={"title": name, "customer_id": customer_id}).json()["trip_id"])


@pytest.mark.parametrize("carry", [False, True])
def test_turns_go_along_where_that_is_asked_for_and_memories_never(api: Api, emulator, carry):
    first, second = _trip(api, "Kowalmark"), _trip(api, "Tanakmark")
    session_id = api.http.post("/sessions", json={"trip_id": first}).json()["session_id"]
    place = f"/sessions/{session_id}"
    api.http.post(f"{place}/chat", json={"content": "Three nights in Lisbon"})
    moved = api.http.patch(place, json={"trip_id": second, "carry": carry})
    api.http.post(f"{place}/chat", json={"content": "And by train"})

    assert moved.json()["trip_id"] == second
    *carried, asked = emulator.asked(emulator.runs[-1]["thread_id"])
    assert asked == "And by train"
    assert ["Three nights in Lisbon" in one for one in carried] == ([True] if carry else [])
    reply = api.http.get(f"{place}/messages").json()["messages"][-1]
    used = [part["data"]["text"] for part in reply["parts"] if part["type"] == "data-memory"]
    assert used == ["Prefers Tanakmark hotels"]
