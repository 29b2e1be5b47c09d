"""Requests and streams over httpx: retries, errors, and answers that are not understood."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, TypeVar

import httpx

from backboard_client._errors import (
    BackboardError,
    BackboardUnavailableError,
    rejection,
    transport_error,
)
from backboard_client._events import TERMINAL, EventReader, StreamEvent
from backboard_client._json import parse_json
from backboard_client._reading import event_data, read_whole
from backboard_client._resources import Json
from backboard_client._retry import OnWait, never_run_twice

T = TypeVar("T")

SHORT = httpx.Timeout(30.0, connect=10.0, write=60.0, pool=10.0)
_BETWEEN_CHUNKS = httpx.Timeout(90.0, connect=10.0, write=60.0, pool=10.0)


class Transport:
    """The way to one Backboard and back; see `BackboardClient` for what it is made of."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        api_key: str,
        stream_silence_s: float | None,
        on_error: Callable[[BackboardError], None] | None,
    ) -> None:
        self._http = http
        self._on_error = on_error
        self._base_url = base_url
        self._headers = {"X-API-Key": api_key}
        self._stream_timeout = (
            _BETWEEN_CHUNKS
            if stream_silence_s is None
            else httpx.Timeout(stream_silence_s, connect=10.0, write=60.0, pool=10.0)
        )

    async def call(
        self,
        method: str,
        path: str,
        parse: Callable[[Any], T],
        *,
        json: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        params: Json | None = None,
        limits: httpx.Timeout = SHORT,
        repeatable: bool = True,
        on_wait: OnWait | None = None,
    ) -> T:
        """Return what *parse* makes of the answer; it raises ValueError over one that it cannot understand."""
        async for attempt in never_run_twice(repeatable=repeatable, on_wait=on_wait):
            with attempt, self._telling_errors():
                try:
                    async with self._http.stream(
                        method,
                        self._base_url + path,
                        json=json,
                        files=files,
                        params=params,
                        headers=self._headers,
                        timeout=limits,
                    ) as response:
                        body = await read_whole(response)
                except (httpx.TransportError, httpx.InvalidURL) as exc:
                    raise transport_error(exc) from exc
                if not response.is_success:
                    raise rejection(response, body)
                return _understood(body, parse)
        raise AssertionError("stamina raises the last error")

    async def stream(self, path: str, body: Json, *, on_wait: OnWait | None = None) -> AsyncGenerator[StreamEvent]:
        """Send *body* and yield what is streamed back, up to its last event. Raises StreamInterruptedError."""
        response = await self._open(path, body, on_wait)
        reader = EventReader()
        with self._telling_errors():
            try:
                async with aclosing(event_data(response)) as lines:
                    async for data in lines:
                        for event in reader.read(data):
                            yield event
                            if isinstance(event, TERMINAL):
                                return
            except httpx.TransportError as exc:
                raise reader.cut_off("The connection to Backboard was lost.") from exc
            finally:
                await response.aclose()
            raise reader.cut_off("Backboard ended the stream before the reply was complete.")

    async def _open(self, path: str, body: Json, on_wait: OnWait | None) -> httpx.Response:
        """Return a successful response whose body has not been read yet."""
        async for attempt in never_run_twice(repeatable=False, on_wait=on_wait):
            with attempt, self._telling_errors():
                request = self._http.build_request(
                    "POST", self._base_url + path, json=body, headers=self._headers, timeout=self._stream_timeout
                )
                try:
                    response = await self._http.send(request, stream=True)
                    if not response.is_success:
                        async with aclosing(response):
                            raise rejection(response, await read_whole(response))
                except httpx.TransportError as exc:
                    raise transport_error(exc) from exc
                return response
        raise AssertionError("stamina raises the last error")

    @contextmanager
    def _telling_errors(self) -> Iterator[None]:
        try:
            yield
        except BackboardError as exc:
            if self._on_error is not None:
                self._on_error(exc)
            raise


def _understood(body: str, parse: Callable[[Any], T]) -> T:
    """Return what a successful answer says; a proxy or a login page on the way can send anything."""
    try:
        return parse(parse_json(body) if body else {})
    except ValueError as exc:
        raise BackboardUnavailableError("Backboard's response was not understood.", may_have_run=True) from exc
