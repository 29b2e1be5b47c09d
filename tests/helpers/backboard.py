"""A Backboard made of canned bytes: what it answers is the test's, and what it was asked is kept."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

KEY = "secret-key-of-the-test"


Answer = httpx.Response | Exception


@dataclass
class Backboard:
    """Gives its answers one after the other, the last one again and again."""

    answers: list[Answer] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def answer(self, *answers: Answer) -> None:
        self.answers[:] = answers

    def stream(self, *events: dict[str, Any] | str, ending: str = "\n\n") -> None:
        lines = [event if isinstance(event, str) else f"data: {json.dumps(event)}" for event in events]
        body = "".join(line + ending for line in lines).encode()
        self.answer(httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=body))

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) if request.content else None for request in self.requests]
