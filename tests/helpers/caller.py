"""Who speaks to the emulator."""

from contextlib import AbstractAsyncContextManager

import httpx

from tests.helpers.doubles import events_of


class Caller:
    """Speaks to the emulator with one API key."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.root = str(http.base_url).removesuffix("/api/")

    async def assistant(self, **fields: object) -> str:
        """Make an assistant and return its id."""
        made = await self.http.post("/assistants", json={"name": "helper", **fields})
        made.raise_for_status()
        return str(made.json()["assistant_id"])

    async def thread(self, assistant_id: str | None = None, **fields: object) -> str:
        """Make a thread, on a new assistant unless one is named, and return its id."""
        owner = assistant_id or await self.assistant(**fields)
        made = await self.http.post(f"/assistants/{owner}/threads", json={})
        made.raise_for_status()
        return str(made.json()["thread_id"])

    async def send(self, thread_id: str, content: str, *, fault: str = "", **fields: object) -> httpx.Response:
        """Send a message that is not streamed."""
        body = {"thread_id": thread_id, "content": content, **fields}
        return await self.http.post("/threads/messages", json=body, headers={"X-Emulator-Fault": fault})

    def open_stream(
        self, thread_id: str, content: str, *, fault: str = "", **fields: object
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """Send a message that is streamed; to be entered with ``async with``."""
        body = {"thread_id": thread_id, "content": content, "stream": True, **fields}
        return self.http.stream("POST", "/threads/messages", json=body, headers={"X-Emulator-Fault": fault})

    async def stream(
        self,
        thread_id: str,
        content: str,
        *,
        fault: str = "",
        seen: list[dict[str, object]] | None = None,
        **fields: object,
    ) -> list[dict[str, object]]:
        """Send a message that is streamed, and return all events; they are added to *seen* as they come."""
        events = [] if seen is None else seen
        async with self.open_stream(thread_id, content, fault=fault, **fields) as response:
            response.raise_for_status()
            async for event in events_of(response):
                events.append(event)
        return events

    async def messages(self, thread_id: str) -> list[dict[str, object]]:
        """Return the messages of a thread."""
        found = await self.http.get(f"/threads/{thread_id}")
        found.raise_for_status()
        messages: list[dict[str, object]] = found.json()["messages"]
        return messages

    async def last_message(self, thread_id: str, *, ended: bool = True) -> dict[str, object]:
        """Return the last message of a thread, once its run has ended."""
        while True:
            last = (await self.messages(thread_id))[-1]
            if not ended or last["status"] != "IN_PROGRESS":
                return last
