"""What the emulator refuses, in the words of a schema error."""

import pytest

from tests.helpers.caller import Caller

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "x", "tok_k": 101}, "tok_k"),
        ({"name": "x", "system_prompt": 3}, "system_prompt"),
        ({"name": "x", "embedding_dims": "many"}, "embedding_dims"),
        ({"name": "x", "tools": "[3]"}, "tools"),
        ({"name": "x", "tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
    ],
    ids=str,
)
async def test_wrong_field_of_an_assistant_is_named(caller: Caller, fields: dict[str, object], name: str) -> None:
    answer = await caller.http.post("/assistants", json=fields)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", name]
    assert (await caller.http.get("/assistants")).json() == []


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=ten", "skip=-1", "skip=10001"])
@pytest.mark.parametrize("path", ["/assistants", "/threads"])
async def test_page_out_of_range_is_refused(caller: Caller, path: str, query: str) -> None:
    answer = await caller.http.get(f"{path}?{query}")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", query.partition("=")[0]]


@pytest.mark.parametrize("body", ["{", "[]", "3"])
async def test_body_that_is_no_object_is_refused(caller: Caller, body: str) -> None:
    answer = await caller.http.post("/assistants", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422


@pytest.mark.parametrize("limit", [0, 51, "five"])
async def test_search_limit_out_of_range_is_refused(caller: Caller, limit: object) -> None:
    path = f"/assistants/{await caller.assistant()}/memories/search"

    assert (await caller.http.post(path, json={"query": "tea", "limit": limit})).status_code == 422


async def test_memory_that_is_too_long_is_refused(caller: Caller) -> None:
    path = f"/assistants/{await caller.assistant()}/memories"

    assert (await caller.http.post(path, json={"content": "x" * 50_001})).status_code == 400


async def test_threads_can_be_listed_without_their_messages(caller: Caller) -> None:
    await caller.send(await caller.thread(), "Hi")

    (thread,) = (await caller.http.get("/threads?include_messages=false")).json()

    assert thread["messages"] == []
