"""Every route of the API, and a request to it that would do.

To make the document takes more than a second: no test module asks for it while it is imported.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any

import httpx

from api.app import create_app

Route = tuple[str, str]  # method and path
OPEN = {"/health"}
PUBLIC = "/review/"  # what a link opens, without an account
TEMPLATE = {"name": "Mine", "instructions": "Be brief.", "first_message": "Hi"}
DECISION = {"kind": "approve", "name": "Anna", "sha256": "0" * 64}
SLIDES = {"rev": 1, "slides": [{"id": "1", "title": "Hi", "blocks": []}]}
BODIES: dict[str, dict[str, Any]] = {
    "/sessions/cleanup": {"session_ids": []},
    "/sessions/{session_id}/messages": {"role": "user", "content": "Hi"},
    "/sessions/{session_id}/chat": {"content": "Hi"},
    "/sessions/{session_id}/members": {"username": "bob"},
    "/sessions/{session_id}/members/{user_id}": {"access": "view"},
    "/chat": {"content": "Hi"},
    "/messages/{message_id}/edit": {"content": "Hi"},
    "/sessions/{session_id}/follow-ups": {"content": "Hi"},
    "/follow-ups/{follow_up_id}": {"content": "Hi"},
    "/messages/{message_id}/rating": {"value": 1},
    "/templates": TEMPLATE,
    "/templates/{template_id}": TEMPLATE,
    "/memories": {"content": "Prefers tea"},
    "/memories/{memory_id}": {"content": "Prefers tea"},
    "/customers/{customer_id}/memories": {"content": "Prefers tea"},
    "/customers/{customer_id}/memories/{memory_id}": {"content": "Prefers tea"},
    "/reviews": {"session_id": "249712407203954688", "audience": "Customer"},
    "/reviews/{review_id}": {"audience": "Finance"},
    "/reviews/{review_id}/comments": {"text": "Hi"},
    "/reviews/{review_id}/comments/{comment_id}": {"text": "Hi"},
    "/reviews/{review_id}/decisions": DECISION,
    "/trips": {"title": "Lisbon"},
    "/trips/{trip_id}": {"title": "Porto"},
    "/trips/{trip_id}/copy": {"title": "Lisbon again"},
    "/trips/{trip_id}/sessions": {"session_ids": ["249712407203954688"]},
    "/trips/{trip_id}/members": {"username": "bob"},
    "/trips/{trip_id}/members/{user_id}": {"access": "view"},
    "/sessions/{session_id}/slides": SLIDES,
    "/sessions/{session_id}/slides/restore": {"version": 1, "rev": 1},
    "/sessions/{session_id}/slides/refresh": {"rev": 1},
    "/sessions/{session_id}/slides/accept": {"message_id": "249712407203954688"},
    "/trips/{trip_id}/slides": SLIDES,
    "/trips/{trip_id}/slides/restore": {"version": 1, "rev": 1},
    "/trips/{trip_id}/slides/refresh": {"rev": 1},
    "/brand": {"name": "Weber Travel"},
    "/customers": {"name": "Weber"},
    "/customers/{customer_id}": {"name": "Weber"},
    "/review/{token}/comments": {"text": "Hi", "name": "Anna"},
    "/review/{token}/comments/{comment_id}": {"text": "Hi"},
    "/review/{token}/decisions": DECISION,
}


def _nobody():
    raise AssertionError("not asked for the document")


@functools.cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document. Nobody may change it."""
    return create_app(_nobody).openapi()


@functools.cache
def routes() -> tuple[Route, ...]:
    """Return every route, sorted."""
    return tuple(sorted((method.upper(), path) for path, item in document()["paths"].items() for method in item))


def guarded() -> list[Route]:
    """Return the routes that ask for a token."""
    return [route for route in routes() if route[1] not in OPEN and not route[1].startswith(PUBLIC)]


def of_links() -> list[Route]:
    """Return the routes that a link opens."""
    return [route for route in routes() if route[1].startswith(PUBLIC)]


def ask(
    http: httpx.Client, method: str, path: str, name: str | Mapping[str, str] = "249712407203954688"
) -> httpx.Response:
    body: dict[str, Any] = {"json": BODIES.get(path)} if method != "GET" else {}
    if method in ("POST", "PUT") and path.endswith(("/files", "/pictures", "/logo")):
        body = {"files": {"file": ("a.txt", b"Hello")}}
    if method == "POST" and path.endswith("/slides"):
        body = {"json": {"rev": 1}}
    return http.request(
        method, named(path, name), params={"q": "x", "since": "1", "sessions": "keep", "confirm": "all"}, **body
    )


def named(path: str, name: str | Mapping[str, str]) -> str:
    """Return the path of the thing of this name, or of the things of these."""
    return re.sub(r"{\w+}", name, path) if isinstance(name, str) else path.format_map(name)
